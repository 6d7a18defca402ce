"""One generation of an index, opened: searched by kernels, or by plain arrays where numba is missing."""

from __future__ import annotations

from sys import getsizeof
from time import monotonic
from typing import Final, Literal

import numpy as np

from indexer.backends.segment_view import SegmentView
from searchapp.backends.array_source import ArraySource
from searchapp.backends.facets import count_facets
from searchapp.backends.generation import BoundedMemory, open_generation
from searchapp.backends.kernel_search import execute_by_kernels
from searchapp.backends.plain_forms import list_forms_plainly
from searchapp.backends.spelled import list_forms
from searchapp.backends.stories import Place, find_stories
from searchapp.search.counting import count_facet
from searchapp.search.execute import execute_plan
from searchapp.search.explaining import explain_hits
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

_EVERY_VALUE: Final = 1_000_000
#: Articles that were shown are kept as long as they take no more; one takes about so much beside its body, and long
#: ones are read again each time.
_SHOWN_BYTES: Final = 8 << 20
_ARTICLE_BYTES: Final = 3000
_MOST_REMEMBERED_BYTES: Final = 128 << 10
_REMEMBERED_STORIES: Final = 20_000


class Opened:
    """Implements `Searchable` over a view of an index. Nothing has to be closed: a map goes with the last array that
    looks into it."""

    def __init__(self, view: SegmentView, *, compiled: bool) -> None:
        self.view = view
        self._shown = BoundedMemory(_SHOWN_BYTES)
        self._stories = BoundedMemory(_REMEMBERED_STORIES)
        self._generation = open_generation(view)
        self._numbers = {id(segment.mapped): segment.number for segment in self._generation.segments}
        self._source = None if compiled else ArraySource(self._generation)
        langs = self.count_values(FacetRequest("lang", _EVERY_VALUE)).counts
        self._facts = IndexFacts(view.generation, self._generation.live_count, langs)

    def facts(self) -> IndexFacts:
        return self._facts

    def execute(self, plan: Plan) -> Matches:
        if self._source is not None:
            return execute_plan(plan, self._source, monotonic)
        return execute_by_kernels(plan, self._generation, monotonic)

    def explain(self, plan: Plan, hits: tuple[ScoredArticle, ...], first: int) -> tuple[Explanation | None, ...]:
        source = self._source or ArraySource(self._generation)
        segments = self._generation.segments
        places = self.view.find_all(tuple([hit.id for hit in hits]))
        if None in places:
            return (None,) * len(hits)
        docs = [segments[self._numbers[id(place[0].mapped)]].base + place[1] for place in places if place is not None]
        return explain_hits(plan, list(zip(hits, docs, strict=True)), first, source, monotonic)

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        return self._read(ids, with_original=True) if with_original else self._read_shown(ids)

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        known = [self._stories.get(article_id) for article_id in ids]
        unknown = [at for at, lone_or_story in enumerate(known) if lone_or_story is None]
        if unknown:
            asked = tuple([ids[at] for at in unknown])
            for at, article_id, lone_or_story in zip(unknown, asked, self._look_up_stories(asked), strict=True):
                known[at] = self._stories.put(article_id, lone_or_story)
        return tuple([lone_or_story or None for lone_or_story in known])

    def count_values(self, facet: FacetRequest) -> FacetCounts:
        """Facet counts over all articles."""
        if self._source is not None:
            return count_facet(facet, np.flatnonzero(self._source.live).astype(np.int32), self._source)
        return count_facets(facet, self._generation.live_sets(), self._generation)

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        """The surface forms that fit."""
        ends = monotonic() + deadline_ms / 1000
        find = list_forms if self._source is None else list_forms_plainly
        return find(request, self._generation, lambda: monotonic() <= ends)

    def _look_up_stories(self, ids: tuple[str, ...]) -> list[Story | Literal[False]]:
        """False for an article without a copy, and for one that is not there."""
        places = [place and (self._numbers[id(place[0].mapped)], place[1]) for place in self.view.find_all(ids)]
        there = [place for place in places if place]
        found = iter(find_stories(there, self._generation, compiled=self._source is None))
        stories: list[Story | Literal[False]] = []
        for place in places:
            story = next(found) if place else ()
            stories.append(Story(tuple([self._id_of(each) for each in story])) if len(story) > 1 else False)
        return stories

    def _id_of(self, place: Place) -> str:
        return self._generation.segments[place[0]].mapped.id_of(place[1])

    def _read(self, ids: tuple[str, ...], *, with_original: bool) -> tuple[StoredArticle | None, ...]:
        return tuple(
            [
                place and StoredArticle(article_id, place[0].mapped.article(place[1], with_original=with_original))
                for article_id, place in zip(ids, self.view.find_all(ids), strict=True)
            ]
        )

    def _read_shown(self, ids: tuple[str, ...]) -> tuple[StoredArticle | None, ...]:
        """Articles for a page of hits, which are remembered: the next page, or the next person, asks for them again."""
        shown: list[StoredArticle | None] = [self._shown.get(article_id) for article_id in ids]
        unread = [at for at, stored in enumerate(shown) if stored is None]
        if unread:
            read = self._read(tuple([ids[at] for at in unread]), with_original=False)
            for at, stored in zip(unread, read, strict=True):
                shown[at] = stored
                if stored is not None:
                    size = getsizeof(stored.article.body) + _ARTICLE_BYTES
                    if size < _MOST_REMEMBERED_BYTES:
                        self._shown.put(ids[at], stored, size)
        return tuple(shown)
