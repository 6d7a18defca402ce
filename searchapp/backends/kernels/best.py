"""The best documents so far, in order: by score or by day, then by id.

`best` is a tuple of arrays of one length K, the best first, over all segments of an index:

    first_key    float64    score, or day with the later (or earlier) one greater, and -inf where there is none
    second_key   int64      day, or instant in the same way
    docs         int64      document numbers, counted from the segment's base on
    scores       float32
    high, low    uint64     the id, as two big-endian numbers

`columns` are a segment's `first_day` int32, `instant` int64 and `id` uint64 (2 n), as they lie in memory.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

RELEVANCE, NEWEST, OLDEST = range(3)
UNKNOWN = np.iinfo(np.int64).min


@kernel
def in_big_endian(number):
    """A uint64 with its bytes turned round: halves of ids sort so as their texts do."""
    low = np.uint64(0x00FF00FF00FF00FF)
    number = ((number >> np.uint64(8)) & low) | ((number & low) << np.uint64(8))
    low = np.uint64(0x0000FFFF0000FFFF)
    number = ((number >> np.uint64(16)) & low) | ((number & low) << np.uint64(16))
    return (number >> np.uint64(32)) | (number << np.uint64(32))


@kernel
def offer(best, filled, base, doc, score, order, columns):
    """Put a document in its place, if it has one; returns how many there are."""
    first_keys, second_keys, docs, scores, highs, lows = best
    first_day, instant, ids = columns
    size = len(docs)
    day = np.int64(first_day[doc])
    if order == RELEVANCE:
        first = np.float64(score)
        second = day
    else:
        sign = 1 if order == NEWEST else -1
        first = np.float64(sign * day) if day != 0 else -np.inf
        known = instant[doc]
        second = UNKNOWN if known == UNKNOWN else sign * known
    spot = filled
    if filled == size:
        spot = size - 1
        if first < first_keys[spot] or (first == first_keys[spot] and second < second_keys[spot]):
            return filled
    high = in_big_endian(ids[2 * doc])
    low = in_big_endian(ids[2 * doc + 1])
    if filled == size and first == first_keys[spot] and second == second_keys[spot]:
        if high > highs[spot] or (high == highs[spot] and low > lows[spot]):
            return filled
    while spot > 0:
        other = spot - 1
        if first != first_keys[other]:
            before = first > first_keys[other]
        elif second != second_keys[other]:
            before = second > second_keys[other]
        elif high != highs[other]:
            before = high < highs[other]
        else:
            before = low < lows[other]
        if not before:
            break
        first_keys[spot] = first_keys[other]
        second_keys[spot] = second_keys[other]
        docs[spot] = docs[other]
        scores[spot] = scores[other]
        highs[spot] = highs[other]
        lows[spot] = lows[other]
        spot = other
    first_keys[spot] = first
    second_keys[spot] = second
    docs[spot] = base + doc
    scores[spot] = score
    highs[spot] = high
    lows[spot] = low
    return min(filled + 1, size)
