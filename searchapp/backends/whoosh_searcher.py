"""The embedded index as an engine: mapped segments searched by kernels, or by plain arrays where numba is missing.

A generation is opened whole and exchanged for a newer one; who still searches the older keeps it until done. Nothing
has to be closed: a map goes with the last array that looks into it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from sys import getsizeof
from time import monotonic
from typing import Final

import numpy as np

from indexer.backends.segment_view import SegmentView
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from searchapp.backends.array_source import ArraySource
from searchapp.backends.facets import count_facets
from searchapp.backends.generation import BoundedMemory, open_generation
from searchapp.backends.kernel_search import execute_by_kernels
from searchapp.search.counting import count_facet
from searchapp.search.execute import execute_plan
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.port import FacetCounts, IndexFacts, Matches, StoredArticle

_EVERY_VALUE = 1_000_000
#: Articles that were shown are kept as long as they take no more; one takes about so much beside its body, and long
#: ones are read again each time.
_SHOWN_BYTES: Final = 8 << 20
_ARTICLE_BYTES: Final = 3000
_MOST_REMEMBERED_BYTES: Final = 128 << 10


class WhooshEngine:
    """Implements `Engine` over the index in a folder.

    Raises IndexNotFoundError, IndexVersionError or IndexDamagedError where there is none that can be read. `compiled`
    says whether kernels search; without them the answers are the same and slow.
    """

    def __init__(self, folder: Path, *, compiled: bool = HAS_NUMBA) -> None:
        self._folder = folder
        self._compiled = compiled
        self._refreshing = threading.Lock()
        self._index = WhooshIndex.open(folder)
        self._current = _Opened(self._index.view(), compiled=compiled)

    def facts(self) -> IndexFacts:
        return self._current.facts

    def execute(self, plan: Plan) -> Matches:
        return self._current.execute(plan)

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        current = self._current
        return current.read_all(ids) if with_original else current.read_shown(ids)

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        return tuple(
            segment.mapped.id_of(doc)
            for segment in self._current.view.segments
            for doc in segment.mapped.find_external_id(external_id)
            if not segment.listed.is_deleted(doc)
        )

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        current = self._current
        return tuple(current.count_values(facet) for facet in facets)

    def refresh(self) -> bool:
        with self._refreshing:
            if self._index.latest_generation() == self._current.view.generation:
                return False
            self._current = _Opened(self._index.view(self._current.view), compiled=self._compiled)
            return True

    def close(self) -> None:
        """Nothing is held open but maps, which go when nobody looks into them."""


class _Opened:
    """One generation, with its facts."""

    def __init__(self, view: SegmentView, *, compiled: bool) -> None:
        self.view = view
        self.shown = BoundedMemory(_SHOWN_BYTES)
        self._generation = open_generation(view)
        self._source = None if compiled else ArraySource(self._generation)
        langs = self.count_values(FacetRequest("lang", _EVERY_VALUE)).counts
        self.facts = IndexFacts(view.generation, self._generation.live_count, langs)

    def execute(self, plan: Plan) -> Matches:
        if self._source is not None:
            return execute_plan(plan, self._source, monotonic)
        return execute_by_kernels(plan, self._generation, monotonic)

    def read_all(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        return tuple(
            [
                place and StoredArticle(article_id, place[0].mapped.article(place[1], with_original=with_original))
                for article_id, place in zip(ids, self.view.find_all(ids), strict=True)
            ]
        )

    def read_shown(self, ids: tuple[str, ...]) -> tuple[StoredArticle | None, ...]:
        """Articles for a page of hits, which are remembered: the next page, or the next person, asks for them again."""
        shown: list[StoredArticle | None] = [self.shown.get(article_id) for article_id in ids]
        unread = [at for at, stored in enumerate(shown) if stored is None]
        if unread:
            read = self.read_all(tuple([ids[at] for at in unread]), with_original=False)
            for at, stored in zip(unread, read, strict=True):
                shown[at] = stored
                if stored is not None:
                    size = getsizeof(stored.article.body) + _ARTICLE_BYTES
                    if size < _MOST_REMEMBERED_BYTES:
                        self.shown.put(ids[at], stored, size)
        return tuple(shown)

    def count_values(self, facet: FacetRequest) -> FacetCounts:
        if self._source is not None:
            return count_facet(facet, np.flatnonzero(self._source.live).astype(np.int32), self._source)
        return count_facets(facet, self._generation.live_sets(), self._generation)
