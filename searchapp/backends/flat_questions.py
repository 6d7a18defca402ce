"""Questions that are one row of words under OR or AND, narrowed by sets, days and words to leave out.

Nearly all questions are so. `flatten` says how, or that a question is a tree; `write_question` makes the numbers that
`kernels/flat.py` reads, for all segments of a generation at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np

from searchapp.backends.clauses import PreparedClause
from searchapp.backends.generation import Bits, Generation, MatchedSets, SearchedSegment
from searchapp.backends.kernels.best import NEWEST, OLDEST, RELEVANCE
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.kernels.flat_collecting import ALL, ANY, OTHER_VALUES, VALUES
from searchapp.backends.kernels.memory import address_of, float_as_int
from searchapp.backends.leaf import TITLE_SCALE, SegmentLeaf
from searchapp.backends.programs import value_bits
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    Clause,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    PlanNode,
    SpellingPlan,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.scoring import DEFAULT_PARAMETERS

Prepare: TypeAlias = Callable[[Clause], PreparedClause]

ORDERS: Final = {"relevance": RELEVANCE, "newest": NEWEST, "oldest": OLDEST}
#: Postings that one call may read: a few milliseconds.
_BUDGET: Final = 600_000
_EARLIEST, _LATEST = -(2**31), 2**31 - 1
_K1: Final = float_as_int(float(np.float32(DEFAULT_PARAMETERS.k1)))
_TITLE_SCALE: Final = float_as_int(float(TITLE_SCALE))
#: As a tuple, since a union is looked through slowly.
_CLAUSES: Final = (WordPlan, PhrasePlan, SpellingPlan, WindowPlan)
_CLAUSE_TYPES: Final = frozenset(_CLAUSES)


class FlatQuestion(NamedTuple):
    """`clauses` are joined by OR where `is_any` says so, else by AND, as everything else is. `is_bare`: there is
    nothing but clauses."""

    is_any: bool
    is_bare: bool
    is_empty: bool
    clauses: Sequence[Clause]
    left_out: Sequence[Clause] = ()
    values: Sequence[ValueIn] = ()
    other_values: Sequence[ValueIn] = ()
    days: Sequence[DaysWithin] = ()

    @property
    def is_one_clause(self) -> bool:
        """One word or phrase and nothing else: its articles are counted before they are looked for."""
        return self.is_bare and len(self.clauses) == 1 and not self.is_empty


@dataclass(slots=True)
class _Gathering:
    """A question while it is gathered."""

    is_any: bool = False
    is_bare: bool = True
    is_empty: bool = False
    clauses: list[Clause] = field(default_factory=list)
    left_out: list[Clause] = field(default_factory=list)
    values: list[ValueIn] = field(default_factory=list)
    other_values: list[ValueIn] = field(default_factory=list)
    days: list[DaysWithin] = field(default_factory=list)


class Written(NamedTuple):
    """What the kernel reads; `held` are arrays whose addresses stand in it, `terms` how many cursors it needs."""

    numbers: array[int]
    terms: int
    held: list[object]


def flatten(node: PlanNode, filters: Sequence[ValueIn | DaysWithin]) -> FlatQuestion | None:
    """The question in one row; None for a tree."""
    if not filters:
        if type(node) is WordPlan:
            return FlatQuestion(False, True, False, (node,))
        # Nearly all questions are so, and nothing has to be gathered for them.
        if (type(node) is AnyOf or type(node) is AllOf) and len(node.children) > 1:
            children = cast("tuple[Clause, ...]", node.children)
            if _CLAUSE_TYPES.issuperset(map(type, children)):
                return FlatQuestion(type(node) is AnyOf, True, False, children)
    flat = _Gathering()
    if not _add(flat, node):
        return None
    for narrowing in filters:
        _narrow(flat, narrowing)
    return FlatQuestion(
        flat.is_any, flat.is_bare, flat.is_empty, flat.clauses, flat.left_out, flat.values, flat.other_values, flat.days
    )


def _narrow(flat: _Gathering, node: ValueIn | DaysWithin) -> None:
    flat.is_bare = False
    if isinstance(node, ValueIn):
        flat.values.append(node)
    else:
        flat.days.append(node)


def _add(flat: _Gathering, node: PlanNode) -> bool:
    """Whether the question stays flat with this node under its AND."""
    if isinstance(node, _CLAUSES):
        flat.clauses.append(node)
        return not flat.is_any
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


def _add_any(flat: _Gathering, children: Sequence[PlanNode]) -> bool:
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
        if not isinstance(child, _CLAUSES):
            return False
        flat.clauses.append(child)
    return True


def _leave_out(flat: _Gathering, node: PlanNode) -> bool:
    flat.is_bare = False
    if isinstance(node, _CLAUSES):
        flat.left_out.append(node)
        return True
    if isinstance(node, ValueIn):
        flat.other_values.append(node)
        return True
    return isinstance(node, NoArticle) or (
        isinstance(node, AnyOf) and all(_leave_out(flat, child) for child in node.children)
    )


def write_question(
    flat: FlatQuestion, order: int, hits: int, generation: Generation, prepare: Prepare, matched: MatchedSets | None,
) -> Written | None:  # fmt: skip
    """The numbers of a question; None where an OR of names, which are sets and no lists, makes a tree of it.

    `matched` are bitsets that take the matches. Where the question is one clause alone, and neither they nor an order
    of days are asked for, `MATCHES` is not told: it is the articles of the clause.
    """
    clauses = [prepare(clause) for clause in flat.clauses]
    left_out = [prepare(clause) for clause in flat.left_out]
    has_names = UNSCORED in [each.mode for each in clauses]
    if flat.is_any and has_names:
        return None
    is_bare = flat.is_bare and not has_names
    is_known = is_bare and len(clauses) == 1 and order == RELEVANCE and matched is None and hits > 0
    scored = [each for each in clauses if each.mode != UNSCORED] if has_names else clauses
    unlisted = [each for each in left_out if each.mode != UNSCORED]
    segments = () if flat.is_empty else generation.segments
    numbers = [
        ANY if flat.is_any else ALL, order, hits, _K1, _TITLE_SCALE, len(segments), generation.table_address, _BUDGET,
        int(is_known), len(scored), len(unlisted), len(flat.days), 0, 0, int(matched is not None),
    ]  # fmt: skip
    terms = len(scored) + len(unlisted)
    for clause, each in zip(flat.clauses, clauses, strict=True):
        if each.mode != UNSCORED:
            numbers.append(each.address)
            numbers.append(each.idf_bits if clause.weight == 1 else float_as_int(clause.weight * each.idf))
            terms += each.most_terms
    for each in unlisted:
        numbers.append(each.address)
        terms += each.most_terms
    for days in flat.days:
        numbers.append(_EARLIEST if days.first is None else days.first.toordinal())
        numbers.append(_LATEST if days.last is None else days.last.toordinal())
    held: list[object] = [clauses, left_out]
    has_sets = has_names or flat.values or flat.other_values or len(unlisted) < len(left_out)
    if has_sets or matched is not None:
        for segment in segments:
            rows = _rows(clauses, flat.values, segment, generation)
            other_rows = _rows(left_out, flat.other_values, segment, generation)
            numbers[VALUES], numbers[OTHER_VALUES] = len(rows), len(other_rows)
            numbers += map(address_of, rows)
            numbers += map(address_of, other_rows)
            if matched is not None:
                numbers.append(matched.addresses[segment.number])
            held += (rows, other_rows)
    return Written(array("q", numbers), terms, held)


def _rows(
    clauses: Sequence[PreparedClause], values: Sequence[ValueIn], segment: SearchedSegment, generation: Generation
) -> list[Bits]:
    """The sets of a segment that stand for fields of names and for chosen values: as many in every segment."""
    rows = [_row_of(each.leaves[segment.number], segment) for each in clauses if each.mode == UNSCORED]
    return rows + [value_bits(value, segment, generation) for value in values]


def _row_of(leaf: SegmentLeaf, segment: SearchedSegment) -> Bits:
    return np.zeros_like(segment.live) if leaf.row is None else leaf.row
