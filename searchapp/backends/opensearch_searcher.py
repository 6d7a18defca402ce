"""An index in an OpenSearch cluster as an engine: searched at its newest generation, or at one that a cursor pinned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from indexer.backends.opensearch_index import OpenSearchIndex
from indexer.errors import ArchiveError, ClusterError
from searchapp.backends.cluster.opened import Opened
from searchapp.backends.cluster.point import PointInTime
from searchapp.backends.lifetimes import Lifetimes
from searchapp.backends.pins import Pins
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.port import (
    Explanation,
    FacetCounts,
    Form,
    FormsRequest,
    IndexFacts,
    Matches,
    ScoredArticle,
    StoredArticle,
    Story,
)

#: Commits that may come while a generation is being opened.
_TRIES: Final = 5


class OpenSearchEngine:
    """Implements `Engine` over an index in a cluster. By `clock` older generations are kept, and as
    long as `pins` say, which are those of all processes of a server.

    Raises ArchiveError where there is none that can be read, or the cluster does not answer; so do all questions.
    """

    def __init__(
        self, index: OpenSearchIndex, *, clock: Callable[[], float] = monotonic, pins: Pins | None = None
    ) -> None:
        self._index = index
        self._lifetimes = Lifetimes(clock, pins)
        self._refreshing = threading.Lock()
        self._lock = threading.Lock()
        self._kept: dict[int, Opened] = {}
        self._trouble: ArchiveError | None = None
        self._current = self._open()

    def facts(self) -> IndexFacts:
        return self._current.facts()

    def execute(self, plan: Plan) -> Matches:
        return self._current.execute(plan)

    def explain(self, plan: Plan, hits: tuple[ScoredArticle, ...], first: int) -> tuple[Explanation | None, ...]:
        return self._current.explain(plan, hits, first)

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        return self._current.fetch(ids, with_original=with_original)

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        return self._current.find_stories(ids)

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        return self._current.find_external_id(external_id)

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        return self._current.count_values(facets)

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        return self._current.list_forms(request, deadline_ms)

    def pin(self, generation: int) -> None:
        """The cluster keeps what was just searched for as long as that."""
        with self._lock:
            self._lifetimes.pin(generation)

    def at(self, generation: int) -> Opened | None:
        if generation > self._current.generation:
            self.refresh()  # another process of the server has seen the commit already
        current = self._current
        if current.generation == generation:
            return current
        self._drop_expired()
        with self._lock:
            return self._kept.get(generation)

    def refresh(self) -> bool:
        with self._refreshing:
            before = self._current
            try:
                if self._index.latest_generation() == before.generation and before.is_whole:
                    self._drop_expired()
                    self._trouble = None
                    return False
                self._current = self._open()
            except ArchiveError as error:
                self._trouble = error
                raise
            self._trouble = None
            self._overtake(before)
            return self._current.generation != before.generation

    def check(self) -> None:
        if self._trouble is not None:
            raise self._trouble

    def close(self) -> None:
        with self._lock:
            opened = [*self._kept.values(), self._current]
            self._kept.clear()
        for each in opened:
            each.point.close()
        self._index.connection.close()

    def _open(self) -> Opened:
        """The newest generation. One that was committed while it was opened would be taken for the one before."""
        for _ in range(_TRIES):
            generation = self._index.latest_generation()
            point = PointInTime(self._index.connection, self._index.real_index)
            if self._index.latest_generation() == generation:
                return Opened(point, generation)
            point.close()
        raise ClusterError(f"{self._index.place} is committed so often that no generation could be opened; try again")

    def _overtake(self, before: Opened) -> None:
        if before.generation == self._current.generation:  # opened anew, since a part was missing
            before.point.close()
            return
        before.point.overtake()
        with self._lock:
            self._lifetimes.overtake(before.generation)
            self._kept[before.generation] = before
        self._drop_expired(before.generation)

    def _drop_expired(self, newest: int | None = None) -> None:
        with self._lock:
            dropped = [self._kept.pop(generation) for generation in self._lifetimes.expire(self._kept, newest)]
        for opened in dropped:
            opened.point.close()
