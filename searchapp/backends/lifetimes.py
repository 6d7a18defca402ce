"""How long which generation is kept for cursors, whatever engine keeps it.

A generation is kept for as long as a cursor lives from when it was pinned last, and for a moment once it is overtaken;
never too many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from searchapp.backends.pins import Pins
from searchapp.search.cursor import CURSOR_LIVES_S

#: At a commit every 30 seconds, the most that is promised, ten minutes see as many.
MOST_KEPT: Final = 20
#: Whoever was searching when the commit came may still pin what they searched.
_GRACE_S: Final = 10.0


class Lifetimes:
    """For who holds a lock. `clock` gives seconds and never goes back. `pins` are those of all processes of a server,
    where there are several."""

    def __init__(self, clock: Callable[[], float], pins: Pins | None = None) -> None:
        self._clock = clock
        self._pins = pins
        self._until: dict[int, float] = {}

    def pin(self, generation: int) -> None:
        """Keep it for as long as a cursor lives: from now on if it is kept, else once it is overtaken."""
        until = self._until[generation] = self._clock() + CURSOR_LIVES_S
        if self._pins is not None:
            self._pins.pin(generation, until)

    def overtake(self, generation: int) -> None:
        """A newer one takes the place of this one, which is kept while it is pinned."""
        until = self._clock() + _GRACE_S
        self._until[generation] = max(until, self._until.get(generation, until))

    def expire(self, kept: Collection[int], newest: int | None) -> frozenset[int]:
        """Which of those kept are to go: what nobody may follow any more, and of too many those that were pinned
        longest ago, though not `newest`, which was overtaken this moment."""
        now = self._clock()
        if self._pins is not None:
            for generation in kept:
                self._until[generation] = max(self._until[generation], self._pins.until(generation))
        left = {generation for generation in kept if self._until[generation] > now}
        while len(left) > MOST_KEPT:
            left.remove(min(left - {newest}, key=self._until.__getitem__))
        gone = frozenset(kept) - left
        self._until = {each: until for each, until in self._until.items() if each not in gone and until > now}
        return gone
