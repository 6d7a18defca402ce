"""The arrays that one thread searches in, kept between searches and empty between them, and their addresses."""

from __future__ import annotations

import threading
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.flat import (
    FLAT_WINDOW,
    FLAT_WORDS,
    ROOM,
    ROOM_BEST,
    ROOM_BITS,
    ROOM_CURSORS,
    ROOM_READERS,
    ROOM_SCORES,
    ROOM_TERMS,
)
from searchapp.backends.kernels.memory import address_of
from searchapp.backends.kernels.program import WINDOW, WINDOW_WORDS

#: Deeper pages are sorted, not kept in order while they are found.
MOST_KEPT: Final = 256
#: As `kernels/best.py` lists them.
Best: TypeAlias = tuple[NDArray[Any], ...]


class Room(threading.local):
    """`table` is what `kernels/flat.py` calls room, `state` its state. `best` holds the hits."""

    def __init__(self) -> None:
        self.state = np.zeros(5, np.int64)
        self.best: Best = (
            np.empty(MOST_KEPT, np.float64),
            np.empty(MOST_KEPT, np.int64),
            np.empty(MOST_KEPT, np.int64),
            np.empty(MOST_KEPT, np.float32),
            np.empty(MOST_KEPT, np.uint64),
            np.empty(MOST_KEPT, np.uint64),
        )
        self._flat = (np.zeros(FLAT_WINDOW, np.float32), np.zeros(2 * FLAT_WORDS, np.uint64))
        self.table = np.zeros(ROOM, np.int64)
        self.table[ROOM_SCORES], self.table[ROOM_BITS] = address_of(self._flat[0]), address_of(self._flat[1])
        self.table[ROOM_BEST : ROOM_BEST + len(self.best)] = list(map(address_of, self.best))
        self._cursors: tuple[NDArray[Any], ...] = ()
        self._terms = 0
        self.make_cursors(16)
        self._frames = (np.zeros((4, WINDOW_WORDS), np.uint64), np.zeros((4, WINDOW), np.float32))
        self._tree_cursors = _make_tree_cursors(16)

    def make_cursors(self, terms: int) -> None:
        """Room for so many terms, and leaves, of one question at least."""
        if terms <= self._terms:
            return
        self._terms = terms = terms * 2
        self._cursors = (
            np.zeros(terms * 2, np.int64),
            np.zeros(terms, np.int64),
            np.zeros(terms, np.int64),
            np.empty(terms * BLOCK, np.int32),
            np.empty(terms * BLOCK, np.float32),
            np.zeros(terms, np.int64),
            np.empty(BLOCK, np.uint32),
            np.empty(BLOCK, np.uint32),
            np.empty(BLOCK, np.uint32),
            np.empty(BLOCK, np.int32),
            np.empty(BLOCK, np.float32),
        )
        self.table[ROOM_CURSORS : ROOM_CURSORS + len(self._cursors)] = list(map(address_of, self._cursors))
        self.table[ROOM_TERMS] = self.table[ROOM_READERS] = terms

    def frames(self, count: int) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """Empty frames of the stack machine (`kernels/program.py`), so many at least."""
        if len(self._frames[0]) < count:
            self._frames = (np.zeros((count, WINDOW_WORDS), np.uint64), np.zeros((count, WINDOW), np.float32))
        return self._frames

    def tree_cursors(self, terms: int) -> tuple[NDArray[Any], ...]:
        """Cursors of the stack machine."""
        if len(self._tree_cursors[1]) < terms:
            self._tree_cursors = _make_tree_cursors(terms * 2)
        return self._tree_cursors

    def first_best(self, size: int) -> Best:
        """The arrays of hits, as long as so many."""
        return tuple(array[:size] for array in self.best)


def _make_tree_cursors(terms: int) -> tuple[NDArray[Any], ...]:
    return (
        np.zeros(terms * 2, np.int64),
        np.zeros(terms, np.int64),
        np.zeros(terms, np.int64),
        np.empty((terms, BLOCK), np.int32),
        np.empty((terms, BLOCK), np.float32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )
