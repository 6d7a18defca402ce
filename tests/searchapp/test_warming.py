from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from golden_queries import ROWS

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import FacetRequest
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest
from searchapp.warming import warm_up


def compiled() -> dict[str, int]:
    """How many versions of each loop there are in this process."""
    return {
        f"{name}.{kernel}": len(found.signatures)
        for name, module in sys.modules.items()
        if ".kernels." in name
        for kernel, found in vars(module).items()
        if hasattr(found, "signatures") and found.__module__ == name
    }


def test_after_warming_up_no_question_waits_for_the_compiler(tmp_path: Path) -> None:
    said: list[str] = []
    assert warm_up(said.append, lambda: tmp_path) is HAS_NUMBA
    assert len(said) == HAS_NUMBA
    before = compiled()
    with WhooshIndex.create(tmp_path / "index").writer(16) as writer:
        for number in range(30):
            article = Article(
                title=f"Mine {number}",
                body="map of peace talks",
                author=("Vafa Ismayilova",),
                external_id=str(number),
                lang="en",
            )
            writer.write(make_draft(article, "/a"))
            if number % 7 == 0:
                writer.commit()
        writer.commit()
    engine = WhooshEngine(tmp_path / "index")
    service = SearchService(engine, Analyzer(), Settings(), lambda: date(2024, 6, 1))
    scoped = ("author:ismay*", "author:vafa~", "title:min*", 'title:"mine 3"', "map -author:ismay*", "title:min* map")
    for typed in (*(row.typed for row in ROWS), *scoped):
        for request in (SearchRequest(q=typed), SearchRequest(q=typed, facets=(FacetRequest("tag"),))):
            assert not service.search(request).timed_out
    for typed in ("mi", "vafa is", "map of pe", "mine"):
        service.suggest(typed)
    assert service.search(SearchRequest(q="peaec takls")).did_you_mean is not None
    service.similar(SimilarRequest(service.search(SearchRequest(q="map")).hits[0].stored.id))
    engine.close()
    assert compiled() == before


def test_warming_up_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    (tmp_path / "warm").touch()
    said: list[str] = []
    assert not warm_up(said.append, lambda: tmp_path)
    assert said == []
