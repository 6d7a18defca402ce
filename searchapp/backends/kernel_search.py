"""Executes a plan over one generation by kernels: what `searchapp/search/execute.py` says, as fast as the arrays allow.

A deadline is kept between slices of windows. A late answer is of the windows looked at, so every hit is a match.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.codec.kernels.packing import BLOCK, F32, I32
from searchapp.backends.clauses import PreparedClause, clause_key, prepare_clause
from searchapp.backends.facets import count_facets, count_histogram
from searchapp.backends.generation import Bits, Generation
from searchapp.backends.kernels import counting
from searchapp.backends.kernels.best import NEWEST, OLDEST, RELEVANCE
from searchapp.backends.kernels.blocks import BOTH
from searchapp.backends.kernels.program import WINDOW, WINDOW_WORDS, run_program
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.programs import Program, write_program
from searchapp.backends.spelled import expand_spelling
from searchapp.search.plan import AUTO_THRESHOLD, Clause, Plan, PlanNode, SpellingPlan, WordPlan
from searchapp.search.port import FacetCounts, Matches, ScoredArticle
from searchapp.search.postings import UNKNOWN_INSTANT
from searchapp.search.scoring import DEFAULT_PARAMETERS

#: Seconds on a clock that never goes back.
Clock: TypeAlias = Callable[[], float]
Best: TypeAlias = tuple[NDArray[Any], ...]

#: Deeper pages are sorted, not kept in order while they are found.
_MOST_KEPT: Final = 256
#: Postings, and windows, that one call of the evaluator may read: a few milliseconds.
_SLICE_POSTINGS: Final = 1_000_000
_SLICE_WINDOWS: Final = 256
_ORDERS: Final = {"relevance": RELEVANCE, "newest": NEWEST, "oldest": OLDEST}
_K1: Final = np.float32(DEFAULT_PARAMETERS.k1)
_NO_BITS: Final = np.zeros(0, np.uint64)
_NO_DOCS: Final = np.zeros(0, np.int32)
_NO_SCORES: Final = np.zeros(0, np.float32)


def execute_by_kernels(plan: Plan, generation: Generation, clock: Clock) -> Matches:
    """The answer to a plan, all of it from this generation."""
    return _Search(plan, generation, clock).answer()


@dataclass(slots=True)
class _Run:
    """What one tree found: `hits` in order, as (document, score, whether it comes first); `matched` by segment."""

    total: int
    hits: list[tuple[int, float, bool]]
    matched: list[Bits]


class _Scratch(threading.local):
    """Frames and cursors of one thread, kept between searches and empty between them."""

    def __init__(self) -> None:
        self.bits = np.zeros((4, WINDOW_WORDS), np.uint64)
        self.scores = np.zeros((4, WINDOW), np.float32)
        self.cursors = _make_cursors(16)
        self.best: dict[int, Best] = {}


def _make_cursors(terms: int) -> tuple[Any, ...]:
    return (
        np.zeros(terms * 2, np.int64),
        np.zeros(terms, np.int64),
        np.zeros(terms, np.int64),
        np.empty((terms, BLOCK), np.int32),
        np.empty((terms, BLOCK), np.float32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )


_scratch = _Scratch()


class _Search:
    def __init__(self, plan: Plan, generation: Generation, clock: Clock) -> None:
        self._plan = plan
        self._generation = generation
        self._clock = clock
        self._ends = None if plan.deadline_ms is None else clock() + plan.deadline_ms / 1000
        self._in_time = True
        self._clauses: dict[Hashable, PreparedClause] = {}

    def answer(self) -> Matches:
        plan = self._plan
        wants_sets = bool(plan.facets or plan.histogram)
        has_other = plan.any_words != plan.all_words
        starts_with_all = plan.match != "any" or not has_other
        keeps = plan.first + plan.count
        found = all_found = self._find(
            plan.all_words, keeps if starts_with_all else 0, wants_sets or (has_other and plan.match != "all")
        )
        has_tiers = False
        # Late already, there is no time to look for more.
        falls_back = plan.match == "auto" and all_found.total < AUTO_THRESHOLD and self._has_time()
        if has_other and (plan.match == "any" or falls_back):
            tiers = all_found.matched if plan.match == "auto" and all_found.total else []
            found = self._find(plan.any_words, keeps, wants_sets, tiers)
            has_tiers = True
        page = found.hits[plan.first : keeps]
        hits = tuple(
            ScoredArticle(
                self._generation.id_of(doc), score, not has_tiers or first or self._is_in(all_found.matched, doc)
            )
            for doc, score, first in page
        )
        facets = self._count_facets(found.matched)
        buckets = (
            count_histogram(plan.histogram, found.matched, self._generation)
            if plan.histogram and self._has_time()
            else ()
        )
        clause_articles = tuple(self._articles(clause) for clause in plan.clauses)
        expansions = [
            expand_spelling(clause, self._generation, self._has_time)
            for clause in plan.clauses
            if isinstance(clause, SpellingPlan)
        ]
        return Matches(
            hits=hits,
            total=found.total,
            total_all_words=all_found.total,
            total_is_exact=self._in_time,
            timed_out=not self._in_time,
            facets=facets,
            histogram=buckets,
            clause_articles=clause_articles,
            generation=self._generation.number,
            expansions=tuple(filter(None, expansions)),
        )

    def _count_facets(self, matched: list[Bits]) -> tuple[FacetCounts, ...]:
        return tuple(
            count_facets(request, matched, self._generation) if self._has_time() else FacetCounts(request.name, ())
            for request in self._plan.facets
        )

    def _articles(self, clause: Clause) -> int:
        try:
            return self._prepare(clause).articles
        except LateError:
            return 0

    def _has_time(self) -> bool:
        if self._in_time and self._ends is not None and self._clock() > self._ends:
            self._in_time = False
        return self._in_time

    def _prepare(self, clause: Clause) -> PreparedClause:
        key = clause_key(clause)
        known = self._clauses.get(key)
        if known is None:
            known = self._clauses[key] = prepare_clause(clause, self._generation, self._has_time)
        return known

    def _is_in(self, matched: list[Bits], doc: int) -> bool:
        segment, inside = self._generation.locate(doc)
        return bool(matched[segment.number][inside >> 6] >> np.uint64(inside & 63) & np.uint64(1))

    def _find(self, node: PlanNode, keeps: int, wants_sets: bool, tiers: list[Bits] | None = None) -> _Run:
        try:
            if isinstance(node, WordPlan) and not wants_sets and not tiers and self._plan.sort == "relevance":
                quick = self._find_word(node, keeps)
                if quick is not None:
                    return quick
            return self._find_tree(node, keeps, wants_sets, tiers or [])
        except LateError:
            matched = [np.zeros(len(segment.live), np.uint64) for segment in self._generation.segments]
            return _Run(0, [], matched)

    def _find_word(self, word: WordPlan, keeps: int) -> _Run | None:
        """One word alone: the total is known, and only blocks are read that can hold one of the best."""
        generation = self._generation
        if self._plan.filters or keeps > _MOST_KEPT or not generation.everything_lives or not self._has_time():
            return None
        prepared = self._prepare(word)
        if prepared.mode != BOTH or any(leaf.docs is not None for leaf in prepared.leaves):
            return None
        best = _empty_best(keeps)
        filled = 0
        weight = np.float32(word.weight * prepared.idf)
        for segment, leaf in zip(generation.segments, prepared.leaves, strict=True):
            for term in leaf.terms:
                filled = counting.best_of_term(
                    segment.text, term, BOTH, weight, _K1, TITLE_SCALE, segment.bound_factor, segment.base, best,
                    filled, segment.columns,
                )  # fmt: skip
        return _Run(prepared.articles, _read_best(best, filled), [])

    def _find_tree(self, node: PlanNode, keeps: int, wants_sets: bool, tiers: list[Bits]) -> _Run:
        generation = self._generation
        order = _ORDERS[self._plan.sort]
        is_deep = keeps > _MOST_KEPT
        best = _empty_best(0 if is_deep else keeps)
        total = filled = 0
        sets: list[Bits] = []
        written: list[tuple[int, I32, F32]] = []
        for segment in generation.segments:
            if wants_sets:
                sets.append(np.zeros(len(segment.live), np.uint64))
            if not self._has_time():
                continue
            program = write_program(node, self._plan.filters, segment, generation, self._prepare)
            bits, scores, cursors = _frames(program)
            out_docs = np.empty(segment.documents, np.int32) if is_deep else _NO_DOCS
            out_scores = np.empty(segment.documents, np.float32) if is_deep else _NO_SCORES
            count = 0
            windows = -(-segment.documents // WINDOW)
            size = _slice_size(program, windows)
            for first in range(0, windows, size):
                if first and not self._has_time():
                    break
                matches, filled, count = run_program(
                    program.steps, segment.text, program.leaves, program.rows, program.ranges, segment.columns,
                    segment.last_day, segment.live, not segment.deleted, _K1, TITLE_SCALE, segment.base, best, filled,
                    order, tiers[segment.number] if tiers else _NO_BITS, sets[-1] if wants_sets else _NO_BITS,
                    out_docs, out_scores, count, first, size, cursors, bits, scores,
                )  # fmt: skip
                total += matches
            if is_deep:
                written.append((segment.number, out_docs[:count], out_scores[:count]))
        hits = self._sort_written(written, keeps, order, tiers) if is_deep else _read_best(best, filled)
        return _Run(total, hits, sets)

    def _sort_written(
        self, written: list[tuple[int, I32, F32]], keeps: int, order: int, tiers: list[Bits]
    ) -> list[tuple[int, float, bool]]:
        """A deep page: every match by its keys. Ids are compared among those alone that could come so far."""
        segments = self._generation.segments
        parts = [(segments[number], docs, scores) for number, docs, scores in written]
        if not parts:
            return []
        docs = np.concatenate([docs.astype(np.int64) + segment.base for segment, docs, _ in parts])
        scores = np.concatenate([scores for _, _, scores in parts])
        days = np.concatenate([segment.columns[0][docs] for segment, docs, _ in parts]).astype(np.int64)
        first = np.zeros(len(docs), np.bool_)
        if tiers:
            first = np.concatenate(
                [(tiers[segment.number][docs >> 6] >> (docs & 63).astype(np.uint64) & np.uint64(1)) != 0
                 for segment, docs, _ in parts]
            )  # fmt: skip
        second = days
        key = scores.astype(np.float64)
        if order != RELEVANCE:
            sign = 1 if order == NEWEST else -1
            instants = np.concatenate([segment.columns[1][docs] for segment, docs, _ in parts])
            key = np.where(days == 0, -np.inf, sign * days)
            second = np.where(instants == UNKNOWN_INSTANT, UNKNOWN_INSTANT, sign * instants)
        if len(docs) > keeps:
            lowest = np.partition(np.where(first, np.inf, key), len(docs) - keeps)[len(docs) - keeps]
            open_picks = np.flatnonzero(first | (key >= lowest))
        else:
            open_picks = np.arange(len(docs))
        # Within equal keys by id, of which there are more than a page only in odd archives: one sort of strings.
        picked = [self._generation.id_of(int(doc)) for doc in docs[open_picks]]
        ranking = np.lexsort((np.array(picked), -second[open_picks], -key[open_picks], ~first[open_picks]))
        chosen = open_picks[ranking[:keeps]]
        return [(int(docs[at]), float(scores[at]), bool(first[at])) for at in chosen]


def _frames(program: Program) -> tuple[NDArray[np.uint64], NDArray[np.float32], tuple[Any, ...]]:
    needed = program.frames + 1
    if len(_scratch.bits) < needed:
        _scratch.bits = np.zeros((needed, WINDOW_WORDS), np.uint64)
        _scratch.scores = np.zeros((needed, WINDOW), np.float32)
    terms = max(program.terms, len(program.leaves[2]))
    if len(_scratch.cursors[1]) < terms:
        _scratch.cursors = _make_cursors(terms * 2)
    return _scratch.bits, _scratch.scores, _scratch.cursors


def _slice_size(program: Program, windows: int) -> int:
    slices = max(1 + program.postings // _SLICE_POSTINGS, -(-windows // _SLICE_WINDOWS))
    return max(1, -(-windows // slices))


def _empty_best(size: int) -> Best:
    known = _scratch.best.get(size)
    if known is None:
        known = _scratch.best[size] = (
            np.empty(size, np.float64),
            np.empty(size, np.int64),
            np.empty(size, np.int8),
            np.empty(size, np.int64),
            np.empty(size, np.float32),
            np.empty(size, np.uint64),
            np.empty(size, np.uint64),
        )
    return known


def _read_best(best: Best, filled: int) -> list[tuple[int, float, bool]]:
    firsts = best[2][:filled].tolist()
    return [
        (doc, score, first == 1)
        for doc, score, first in zip(best[3][:filled].tolist(), best[4][:filled].tolist(), firsts, strict=True)
    ]
