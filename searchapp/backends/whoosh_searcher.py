"""The embedded index as an engine: one open generation for all threads, exchanged whole when there is a newer one.

Whoosh's own searcher is not used: shared by threads it silently gives wrong answers, and refreshing one closes the
reader of its sibling. Here a generation is opened anew and the old one closed when its last user has left.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np

from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.failures import translated_errors
from indexer.errors import IndexDamagedError
from searchapp.backends.whoosh_source import WhooshSource
from searchapp.search.counting import count_facet
from searchapp.search.execute import execute_plan
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.port import FacetCounts, IndexFacts, Matches, StoredArticle
from searchapp.search.postings import VALUE_FACETS

#: A writer may delete a file between the reading of the table of contents and the opening of the file.
_OPENING_TRIES = 5
_OPENING_PAUSE_S = 0.05
_EVERY_VALUE = 1_000_000


@dataclass(slots=True)
class _Generation:
    """An open generation and how many are using it right now."""

    source: WhooshSource
    facts: IndexFacts
    users: int = 0
    retired: bool = False


class WhooshEngine:
    """Implements `Engine` over the index in a folder.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError where there is none that can be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._index, self._current = _open(folder)

    def facts(self) -> IndexFacts:
        return self._current.facts

    def execute(self, plan: Plan) -> Matches:
        with self._using() as generation:
            return execute_plan(plan, generation.source, monotonic)

    def fetch(self, ids: tuple[str, ...]) -> tuple[StoredArticle | None, ...]:
        with self._using() as generation:
            return tuple(
                None if (article := generation.source.fetch(article_id)) is None else StoredArticle(article_id, article)
                for article_id in ids
            )

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        with self._using() as generation:
            return generation.source.find_external_id(external_id)

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        with self._using() as generation:
            return _count_all(generation.source, facets)

    def refresh(self) -> bool:
        with self._refreshing:
            with translated_errors(self._folder, "read"):
                newest = self._index.whoosh.latest_generation()
            if newest == self._current.source.generation:
                return False
            index, opened = _open(self._folder)
            # Read now, by whoever refreshes, what the first search would have to wait for.
            for facet in VALUE_FACETS:
                opened.source.facet(facet)
            with self._lock:
                old, self._current, self._index = self._current, opened, index
            self._retire(old)
            return True

    def close(self) -> None:
        self._retire(self._current)

    @contextmanager
    def _using(self) -> Iterator[_Generation]:
        with self._lock:
            generation = self._current
            generation.users += 1
        try:
            yield generation
        finally:
            with self._lock:
                generation.users -= 1
                last = generation.retired and generation.users == 0
            if last:
                generation.source.close()

    def _retire(self, generation: _Generation) -> None:
        with self._lock:
            unused = not generation.retired and generation.users == 0
            generation.retired = True
        if unused:
            generation.source.close()


def _open(folder: Path) -> tuple[WhooshIndex, _Generation]:
    for tries_left in reversed(range(_OPENING_TRIES)):
        try:
            index = WhooshIndex.open(folder)
            with translated_errors(folder, "read"):
                reader = index.whoosh.reader()
            source = _read_columns(folder, reader)
        except IndexDamagedError:
            if not tries_left:
                raise
            sleep(_OPENING_PAUSE_S)
        else:
            langs = _count_all(source, (FacetRequest("lang", _EVERY_VALUE),))[0].counts
            return index, _Generation(source, IndexFacts(source.generation, source.live_count, langs))
    raise AssertionError("unreachable")


def _read_columns(folder: Path, reader: Any) -> WhooshSource:  # noqa: ANN401 a Whoosh reader
    try:
        return WhooshSource(folder, reader)
    except BaseException:
        reader.close()
        raise


def _count_all(source: WhooshSource, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
    docs = np.flatnonzero(source.live).astype(np.int32)
    return tuple(count_facet(facet, docs, source) for facet in facets)
