"""Executes a plan over one generation by kernels: what `searchapp/search/execute.py` says, as fast as the arrays allow.

A deadline is kept between slices of windows. A late answer is of the windows looked at, so every hit is a match.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from indexer.codec.kernels.packing import F32, I32
from searchapp.backends.clauses import PreparedClause, clause_key, count_up_to, make_ready, prepare_clause
from searchapp.backends.facets import count_facets, count_histogram
from searchapp.backends.flat_questions import ORDERS, FlatQuestion, flatten, write_question
from searchapp.backends.generation import Generation, MatchedSets
from searchapp.backends.kernels.best import NEWEST, RELEVANCE, write_ids
from searchapp.backends.kernels.flat import FILLED, MATCHES, search_flat
from searchapp.backends.kernels.program import WINDOW, run_program
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.programs import Program, write_program
from searchapp.backends.ranking_again import Best, rank_again
from searchapp.backends.room import MOST_KEPT, ROOM
from searchapp.backends.spelled import expand_spelling
from searchapp.search.extras import RANKED_AGAIN
from searchapp.search.plan import AUTO_THRESHOLD, Clause, Plan, PlanNode, SpellingPlan
from searchapp.search.port import FacetCounts, Matches, ScoredArticle
from searchapp.search.postings import UNKNOWN_INSTANT
from searchapp.search.scoring import DEFAULT_PARAMETERS

#: Seconds on a clock that never goes back.
Clock: TypeAlias = Callable[[], float]

#: Windows that one call of the stack machine may look at, and postings that it may read: a few milliseconds.
_SLICE_POSTINGS: Final = 1_000_000
_SLICE_WINDOWS: Final = 256
_K1: Final = np.float32(DEFAULT_PARAMETERS.k1)
_NO_BITS: Final = np.zeros(0, np.uint64)
_NO_DOCS: Final = np.zeros(0, np.int32)
_NO_SCORES: Final = np.zeros(0, np.float32)
_NO_SETS: Final = MatchedSets(np.zeros(0, np.uint64), [], [])
#: A hit of a tuple of its fields: a page of them is made for every question.
_make_hit: Final = partial(tuple.__new__, ScoredArticle)


def execute_by_kernels(plan: Plan, generation: Generation, clock: Clock) -> Matches:
    """The answer to a plan, all of it from this generation."""
    return _Search(plan, generation, clock).answer()


class _Run(NamedTuple):
    """What one tree found: its best in order, by their ids, places in the generation and scores; `matched` by segment,
    where it was wanted."""

    total: int
    ids: list[str]
    docs: list[int]
    scores: list[float]
    matched: MatchedSets


class _Search:
    __slots__ = ("_clauses", "_clock", "_ends", "_generation", "_in_time", "_plan")

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
        has_other = plan.any_words is not plan.all_words and plan.any_words != plan.all_words
        last = keeps = plan.first + plan.count
        if plan.ranked and plan.count:
            keeps = max(last, RANKED_AGAIN)
        if has_other and plan.match == "any":
            all_found = self._find(plan.all_words, 0, wants_sets=True)
            found = self._find(plan.any_words, keeps, wants_sets=wants_sets)
            found = self._rank_again(found, 0)
            shown = slice(plan.first, last)
            tier = self._those_in(all_found, found._replace(ids=found.ids[shown], docs=found.docs[shown]))
        else:
            # All of what may come before a divider is kept.
            falls_back = has_other and plan.match == "auto"
            least = max(keeps, AUTO_THRESHOLD) if falls_back else keeps
            found = all_found = self._find(plan.all_words, least, wants_sets=wants_sets)
            tier = None
            # Late already, there is no time to look for more.
            if falls_back and all_found.total < AUTO_THRESHOLD and self._has_time():
                found = self._find(plan.any_words, keeps, wants_sets=wants_sets)
                tier = frozenset(all_found.ids)
                if plan.sort == "relevance":
                    found = _put_behind(all_found, found, tier)
            found = self._rank_again(found, 0 if tier is None else len(tier))
        page = slice(plan.first, last)
        ids = found.ids[page]
        all_words = repeat(True) if tier is None else map(tier.__contains__, ids)
        hits = tuple(map(_make_hit, zip(ids, found.scores[page], all_words, strict=False)))
        facets = self._count_facets(found.matched) if plan.facets else ()
        buckets = (
            count_histogram(plan.histogram, found.matched, self._generation)
            if plan.histogram and self._has_time()
            else ()
        )
        clause_articles = tuple([self._articles(clause) for clause in plan.clauses])
        expansions = [
            expand_spelling(clause, self._generation, self._has_time)
            for clause in plan.clauses
            if type(clause) is SpellingPlan
        ]
        in_time = self._in_time
        return Matches(
            hits, found.total, all_found.total, in_time, not in_time, facets, buckets, clause_articles,
            self._generation.number, tuple(filter(None, expansions)) if expansions else (),
        )  # fmt: skip

    def _rank_again(self, found: _Run, first_tier: int) -> _Run:
        """Late already, hits stay as they are."""
        plan = self._plan
        if not (plan.ranked and found.ids and self._has_time()):
            return found
        best = Best(found.ids, found.docs, found.scores)
        try:
            ids, docs, scores = rank_again(best, first_tier, plan, self._generation, self._prepare)
        except LateError:
            return found
        return found._replace(ids=ids, docs=docs, scores=scores)

    def _count_facets(self, matched: MatchedSets) -> tuple[FacetCounts, ...]:
        return tuple(
            [
                count_facets(request, matched, self._generation) if self._has_time() else FacetCounts(request.name, ())
                for request in self._plan.facets
            ]
        )

    def _articles(self, clause: Clause) -> int:
        enough = self._plan.count_enough
        try:
            if enough is None:
                return self._prepare(clause).articles
            return count_up_to(clause, clause_key(clause), enough, self._generation, self._has_time)
        except LateError:
            return 0

    def _has_time(self) -> bool:
        if self._in_time and self._ends is not None and self._clock() > self._ends:
            self._in_time = False
        return self._in_time

    def _prepare(self, clause: Clause) -> PreparedClause:
        known = self._clauses.get(clause)
        if known is None:
            # What was typed twice is looked for once.
            key = clause_key(clause)
            known = self._clauses.get(key) or prepare_clause(clause, key, self._generation, self._has_time)
            self._clauses[clause] = self._clauses[key] = known
        return known

    def _prepare_ready(self, clause: Clause) -> PreparedClause:
        """For the stack machine, which adds up no gains."""
        key = (clause_key(clause), "ready")
        known = self._clauses.get(key)
        if known is None:
            known = self._clauses[key] = make_ready(self._prepare(clause), self._generation, self._has_time)
        return known

    def _those_in(self, all_found: _Run, found: _Run) -> frozenset[str]:
        """Which of the hits are matches of the other tree as well."""
        if not all_found.total:
            return frozenset()
        is_in = self._generation.is_in
        sets = all_found.matched
        return frozenset([found_id for found_id, doc in zip(found.ids, found.docs, strict=True) if is_in(sets, doc)])

    def _find(self, node: PlanNode, keeps: int, *, wants_sets: bool) -> _Run:
        matched = self._generation.empty_sets() if wants_sets else None
        try:
            if keeps <= MOST_KEPT:
                flat = flatten(node, self._plan.filters)
                run = None if flat is None else self._find_flat(flat, keeps, matched)
                if run is not None:
                    return run
            return self._find_tree(node, keeps, matched)
        except LateError:
            return _Run(0, [], [], [], self._generation.empty_sets())

    def _find_flat(self, flat: FlatQuestion, keeps: int, matched: MatchedSets | None) -> _Run | None:
        order = ORDERS[self._plan.sort]
        if flat.is_one_clause and not keeps and matched is None:
            return _Run(self._prepare(flat.clauses[0]).articles, [], [], [], _NO_SETS)
        written = write_question(flat, order, keeps, self._generation, self._prepare, matched)
        if written is None:
            return None
        room = ROOM
        room.make_cursors(written.terms)
        question, _ = written.numbers.buffer_info()
        is_done = False
        is_first = True
        while not is_done and self._has_time():
            is_done = search_flat(question, room.address, is_first)
            is_first = False
        matches, filled = (0, 0) if is_first else (room.state[MATCHES], room.state[FILLED])
        if is_done and flat.is_one_clause:
            matches = self._prepare(flat.clauses[0]).articles
        return _Run(matches, *room.read_best(filled), matched or _NO_SETS)

    def _find_tree(self, node: PlanNode, keeps: int, matched: MatchedSets | None) -> _Run:
        generation = self._generation
        order = ORDERS[self._plan.sort]
        room = ROOM
        is_deep = keeps > MOST_KEPT
        size = 0 if is_deep else keeps
        total = filled = 0
        written: list[tuple[int, I32, F32]] = []
        for segment in generation.segments:
            if not self._has_time():
                break
            program = write_program(node, self._plan.filters, segment, generation, self._prepare_ready)
            bits, scores = room.frames(program.frames + 1)
            cursors = room.tree_cursors(max(program.terms, len(program.leaves[2])))
            out_docs = np.empty(segment.documents, np.int32) if is_deep else _NO_DOCS
            out_scores = np.empty(segment.documents, np.float32) if is_deep else _NO_SCORES
            count = 0
            windows = -(-segment.documents // WINDOW)
            size_of_slice = _slice_size(program, windows)
            for first in range(0, windows, size_of_slice):
                if first and not self._has_time():
                    break
                matches, filled, count = run_program(
                    program.steps, segment.text, program.leaves, program.rows, program.ranges, segment.first_day,
                    segment.last_day, segment.live, not segment.deleted, _K1, TITLE_SCALE,
                    segment.row_address("text"), room.address, size, filled, order,
                    _NO_BITS if matched is None else matched.bits[segment.number], out_docs, out_scores, count,
                    first, size_of_slice, cursors, bits, scores,
                )  # fmt: skip
                total += matches
            if is_deep:
                written.append((segment.number, out_docs[:count], out_scores[:count]))
        if is_deep:
            return _Run(total, *self._sort_written(written, keeps, order), matched or _NO_SETS)
        write_ids(room.address, filled)
        return _Run(total, *room.read_best(filled), matched or _NO_SETS)

    def _sort_written(
        self, written: list[tuple[int, I32, F32]], keeps: int, order: int
    ) -> tuple[list[str], list[int], list[float]]:
        """A deep page: every match by its keys. Ids are compared among those alone that could come so far."""
        segments = self._generation.segments
        parts = [(segments[number], docs, scores) for number, docs, scores in written]
        if not parts:
            return [], [], []
        docs = np.concatenate([docs.astype(np.int64) + segment.base for segment, docs, _ in parts])
        scores = np.concatenate([scores for _, _, scores in parts])
        days = np.concatenate([segment.first_day[docs] for segment, docs, _ in parts]).astype(np.int64)
        second = days
        key = scores.astype(np.float64)
        if order != RELEVANCE:
            sign = 1 if order == NEWEST else -1
            instants = np.concatenate([segment.instant[docs] for segment, docs, _ in parts])
            key = np.where(days == 0, -np.inf, sign * days)
            # One more than the least of all numbers, which has no opposite to sort by.
            second = np.where(instants == UNKNOWN_INSTANT, UNKNOWN_INSTANT + 1, sign * instants)
        if len(docs) > keeps:
            lowest = np.partition(key, len(docs) - keeps)[len(docs) - keeps]
            open_picks = np.flatnonzero(key >= lowest)
        else:
            open_picks = np.arange(len(docs))
        # Within equal keys by id, of which there are more than a page only in odd archives: one sort of strings.
        picked = np.array([self._generation.id_of(int(doc)) for doc in docs[open_picks]])
        ranking = np.lexsort((picked, -second[open_picks], -key[open_picks]))[:keeps]
        chosen = open_picks[ranking]
        return list(map(str, picked[ranking])), docs[chosen].tolist(), scores[chosen].tolist()


def _put_behind(first: _Run, found: _Run, tier: frozenset[str]) -> _Run:
    """What was found, with those of the tier before all others."""
    others = [place for place, found_id in enumerate(found.ids) if found_id not in tier]
    return found._replace(
        ids=[*first.ids, *(found.ids[place] for place in others)],
        docs=[*first.docs, *(found.docs[place] for place in others)],
        scores=[*first.scores, *(found.scores[place] for place in others)],
    )


def _slice_size(program: Program, windows: int) -> int:
    slices = max(1 + program.postings // _SLICE_POSTINGS, -(-windows // _SLICE_WINDOWS))
    return max(1, -(-windows // slices))
