"""One generation of an index, opened: searched by kernels, or by plain arrays where numba is missing."""

from __future__ import annotations

from time import monotonic
from typing import Final

import numpy as np

from indexer.backends.segment_view import SegmentView
from searchapp.backends.array_source import ArraySource
from searchapp.backends.facets import count_facets
from searchapp.backends.generation import open_generation
from searchapp.backends.kernel_search import execute_by_kernels
from searchapp.backends.plain_forms import list_forms_plainly
from searchapp.backends.spelled import list_forms
from searchapp.search.counting import count_facet
from searchapp.search.execute import execute_plan
from searchapp.search.plan import FacetRequest, Plan
from searchapp.search.port import FacetCounts, Form, FormsRequest, IndexFacts, Matches, StoredArticle

_EVERY_VALUE: Final = 1_000_000


class Opened:
    """Implements `Searchable` over a view of an index. Nothing has to be closed: a map goes with the last array that
    looks into it."""

    def __init__(self, view: SegmentView, *, compiled: bool) -> None:
        self.view = view
        self._generation = open_generation(view)
        self._source = None if compiled else ArraySource(self._generation)
        langs = self.count_values(FacetRequest("lang", _EVERY_VALUE)).counts
        self._facts = IndexFacts(view.generation, self._generation.live_count, langs)

    def facts(self) -> IndexFacts:
        return self._facts

    def execute(self, plan: Plan) -> Matches:
        if self._source is not None:
            return execute_plan(plan, self._source, monotonic)
        return execute_by_kernels(plan, self._generation, monotonic)

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        found = [(article_id, self.view.find(article_id)) for article_id in ids]
        return tuple(
            [
                None
                if place is None
                else StoredArticle(article_id, place[0].mapped.article(place[1], with_original=with_original))
                for article_id, place in found
            ]
        )

    def count_values(self, facet: FacetRequest) -> FacetCounts:
        """Facet counts over all articles."""
        if self._source is not None:
            return count_facet(facet, np.flatnonzero(self._source.live).astype(np.int32), self._source)
        return count_facets(facet, [segment.live for segment in self._generation.segments], self._generation)

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        """The surface forms that fit."""
        ends = monotonic() + deadline_ms / 1000
        find = list_forms if self._source is None else list_forms_plainly
        return find(request, self._generation, lambda: monotonic() <= ends)
