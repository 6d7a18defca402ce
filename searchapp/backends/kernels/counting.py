"""Counts over sets of documents: bitsets of uint64, document d at bit d & 63 of word d >> 6."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.best import RELEVANCE, offer
from searchapp.backends.kernels.blocks import TITLE, block_size, decode_docs, decode_frequencies, decode_scores

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


@kernel
def best_of_term(text, term, mode, weight, k1, title_scale, bound_factor, base, best, filled, columns):
    """Offers a term's documents, all of them alive, block by block; those that cannot be among the best are skipped.

    A block's bound is the highest gain in it at the averages of its writing; `bound_factor` makes it hold at today's.
    The block with the highest bound comes first, so that there is something to beat.
    """
    docs = np.empty(BLOCK, np.int32)
    scores = np.empty(BLOCK, np.float32)
    gaps = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    bounds = text[6]
    first = np.int64(text[4][term])
    stop = np.int64(text[4][term + 1])
    size = len(best[0])
    if size == 0 or first == stop:
        return filled
    highest = first
    for block in range(first + 1, stop):
        if bounds[block] > bounds[highest]:
            highest = block
    for turn in range(stop - first + 1):
        block = highest if turn == 0 else first + turn - 1
        if turn and block == highest:
            continue
        if filled == size:
            gain = bounds[block] * bound_factor
            if weight * gain / (k1 + gain) * np.float32(1.00001) < best[0][size - 1]:
                continue
        count = block_size(text, term, block)
        decode_docs(text, term, block, count, docs, gaps)
        count = decode_scores(text, block, count, mode, weight, k1, title_scale, docs, scores, gaps, titles)
        for i in range(count):
            if filled < size or scores[i] >= best[0][size - 1]:
                filled = offer(best, filled, base, docs[i], scores[i], 0, RELEVANCE, columns)
    return filled
