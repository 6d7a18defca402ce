"""Evaluates a plan over arrays: sets of articles with their scores, totals, counts and one page of hits.

Free of any engine: it reads a `PostingSource`. A deadline that passes makes an answer smaller, never wrong: what was
not looked at counts as not found under a positive node and as found under an excluded one, so every hit is a match.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from searchapp.search.counting import count_buckets, count_facet, have_value, have_year
from searchapp.search.extras import RANKED_AGAIN, as_clause, tell_apart
from searchapp.search.finding_extras import find_extras, find_feedback
from searchapp.search.matching import NOTHING_FOUND, Found, contains, expand_clause, find_clause, unite_documents
from searchapp.search.ordering import order_picks, select_page
from searchapp.search.plan import (
    AUTO_THRESHOLD,
    AllOf,
    AnyOf,
    Clause,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    Plan,
    PlanNode,
    SpellingPlan,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.port import Expansion, FacetCounts, Matches, ScoredArticle
from searchapp.search.postings import Documents, Flags, PostingSource
from searchapp.search.scoring import DEFAULT_PARAMETERS, Floats, Parameters, inverse_frequency

#: Seconds on a clock that never goes back.
Clock: TypeAlias = Callable[[], float]


class DeadlineError(Exception):
    """There is no time left."""


def execute_plan(
    plan: Plan, source: PostingSource, clock: Clock, parameters: Parameters = DEFAULT_PARAMETERS
) -> Matches:
    """The answer to a plan, all of it from the source's generation."""
    started = clock()
    ends = None if plan.deadline_ms is None else started + plan.deadline_ms / 1000
    evaluation = Evaluation(source, parameters, clock, ends)
    narrowed = evaluation.narrow(plan)
    all_found = _within(evaluation.find(plan.all_words), narrowed)
    found, has_all_words = all_found, None
    falls_back = plan.match == "auto" and len(all_found.docs) < AUTO_THRESHOLD
    if (plan.match == "any" or falls_back) and plan.any_words != plan.all_words:
        found = _within(evaluation.find(plan.any_words), narrowed)
        has_all_words = contains(all_found.docs, found.docs)
    tiers = has_all_words if plan.match == "auto" else None
    if plan.ranked and plan.count:
        found, picks = evaluation.rank_again(found, tiers, plan)
    else:
        picks = select_page(found, tiers, source, sort=plan.sort, first=plan.first, count=plan.count)
    ids = source.ids(found.docs[picks])
    facets = tuple(
        count_facet(request, found.docs, source) if evaluation.has_time() else FacetCounts(request.name, ())
        for request in plan.facets
    )
    buckets = count_buckets(plan.histogram, found.docs, source) if plan.histogram and evaluation.has_time() else ()
    clause_articles = tuple(len(evaluation.find(clause).docs) for clause in plan.clauses)
    expansions = tuple(filter(None, map(evaluation.expand, plan.clauses)))
    return Matches(
        hits=tuple(
            ScoredArticle(
                id=str(article_id),
                score=0.0 if found.scores is None else float(found.scores[pick]),
                all_words=True if has_all_words is None else bool(has_all_words[pick]),
            )
            for article_id, pick in zip(ids, picks, strict=True)
        ),
        total=len(found.docs),
        total_all_words=len(all_found.docs),
        total_is_exact=evaluation.in_time,
        timed_out=not evaluation.in_time,
        facets=facets,
        histogram=buckets,
        clause_articles=clause_articles,
        generation=source.generation,
        expansions=expansions,
    )


