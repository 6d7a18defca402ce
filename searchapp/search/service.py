"""The one door to searching: a request goes in, a page comes out, whoever asks (page, endpoint or command line).

Knows the order of the steps and nothing of how any is done: parse, plan, execute, fetch, cut snippets. Opens no
index and reads no clock but the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from time import perf_counter

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import shown_term
from indexer.settings import Settings
from searchapp.query.nodes import Note
from searchapp.query.parser import parse_query
from searchapp.search.highlight import Highlighted, find_marks, highlight_article, mark_text, spans_of
from searchapp.search.plan import MOST_SCORED_FORMS, FacetRequest
from searchapp.search.planner import PlannedSearch, plan_search
from searchapp.search.port import Engine, FacetCounts, IndexFacts, Matches, ScoredArticle, StoredArticle
from searchapp.search.request import Clause, Hit, Page, SearchRequest
from searchapp.search.scoring import inverse_frequency
from searchapp.search.snippets import cut_snippets

#: How often a search is run again because an article of its answer was deleted before it could be fetched.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class SearchService:
    """Answers searches from one engine. Safe to use from several threads; `today` says which day date words mean."""

    engine: Engine
    analyzer: Analyzer
    settings: Settings
    today: Callable[[], date]

    def search(self, request: SearchRequest) -> Page:
        """The page that was asked for. Never fails because of what was typed: notes say what was not understood."""
        started = perf_counter()
        planned, facts = self._plan(request)
        for _ in range(_TRIES):
            matches = self.engine.execute(planned.plan)
            stored = self.engine.fetch(tuple(hit.id for hit in matches.hits))
            if None not in stored:
                break
        rarity = tuple(inverse_frequency(facts.articles, articles) for articles in matches.clause_articles)
        hits = tuple(
            self._show(planned, rarity, scored, found)
            for scored, found in zip(matches.hits, stored, strict=True)
            if found is not None
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
        return highlight_article(stored.article, planned.marked, self.analyzer)

    def facts(self) -> IndexFacts:
        return self.engine.facts()

    def browse(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over the whole archive: what the empty page offers."""
        return self.engine.count_values(facets)

    def _plan(self, request: SearchRequest) -> tuple[PlannedSearch, IndexFacts]:
        facts = self.engine.facts()
        query = parse_query(request.q, self.today())
        return plan_search(query, request, facts.langs, self.analyzer, self.settings.search_deadline_ms), facts

    def _show(
        self, planned: PlannedSearch, rarity: tuple[float, ...], scored: ScoredArticle, stored: StoredArticle
    ) -> Hit:
        article = stored.article
        title = self.analyzer.analyse(article.title, article.lang)
        title_spans = spans_of(find_marks(title, planned.marked, "title"))
        return Hit(
            stored=stored,
            score=scored.score,
            all_words=scored.all_words,
            title_spans=title_spans,
            title_html=mark_text(article.title, title_spans),
            snippets=cut_snippets(article, planned.marked, rarity, self.analyzer),
        )


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
