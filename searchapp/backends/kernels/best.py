"""The best documents so far, in order: all words first (where that is asked), then by score or by day, then by id.

`best` is a tuple of arrays of one length K, the best first, over all segments of an index:

    first_key    float64    score, or day with the later (or earlier) one greater, and -inf where there is none
    second_key   int64      day, or instant in the same way
    tier         int8       1 for a document that has all words, where the caller asks for these first
    docs         int64      document numbers, counted from the segment's base on
    scores       float32
    high, low    uint64     the id, as two big-endian numbers

`columns` are a segment's `first_day` int32, `instant` int64 and `id` uint8 (n, 16).
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

RELEVANCE, NEWEST, OLDEST = range(3)
UNKNOWN = np.iinfo(np.int64).min


@kernel
def half_id(ids, doc, first):
    """Eight bytes of an id as a number that sorts as they do."""
    number = np.uint64(0)
    for i in range(8):
        number = (number << np.uint64(8)) | np.uint64(ids[doc, first + i])
    return number


@kernel
def offer(best, filled, base, doc, score, tier, order, columns):
    """Put a document in its place, if it has one; returns how many there are."""
    first_keys, second_keys, tiers, docs, scores, highs, lows = best
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
        if tier < tiers[spot]:
            return filled
        if tier == tiers[spot]:
            if first < first_keys[spot]:
                return filled
            if first == first_keys[spot] and second < second_keys[spot]:
                return filled
    high = half_id(ids, doc, 0)
    low = half_id(ids, doc, 8)
    if filled == size and tier == tiers[spot] and first == first_keys[spot] and second == second_keys[spot]:
        if high > highs[spot] or (high == highs[spot] and low > lows[spot]):
            return filled
    while spot > 0:
        other = spot - 1
        if tier != tiers[other]:
            before = tier > tiers[other]
        elif first != first_keys[other]:
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
        tiers[spot] = tiers[other]
        docs[spot] = docs[other]
        scores[spot] = scores[other]
        highs[spot] = highs[other]
        lows[spot] = lows[other]
        spot = other
    first_keys[spot] = first
    second_keys[spot] = second
    tiers[spot] = tier
    docs[spot] = base + doc
    scores[spot] = score
    highs[spot] = high
    lows[spot] = low
    return min(filled + 1, size)