@dataclass(slots=True)
class Evaluation:
    """One run over one source: what each clause found is kept, since trees and counts ask for it again."""

    source: PostingSource
    parameters: Parameters
    clock: Clock
    ends: float | None
    in_time: bool = True
    clauses: dict[Clause, Found] = field(default_factory=dict)

    def has_time(self) -> bool:
        if self.in_time and self.ends is not None and self.clock() > self.ends:
            self.in_time = False
        return self.in_time

    def find(self, node: PlanNode, *, wants_more: bool = False) -> Found:
        """The articles of a node. When time is up: some of them, or with `wants_more` these and others."""
        match node:
            case WordPlan() | PhrasePlan() | SpellingPlan() | WindowPlan():
                return self._find_clause(node, wants_more=wants_more)
            case AllOf(children):
                return _intersect([self.find(child, wants_more=wants_more) for child in children], self._every())
            case AnyOf(children):
                return _unite([self.find(child, wants_more=wants_more) for child in children])
            case Exclude(child):
                member = self.source.live.copy()
                member[self.find(child, wants_more=not wants_more).docs] = False
                return _of_flags(member)
            case DaysWithin() | ValueIn():
                return _of_flags(self.flags(node))
            case EveryArticle() | NoArticle():
                return self._every() if isinstance(node, EveryArticle) else NOTHING_FOUND

    def flags(self, node: DaysWithin | ValueIn) -> Flags:
        """Live articles within these days, or with one of these values; shape (document_count,)."""
        source = self.source
        if isinstance(node, DaysWithin):
            member: Flags = source.live & (source.days.first != 0)
            if node.first is not None:
                member &= source.days.first >= node.first.toordinal()
            if node.last is not None:
                member &= source.days.last <= node.last.toordinal()
            return member
        if node.facet == "year":
            return source.live & have_year(source.days, node.values)
        return source.live & have_value(source.facet(node.facet), node.values, source.document_count)

    def rank_again(self, found: Found, tiers: Flags | None, plan: Plan) -> tuple[Found, NDArray[np.int64]]:
        """The page of a plan that has words to rank by, and the matches with what that adds to the scores."""
        last = plan.first + plan.count
        picks = select_page(found, tiers, self.source, sort="relevance", first=0, count=max(last, RANKED_AGAIN))
        told_apart = tell_apart(plan.ranked)
        rarity = [
            inverse_frequency(self.source.live_count, len(self.find(as_clause(word)).docs)) for word in told_apart.words
        ]
        head = picks[:RANKED_AGAIN]
        try:
            extras = find_extras(found.docs[head], told_apart, rarity, self.source, self.parameters, self.check)
        except DeadlineError:
            return found, picks[plan.first : last]
        scores = np.zeros(len(found.docs)) if found.scores is None else found.scores.copy()
        scores[head] += extras
        ranked = Found(found.docs, scores)
        head = order_picks(ranked, head, tiers, self.source)
        if plan.feedback:
            scores[head] += plan.feedback * find_feedback(found.docs[head], self.source, self.parameters)
            head = order_picks(ranked, head, tiers, self.source)
        return ranked, np.append(head, picks[RANKED_AGAIN:])[plan.first : last]

    def narrow(self, plan: Plan) -> Flags | None:
        """The articles that every filter lets through; None where nothing is filtered."""
        narrowed: Flags | None = None
        for chosen in plan.filters:
            member = self.flags(chosen)
            narrowed = member if narrowed is None else narrowed & member
        return narrowed

    def _every(self) -> Found:
        return _of_flags(self.source.live)

    def _find_clause(self, clause: Clause, *, wants_more: bool) -> Found:
        known = self.clauses.get(clause)
        if known is not None:
            return known
        if self.has_time():
            try:
                found = find_clause(clause, self.source, self.parameters, self.check)
            except DeadlineError:
                pass
            else:
                self.clauses[clause] = found
                return found
        return self._every() if wants_more else NOTHING_FOUND

    def expand(self, clause: Clause) -> Expansion | None:
        """None for what is no pattern, and where there is no time to look for its forms."""
        if isinstance(clause, SpellingPlan) and self.has_time():
            with suppress(DeadlineError):
                return expand_clause(clause, self.source, self.check)
        return None

    def check(self) -> None:
        if not self.has_time():
            raise DeadlineError


def _of_flags(member: Flags) -> Found:
    return Found(np.flatnonzero(member).astype(np.int32))


def _within(found: Found, narrowed: Flags | None) -> Found:
    if narrowed is None:
        return found
    kept = narrowed[found.docs]
    return Found(found.docs[kept], None if found.scores is None else found.scores[kept])


def _unite(parts: list[Found]) -> Found:
    docs = unite_documents([part.docs for part in parts])
    return Found(docs, _add_scores(docs, parts))


def _intersect(parts: list[Found], every: Found) -> Found:
    if not parts:
        return every
    docs = min((part.docs for part in parts), key=len)
    for part in parts:
        if part.docs is not docs:
            docs = docs[contains(part.docs, docs)]
    return Found(docs, _add_scores(docs, parts))


def _add_scores(docs: Documents, parts: list[Found]) -> Floats | None:
    """Sums over the parts in their order, so equal articles get equal scores to the last bit."""
    total = None
    for part in parts:
        if part.scores is None:
            continue
        if total is None:
            total = np.zeros(len(docs))
        kept = contains(docs, part.docs)
        total[np.searchsorted(docs, part.docs[kept])] += part.scores[kept]
    return total
