"""Compiles the loops that index and search, once for each version of them: no search has to wait for that.

Compiling takes about a minute, and the time limit of a search knows nothing of it. So whoever opens an archive has a
small one written and searched first, by every kind of question; what was compiled for it is kept in the user's cache.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA, cache_folder
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.query.examples import SECTIONS
from searchapp.search.plan import FacetRequest
from searchapp.search.request import Filters, SearchRequest, Sort
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest

_MARK: Final = "warm"
_MEMORY_MB: Final = 16
_NO_HURRY_MS: Final = 3_600_000
_TODAY: Final = date(2024, 6, 1)
_TEXT: Final = (
    "Danger: the mine and its map, a chart of the plan. Human rights, well-being and résumés in the U.S. and US. "
    "Protests: the government's organisation said ceasefire talks near Baku failed; Aliyev won. NATO FLAG\n\n"
    "WORLD NEWS IN BRIEF\n\nМины и карта. Minen und Karten. 日本の新聞 02091-C-71, 3.5 per cent"
)


#: Each way to look for words, in the fields where it takes another way through the loops: titles alone, and names.
_SCOPED: Final = tuple(
    wanted
    for field, one, two in (("title", "map", "mine"), ("author", "ada", "lorne"), ("tag", "land", "mines"))
    for words in (one, f"{one[:2]}*", f"{one}~", f'"{one} {two}"', f'"{one} {two}"~5', f"{one} NEAR/5 {two}")
    for wanted in (f"{field}:{words}" if "NEAR" in words else f"{field}:{words} plan", f"plan -{field}:{words}")
)


def warm_up(say: Callable[[str], None], home: Callable[[], Path] = cache_folder) -> bool:
    """Compile what is not compiled yet; False where nothing was to be done. `say` is told before it takes long."""
    if not HAS_NUMBA or (home() / _MARK).exists():
        return False
    say("compiling the loops that index and search; this is done once and takes about a minute ...")
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "index")
        engine = WhooshEngine(Path(folder) / "index")
        service = SearchService(
            engine, Analyzer(), replace(Settings(), search_deadline_ms=_NO_HURRY_MS), lambda: _TODAY
        )
        for request in _requests():
            service.search(request)
        service.browse((FacetRequest("year"), FacetRequest("source")))
        for typed in ("ma", "map of a mi", "ada lo", "mapp"):
            service.suggest(typed)
        service.search(SearchRequest(q="govermnent mapz"))
        for hit in service.search(SearchRequest(q="mine")).hits[:1]:
            service.similar(SimilarRequest(hit.stored.id))
            service.publications(hit.stored.id)
        engine.close()
    with suppress(OSError):  # a cache that cannot be written is no cache, and every process compiles for itself
        home().mkdir(mode=0o700, parents=True, exist_ok=True)
        (home() / _MARK).touch()
    return True


def _write(folder: Path) -> None:
    """Several segments, one of them merged, and articles that were deleted or replaced."""
    articles = [
        Article(
            title=f"Map of a mine, part {number}",
            body=_TEXT * (1 + number % 3),
            author=("Ada Lorne",),
            source=f"Outlet {number % 3}",
            published=Published(f"20{10 + number % 12}-03-12", None, "day"),
            lang=("en", "de", "ru", "az")[number % 4],
            tag=("land mines",),
            external_id=str(number),
        )
        for number in range(120)
    ]
    with WhooshIndex.create(folder).writer(_MEMORY_MB) as writer:
        for first in range(0, len(articles), 10):
            for article in articles[first : first + 10]:
                writer.write(make_draft(article, "warm"))
            writer.commit()
        writer.write(make_draft(replace(articles[0], title="Another map"), "warm"))
        for article in articles[3:6]:
            writer.remove(article.id)
        writer.commit()


def _requests() -> Iterator[SearchRequest]:
    typed = [example.typed for section in SECTIONS for example in section.examples]
    for q in (
        "",
        "mine",
        "the",
        "Baku AND (mine OR map) AND (chart OR plan)",
        "danger mine map chart plan",
        "title:map -title:another",
        *_SCOPED,
        *typed,
    ):
        yield SearchRequest(q=q)
        yield SearchRequest(q=q, match="any", sort="newest", facets=(FacetRequest("source"), FacetRequest("year")))
    narrow = Filters(source=("Outlet 1",), year=("2011", "2014"), from_day=date(2010, 1, 1))
    sorts: tuple[Sort, ...] = ("relevance", "oldest")
    for q, sort, filters in product(("mine map", "mine OR map", '"human rights"', ""), sorts, (narrow, Filters())):
        yield SearchRequest(q=q, sort=sort, filters=filters, histogram="month", per_page=50)
        yield SearchRequest(q=q, sort=sort, filters=filters, page=40)


if __name__ == "__main__":
    warm_up(lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
