"""Phrases, runs of adjacent terms and single surface forms in one segment: documents and what they gain."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from indexer.codec.kernels.numbers import read_number
from indexer.codec.kernels.packing import F32, I32
from searchapp.backends.generation import SearchedSegment
from searchapp.backends.kernels.blocks import BOTH
from searchapp.backends.kernels.memory import float_as_int
from searchapp.backends.kernels.phrases import CAPACITY, PHRASE_FOUND, PHRASE_START, find_phrases
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.room import ROOM
from searchapp.backends.windows import Runs

#: Postings, and positions, that one call of the kernel may look at: a few milliseconds.
_BUDGET: Final = 400_000
_TITLE_SCALE: Final = float_as_int(float(TITLE_SCALE))
#: Positions of a term, in the documents that are looked at together, for which there is room at first.
_FIRST_CAPACITY: Final = 4096


class Sought(NamedTuple):
    """What is looked for in one segment, as `kernels/phrases.py` reads it. `most` documents can hold it."""

    numbers: array[int]
    most: int
    terms: int
    slots: int


def seek_runs(variants: Runs, segment: SearchedSegment, group_name: str, mode: int) -> Sought:
    """Any of these spellings; none is in the segment where there are no variants."""
    doc_freq = segment.arrays(group_name)[5]
    numbers = [mode, _TITLE_SCALE, _BUDGET, _FIRST_CAPACITY, len(variants), 0]
    numbers += accumulate(map(len, variants))
    forms: list[int] = []
    most = slots = 0
    for variant in variants:
        sizes = [sum(read_number(doc_freq, term) for term, _ in slot) for slot in variant]
        most += min(sizes)
        slots += len(variant)
        for slot, size in zip(variant, sizes, strict=True):
            numbers += (0, 0, 0, size, BOTH, 0, 0, 0, 0, len(slot), *(term for term, _ in slot))
            forms += (form for _, form in slot)
    return Sought(array("q", numbers + forms), min(most, segment.documents), len(forms), slots)


def find_runs(
    sought: Sought, segment: SearchedSegment, group_name: str, has_time: Callable[[], bool]
) -> tuple[I32, F32]:
    """Live documents that hold it, rising, and what they gain. Raises LateError when there is no time left."""
    if not sought.most:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    question = sought.numbers[:]  # the kernel writes into it
    room = ROOM
    room.make_cursors(max(sought.terms, sought.slots))
    room.make_keys(sought.terms * question[CAPACITY])
    state = room.phrase_state
    state[PHRASE_START] = state[PHRASE_FOUND] = 0
    taken = room.make_results(sought.most)
    asked = question.buffer_info()[0], segment.row_address(group_name), room.address
    start = 0
    while start < segment.documents:
        if not has_time():
            raise LateError
        find_phrases(*asked, *taken)
        start, found, needed = state.tolist()
        if needed:
            question[CAPACITY] = 2 * needed
            room.make_keys(sought.terms * question[CAPACITY])
    return room.found_docs[:found].copy(), room.found_gains[:found].copy()
