"""The best documents so far, in order: by score or by day, then by id.

A room (`tables.py`) has, the best first,

FIRST_KEYS     float64    score, or day with the later (or earlier) one greater, and -inf where there is none
SECOND_KEYS    int64      day, or instant in the same way
HITS_DOCS      int64      document numbers, counted over all segments
HITS_SCORES    float32
HALVES         uint64     the id, two big-endian numbers a document
HITS_IDS       uint64     the same as they are spelled: 16 bytes of ASCII a document, when all are found
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import inlined, kernel
from searchapp.backends.kernels.memory import float32s, float64s, int32s, int64s, uint64s
from searchapp.backends.kernels.tables import (
    BASE,
    FIRST_DAY,
    FIRST_KEYS,
    HALVES,
    HITS_DOCS,
    HITS_IDS,
    HITS_SCORES,
    IDS,
    INSTANT,
    SECOND_KEYS,
)

RELEVANCE, NEWEST, OLDEST = range(3)
UNKNOWN = np.iinfo(np.int64).min


@inlined
def in_big_endian(number):
    """A uint64 with its bytes turned round: halves of ids sort so as their texts do."""
    low = np.uint64(0x00FF00FF00FF00FF)
    number = ((number >> np.uint64(8)) & low) | ((number & low) << np.uint64(8))
    low = np.uint64(0x0000FFFF0000FFFF)
    number = ((number >> np.uint64(16)) & low) | ((number & low) << np.uint64(16))
    return (number >> np.uint64(32)) | (number << np.uint64(32))


@kernel
def offer(segment, room, size, filled, doc, score, order):
    """Put a segment's document in its place, if it has one among `size`; returns how many there are."""
    columns = int64s(segment)
    row = int64s(room)
    first_keys = float64s(row[FIRST_KEYS])
    second_keys = int64s(row[SECOND_KEYS])
    docs = int64s(row[HITS_DOCS])
    scores = float32s(row[HITS_SCORES])
    halves = uint64s(row[HALVES])
    day = np.int64(int32s(columns[FIRST_DAY])[doc])
    if order == RELEVANCE:
        first = np.float64(score)
        second = day
    else:
        sign = 1 if order == NEWEST else -1
        first = np.float64(sign * day) if day != 0 else -np.inf
        known = int64s(columns[INSTANT])[doc]
        second = UNKNOWN if known == UNKNOWN else sign * known
    spot = filled
    if filled == size:
        spot = size - 1
        if first < first_keys[spot] or (first == first_keys[spot] and second < second_keys[spot]):
            return filled
    high = in_big_endian(uint64s(columns[IDS])[2 * doc])
    low = in_big_endian(uint64s(columns[IDS])[2 * doc + 1])
    if filled == size and first == first_keys[spot] and second == second_keys[spot]:
        if high > halves[2 * spot] or (high == halves[2 * spot] and low > halves[2 * spot + 1]):
            return filled
    while spot > 0:
        other = spot - 1
        if first != first_keys[other]:
            before = first > first_keys[other]
        elif second != second_keys[other]:
            before = second > second_keys[other]
        elif high != halves[2 * other]:
            before = high < halves[2 * other]
        else:
            before = low < halves[2 * other + 1]
        if not before:
            break
        first_keys[spot] = first_keys[other]
        second_keys[spot] = second_keys[other]
        docs[spot] = docs[other]
        scores[spot] = scores[other]
        halves[2 * spot] = halves[2 * other]
        halves[2 * spot + 1] = halves[2 * other + 1]
        spot = other
    first_keys[spot] = first
    second_keys[spot] = second
    docs[spot] = columns[BASE] + doc
    scores[spot] = score
    halves[2 * spot] = high
    halves[2 * spot + 1] = low
    return min(filled + 1, size)


@kernel
def write_ids(room, filled):
    """Spells the ids of the hits."""
    row = int64s(room)
    halves = uint64s(row[HALVES])
    spelled = uint64s(row[HITS_IDS])
    for half in range(2 * filled):
        spelled[half] = in_big_endian(halves[half])
