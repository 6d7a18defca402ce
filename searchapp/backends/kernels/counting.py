"""Counts over sets of documents: bitsets of uint64, document d at bit d & 63 of word d >> 6."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.memory import int32s, int64s, uint64s
from searchapp.backends.kernels.postings import first_block, keep_titles, read_docs
from searchapp.backends.kernels.tables import GAPS, LIVE, SPARE_DOCS, TITLES

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def count_codes(matched, codes, offsets, counts):
    """counts[code] grows by the number of matched documents with this value."""
    for word in range(len(matched)):
        left = matched[word]
        while left != _ZERO:
            low = left & (~left + _ONE)
            doc = (word << 6) + count_bits(low - _ONE)
            left ^= low
            for at in range(offsets[doc], offsets[doc + 1]):
                counts[codes[at]] += 1


@kernel
def count_numbers(matched, numbers, first, counts):
    """counts[number - first] grows for each matched document; numbers below `first` are not counted."""
    for word in range(len(matched)):
        left = matched[word]
        while left != _ZERO:
            low = left & (~left + _ONE)
            number = np.int64(numbers[(word << 6) + count_bits(low - _ONE)]) - first
            left ^= low
            if number >= 0:
                counts[number] += 1


@kernel
def mark_values(codes, offsets, wanted, bits):
    """Set the bit of every document that has a wanted value; `wanted` uint8, one a code."""
    for doc in range(len(offsets) - 1):
        for at in range(offsets[doc], offsets[doc + 1]):
            if wanted[codes[at]]:
                bits[doc >> 6] |= _ONE << np.uint64(doc & 63)
                break


@kernel
def mark_docs(docs, count, bits):
    for i in range(count):
        bits[docs[i] >> 6] |= _ONE << np.uint64(docs[i] & 63)


@kernel
def count_articles(segment, room, terms, mode, bits):
    """How many live documents hold any of the terms, in the title where the mode says so; `bits` are empty.

    `segment` and `room` are addresses of tables (`tables.py`).
    """
    row = int64s(room)
    live = uint64s(int64s(segment)[LIVE])
    docs = int32s(row[SPARE_DOCS])
    for term in terms:
        for block in range(first_block(segment, term), first_block(segment, term + 1)):
            count = read_docs(segment, term, block, row[SPARE_DOCS], row[GAPS])
            if mode == TITLE:
                count = keep_titles(segment, block, count, row[SPARE_DOCS], row[TITLES])
            for i in range(np.uint64(count)):
                doc = np.uint64(docs[i])
                bits[doc >> np.uint64(6)] |= _ONE << (doc & np.uint64(63))
    found = 0
    for word in range(len(bits)):
        found += count_bits(bits[word] & live[word])
    return found
