"""The one door to searching: a request goes in, a page comes out, whoever asks (page, endpoint or command line).

Knows the order of the steps and nothing of how any is done: parse, plan, execute, fetch, cut snippets. Opens no
index and reads no clock but the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import shown_term
from indexer.codec.compiled import HAS_NUMBA
from indexer.settings import Settings
from searchapp.query.nodes import Note, Query
from searchapp.query.parser import parse_query
from searchapp.search.highlight import Highlighted
from searchapp.search.plan import MOST_SCORED_FORMS, FacetRequest
from searchapp.search.planner import PlannedSearch, plan_search
from searchapp.search.port import Engine, FacetCounts, IndexFacts, Matches, StoredArticle
from searchapp.search.request import Clause, Hit, Page, Respelling, SearchRequest
from searchapp.search.respelling import ENOUGH_ARTICLES, Respeller
from searchapp.search.scoring import inverse_frequency
from searchapp.search.showing import Showing, make_showing
from searchapp.search.similar import SimilarArticles, SimilarRequest, find_similar
from searchapp.search.suggestions import Suggestions, suggest

#: How often a search is run again because an article of its answer was deleted before it could be fetched.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class SearchService:
    """Answers searches from one engine. Safe to use from several threads; `today` says which day date words mean.

    `compiled` says whether kernels cut snippets; without them they are the same and slow.
    """

    engine: Engine
    analyzer: Analyzer
    settings: Settings
    today: Callable[[], date]
    compiled: bool = HAS_NUMBA
    showing: Showing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "showing", make_showing(self.analyzer, compiled=self.compiled))

    def search(self, request: SearchRequest) -> Page:
        """The page that was asked for. Never fails because of what was typed: notes say what was not understood."""
        started = perf_counter()
        planned, facts = self._plan(request)
        for _ in range(_TRIES):
            matches = self.engine.execute(planned.plan)
            fetched = self.engine.fetch(tuple([hit.id for hit in matches.hits]), with_original=False)
            if None not in fetched:
                break
        rarity = [inverse_frequency(facts.articles, articles) for articles in matches.clause_articles]
        pairs = [(hit, stored) for hit, stored in zip(matches.hits, fetched, strict=True) if stored is not None]
        shown = self.showing.show([stored.article for _, stored in pairs], planned.marked, rarity)
        respelling = None
        if matches.total_all_words < ENOUGH_ARTICLES and request.q and not matches.timed_out:
            respelling = self._respell(request, matches.total_all_words, started)
        hits = tuple(
            [
                Hit(stored, hit.score, hit.all_words, each.title_spans, each.title_html, each.snippets)
                for (hit, stored), each in zip(pairs, shown, strict=True)
            ]
        )
        return Page(
            request=request,
            understood=planned.understood,
            clauses=_count_clauses(planned, matches),
            notes=(*planned.notes, *_note_forms(planned, matches)),
            hits=hits,
            total=matches.total,
            total_is_exact=matches.total_is_exact,
            total_all_words=matches.total_all_words,
            timed_out=matches.timed_out,
            facets=matches.facets,
            histogram=matches.histogram,
            generation=matches.generation,
            took_ms=(perf_counter() - started) * 1000,
            did_you_mean=respelling,
        )

    def article(self, article_id: str) -> StoredArticle | None:
        """The stored article; None where the archive has none of this id (any more)."""
        return self.engine.fetch((article_id,))[0]

    def find_external_id(self, external_id: str) -> tuple[StoredArticle, ...]:
        """Every article that was given this id, in any collection."""
        return tuple(found for found in self.engine.fetch(self.engine.find_external_id(external_id)) if found)

    def highlight(self, stored: StoredArticle, q: str) -> Highlighted:
        """The whole article with everything marked that the query's words and phrases match."""
        planned, _ = self._plan(SearchRequest(q=q))
        return self.showing.highlight(stored.article, planned.marked)

    def similar(self, request: SimilarRequest) -> SimilarArticles | None:
        """More like this article; None where the archive has none of this id (any more)."""
        started = perf_counter()
        stored = self.article(request.article_id)
        if stored is None:
            return None
        remaining_ms = self._count_down(started)
        found = find_similar(stored, request, self.engine, self.analyzer, self.showing, remaining_ms)
        return replace(found, took_ms=(perf_counter() - started) * 1000)

    def suggest(self, typed: str) -> Suggestions:
        """What to offer to somebody who has typed so much."""
        started = perf_counter()
        found = suggest(typed, self.engine, self.analyzer, self._count_down(started))
        generation = self.engine.facts().generation
        return Suggestions(found, generation, (perf_counter() - started) * 1000)

    def facts(self) -> IndexFacts:
        return self.engine.facts()

    def browse(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over the whole archive: what the empty page offers."""
        return self.engine.count_values(facets)

    def _plan(self, request: SearchRequest, deadline_ms: float | None = None) -> tuple[PlannedSearch, IndexFacts]:
        facts = self.engine.facts()
        query = parse_query(request.q, self.today())
        if deadline_ms is None:
            deadline_ms = self.settings.search_deadline_ms
        return plan_search(query, request, facts.langs, self.analyzer, deadline_ms), facts

    def _respell(self, request: SearchRequest, articles: int, started: float) -> Respelling | None:
        """What was meant, in what is left of the time for one search."""

        def search(q: str, deadline_ms: float) -> Matches:
            asked = replace(request, q=q, page=1, per_page=0, facets=(), histogram=None)
            return self.engine.execute(self._plan(asked, deadline_ms)[0].plan)

        def parse(q: str) -> Query:
            return parse_query(q, self.today())

        langs = tuple(lang.value for lang in self.engine.facts().langs)
        respeller = Respeller(self.engine, self.analyzer, self.showing, langs, parse, search, self._count_down(started))
        return respeller.respell(parse(request.q), articles)

    def _count_down(self, started: float) -> Callable[[], float]:
        """What is left of the time for one search that began then."""
        return lambda: max(0.0, self.settings.search_deadline_ms - (perf_counter() - started) * 1000)


def _count_clauses(planned: PlannedSearch, matches: Matches) -> tuple[Clause, ...]:
    expanded = {expansion.clause: tuple(map(shown_term, expansion.shown)) for expansion in matches.expansions}
    return tuple(
        Clause(shown.text, expanded.get(number, shown.terms), articles)
        for number, (shown, articles) in enumerate(zip(planned.clauses, matches.clause_articles, strict=True))
    )


def _note_forms(planned: PlannedSearch, matches: Matches) -> Iterator[Note]:
    """Which patterns fit more forms than are weighed."""
    for expansion in matches.expansions:
        if expansion.forms > MOST_SCORED_FORMS:
            shown = planned.clauses[expansion.clause]
            yield Note(
                "many_forms",
                shown.start,
                f"“{shown.text}” fits {expansion.forms:,} forms: all of them are found, the {MOST_SCORED_FORMS} most "
                "frequent are weighed and the others count as one",
            )
