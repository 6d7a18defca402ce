"""The embedded index as an engine: mapped segments, searched at the newest generation or at one that is kept.

A generation is opened whole and exchanged for a newer one; who still searches the older keeps it until done. Files are
read whole, some of them at each look for a newer generation: of a damaged one nothing is answered any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

from indexer.backends.segment_view import SegmentView
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.errors import IndexDamagedError
from searchapp.backends.kept_generations import KeptGenerations
from searchapp.backends.opened import Opened
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

#: Read and held to their checksums at a time, which takes a twentieth of a second.
_CHECKED_BYTES: Final = 64 * 1024 * 1024


class WhooshEngine:
    """Implements `Engine` over the index in a folder.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError where there is none that can be read. `compiled`
    says whether kernels search; without them the answers are the same and slow. By `clock` older generations are kept,
    and as long as `pins` say, which are those of all processes of a server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        compiled: bool = HAS_NUMBA,
        clock: Callable[[], float] = monotonic,
        pins: Pins | None = None,
    ) -> None:
        self._compiled = compiled
        self._refreshing = threading.Lock()
        self._index = WhooshIndex.open(folder)
        self._current = self._open_view(self._index.view())
        #: What was found wrong with the files of the current generation.
        self._damage: IndexDamagedError | None = None
        self._kept = KeptGenerations(self._open_view, clock, pins)

    def facts(self) -> IndexFacts:
        return self._sound().facts()

    def execute(self, plan: Plan) -> Matches:
        return self._sound().execute(plan)

    def explain(self, plan: Plan, hits: tuple[ScoredArticle, ...], first: int) -> tuple[Explanation | None, ...]:
        return self._sound().explain(plan, hits, first)

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        return self._sound().fetch(ids, with_original=with_original)

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        return self._sound().find_stories(ids)

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        return tuple(
            segment.mapped.id_of(doc)
            for segment in self._sound().view.segments
            for doc in segment.mapped.find_external_id(external_id)
            if not segment.listed.is_deleted(doc)
        )

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        current = self._sound()
        return tuple(current.count_values(facet) for facet in facets)

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        return self._sound().list_forms(request, deadline_ms)

    def pin(self, generation: int) -> None:
        self._kept.pin(generation)

    def at(self, generation: int) -> Opened | None:
        if generation > self._current.view.generation:
            self.refresh()  # another process of the server has seen the commit already
        current = self._sound()
        return current if current.view.generation == generation else self._kept.find(generation)

    def refresh(self) -> bool:
        """Raises IndexDamagedError when a file of the current generation turns out to be damaged."""
        with self._refreshing:
            before = self._current
            if self._index.latest_generation() == before.view.generation:
                self._kept.drop_expired()
                self._check_some(before.view)
                return False
            opened = self._open_view(self._index.view(before.view))
            # Before the exchange, so that no moment has neither.
            self._kept.overtake(before.view)
            self._current = opened
            self._damage = None
            return True

    def check(self) -> None:
        """What is mapped is there."""

    def close(self) -> None:
        """Nothing is held open but maps, which go when nobody looks into them."""

    def _sound(self) -> Opened:
        """The current generation. Raises IndexDamagedError where it is known to be damaged."""
        current, damage = self._current, self._damage
        if damage is not None:
            raise IndexDamagedError(str(damage), damage.byte_range)
        return current

    def _check_some(self, view: SegmentView) -> None:
        left = _CHECKED_BYTES
        try:
            for segment in view.segments:
                left -= segment.mapped.file.check_some(left)
        except IndexDamagedError as error:
            self._damage = error
            raise

    def _open_view(self, view: SegmentView) -> Opened:
        return Opened(view, compiled=self._compiled)
