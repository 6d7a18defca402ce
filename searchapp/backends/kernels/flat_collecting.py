"""Takes what a window of a flat question has found: counts it, narrows it by days, offers it to the best.

Arguments are those of `flat.py`, whose layout of questions stands here too.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, inlined, kernel
from searchapp.backends.kernels.best import NEWEST, RELEVANCE, offer
from searchapp.backends.kernels.memory import float32s, float64s, float_bits, int32s, int64s, lowest_bit, uint64s
from searchapp.backends.kernels.tables import BITS, DELETED, FIRST_DAY, FIRST_KEYS, LAST_DAY, LIVE, SCORES

ANY, ALL = range(2)
(
    JOIN, ORDER, HITS, K1, TITLE_SCALE, SEGMENTS, TABLE, BUDGET, KNOWN, LEAVES, LEFT_OUT, RANGES, VALUES, OTHER_VALUES,
    HAS_SETS,
) = range(15)  # fmt: skip
HEAD = 15
FLAT_WINDOW = 4096
FLAT_WORDS = FLAT_WINDOW // 64
#: Slots that are looked through at once.
_STRETCH = 256
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@inlined
def positive_bits(scores, first):
    """A bit for each of 64 scores that is above zero."""
    held = _ZERO
    at = np.uint64(first)
    for i in range(np.uint64(64)):
        held |= np.uint64(float_bits(scores[at + i]) > 0) << i
    return held


@kernel
def collect_scores(start, end, segment, room, size, filled, matched_at):
    """Counts matches, and offers and empties their scores; returns (matches, filled). `matched_at` is a bitset of the
    segment that takes the matches, 0 where nobody wants it."""
    row = int64s(room)
    scores = float32s(row[SCORES])
    first_keys = float64s(row[FIRST_KEYS])
    live = uint64s(int64s(segment)[LIVE])
    matched = uint64s(matched_at)
    has_deleted = int64s(segment)[DELETED] != 0
    has_set = matched_at != 0
    matches = np.int64(0)
    least = np.int32(1)
    if filled == size:
        least = float_bits(np.float32(first_keys[size - 1]))
    for first in range(0, end - start, _STRETCH):
        count = np.int32(0)
        highest = np.int32(0)
        at = np.uint64(first)
        for i in range(np.uint64(_STRETCH)):
            number = float_bits(scores[at + i])
            count += np.int32(number > 0)
            highest = max(highest, number)
        if count == 0:
            continue
        needs_bits = has_set or has_deleted
        if needs_bits or highest >= least:
            count = np.int32(0)
            for word in range(first >> 6, (first + _STRETCH) >> 6):
                held = positive_bits(scores, word << 6)
                if held == _ZERO:
                    continue
                here = (start >> 6) + word
                if has_deleted:
                    held &= live[here]
                if has_set:
                    matched[here] = held
                count += np.int32(count_bits(held))
                if highest < least:
                    continue
                above = _ZERO
                base = np.uint64(word << 6)
                for i in range(np.uint64(64)):
                    above |= np.uint64(float_bits(scores[base + i]) >= least) << i
                above &= held
                while above != _ZERO:
                    slot = (word << 6) + lowest_bit(above)
                    above &= above - _ONE
                    score = scores[slot]
                    if float_bits(score) >= least:
                        filled = offer(segment, room, size, filled, start + slot, score, RELEVANCE)
                        if filled == size:
                            least = float_bits(np.float32(first_keys[size - 1]))
        matches += np.int64(count)
        scores[first : first + _STRETCH] = np.float32(0)
    return matches, filled


@kernel
def offer_bits(start, end, segment, room, size, filled, order):
    """Offers the documents of `BITS`, and empties these and their scores; returns how many hits there are."""
    row = int64s(room)
    bits = uint64s(row[BITS])
    scores = float32s(row[SCORES])
    first_keys = float64s(row[FIRST_KEYS])
    days = int32s(int64s(segment)[FIRST_DAY])
    held = (end - start + 63) >> 6
    for step in range(held):
        # Articles mostly come in order of their days: from the last on, the newest are soon found.
        word = held - 1 - step if order == NEWEST else step
        left = bits[word]
        bits[word] = _ZERO
        while left != _ZERO:
            slot = (word << 6) + lowest_bit(left)
            left &= left - _ONE
            score = scores[slot]
            scores[slot] = 0
            key = np.float64(score)
            if order != RELEVANCE:
                day = np.float64(days[start + slot])
                key = -np.inf if day == 0 else day if order == NEWEST else -day
            if filled < size or key >= first_keys[size - 1]:
                filled = offer(segment, room, size, filled, start + slot, score, order)
    return filled


@kernel
def keep_days(bits_at, start, end, segment, first, last):
    """The bits of what is dated and lies between the two days, which are included, stay."""
    bits = uint64s(bits_at)
    first_day = int32s(int64s(segment)[FIRST_DAY])
    last_day = int32s(int64s(segment)[LAST_DAY])
    for word in range((end - start + 63) >> 6):
        if bits[word] == _ZERO:
            continue
        doc = np.uint64(start + (word << 6))
        kept = _ZERO
        if start + (word << 6) + 64 <= end:
            for i in range(np.uint64(64)):
                day = first_day[doc + i]
                kept |= np.uint64((day != 0) & (day >= first) & (last_day[doc + i] <= last)) << i
        else:
            for i in range(np.uint64(end - start - (word << 6))):
                day = first_day[doc + i]
                kept |= np.uint64((day != 0) & (day >= first) & (last_day[doc + i] <= last)) << i
        bits[word] &= kept
