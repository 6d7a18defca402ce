"""The arrays that one thread searches in, kept between searches and empty between them, and their addresses."""

from __future__ import annotations

import threading
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from indexer.codec.columns import ID_BYTES
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels import tables
from searchapp.backends.kernels.flat import STATE_FIELDS
from searchapp.backends.kernels.flat_collecting import FLAT_WINDOW, FLAT_WORDS
from searchapp.backends.kernels.flat_leaves import LEAF_FIELDS
from searchapp.backends.kernels.memory import address_of
from searchapp.backends.kernels.phrases import CANDIDATES, PHRASE_FIELDS
from searchapp.backends.kernels.program import WINDOW, WINDOW_WORDS

#: Deeper pages are sorted, not kept in order while they are found.
MOST_KEPT: Final = 256
_MOST_KEYS: Final = 100_000
#: Terms, and frames, for which a thread keeps room when the search is over: 4 KB each, and 33 KB.
_MOST_TERMS: Final = 2_048
_MOST_FRAMES: Final = 64


class Room(threading.local):
    """`address` is that of a table as `kernels/tables.py` says, and states are of its arrays."""

    def __init__(self) -> None:
        state = np.zeros(STATE_FIELDS, np.int64)
        phrase_state = np.zeros(PHRASE_FIELDS, np.int64)
        docs, scores = np.empty(MOST_KEPT, np.int64), np.empty(MOST_KEPT, np.float32)
        ids = np.empty(MOST_KEPT, f"S{ID_BYTES}")
        # Views, since a slice of them is made and read in half of the time.
        self.state, self.phrase_state = state.data, phrase_state.data
        self._docs, self._ids = docs.data, ids.view(np.uint8).data
        self._scores = scores.data
        self.found_docs, self.found_gains = np.empty(0, np.int32), np.empty(0, np.float32)
        self._results = (0, 0)
        self._table = np.zeros(tables.ROOM_FIELDS, np.int64)
        self.address = address_of(self._table)
        self._kept: dict[int, NDArray[Any]] = {}
        for place, array in (
            (tables.SCORES, np.zeros(FLAT_WINDOW, np.float32)),
            (tables.SUMS, np.zeros(FLAT_WINDOW, np.int64)),
            (tables.BITS, np.zeros(FLAT_WORDS, np.uint64)),
            (tables.FOUND_BITS, np.zeros(FLAT_WORDS, np.uint64)),
            (tables.FIRST_KEYS, np.empty(MOST_KEPT, np.float64)),
            (tables.SECOND_KEYS, np.empty(MOST_KEPT, np.int64)),
            (tables.HITS_DOCS, docs),
            (tables.HITS_SCORES, scores),
            (tables.HALVES, np.empty(2 * MOST_KEPT, np.uint64)),
            (tables.HITS_IDS, ids),
            (tables.GAPS, np.empty(BLOCK, np.uint32)),
            (tables.EXTRAS, np.empty(BLOCK, np.uint32)),
            (tables.TITLES, np.empty(BLOCK, np.uint32)),
            (tables.SPARE_DOCS, np.empty(BLOCK, np.int32)),
            (tables.SPARE_ROW, np.empty(BLOCK, np.float32)),
            (tables.STATE, state),
            (tables.PHRASE_STATE, phrase_state),
            (tables.ALLOWED_BITS, np.zeros(FLAT_WORDS, np.uint64)),
            (tables.CANDIDATE_BITS, np.zeros(FLAT_WORDS, np.uint64)),
            (tables.ASKED, np.empty(CANDIDATES, np.int32)),
            (tables.BEGINS, np.empty(BLOCK, np.int64)),
        ):
            self._keep(place, array)
        self._terms = self._keys = 0
        self.make_cursors(64)
        self._frames = (np.zeros((4, WINDOW_WORDS), np.uint64), np.zeros((4, WINDOW), np.float32))
        self._tree_cursors = _make_tree_cursors(16)

    def make_cursors(self, terms: int) -> None:
        """Room for so many terms, and leaves, of one segment at least. What an odd search needed is not kept."""
        if terms <= self._terms <= max(terms, _MOST_TERMS):
            return
        self._terms = terms
        self._keep(tables.BLOCKS, np.zeros(2 * terms, np.int64))
        for place in (tables.HEADS, tables.FILLS, tables.HELD):
            self._keep(place, np.zeros(terms, np.int64))
        self._keep(tables.DOCS, np.empty(terms * BLOCK, np.int32))
        self._keep(tables.ROWS, np.empty(terms * BLOCK, np.float32))
        self._keep(tables.TITLE_ROWS, np.empty(terms * BLOCK, np.uint32))
        self._keep(tables.LEAF_NUMBERS, np.zeros((LEAF_FIELDS + 1) * terms, np.int64))
        self._keep(tables.PLACES, np.zeros(2 * terms, np.int64))
        self._keep(tables.STARTS, np.empty(terms * (CANDIDATES + 1), np.int64))

    def read_best(self, filled: int) -> tuple[list[str], list[int], list[float]]:
        """The hits that a search has left here: their ids, places in the generation, and scores."""
        if not filled:
            return [], [], []
        spelled = str(self._ids[: ID_BYTES * filled], "ascii")
        ids = [spelled[at : at + ID_BYTES] for at in range(0, len(spelled), ID_BYTES)]
        return ids, self._docs[:filled].tolist(), cast("list[float]", self._scores[:filled].tolist())

    def make_keys(self, count: int) -> None:
        """Room for so many positions, of all terms of a phrase together. What an odd one needed is not kept."""
        if count > self._keys or self._keys > max(count, _MOST_KEYS):
            self._keys = count
            self._keep(tables.KEYS, np.empty(count, np.int64))
            self._keep(tables.KEY_ROWS, np.empty(4 * count, np.int64))

    def make_results(self, most: int) -> tuple[int, int]:
        """Room for so many documents of a phrase, and their gains: the addresses of `found_docs` and `found_gains`."""
        if len(self.found_docs) < most:
            self.found_docs, self.found_gains = np.empty(most, np.int32), np.empty(most, np.float32)
            self._results = address_of(self.found_docs), address_of(self.found_gains)
        return self._results

    def frames(self, count: int) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
        """Empty frames of the stack machine (`kernels/program.py`), so many at least."""
        if not count <= len(self._frames[0]) <= max(count, _MOST_FRAMES):
            self._frames = (np.zeros((count, WINDOW_WORDS), np.uint64), np.zeros((count, WINDOW), np.float32))
        return self._frames

    def tree_cursors(self, terms: int) -> tuple[NDArray[Any], ...]:
        """Cursors of the stack machine."""
        if not terms <= len(self._tree_cursors[1]) <= max(2 * terms, _MOST_TERMS):
            self._tree_cursors = _make_tree_cursors(terms * 2)
        return self._tree_cursors

    def _keep(self, place: int, array: NDArray[Any]) -> None:
        self._kept[place] = array
        self._table[place] = address_of(array)


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


ROOM: Final = Room()
