"""One generation of an index in a cluster, opened: it stays as it is, whatever is written meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from indexer.codec.stored import decode_article
from searchapp.backends.cluster.answers import read_average, read_buckets, read_facets, read_sources
from searchapp.backends.cluster.asking import Asking, Counts, clauses_of, countable
from searchapp.backends.cluster.bodies import HISTOGRAM, MOST_AT_ONCE, MOST_BUCKETS, add_counts, count_values, narrow
from searchapp.backends.cluster.executing import Executor, rarity_by
from searchapp.backends.cluster.forms import expand_clause, list_forms
from searchapp.backends.cluster.hit_words import AverageLengths, get_ready
from searchapp.backends.cluster.point import PointInTime
from searchapp.backends.cluster.queries import Rarity, clause_name, scoring
from searchapp.backends.cluster.ranking_again import Extras, measure_hits
from searchapp.backends.cluster.stories import find_stories
from searchapp.backends.cluster.walks import DeepPages
from searchapp.search.counting import Interval
from searchapp.search.explaining import name_extras
from searchapp.search.extras import RANKED_AGAIN
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.port import (
    ClausePart,
    Explanation,
    FacetCounts,
    Form,
    FormsRequest,
    IndexFacts,
    Matches,
    ScoredArticle,
    StoredArticle,
    Story,
)

#: Articles of a generation are read in so many at a time: a page of them, or what a walk looks at.
_FETCHED_AT_ONCE: Final = 500


class Opened:
    """Implements `Searchable` over one generation. Safe to share between threads."""

    def __init__(self, point: PointInTime, generation: int) -> None:
        """Raises ClusterError where the cluster does not answer."""
        self.point = point
        self.generation = generation
        self._counts = Counts()
        self._pages = DeepPages()
        self._lock = threading.Lock()
        self._whole: dict[Interval, Mapping[int, int]] = {}
        langs = FacetRequest("lang", MOST_BUCKETS)
        body = add_counts({"size": 0, "track_total_hits": True, "query": {"match_all": {}}}, (langs,), None)
        for name in ("title", "body"):
            body["aggs"][name] = {"avg": {"field": f"{name}_length"}}
        answer = Asking.within(point, None).ask(body)
        #: False where a part was missing when this was counted.
        self.is_whole = answer.is_whole and point.is_whole
        self._averages = AverageLengths(read_average(answer, "title"), read_average(answer, "body"))
        self._facts = IndexFacts(
            generation, answer.total, read_facets(answer, (langs,))[0].counts, is_whole=self.is_whole
        )

    def facts(self) -> IndexFacts:
        return self._facts

    def execute(self, plan: Plan) -> Matches:
        if plan.ranked:
            get_ready()
        executor = Executor(
            self._facts.articles, self.generation, self._counts, self._pages, self._count_whole, expand_clause,
            self._measure, self._averages,
        )  # fmt: skip
        return executor.execute(plan, Asking.within(self.point, plan.deadline_ms))

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        found: dict[str, StoredArticle] = {}
        kept = ["article", "original"] if with_original else ["article"]
        for first in range(0, len(ids), _FETCHED_AT_ONCE):
            wanted = list(dict.fromkeys(ids[first : first + _FETCHED_AT_ONCE]))
            body = {"size": len(wanted), "_source": kept, "query": {"ids": {"values": wanted}}}
            for article_id, source in read_sources(self.point.search(body, None)):
                original = source.get("original")
                article = decode_article(orjson.dumps(source["article"]), orjson.dumps(original) if original else b"")
                found[article_id] = StoredArticle(article_id, article)
        return tuple([found.get(each) for each in ids])

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        return find_stories(ids, self.point)

    def explain(self, plan: Plan, hits: tuple[ScoredArticle, ...], first: int) -> tuple[Explanation | None, ...]:
        """What each clause brings; how often it stands in which field only the cluster knows."""
        if not hits:
            return ()
        asking = Asking.within(self.point, plan.deadline_ms)
        clauses = [*plan.clauses, *clauses_of(plan.any_words), *clauses_of(plan.all_words)]
        rarity = rarity_by(self._counts.count(clauses, asking), self._facts.articles)
        ids = {"ids": {"values": [hit.id for hit in hits]}}
        node = plan.any_words if plan.match != "all" else plan.all_words
        query = narrow(scoring(node, rarity, named=True), [ids])
        body = {"size": len(hits), "_source": False, "query": query}
        found = {hit.id: hit.names for hit in asking.ask(body).hits}
        by_name = {clause_name(clause): clause for clause in clauses}
        near = [hit.id for hit in hits[: max(RANKED_AGAIN - first, 0)]] if plan.ranked else []
        extras = self._measure(near, plan, rarity, asking) if near else None
        closeness = dict(zip(near, extras.closeness, strict=True)) if extras else {}
        explained: list[Explanation | None] = []
        for hit in hits:
            names = found.get(hit.id)
            if names is None or (hit.id in near and hit.id not in closeness):
                explained.append(None)
                continue
            parts = tuple(
                ClausePart(clause.clause, clause.weight, rarity(countable(clause)), (), names[name])
                for name, clause in by_name.items()
                if name in names
            )
            explained.append(Explanation(parts, name_extras(hit.score, parts, closeness.get(hit.id), plan)))
        return tuple(explained)

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        body = {
            "size": MOST_AT_ONCE,
            "_source": False,
            "query": {"term": {"external_id": external_id}},
            "sort": [{"id": "asc"}],
        }
        return tuple(article_id for article_id, _ in read_sources(self.point.search(body, None)))

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over all articles."""
        aggregations = {f"facet {number}": count_values(facet, MOST_BUCKETS) for number, facet in enumerate(facets)}
        body = {"size": 0, "query": {"match_all": {}}, "aggs": aggregations}
        return read_facets(Asking.within(self.point, None).ask(body), facets) if facets else ()

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        """The surface forms that fit, as `forms.py` knows them."""
        return list_forms(request, Asking.within(self.point, deadline_ms))

    def _measure(self, ids: Sequence[str], plan: Plan, rarity: Rarity, asking: Asking) -> Extras | None:
        get_ready()
        body = {"size": len(ids), "_source": ["article"], "query": {"ids": {"values": list(ids)}}}
        raw = asking.ask_raw(body)
        found = {
            article_id: decode_article(orjson.dumps(source["article"]), b"")
            for article_id, source in read_sources(raw or {})
        }
        # A part that is missing now may have been there a moment ago.
        if not asking.has_time() or any(each not in found for each in ids):
            return None
        return measure_hits([found[each] for each in ids], plan, rarity, self._averages)

    def _count_whole(self, interval: Interval, asking: Asking) -> Mapping[int, int]:
        with self._lock:
            known = self._whole.get(interval)
        if known is not None:
            return known
        body = add_counts({"size": 0, "query": {"match_all": {}}}, (), interval)
        answer = asking.ask(body)
        counted = read_buckets(answer.aggregations.get(HISTOGRAM, {}), interval)
        if answer.is_whole and asking.is_whole:
            with self._lock:
                self._whole[interval] = counted
        return counted
