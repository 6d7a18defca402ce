"""What a worker does before its first request."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.readying import make_ready
from searchapp.search.request import Page
from searchapp.search.service import SearchService


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.parametrize("articles", [0, 1])
def test_the_collector_leaves_be_what_searching_has_loaded(tmp_path: Path, articles: int) -> None:
    folder = tmp_path / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for number in range(articles):
            writer.write(make_draft(Article(title=f"Map {number} of a mine", body="Maps and mines."), "made"))
        writer.commit()
    searched: list[Page] = []

    class Watched(SearchService):
        def search(self, *asked: object, **more: object) -> Page:
            searched.append(super().search(*asked, **more))  # type: ignore[arg-type]
            return searched[-1]

    before = gc.get_freeze_count()
    make_ready(Watched(WhooshEngine(folder), Analyzer(), Settings(), lambda: date(2024, 6, 1)))
    assert gc.get_freeze_count() > before + 10_000
    assert len(searched) == 1 + 3 * articles
    assert not any(page.timed_out for page in searched)
