"""Phrases, runs of adjacent terms and single surface forms in one segment: documents and what they gain."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate
from typing import Final, NamedTuple

from indexer.codec.group import MappedForms
from indexer.codec.kernels.numbers import read_number
from indexer.codec.kernels.packing import F32, I32, U32
from searchapp.backends.generation import SearchedSegment
from searchapp.backends.kernels.blocks import BOTH
from searchapp.backends.kernels.memory import float_as_int
from searchapp.backends.kernels.phrases import CAPACITY, PHRASE_BUDGET, PHRASE_FOUND, PHRASE_START, find_phrases
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.pairs import ANY_FORM
from searchapp.backends.room import ROOM
from searchapp.backends.windows import Runs

#: Postings, and positions, that one call of the kernel may look at: a few milliseconds.
_BUDGET: Final = 400_000
_TITLE_SCALE: Final = float_as_int(float(TITLE_SCALE))
#: What is counted no further than to a few documents begins with the nearest, and looks further if need be.
_FIRST_BUDGET: Final = 1
_BUDGET_GROWS: Final = 64
#: Positions of a term, in the documents that are looked at together, for which there is room at first.
_FIRST_CAPACITY: Final = 4096


class Sought(NamedTuple):
    """What is looked for in one segment, as `kernels/phrases.py` reads it. `least` documents hold it for certain,
    deleted ones perhaps among them, and `most` can."""

    numbers: array[int]
    most: int
    terms: int
    slots: int
    least: int


def seek_runs(variants: Runs, segment: SearchedSegment, group_name: str, mode: int) -> Sought:
    """Any of these spellings; none is in the segment where there are no variants."""
    doc_freq = segment.arrays(group_name)[5]
    ways = segment.mapped.group(group_name).forms
    numbers = [mode, _TITLE_SCALE, _BUDGET, _FIRST_CAPACITY, len(variants), 0]
    numbers += accumulate(map(len, variants))
    forms: list[int] = []
    most = slots = least = 0
    for variant in variants:
        sizes = [sum(read_number(doc_freq, term) for term, _ in slot) for slot in variant]
        most += min(sizes)
        slots += len(variant)
        if mode == BOTH and len(variant) == 1:
            least = max(least, *[_least_documents(term, form, doc_freq, ways) for term, form in variant[0]])
        for slot, size in zip(variant, sizes, strict=True):
            numbers += (0, 0, 0, size, BOTH, 0, 0, 0, 0, len(slot), *(term for term, _ in slot))
            forms += (form for _, form in slot)
    return Sought(array("q", numbers + forms), min(most, segment.documents), len(forms), slots, least)


def find_runs(
    sought: Sought, segment: SearchedSegment, group_name: str, has_time: Callable[[], bool]
) -> tuple[I32, F32]:
    """Live documents that hold it, rising, and what they gain. Raises LateError when there is no time left."""
    found = _look(sought, segment, group_name, has_time, _BUDGET, segment.documents)
    return ROOM.found_docs[:found].copy(), ROOM.found_gains[:found].copy()


def count_runs(
    sought: Sought, segment: SearchedSegment, group_name: str, enough: int, has_time: Callable[[], bool]
) -> int:
    """How many live documents hold it; of more than `enough`, some of them. Raises LateError."""
    return _look(sought, segment, group_name, has_time, _FIRST_BUDGET, enough)


def _look(
    sought: Sought, segment: SearchedSegment, group_name: str, has_time: Callable[[], bool], budget: int, enough: int
) -> int:
    """How many live documents were found, which the room then has: all of them, or more than `enough`. `budget` is
    that of the first look; where it did not do, the next may go further."""
    if not sought.most:
        return 0
    question = sought.numbers[:]  # the kernel writes into it
    room = ROOM
    room.make_cursors(max(sought.terms, sought.slots))
    room.make_keys(sought.terms * question[CAPACITY])
    state = room.phrase_state
    state[PHRASE_START] = state[PHRASE_FOUND] = 0
    taken = room.make_results(sought.most)
    asked = question.buffer_info()[0], segment.row_address(group_name), room.address
    start = found = 0
    while start < segment.documents and found <= enough:
        if not has_time():
            raise LateError
        question[PHRASE_BUDGET] = budget
        find_phrases(*asked, *taken)
        start, found, needed = state.tolist()
        if needed:
            question[CAPACITY] = 2 * needed
            room.make_keys(sought.terms * question[CAPACITY])
        budget = min(_BUDGET, _BUDGET_GROWS * budget)
    return int(found)


def _least_documents(term: int, form: int, doc_freq: U32, ways: MappedForms) -> int:
    """So many documents hold the form at least: those of its term, were each place of another form in a document of
    its own that holds no more of it."""
    documents = read_number(doc_freq, term)
    if form == ANY_FORM:
        return int(documents)
    first, last = ways.form_start[term], ways.form_start[term + 1]
    others = int(ways.form_freq[first:last].sum()) - ways.form_freq[first + form]
    return max(0, int(documents) - others)
