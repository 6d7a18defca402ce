"""Counts over sets of documents: bitsets of uint64, document d at bit d & 63 of word d >> 6."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.blocks import TITLE, block_size, decode_docs, decode_frequencies

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
def count_live(text, term, mode, live):
    """How many live documents hold a term, in the title where the mode says so."""
    docs = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    found = 0
    for block in range(np.int64(text[4][term]), np.int64(text[4][term + 1])):
        count = block_size(text, term, block)
        decode_docs(text, term, block, count, docs, gaps)
        if mode == TITLE:
            decode_frequencies(text, block, count, gaps, titles)
        for i in range(count):
            if mode == TITLE and titles[i] == 0:
                continue
            found += np.int64((live[docs[i] >> 6] >> np.uint64(docs[i] & 63)) & _ONE)
    return found
