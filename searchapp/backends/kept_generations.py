"""Older generations that cursors still walk through: kept open for a time, and never too many.

A generation that a commit overtakes is kept as a view, which costs next to nothing in memory: its files are mapped
already, and stay for as long as they are, also when a commit removed them from their folder. What they take on disk
is given back when it is dropped. The few that somebody really walks through are opened for searching.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from indexer.backends.segment_view import SegmentView
from searchapp.backends.lifetimes import Lifetimes
from searchapp.backends.opened import Opened
from searchapp.backends.pins import Pins

#: Each needs some ten bytes an article beside its view, and its caches.
MOST_OPENED: Final = 2


class KeptGenerations:
    """Safe to share between threads. `clock` gives seconds and never goes back. `pins` are those of all processes of a
    server, where there are several."""

    def __init__(
        self, open_view: Callable[[SegmentView], Opened], clock: Callable[[], float], pins: Pins | None = None
    ) -> None:
        self._open_view = open_view
        self._lifetimes = Lifetimes(clock, pins)
        self._lock = threading.Lock()
        self._views: dict[int, SegmentView] = {}
        self._opened: OrderedDict[int, Opened] = OrderedDict()

    def pin(self, generation: int) -> None:
        """Keep it for as long as a cursor lives: from now on if it is here, else once it is overtaken."""
        with self._lock:
            self._lifetimes.pin(generation)

    def overtake(self, view: SegmentView) -> None:
        """A newer generation takes the place of this one, which is kept while it is pinned."""
        with self._lock:
            self._lifetimes.overtake(view.generation)
            self._views[view.generation] = view
            self._drop_expired(view.generation)

    def drop_expired(self) -> None:
        """Let go of what nobody may follow any more."""
        with self._lock:
            self._drop_expired(None)

    def find(self, generation: int) -> Opened | None:
        """None where it was never kept, or is no more."""
        with self._lock:
            self._drop_expired(None)
            view = self._views.get(generation)
            if view is None:
                return None
            opened = self._opened.pop(generation, None) or self._open_view(view)
            self._opened[generation] = opened
            while len(self._opened) > MOST_OPENED:
                self._opened.popitem(last=False)
            return opened

    def _drop_expired(self, newest: int | None) -> None:
        for generation in self._lifetimes.expire(self._views, newest):
            del self._views[generation]
            self._opened.pop(generation, None)
