"""The one door to searching: a request goes in, a page comes out, whoever asks (page, endpoint or command line).

Knows the order of the steps and nothing of how any is done: parse, plan, execute, fetch, cut snippets. Opens no
index and reads no clock but the one it is given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter
from typing import Literal, Self

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import shown_term
from indexer.codec.compiled import HAS_NUMBA
from indexer.settings import Settings
from searchapp.query.nodes import Note, Query
from searchapp.query.parser import parse_query
from searchapp.search.cursor import Cursor, CursorExpiredError
from searchapp.search.extras import RANKED_AGAIN
from searchapp.search.grouping import GroupedHits, GroupedWalks
from searchapp.search.highlight import Highlighted
from searchapp.search.no_hits import explain_no_hits
from searchapp.search.plan import MOST_SCORED_FORMS, FacetRequest, Plan
from searchapp.search.planner import PlannedSearch, plan_search
from searchapp.search.port import (
    Bucket,
    Engine,
    Explanation,
    FacetCounts,
    IndexFacts,
    Matches,
    ScoredArticle,
    Searchable,
    StoredArticle,
)
from searchapp.search.publications import Publications, read_publications
from searchapp.search.request import Clause, Hit, NoHits, Page, Respelling, SearchRequest
from searchapp.search.respelling import ENOUGH_ARTICLES, Respeller
from searchapp.search.scoring import inverse_frequency
from searchapp.search.showing import Showing, make_showing
from searchapp.search.similar import SimilarArticles, SimilarRequest, find_similar
from searchapp.search.suggestions import Suggestions, suggest
from searchapp.search.timeline import Timeline, draw_timeline
from searchapp.search.walking import Walks
from searchapp.search.written import Writings

#: The note of an answer that a part of the index had no share in; what was typed is not at fault.
PARTIAL = "partial"
PARTIAL_MESSAGE = (
    "a part of the index did not answer: articles may be missing here and the counts too low; ask again later"
)
#: How often a search is run again because an article of its answer was deleted before it could be fetched.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class SearchService:
    """Answers searches from one engine. Safe to use from several threads; `today` says which day date words mean.

    `compiled` says whether kernels cut snippets; without them they are the same and slow. `on_page` is told of each
    page that was found. `waited_ms` of the time for a search were over before it began.
    """

    engine: Engine
    analyzer: Analyzer
    settings: Settings
    today: Callable[[], date]
    compiled: bool = HAS_NUMBA
    on_page: Callable[[Page], None] = lambda _: None
    waited_ms: float = 0.0
    showing: Showing = field(init=False)
    walks: Walks = field(init=False)
    grouped_walks: GroupedWalks = field(init=False)
    writings: Writings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "showing", make_showing(self.analyzer, compiled=self.compiled))
        object.__setattr__(self, "walks", Walks())
        object.__setattr__(self, "grouped_walks", GroupedWalks())
        object.__setattr__(self, "writings", Writings())

    def after(self, waited_ms: float) -> Self:
        """The same for whoever has waited so long already: a search has the rest of its time."""
        later = copy(self)
        object.__setattr__(later, "waited_ms", waited_ms)
        return later

    @property
    def limit_ms(self) -> float:
        return max(0.0, self.settings.search_deadline_ms - self.waited_ms)

    def search(self, request: SearchRequest, *, offers: bool = True) -> Page:
        """The page that was asked for. Never fails because of what was typed: notes say what was not understood.

        `offers`: where it finds little, search on for what may have been meant and for what would find something.
        Raises CursorExpiredError where the request has a cursor whose generation is open no more.
        """
        page = self._search(request, offers=offers)
        self.on_page(page)
        return page

    def _search(self, request: SearchRequest, *, offers: bool) -> Page:
        started = perf_counter()
        searched = self._searched(request)
        planned, facts = self._plan(request, searched)
        for _ in range(_TRIES):
            grouped = self._execute(request, planned, searched, started)
            matches, found = grouped.matches, grouped.hits
            fetched = searched.fetch(tuple([hit.id for hit in found]), with_original=False)
            if None not in fetched:
                break
        rarity = [inverse_frequency(facts.articles, articles) for articles in matches.clause_articles]
        pairs = [(hit, stored) for hit, stored in zip(found, fetched, strict=True) if stored is not None]
        stories = searched.find_stories(tuple([hit.id for hit, _ in pairs]))
        shown = self.showing.show([stored.article for _, stored in pairs], planned.marked, rarity)
        respelling = None
        # Whoever walks on by a cursor has seen the first page.
        is_new = bool(request.q) and request.cursor is None
        if offers and is_new and matches.total_all_words < ENOUGH_ARTICLES and matches.total_is_exact:
            respelling = self._respell(request, matches.total_all_words, started)
        hits = tuple(
            [
                Hit(stored, hit.score, hit.all_words, each.title_spans, each.title_html, each.snippets, story)
                for (hit, stored), each, story in zip(pairs, shown, stories, strict=True)
            ]
        )
        if request.explain:
            scored = tuple([hit for hit, _ in pairs])
            ranks = [rank for rank, stored in zip(grouped.ranks, fetched, strict=True) if stored is not None]
            explained = _explain(planned.plan, scored, ranks, searched)
            hits = tuple([hit._replace(explanation=each) for hit, each in zip(hits, explained, strict=True)])
        page = Page(
            request=request,
            understood=planned.understood,
            clauses=_count_clauses(planned, matches),
            notes=(*planned.notes, *_note_forms(planned, matches), *_note_missing(matches)),
            hits=hits,
            total=matches.total,
            total_is_exact=matches.total_is_exact,
            total_all_words=matches.total_all_words,
            timed_out=matches.timed_out,
            facets=matches.facets,
            histogram=matches.histogram,
            generation=matches.generation,
            took_ms=(perf_counter() - started) * 1000,
            has_more=grouped.has_more,
            dropped=planned.dropped,
            did_you_mean=respelling,
        )
        if matches.total or not matches.total_is_exact or not offers:
            return page
        no_hits = self._explain_no_hits(request, started)
        return replace(page, no_hits=no_hits, took_ms=(perf_counter() - started) * 1000)

    def cursor_after(self, page: Page) -> Cursor | None:
        """Where the hits go on after this page, None where they end; its generation stays open for whoever follows.

        A late or partial answer does not say what comes next: whoever wants to know asks for the same page again.
        """
        request = page.request
        if not page.total_is_exact or not page.has_more:
            return None
        self.engine.pin(page.generation)
        return Cursor(page.generation, request.first_hit + request.per_page, self._day(request))

    def article(self, article_id: str) -> StoredArticle | None:
        """The stored article; None where the archive has none of this id (any more)."""
        return self.engine.fetch((article_id,))[0]

    def find_external_id(self, external_id: str) -> tuple[StoredArticle, ...]:
        """Every article that was given this id, in any collection."""
        return tuple(found for found in self.engine.fetch(self.engine.find_external_id(external_id)) if found)

    def highlight(self, stored: StoredArticle, q: str) -> Highlighted:
        """The whole article with everything marked that the query's words and phrases match."""
        planned, _ = self._plan(SearchRequest(q=q), self.engine)
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

    def publications(self, article_id: str) -> Publications | None:
        """Where else this article was published, and with which changes; None where the archive has none of this id."""
        started = perf_counter()
        (stored,) = self.engine.fetch((article_id,), with_original=False)
        if stored is None:
            return None
        return replace(read_publications(stored, self.engine), took_ms=(perf_counter() - started) * 1000)

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

    def count(self, request: SearchRequest, deadline_ms: float | None = None) -> Matches:
        """The counts of a search without its hits; `deadline_ms` where less time is left than for a whole one."""
        first = replace(request, page=1, per_page=0, cursor=None)
        return self.engine.execute(self._plan(first, self.engine, deadline_ms)[0].plan)

    def timeline(self, page: Page) -> Timeline:
        """When the articles of this page's search were published; the page's own histogram is by year.

        Takes what is left of the time for one search, and is coarser where that is too short.
        """
        ends = perf_counter() + (self.limit_ms - page.took_ms) / 1000

        def count_by(interval: Literal["day", "month"]) -> tuple[Bucket, ...]:
            left_ms = (ends - perf_counter()) * 1000
            if left_ms <= 0:
                return ()
            matches = self.count(replace(page.request, facets=(), histogram=interval), left_ms)
            return () if matches.timed_out else matches.histogram

        return draw_timeline(page.histogram, count_by)

    def _explain_no_hits(self, request: SearchRequest, started: float) -> NoHits | None:
        """In the time that is left of the search that found nothing."""
        ends = started + self.settings.search_deadline_ms / 1000

        def count(asked: SearchRequest) -> Matches | None:
            left_ms = (ends - perf_counter()) * 1000
            return self.count(replace(asked, facets=(), histogram=None), left_ms) if left_ms > 0 else None

        return explain_no_hits(replace(request, page=1, facets=(), histogram=None), self.today(), count)

    def _searched(self, request: SearchRequest) -> Searchable:
        if request.cursor is None:
            # Hits that are read in several goes are all of one generation.
            is_read_on = request.group is not None
            return (self.engine.at(self.engine.facts().generation) if is_read_on else None) or self.engine
        kept = self.engine.at(request.cursor.generation)
        if kept is None:
            raise CursorExpiredError("belongs to a generation of the index that is kept no longer")
        return kept

    def _day(self, request: SearchRequest) -> date:
        return self.today() if request.cursor is None else request.cursor.today

    def _plan(
        self, request: SearchRequest, searched: Searchable, deadline_ms: float | None = None
    ) -> tuple[PlannedSearch, IndexFacts]:
        facts = searched.facts()
        query = parse_query(request.q, self._day(request))
        if deadline_ms is None:
            deadline_ms = self.limit_ms
        return plan_search(query, request, facts.langs, self.analyzer, deadline_ms), facts

    def _respell(self, request: SearchRequest, articles: int, started: float) -> Respelling | None:
        """What was meant, in what is left of the time for one search."""

        def search(q: str, deadline_ms: float) -> Matches:
            asked = replace(request, q=q, page=1, per_page=0, facets=(), histogram=None)
            plan = self._plan(asked, self.engine, deadline_ms)[0].plan
            # Nobody asks for more than how many have all of the words.
            return self.engine.execute(plan._replace(any_words=plan.all_words))

        def parse(q: str) -> Query:
            return parse_query(q, self.today())

        langs = tuple(lang.value for lang in self.engine.facts().langs)
        respeller = Respeller(
            self.engine,
            self.analyzer,
            self.showing,
            self.writings,
            langs,
            parse,
            search,
            self._count_down(started),
        )
        return respeller.respell(parse(request.q), articles)

    def _count_down(self, started: float) -> Callable[[], float]:
        """What is left of the time for one search that began then."""
        return lambda: max(0.0, self.limit_ms - (perf_counter() - started) * 1000)

    def _execute(
        self, request: SearchRequest, planned: PlannedSearch, searched: Searchable, started: float
    ) -> GroupedHits:
        """The matches, and the hits of them that were asked for: one of each story where stories were asked for."""
        if request.group is not None:
            left_ms = self._count_down(started)

            def read(first: int, count: int) -> Matches:
                plan = planned.plan._replace(first=first, count=count)
                # What is counted was counted with the first hits.
                return searched.execute(
                    plan._replace(facets=(), histogram=None, deadline_ms=left_ms()) if first else plan
                )

            return self.grouped_walks.read(request, read, searched.find_stories)
        if request.cursor is None:
            matches = searched.execute(planned.plan)
            hits = matches.hits
        else:
            stretch = self.walks.read(request, lambda wider: searched.execute(self._plan(wider, searched)[0].plan))
            matches, hits = stretch.matches, stretch.hits(request.cursor.first, request.per_page)
        first = request.first_hit
        ranks = tuple(range(first, first + len(hits)))
        return GroupedHits(matches, hits, ranks, has_more=first + request.per_page < matches.total)


def _explain(
    plan: Plan, hits: tuple[ScoredArticle, ...], ranks: Sequence[int], searched: Searchable
) -> tuple[Explanation | None, ...]:
    """Hits come with their ranks among all, since extras are for the first of these alone."""
    near = bisect_left(ranks, RANKED_AGAIN)
    parts = ((hits[:near], 0), (hits[near:], RANKED_AGAIN))
    return tuple(each for part, first in parts if part for each in searched.explain(plan, part, first))


def _count_clauses(planned: PlannedSearch, matches: Matches) -> tuple[Clause, ...]:
    expanded = {expansion.clause: tuple(map(shown_term, expansion.shown)) for expansion in matches.expansions}
    return tuple(
        Clause(shown.text, expanded.get(number, shown.terms), articles, shown.field)
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


def _note_missing(matches: Matches) -> Iterator[Note]:
    if not matches.total_is_exact and not matches.timed_out:
        yield Note(PARTIAL, 0, PARTIAL_MESSAGE)
