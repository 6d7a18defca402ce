"""From a plan's tree to a program for one segment: what stands where in the arrays that the kernels take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from searchapp.backends.clauses import PreparedClause
from searchapp.backends.generation import Bits, Generation, SearchedSegment
from searchapp.backends.kernels import counting
from searchapp.backends.kernels.program import (
    AND,
    AND_LEAF,
    AND_NOT,
    DAYS,
    FILL,
    FILTER,
    NOT_LEAF,
    OR,
    OR_LEAF,
    PUSH,
)
from searchapp.backends.leaf import SegmentLeaf
from searchapp.search.counting import have_year
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
from searchapp.search.postings import DayColumns

Prepare: TypeAlias = Callable[[Clause], PreparedClause]

_NO_DOCS = np.zeros(0, np.int32)
_NO_GAINS = np.zeros(0, np.float32)
_NO_ROWS = np.zeros((0, 0), np.uint64)
_NO_RANGES = np.zeros((0, 2), np.int32)
_EARLIEST, _LATEST = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Program:
    """`frames` is how many the stack machine needs at once; `postings` what it may have to read."""

    steps: NDArray[np.int32]
    leaves: tuple[Any, ...]
    rows: Bits
    ranges: NDArray[np.int32]
    terms: int
    frames: int
    postings: int


def write_program(
    node: PlanNode, filters: tuple[ValueIn | DaysWithin, ...], segment: SearchedSegment, generation: Generation,
    prepare: Prepare,
) -> Program:  # fmt: skip
    """The program of a tree that every filter narrows."""
    writer = _Writer(segment, generation, prepare)
    writer.write(AllOf((node, *filters)) if filters else node)
    return writer.finish()


class _Writer:
    def __init__(self, segment: SearchedSegment, generation: Generation, prepare: Prepare) -> None:
        self._segment = segment
        self._generation = generation
        self._prepare = prepare
        self._steps: list[tuple[int, int]] = []
        self._leaves: list[tuple[SegmentLeaf, int, float]] = []
        self._rows: list[Bits] = []
        self._ranges: list[tuple[int, int]] = []
        self._depth = 0
        self._frames = 1

    def write(self, node: PlanNode) -> None:
        """Leaves one frame more on the stack."""
        match node:
            case WordPlan() | PhrasePlan() | SpellingPlan() | WindowPlan():
                self._push()
                self._add(node)
            case AnyOf(children):
                self._write_any(children)
            case AllOf(children):
                self._write_all(children)
            case Exclude(child):
                self._push_live()
                self._exclude(child)
            case DaysWithin():
                self._push_live()
                self._narrow(node)
            case ValueIn():
                self._push()
                self._steps.append((FILL, self._row(node)))
            case EveryArticle():
                self._push_live()
            case NoArticle():
                self._push()

    def finish(self) -> Program:
        firsts, ready_at = [0], [0]
        terms: list[int] = []
        ready: list[SegmentLeaf] = []
        postings = 0
        for leaf, _, _ in self._leaves:
            terms.extend(leaf.terms)
            firsts.append(len(terms))
            held = 0
            if leaf.docs is not None:
                ready.append(leaf)
                held = leaf.size
            ready_at.append(ready_at[-1] + held)
            postings += leaf.size
        leaves = (
            np.array(firsts, np.int64),
            np.array(terms, np.int32),
            np.array([mode for _, mode, _ in self._leaves], np.int64),
            np.array([weight for _, _, weight in self._leaves], np.float32),
            np.array(ready_at, np.int64),
            np.concatenate([leaf.docs for leaf in ready if leaf.docs is not None]) if ready else _NO_DOCS,
            np.concatenate([leaf.gains for leaf in ready if leaf.gains is not None]) if ready else _NO_GAINS,
        )
        return Program(
            np.array(self._steps, np.int32),
            leaves,
            np.stack(self._rows) if self._rows else _NO_ROWS,
            np.array(self._ranges, np.int32) if self._ranges else _NO_RANGES,
            len(terms),
            self._frames,
            postings,
        )

    def _push(self) -> None:
        self._steps.append((PUSH, 0))
        self._depth += 1
        self._frames = max(self._frames, self._depth)

    def _push_live(self) -> None:
        self._push()
        self._rows.append(self._segment.live)
        self._steps.append((FILL, len(self._rows) - 1))

    def _join(self, code: int) -> None:
        self._steps.append((code, 0))
        self._depth -= 1

    def _leaf_of(self, clause: Clause) -> SegmentLeaf:
        return self._prepare(clause).leaves[self._segment.number]

    def _leaf_step(self, code: int, clause: Clause, leaf: SegmentLeaf) -> None:
        prepared = self._prepare(clause)
        self._leaves.append((leaf, prepared.mode, clause.weight * prepared.idf))
        self._steps.append((code, len(self._leaves) - 1))

    def _add(self, clause: Clause) -> None:
        """The clause's documents join the top frame."""
        leaf = self._leaf_of(clause)
        if leaf.row is not None:
            self._rows.append(leaf.row)
            self._steps.append((FILL, len(self._rows) - 1))
        elif leaf.size:
            self._leaf_step(OR_LEAF, clause, leaf)

    def _write_any(self, children: tuple[PlanNode, ...]) -> None:
        self._push()
        for child in children:
            if isinstance(child, Clause):
                self._add(child)
        for child in children:
            if not isinstance(child, Clause):
                self.write(child)
                self._join(OR)

    def _write_all(self, children: tuple[PlanNode, ...]) -> None:  # noqa: C901, PLR0912 one case a kind of node
        """What is rarest first, so that of the others only blocks are read that can hold it; sets of documents last."""
        clauses: list[tuple[SegmentLeaf, Clause]] = []
        trees: list[PlanNode] = []
        narrowing: list[ValueIn | DaysWithin] = []
        excluded: list[PlanNode] = []
        for child in _flat(children):
            match child:
                case WordPlan() | PhrasePlan() | SpellingPlan() | WindowPlan():
                    clauses.append((self._leaf_of(child), child))
                case ValueIn() | DaysWithin():
                    narrowing.append(child)
                case Exclude(inner):
                    excluded.append(inner)
                case AllOf() | AnyOf() | NoArticle():
                    trees.append(child)
                case EveryArticle():
                    pass
        if any(not leaf.size for leaf, _ in clauses) or any(isinstance(tree, NoArticle) for tree in trees):
            self._push()
            return
        # By the whole index, not by the segment: sums in another order would part articles that score alike.
        scored = sorted(
            (pair for pair in clauses if pair[0].row is None), key=lambda pair: self._prepare(pair[1]).articles
        )
        sets = [leaf.row for leaf, _ in clauses if leaf.row is not None]
        started = bool(scored or trees)
        if scored:
            self.write(scored[0][1])
        for tree in trees:
            self.write(tree)
            if scored or tree is not trees[0]:
                self._join(AND)
        for leaf, clause in scored[1:]:
            self._leaf_step(AND_LEAF, clause, leaf)
        if not started and sets:
            self._push()
            self._rows.append(sets.pop())
            self._steps.append((FILL, len(self._rows) - 1))
        elif not started:
            self._push_live()
        for row in sets:
            self._rows.append(row)
            self._steps.append((FILTER, len(self._rows) - 1))
        for other in narrowing:
            self._narrow(other)
        for left_out in excluded:
            self._exclude(left_out)

    def _narrow(self, node: ValueIn | DaysWithin) -> None:
        if isinstance(node, ValueIn):
            self._steps.append((FILTER, self._row(node)))
            return
        self._ranges.append(
            (
                _EARLIEST if node.first is None else node.first.toordinal(),
                _LATEST if node.last is None else node.last.toordinal(),
            )
        )
        self._steps.append((DAYS, len(self._ranges) - 1))

    def _exclude(self, child: PlanNode) -> None:
        if isinstance(child, Clause):
            leaf = self._leaf_of(child)
            if leaf.row is None:
                if leaf.size:
                    self._leaf_step(NOT_LEAF, child, leaf)
                return
        self.write(child)
        self._join(AND_NOT)

    def _row(self, node: ValueIn) -> int:
        self._rows.append(value_bits(node, self._segment, self._generation))
        return len(self._rows) - 1


def _flat(children: tuple[PlanNode, ...]) -> list[PlanNode]:
    flat: list[PlanNode] = []
    for child in children:
        flat.extend(_flat(child.children) if isinstance(child, AllOf) else [child])
    return flat


def value_bits(node: ValueIn, segment: SearchedSegment, generation: Generation) -> Bits:
    """The documents of a segment that have one of these values."""
    key = (node.facet, node.values, segment.number)
    known: Bits | None = generation.sets.get(key)
    if known is not None:
        return known
    bits = np.zeros(len(segment.live), np.uint64)
    if node.facet == "year":
        columns = segment.mapped.columns
        flags = have_year(DayColumns(columns.first_day, columns.last_day, columns.instant), node.values)
        docs = np.flatnonzero(flags).astype(np.int32)
        counting.mark_docs(docs, len(docs), bits)
    else:
        column = segment.column(node.facet)
        wanted = np.zeros(len(column.values), np.uint8)
        numbers = column.values.find([value.encode("utf-8", "replace").decode() for value in node.values])
        wanted[numbers[numbers >= 0]] = 1
        counting.mark_values(column.codes, column.offsets, wanted, bits)
    return generation.sets.put(key, bits, bits.nbytes)
