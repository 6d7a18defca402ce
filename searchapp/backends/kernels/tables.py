"""Segments, thread's memory and questions as tables of int64: addresses, sizes, and floats by their bits.

A row of a generation's table says where a segment's arrays lie: first the eleven of its posting group, in the order
of `blocks.py`, then sizes and columns. Every field below is a place in such a row.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.backends.kernels.memory import array_at

GROUP_ARRAYS = 11
(
    WORDS, BLOCKS, TERMS, POSITION_WORDS, DOCUMENTS, BASE, FIRST_DAY, LAST_DAY, INSTANT, IDS, LIVE, DELETED, FACTOR
) = range(GROUP_ARRAYS, GROUP_ARRAYS + 13)  # fmt: skip
SEGMENT_FIELDS = GROUP_ARRAYS + 13


@kernel
def text_of(segment):
    """The arrays of a segment's text, as `blocks.py` lists them."""
    blocks = segment[BLOCKS]
    return (
        array_at(segment[0], segment[WORDS], np.uint32),
        array_at(segment[1], blocks, np.uint32),
        array_at(segment[2], blocks, np.uint32),
        array_at(segment[3], blocks, np.int32),
        array_at(segment[4], segment[TERMS] + 1, np.uint32),
        array_at(segment[5], segment[TERMS], np.uint32),
        array_at(segment[6], blocks, np.float32),
        array_at(segment[7], blocks, np.uint32),
        array_at(segment[8], segment[POSITION_WORDS], np.uint32),
        array_at(segment[9], segment[DOCUMENTS], np.float32),
        array_at(segment[10], segment[DOCUMENTS], np.float32),
    )


@kernel
def columns_of(segment):
    """The columns that order documents: `first_day`, `instant`, and `id` as two numbers a document."""
    documents = segment[DOCUMENTS]
    return (
        array_at(segment[FIRST_DAY], documents, np.int32),
        array_at(segment[INSTANT], documents, np.int64),
        array_at(segment[IDS], documents * 2, np.uint64),
    )


@kernel
def words_of_bits(documents):
    return (documents + 63) >> 6
