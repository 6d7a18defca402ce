"""Deep pages: what comes after a place in an order, however deep, without what comes before being sent again.

A cluster gives the first 10,000 hits by number, and all others only as those that come after a given one. So the
places where pages ended are remembered, and a walk goes on from the nearest; who knows none walks there from the start.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import orjson

from searchapp.backends.cluster.answers import Answer, FoundHit
from searchapp.backends.cluster.asking import Asking
from searchapp.backends.cluster.bodies import MOST_AT_ONCE, list_hits
from searchapp.backends.cluster.places import Json

_REMEMBERED_WALKS: Final = 32
_REMEMBERED_PLACES: Final = 1_000
#: How many hits come before, and the last one's place in the order.
_Place: TypeAlias = tuple[int, tuple[object, ...]]


@dataclass(slots=True)
class DeepPages:
    """The places of one generation. Safe to share between threads."""

    _walks: OrderedDict[bytes, list[_Place]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(
        self, query: Json, sort: Sequence[Json], first: int, count: int, asking: Asking
    ) -> tuple[tuple[FoundHit, ...], Answer]:
        """The hits from `first` on, and the answer that the first of them came with."""
        if first + count <= MOST_AT_ONCE:
            answer = asking.ask(list_hits(query, sort, first, count))
            return answer.hits, answer
        key = orjson.dumps([query, sort])
        position, after = self._nearest(key, first)
        while position < first:
            answer = asking.ask(list_hits(query, sort, 0, min(MOST_AT_ONCE, first - position), after))
            if not answer.hits:
                return (), answer
            position, after = position + len(answer.hits), answer.hits[-1].after
            self._remember(key, position, after, asking)
        hits: list[FoundHit] = []
        first_answer: Answer | None = None
        while first_answer is None or len(hits) < count:
            asked = min(MOST_AT_ONCE, count - len(hits))
            answer = asking.ask(list_hits(query, sort, 0, asked, after))
            first_answer = first_answer or answer
            hits += answer.hits
            if answer.hits:
                after = answer.hits[-1].after
            if len(answer.hits) < asked:
                break
        if hits and after is not None:
            self._remember(key, first + len(hits), after, asking)
        return tuple(hits), first_answer

    def _nearest(self, key: bytes, first: int) -> tuple[int, tuple[object, ...] | None]:
        with self._lock:
            places = self._walks.get(key, [])
            at = bisect_right(places, first, key=lambda place: place[0])
            return places[at - 1] if at else (0, None)

    def _remember(self, key: bytes, position: int, after: tuple[object, ...], asking: Asking) -> None:
        if not asking.is_whole:  # a part that is missing now may be there for the next page
            return
        with self._lock:
            places = self._walks.setdefault(key, [])
            self._walks.move_to_end(key)
            at = bisect_right(places, position, key=lambda place: place[0])
            if not at or places[at - 1][0] != position:
                places.insert(at, (position, after))
            if len(places) > _REMEMBERED_PLACES:
                del places[0]
            while len(self._walks) > _REMEMBERED_WALKS:
                self._walks.popitem(last=False)
