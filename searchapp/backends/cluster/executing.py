"""A plan executed by a cluster: first how rare its clauses are, then its hits and counts.

Of an `auto` plan with too few articles that have every word, the hits are asked for in two parts, those with every word
and those with some: a cluster knows no order by a tier and a score within it that loses nothing of either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from searchapp.backends.cluster.answers import Answer, FoundHit, draw_histogram, read_facets, uncertain_facets
from searchapp.backends.cluster.asking import Asking, Counts, clauses_of, countable
from searchapp.backends.cluster.bodies import (
    MOST_AT_ONCE,
    MOST_BUCKETS,
    add_counts,
    count_values,
    list_hits,
    narrow,
    order_hits,
)
from searchapp.backends.cluster.hit_words import AverageLengths
from searchapp.backends.cluster.places import Json
from searchapp.backends.cluster.queries import Rarity, matching, scoring
from searchapp.backends.cluster.ranking_again import Extras, rank_again
from searchapp.backends.cluster.walks import DeepPages
from searchapp.search.counting import Interval
from searchapp.search.extras import RANKED_AGAIN, as_clause
from searchapp.search.plan import AUTO_THRESHOLD, Clause, Plan, PlanNode
from searchapp.search.port import Bucket, Expansion, FacetCounts, Matches, ScoredArticle
from searchapp.search.scoring import inverse_frequency

#: The whole index by the number of the day, month or year.
CountWhole = Callable[[Interval, Asking], Mapping[int, int]]
Expand = Callable[[Clause, Asking], Expansion | None]
#: What the texts of hits of these ids say of a plan's words; None where there was no time.
Measure = Callable[[Sequence[str], Plan, Rarity, Asking], Extras | None]


class _Found(NamedTuple):
    """`counted` is the answer that holds facets and buckets. `with_all` are the hits that have every word, None
    where all do."""

    hits: tuple[FoundHit, ...]
    total: int
    total_all_words: int
    counted: Answer
    query: Json
    with_all: frozenset[str] | None


class Executor(NamedTuple):
    """Executes plans on one generation, of so many articles."""

    articles: int
    generation: int
    counts: Counts
    pages: DeepPages
    count_whole: CountWhole
    expand: Expand
    measure: Measure
    averages: AverageLengths

    def execute(self, plan: Plan, asking: Asking) -> Matches:
        ranked = [as_clause(word) for word in plan.ranked]
        clauses = [*plan.clauses, *clauses_of(plan.any_words), *clauses_of(plan.all_words), *ranked]
        held = self.counts.count(clauses, asking)
        rarity = rarity_by(held, self.articles)
        is_ranked_again = bool(plan.ranked and plan.count and plan.first < RANKED_AGAIN)
        asked = plan
        if is_ranked_again:
            asked = plan._replace(first=0, count=max(plan.first + plan.count, RANKED_AGAIN))
        execution = _Execution(asked, asking, self.pages, rarity)
        found = execution.find()
        facets = execution.count_facets(found)
        histogram: tuple[Bucket, ...] = ()
        if plan.histogram is not None and found.counted.aggregations:
            histogram = draw_histogram(found.counted, plan.histogram, self.count_whole(plan.histogram, asking))
        expansions = tuple(filter(None, (self.expand(clause, asking) for clause in plan.clauses)))
        # Last, so that where the time is short nothing lacks but the order of some hits.
        hits = found.hits
        if is_ranked_again:
            hits = self._rank_again(found, plan, rarity, asking)[plan.first : plan.first + plan.count]
        return Matches(
            hits=tuple(
                [ScoredArticle(hit.id, hit.score, found.with_all is None or hit.id in found.with_all) for hit in hits]
            ),
            total=found.total,
            total_all_words=found.total_all_words,
            total_is_exact=asking.is_whole,
            timed_out=asking.is_late,
            facets=facets,
            histogram=histogram,
            clause_articles=tuple([held[countable(clause)] for clause in plan.clauses]),
            generation=self.generation,
            expansions=expansions,
        )

    def _rank_again(self, found: _Found, plan: Plan, rarity: Rarity, asking: Asking) -> tuple[FoundHit, ...]:
        """Late already, hits stay as they are."""
        extras = self.measure([hit.id for hit in found.hits[:RANKED_AGAIN]], plan, rarity, asking)
        if extras is None:
            return found.hits
        tier = found.with_all if plan.match == "auto" else None
        first_tier = len([hit for hit in found.hits if hit.id in tier]) if tier else 0
        return rank_again(found.hits, first_tier, plan, extras, self.averages, asking)


def rarity_by(held: Mapping[Clause, int], articles: int) -> Rarity:
    return lambda clause: inverse_frequency(articles, held.get(countable(clause), 0))


class _Execution:
    def __init__(self, plan: Plan, asking: Asking, pages: DeepPages, rarity: Rarity) -> None:
        self._plan = plan
        self._asking = asking
        self._pages = pages
        self._rarity = rarity
        self._filters = tuple(matching(each) for each in plan.filters)
        self._sort = order_hits(plan.sort)

    def find(self) -> _Found:
        plan = self._plan
        if plan.any_words == plan.all_words:
            return self._find_all()
        if plan.match == "any":
            return self._find_any()
        found = self._find_all()
        if plan.match == "all" or found.total >= AUTO_THRESHOLD or self._asking.is_late:
            return found
        return self._find_in_tiers(found) if plan.sort == "relevance" else self._find_any(found.total)

    def count_facets(self, found: _Found) -> tuple[FacetCounts, ...]:
        """Those whose shards may have kept something back are asked for again, with all that a shard may tell."""
        facets = self._plan.facets
        if not found.counted.aggregations:
            return tuple(FacetCounts(facet.name, ()) for facet in facets)
        uncertain = uncertain_facets(found.counted, facets)
        answer = found.counted
        if uncertain:
            again = {f"facet {number}": count_values(facets[number], MOST_BUCKETS) for number in uncertain}
            asked = self._asking.ask({"size": 0, "query": found.query, "aggs": again})
            answer = Answer(
                answer.hits,
                answer.total,
                answer.is_late,
                answer.is_whole,
                {**answer.aggregations, **asked.aggregations},
            )
        return read_facets(answer, facets)

    def _find_all(self) -> _Found:
        query = narrow(self._scored(self._plan.all_words), self._filters)
        hits, answer = self._read(query)
        return _Found(hits, answer.total, answer.total, answer, query, None)

    def _find_any(self, all_words: int | None = None) -> _Found:
        """Hits with any of the words, in one order."""
        plan = self._plan
        query = narrow(self._scored(plan.any_words), self._filters)
        hits, answer = self._read(query)
        every_word = narrow(matching(plan.all_words), self._filters)
        if all_words is None:
            all_words = self._asking.ask({"size": 0, "track_total_hits": True, "query": every_word}).total
        with_all: frozenset[str] = frozenset()
        if hits:
            these = narrow(every_word, [_have_ids([hit.id for hit in hits])])
            flagged = self._asking.ask({"size": len(hits), "_source": False, "query": these})
            with_all = frozenset(hit.id for hit in flagged.hits)
        return _Found(hits, answer.total, all_words, answer, query, with_all)

    def _find_in_tiers(self, found: _Found) -> _Found:
        plan, asking = self._plan, self._asking
        query = narrow(self._scored(plan.any_words), self._filters)
        upper = narrow(query, [matching(plan.all_words)])
        tier = asking.ask(list_hits(upper, self._sort, 0, AUTO_THRESHOLD)).hits
        with_all = frozenset(hit.id for hit in tier)
        kept = tier[plan.first : plan.first + plan.count]
        counted = asking.ask(self._with_counts(list_hits(query, self._sort, 0, 0)))
        lower = narrow(query, (), without=[_have_ids(sorted(with_all))] if with_all else ())
        hits, _ = self._pages.read(lower, self._sort, max(0, plan.first - len(tier)), plan.count - len(kept), asking)
        return _Found((*kept, *hits), counted.total, found.total, counted, query, with_all)

    def _scored(self, node: PlanNode) -> Json:
        return scoring(node, self._rarity) if self._plan.count else matching(node)

    def _read(self, query: Json) -> tuple[tuple[FoundHit, ...], Answer]:
        """The slice of the hits that the plan wants, and an answer with the total and what is counted."""
        first, count = self._plan.first, self._plan.count
        if first + count <= MOST_AT_ONCE:
            answer = self._asking.ask(self._with_counts(list_hits(query, self._sort, first, count)))
            return answer.hits, answer
        answer = self._asking.ask(self._with_counts(list_hits(query, self._sort, 0, 0)))
        hits, _ = self._pages.read(query, self._sort, first, count, self._asking)
        return hits, answer

    def _with_counts(self, body: Json) -> Json:
        return add_counts(body, self._plan.facets, self._plan.histogram)


def _have_ids(ids: Sequence[str]) -> Json:
    return {"ids": {"values": list(ids)}}
