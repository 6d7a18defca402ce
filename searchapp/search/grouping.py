"""One hit of each story: the best in the order that was asked for. Its other publications are passed over.

Which publication is the best only the hits before it tell, so hits are read from the first one on. A walk by cursor
goes on where it was, for as long as it is remembered, and else reads what lies before once more.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from searchapp.search.port import Matches, ScoredArticle, Story
from searchapp.search.request import SearchRequest
from searchapp.search.walking import STRETCH_HITS

#: Hits from a place on, as many as are asked for, and the counts over all matches.
ReadHits: TypeAlias = Callable[[int, int], Matches]
FindStories: TypeAlias = Callable[[tuple[str, ...]], tuple[Story | None, ...]]

#: So many hits more than are missing are read, and a quarter: some of them are passed over.
_SPARE: Final = 8
_MOST_WALKS: Final = 4


@dataclass(frozen=True, slots=True)
class GroupedHits:
    """`matches` counts articles, and its own hits are others; `ranks` has how many hits came before each of these,
    passed over or not; `has_more` says whether a story comes after them."""

    matches: Matches
    hits: tuple[ScoredArticle, ...]
    ranks: tuple[int, ...]
    has_more: bool


class GroupedWalk:
    """One search's hits as they are read, forwards. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._matches: Matches | None = None
        self._kept: list[ScoredArticle] = []
        self._ranks: list[int] = []
        #: How many of those kept went again, and how many hits were read.
        self._forgotten = self._read = 0
        self._passed_over: set[str] = set()
        self._has_ended = False

    def take(
        self, first: int, count: int, read: ReadHits, find_stories: FindStories, *, at_once: int = 0
    ) -> GroupedHits:
        """The best hits of the stories from number `first` on; `at_once` hits are read at a time, if not more are
        wanted. A late or partial answer has those found by then, and is not remembered."""
        with self._lock:
            if first < self._forgotten:
                self._start_again()
            stop = first + count
            matches = self._matches
            while matches is None or not (self._has_ended or self._reached() > stop):
                missing = stop + 1 - self._reached()
                asked = max(missing + missing // 4 + _SPARE, at_once)
                found = read(self._read, asked)
                matches = matches or found._replace(hits=())
                self._keep(found.hits, find_stories)
                self._has_ended = len(found.hits) < asked
                if not found.total_is_exact:
                    partial = matches._replace(timed_out=found.timed_out, total_is_exact=False)
                    hits = self._slice(partial, first, stop)
                    self._start_again()
                    return replace(hits, has_more=False)
                self._matches = matches
            hits = self._slice(matches, first, stop)
            gone = min(first - self._forgotten, len(self._kept))
            del self._kept[:gone], self._ranks[:gone]
            self._forgotten += gone
            return hits

    def _start_again(self) -> None:
        self._matches = None
        self._kept = []
        self._ranks = []
        self._forgotten = self._read = 0
        self._passed_over = set()
        self._has_ended = False

    def _reached(self) -> int:
        return self._forgotten + len(self._kept)

    def _slice(self, matches: Matches, first: int, stop: int) -> GroupedHits:
        wanted = slice(first - self._forgotten, stop - self._forgotten)
        return GroupedHits(matches, tuple(self._kept[wanted]), tuple(self._ranks[wanted]), self._reached() > stop)

    def _keep(self, hits: tuple[ScoredArticle, ...], find_stories: FindStories) -> None:
        stories = find_stories(tuple([hit.id for hit in hits]))
        for rank, (hit, story) in enumerate(zip(hits, stories, strict=True), start=self._read):
            if hit.id in self._passed_over:
                continue
            self._kept.append(hit)
            self._ranks.append(rank)
            if story is not None:
                self._passed_over.update(story.ids)
        self._read += len(hits)


class GroupedWalks:
    """Remembers the walks that were read last. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._walks: OrderedDict[SearchRequest, GroupedWalk] = OrderedDict()

    def read(self, request: SearchRequest, read: ReadHits, find_stories: FindStories) -> GroupedHits:
        """The hits of a request; a walk by cursor is remembered, a page is read from the first hit on."""
        if request.cursor is None:
            return GroupedWalk().take(request.first_hit, request.per_page, read, find_stories)
        key = replace(request, page=1, per_page=1, cursor=replace(request.cursor, first=0))
        with self._lock:
            walk = self._walks.setdefault(key, GroupedWalk())
            self._walks.move_to_end(key)
            while len(self._walks) > _MOST_WALKS:
                self._walks.popitem(last=False)
        found = walk.take(request.first_hit, request.per_page, read, find_stories, at_once=STRETCH_HITS)
        # What comes next on a walk must not depend on how far a late answer got.
        return found if found.matches.total_is_exact else replace(found, hits=(), ranks=())
