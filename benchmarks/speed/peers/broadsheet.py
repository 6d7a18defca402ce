"""Broadsheet, through the doors that its own commands use: the pipeline for writing, `SearchService` for pages.

`ask` takes the service's steps without the last two, fetching articles and cutting snippets: parse, plan, execute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from benchmarks.speed.articles import Corpus
from benchmarks.speed.peers.broadsheet_writing import read_ready_articles, write_articles
from benchmarks.speed.peers.port import Answer, Shown
from benchmarks.speed.queries import Form, Query
from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.query.parser import parse_query
from searchapp.search.plan import FacetRequest
from searchapp.search.planner import plan_search
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

_FACETS = (FacetRequest("source"), FacetRequest("year"))
#: Long enough for the slowest query on a busy machine: an answer that was cut short would be no answer.
_DEADLINE_MS = 60_000

#: The name of the one that ranks as people are answered.
RANKED_AGAIN: Final = "Broadsheet, ranked again"


class BroadsheetPeer:
    """Implements `Peer`: BM25F alone as the other engines have it, or ranked again by how the words stand."""

    def __init__(self, rank: Literal["bm25", "default"] = "bm25") -> None:
        self.name = "Broadsheet" if rank == "bm25" else RANKED_AGAIN
        self._rank: Literal["bm25", "default"] = rank

    def build(self, corpus: Corpus, folder: Path) -> None:
        write_articles(folder, read_ready_articles(corpus.path), Settings().index_workers)

    def open(self, folder: Path) -> None:
        self._engine = WhooshEngine(folder)
        self._analyzer = Analyzer()
        settings = replace(Settings(), search_deadline_ms=_DEADLINE_MS)
        self._service = SearchService(self._engine, self._analyzer, settings, _today)

    def ask(self, query: Query) -> Callable[[], Answer]:
        request = replace(spell(query), rank=self._rank)

        def answer() -> Answer:
            parsed = parse_query(request.q, _today())
            langs = self._engine.facts().langs
            matches = self._engine.execute(plan_search(parsed, request, langs, self._analyzer, _DEADLINE_MS).plan)
            hits = matches.hits
            return Answer(
                tuple(hit.id for hit in hits),
                tuple(hit.score for hit in hits),
                matches.total,
                sum(len(facet.counts) for facet in matches.facets),
            )

        return answer

    def show(self, query: Query) -> Callable[[], Shown]:
        request = replace(spell(query), rank=self._rank)

        def page() -> Shown:
            found = self._service.search(request, offers=False)
            answer = Answer(
                tuple(hit.stored.id for hit in found.hits), tuple(hit.score for hit in found.hits), found.total
            )
            return Shown(
                answer,
                tuple(hit.title_html for hit in found.hits),
                tuple(snippet.html for hit in found.hits for snippet in hit.snippets),
            )

        return page

    def close(self) -> None:
        self._engine.close()


def spell(query: Query) -> SearchRequest:
    """The request that a person who means this would send."""
    match query.form:
        case Form.ANY if query.pasted:
            typed = " ".join(query.words)
        case Form.ANY:
            typed = " OR ".join(query.words)
        case Form.ALL:
            typed = " AND ".join(query.words)
        case Form.PHRASE:
            typed = f'"{" ".join(query.words)}"'
        case Form.PREFIX:
            typed = f"{query.words[0]}*"
        case Form.FUZZY:
            typed = f"{query.words[0]}~" if query.distance == 1 else f"{query.words[0]}~{query.distance}"
    if query.days:
        first, last = query.days
        typed = f"({typed}) date:{first.isoformat()}..{last.isoformat()}"
    return SearchRequest(
        q=typed,
        match="any" if query.pasted else "auto",
        sort="newest" if query.newest_first else "relevance",
        facets=_FACETS if query.facets else (),
    )


def _today() -> date:
    return date(2025, 1, 1)
