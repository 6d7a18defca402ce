"""The one door to searching: a request goes in, a page comes out, whoever asks (page, endpoint or command line).

Knows the order of the steps and nothing of how any is done: parse, plan, execute, fetch, cut snippets. Opens no
index and reads no clock but the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import shown_term
from indexer.codec.compiled import HAS_NUMBA
from indexer.settings import Settings
from searchapp.query.nodes import Note
from searchapp.query.parser import parse_query
from searchapp.search.highlight import Highlighted
from searchapp.search.plan import MOST_SCORED_FORMS, FacetRequest
from searchapp.search.planner import PlannedSearch, plan_search
from searchapp.search.port import Engine, FacetCounts, IndexFacts, Matches, StoredArticle
from searchapp.search.request import Clause, Hit, Page, SearchRequest
from searchapp.search.scoring import inverse_frequency
from searchapp.search.showing import Showing, make_showing

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

    def facts(self) -> IndexFacts:
        return self.engine.facts()

    def browse(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over the whole archive: what the empty page offers."""
        return self.engine.count_values(facets)

    def _plan(self, request: SearchRequest) -> tuple[PlannedSearch, IndexFacts]:
        facts = self.engine.facts()
        query = parse_query(request.q, self.today())
        return plan_search(query, request, facts.langs, self.analyzer, self.settings.search_deadline_ms), facts


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
