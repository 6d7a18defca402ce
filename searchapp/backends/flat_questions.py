"""Questions that are one row of words under OR or AND, narrowed by sets, days and words to leave out.

Nearly all questions are so. `flatten` says how, or that a question is a tree; `write_question` makes the numbers that
`kernels/flat.py` reads, for all segments of a generation at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from searchapp.backends.clauses import PreparedClause
from searchapp.backends.generation import Bits, Generation, SearchedSegment
from searchapp.backends.kernels.best import NEWEST, OLDEST, RELEVANCE
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.kernels.flat import ALL, ANY, HEAD
from searchapp.backends.kernels.flat_leaves import LEAF_FIELDS
from searchapp.backends.kernels.memory import address_of
from searchapp.backends.leaf import TITLE_SCALE, SegmentLeaf
from searchapp.backends.programs import value_bits
from searchapp.search.plan import AllOf, AnyOf, Clause, DaysWithin, EveryArticle, Exclude, NoArticle, PlanNode, ValueIn
from searchapp.search.scoring import DEFAULT_PARAMETERS

Prepare: TypeAlias = Callable[[Clause], PreparedClause]

ORDERS: Final = {"relevance": RELEVANCE, "newest": NEWEST, "oldest": OLDEST}
#: Postings that one call may read: a few milliseconds.
_BUDGET: Final = 600_000
_EARLIEST, _LATEST = -(2**31), 2**31 - 1
_pack_float, _unpack_int = Struct("d").pack, Struct("q").unpack


def _float_bits(number: float) -> int:
    bits: int = _unpack_int(_pack_float(number))[0]
    return bits


_K1: Final = _float_bits(float(np.float32(DEFAULT_PARAMETERS.k1)))
_TITLE_SCALE: Final = _float_bits(float(TITLE_SCALE))


@dataclass(slots=True)
class FlatQuestion:
    """`clauses` are joined by OR where `is_any` says so, else by AND, as everything else is."""

    is_any: bool = False
    clauses: list[Clause] = field(default_factory=list)
    left_out: list[Clause] = field(default_factory=list)
    values: list[ValueIn] = field(default_factory=list)
    other_values: list[ValueIn] = field(default_factory=list)
    days: list[DaysWithin] = field(default_factory=list)
    is_empty: bool = False

    @property
    def is_one_clause(self) -> bool:
        """One word or phrase and nothing else: its articles are counted before they are looked for."""
        others = (self.left_out, self.values, self.other_values, self.days)
        return len(self.clauses) == 1 and not self.is_empty and not any(others)


@dataclass(frozen=True, slots=True)
class Written:
    """What the kernel reads; `held` are arrays whose addresses stand in it, `terms` how many cursors it needs."""

    numbers: NDArray[np.int64]
    terms: int
    held: tuple[object, ...]


def flatten(node: PlanNode, filters: Sequence[ValueIn | DaysWithin]) -> FlatQuestion | None:
    """The question in one row; None for a tree."""
    flat = FlatQuestion()
    if isinstance(node, Clause):
        flat.clauses.append(node)
    elif not _add(flat, node):
        return None
    for narrowing in filters:
        _narrow(flat, narrowing)
    return flat


def _narrow(flat: FlatQuestion, node: ValueIn | DaysWithin) -> None:
    if isinstance(node, ValueIn):
        flat.values.append(node)
    else:
        flat.days.append(node)


def _add(flat: FlatQuestion, node: PlanNode) -> bool:
    """Whether the question stays flat with this node under its AND."""
    match node:
        case AllOf(children):
            return all(_add(flat, child) for child in children)
        case AnyOf(children):
            return _add_any(flat, children)
        case Exclude(child):
            return _leave_out(flat, child)
        case ValueIn() | DaysWithin():
            _narrow(flat, node)
            return True
        case EveryArticle():
            return True
        case NoArticle():
            flat.is_empty = True
            return True
        case _:
            flat.clauses.append(node)
            return not flat.is_any


def _add_any(flat: FlatQuestion, children: Sequence[PlanNode]) -> bool:
    chosen = [child for child in children if not isinstance(child, NoArticle)]
    if not chosen:
        flat.is_empty = True
        return True
    if len(chosen) == 1:
        return _add(flat, chosen[0])
    if flat.clauses:
        return False
    flat.is_any = True
    for child in chosen:
        if not isinstance(child, Clause):
            return False
        flat.clauses.append(child)
    return True


def _leave_out(flat: FlatQuestion, node: PlanNode) -> bool:
    if isinstance(node, Clause):
        flat.left_out.append(node)
        return True
    if isinstance(node, ValueIn):
        flat.other_values.append(node)
        return True
    return isinstance(node, NoArticle) or (
        isinstance(node, AnyOf) and all(_leave_out(flat, child) for child in node.children)
    )


def write_question(
    flat: FlatQuestion, order: int, hits: int, generation: Generation, prepare: Prepare, matched: Sequence[Bits] | None,
    *, is_known: bool,
) -> Written | None:  # fmt: skip
    """The numbers of a question; None where an OR of names, which are sets and no lists, makes a tree of it.

    `matched` are bitsets that take the matches. `is_known`: it is one clause alone, whose articles were counted.
    """
    clauses = [prepare(clause) for clause in flat.clauses]
    left_out = [prepare(clause) for clause in flat.left_out]
    if flat.is_any and any(each.mode == UNSCORED for each in clauses):
        return None
    segments = generation.segments
    weights = [
        _float_bits(float(np.float32(clause.weight * each.idf)))
        for clause, each in zip(flat.clauses, clauses, strict=True)
    ]
    numbers = [
        ANY if flat.is_any else ALL, order, hits, _K1, _TITLE_SCALE, len(segments), generation.table_address, _BUDGET,
        *(0 for _ in segments),
    ]  # fmt: skip
    writer = _PartWriter(flat, numbers)
    for segment in segments:
        begins = len(numbers)
        address = 0 if matched is None else address_of(matched[segment.number])
        if not flat.is_empty and writer.write(segment, generation, clauses, weights, left_out, address, is_known):
            numbers[HEAD + segment.number] = begins
    return Written(np.array(numbers, np.int64), writer.most_terms, (matched, writer.held))


class _PartWriter:
    def __init__(self, flat: FlatQuestion, numbers: list[int]) -> None:
        self._flat = flat
        self._numbers = numbers
        self.most_terms = 0
        self.held: list[object] = []

    def write(  # noqa: C901, PLR0912 one step after the other, each short
        self, segment: SearchedSegment, generation: Generation, clauses: Sequence[PreparedClause],
        weights: Sequence[int], left_out: Sequence[PreparedClause], matched: int, is_known: bool,
    ) -> bool:  # fmt: skip
        """One segment's part; False, and nothing written, where nothing can match in it."""
        flat, numbers, number = self._flat, self._numbers, segment.number
        leaves: list[tuple[SegmentLeaf, int, int]] = []
        rows: list[Bits] = []
        for each, weight in zip(clauses, weights, strict=True):
            leaf = each.leaves[number]
            if not leaf.size:
                if flat.is_any:
                    continue
                return False
            if leaf.row is not None:
                rows.append(leaf.row)
            else:
                leaves.append((leaf, each.mode, weight))
        if flat.is_any and not leaves:
            return False
        out: list[tuple[SegmentLeaf, int, int]] = []
        other_rows: list[Bits] = []
        for each in left_out:
            leaf = each.leaves[number]
            if leaf.row is not None:
                other_rows.append(leaf.row)
            elif leaf.size:
                out.append((leaf, each.mode, 0))
        rows.extend(value_bits(value, segment, generation) for value in flat.values)
        other_rows.extend(value_bits(value, segment, generation) for value in flat.other_values)
        self.held += (*rows, *other_rows)
        numbers += (
            len(leaves),
            len(out),
            len(rows),
            len(other_rows),
            len(flat.days),
            matched,
            int(is_known and not rows),
        )
        first = len(numbers)
        all_leaves = leaves + out
        term_at = first + len(all_leaves) * LEAF_FIELDS + len(leaves) + len(rows) + len(other_rows) + 2 * len(flat.days)
        cursor = 0
        terms: list[int] = []
        for reader, (leaf, mode, weight) in enumerate(all_leaves):
            ready: tuple[int, int, int] = (0, 0, 0)
            if leaf.docs is not None and leaf.gains is not None:
                ready = (address_of(leaf.docs), address_of(leaf.gains), len(leaf.docs))
            numbers += (mode, weight, term_at + cursor, len(leaf.terms), cursor, reader, *ready)
            terms += leaf.terms
            cursor += len(leaf.terms)
        readers_at = first + 5
        for reader in range(len(all_leaves)):
            numbers[readers_at + reader * LEAF_FIELDS] += cursor
        by_size = sorted(range(len(leaves)), key=lambda at: leaves[at][0].size)
        numbers += (first + at * LEAF_FIELDS for at in by_size)
        numbers += (address_of(row) for row in rows)
        numbers += (address_of(row) for row in other_rows)
        for days in flat.days:
            numbers.append(_EARLIEST if days.first is None else days.first.toordinal())
            numbers.append(_LATEST if days.last is None else days.last.toordinal())
        numbers += terms
        self.most_terms = max(self.most_terms, cursor, len(all_leaves))
        self.held.append(all_leaves)
        return True
