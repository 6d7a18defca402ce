"""Deep results in one order: what a walk by cursor is read from.

An engine sorts whatever lies before a place to find what comes after it. So a walk asks for a long stretch of hits at
once and is served from that, page by page: a million hits are sorted a hundred times, and not ten thousand times.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from searchapp.search.port import Matches, ScoredArticle
from searchapp.search.request import SearchRequest

STRETCH_HITS: Final = 10_000
#: Walks at once that are served from memory, a megabyte or two each.
_MOST_WALKS: Final = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hits in order from `first` on, with the counts over all matches. A late or partial answer has no order that
    the next one would share, so a walk takes none of its hits."""

    first: int
    matches: Matches

    def reaches(self, first: int, count: int) -> bool:
        """Whether these hits are all here, or all that there are."""
        stop = min(first + count, self.matches.total)
        return self.first <= first and stop <= self.first + len(self.matches.hits)

    def hits(self, first: int, count: int) -> tuple[ScoredArticle, ...]:
        if not self.matches.total_is_exact:
            return ()
        start = first - self.first
        return self.matches.hits[start : start + count]


class Walks:
    """Remembers the stretches that were read last. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stretches: OrderedDict[SearchRequest, Stretch] = OrderedDict()

    def read(self, request: SearchRequest, execute: Callable[[SearchRequest], Matches]) -> Stretch:
        """The stretch that holds the page of a request with a cursor; `execute` searches where it is not remembered."""
        cursor = request.cursor
        if cursor is None:
            raise ValueError("a walk goes by cursor")
        key = replace(request, page=1, per_page=1, cursor=replace(cursor, first=0))
        with self._lock:
            known = self._stretches.get(key)
        if known is not None and known.reaches(cursor.first, request.per_page):
            return known
        stretch = Stretch(cursor.first, execute(replace(request, per_page=STRETCH_HITS)))
        if not stretch.matches.total_is_exact:
            return stretch
        with self._lock:
            self._stretches[key] = stretch
            self._stretches.move_to_end(key)
            while len(self._stretches) > _MOST_WALKS:
                self._stretches.popitem(last=False)
        return stretch
