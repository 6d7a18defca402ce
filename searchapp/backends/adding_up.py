"""Postings of several terms added up document by document: what a word makes that is spelled in several ways.

Frequencies are summed, so no two of the terms, or of their forms, may stand at one place of a text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.codec.kernels.packing import I32, I64, U8
from searchapp.backends.generation import SearchedSegment
from searchapp.backends.kernels import unions
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.leaf import TITLE_SCALE, LateError, SegmentLeaf

#: Postings that one call of the kernel may look at: a few milliseconds.
_SLICE_POSTINGS: Final = 400_000


class _Scratch(threading.local):
    """Where one thread adds up documents; empty between searches."""

    def __init__(self) -> None:
        self.sums = np.zeros(0, np.int64)
        self.bits = np.zeros(0, np.uint64)
        self.others = np.zeros(0, np.uint64)

    def hold(self, documents: int) -> None:
        if len(self.sums) < documents:
            words = (documents + 63) // 64
            self.sums = np.zeros(words * 64, np.int64)
            self.bits = np.zeros(words, np.uint64)
            self.others = np.zeros(words, np.uint64)

    def empty(self) -> None:
        self.__init__()  # type: ignore[misc]


_scratch = _Scratch()


def add_up_terms(
    numbers: tuple[int, ...], segment: SearchedSegment, mode: int, has_time: Callable[[], bool]
) -> SegmentLeaf:
    """Whole terms of the texts' group. Raises LateError when there is no time left."""
    terms = np.array(numbers, np.int32)
    form_start = segment.mapped.text.forms.form_start
    form_at = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(form_start[terms + 1].astype(np.int64) - form_start[terms], out=form_at[1:])
    wanted = np.full(form_at[-1], unions.WEIGHED, np.uint8)
    return add_up_forms(terms, form_at, wanted, np.ones(len(terms), np.bool_), segment, "text", mode, has_time)


def add_up_forms(
    terms: I32, form_at: I64, wanted: U8, whole: NDArray[np.bool_],
    segment: SearchedSegment, group_name: str, mode: int, has_time: Callable[[], bool],
) -> SegmentLeaf:  # fmt: skip
    """`kernels/unions.py` says what the arrays are. Raises LateError when there is no time left."""
    text = segment.arrays(group_name)
    _scratch.hold(segment.documents)
    words = len(segment.live)
    sums, bits, others = _scratch.sums, _scratch.bits[:words], _scratch.others[:words]
    place = np.zeros(2, np.int64)
    while not unions.unite_forms(text, terms, form_at, wanted, whole, mode, place, _SLICE_POSTINGS, sums, bits, others):
        if not has_time():
            _scratch.empty()
            raise LateError
    size = int(unions.count_united(bits, others, segment.live))
    if mode == UNSCORED:
        row = np.empty(words, np.uint64)
        unions.take_set(segment.live, bits, others, row)
        return SegmentLeaf(size, row=row)
    docs, gains = np.empty(size, np.int32), np.empty(size, np.float32)
    unions.take_united(text, mode, TITLE_SCALE, segment.live, sums, bits, others, docs, gains)
    return SegmentLeaf(size, docs=docs, gains=gains)
