"""What a worker does before its first request."""

from __future__ import annotations

import gc
import subprocess
import sys
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


#: Eight threads that are there at the same time each ask for memory; then the C library tells what it has.
_THREADS_WITH_MEMORY = """
import ctypes, sys, threading
from searchapp.readying import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
library = ctypes.CDLL(None)
all_there = threading.Barrier(8)
def take():
    all_there.wait()
    library.malloc(1000)
    all_there.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
library.malloc_info(0, ctypes.c_void_p.in_dll(library, "stdout"))
library.fflush(None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries than glibc have no arenas")
@pytest.mark.parametrize(
    ("how", "fits"), [("shared", lambda arenas: arenas <= 2), ("alone", lambda arenas: arenas > 2)]
)
def test_threads_share_the_memory_that_they_have_given_back(how, fits) -> None:
    told = subprocess.run([sys.executable, "-c", _THREADS_WITH_MEMORY, how], check=True, capture_output=True, text=True)
    assert fits(told.stdout.count("<heap nr="))
