"""What becomes of a window of documents: its matches counted, and the best of them offered."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from searchapp.backends.kernels.best import NEWEST, RELEVANCE, offer
from searchapp.backends.kernels.memory import float_bits, lowest_bit

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def is_ahead(best, filled, day, order):
    """Whether a document of this day may be among the best, in order of days."""
    if filled < len(best[0]):
        return True
    first = -np.inf
    if day != 0:
        first = np.float64(day) if order == NEWEST else -np.float64(day)
    return first >= best[0][len(best[0]) - 1]


@kernel
def collect_scores(scores, start, end, live, matched, base, best, filled, columns):
    """Counts, offers and empties scores of matches; returns (matches, filled).

    `live` and `matched` are of no length where everything lives and nobody wants the set.
    """
    size = len(best[0])
    matches = np.int64(0)
    least = np.int32(1)
    if size and filled == size:
        least = float_bits(np.float32(best[0][size - 1]))
    for first in range(0, end - start, 64):
        count = np.int32(0)
        highest = np.int32(0)
        at = np.uint64(first)
        for i in range(np.uint64(64)):
            number = float_bits(scores[at + i])
            count += np.int32(number > 0)
            highest = max(highest, number)
        if count == 0:
            continue
        alive = ~_ZERO
        if len(live) or len(matched):
            held = _ZERO
            for i in range(np.uint64(64)):
                held |= np.uint64(float_bits(scores[at + i]) > 0) << i
            word = (start + first) >> 6
            if len(live):
                alive = live[word]
                held &= alive
                count = np.int32(count_bits(held))
            if len(matched):
                matched[word] = held
        matches += count
        if size and highest >= least:
            for i in range(np.uint64(64)):
                score = scores[at + i]
                if float_bits(score) >= least and (alive >> i) & _ONE:
                    filled = offer(best, filled, base, start + first + np.int64(i), score, RELEVANCE, columns)
                    if filled == size:
                        least = float_bits(np.float32(best[0][size - 1]))
        scores[first : first + 64] = 0
    return matches, filled


@kernel
def collect_bits(bits, scores, start, end, base, best, filled, order, columns):
    """Offers and empties scores of matches; returns how many hits there are."""
    size = len(best[0])
    for word in range((end - start + 63) >> 6):
        left = bits[word]
        while left != _ZERO:
            slot = (word << 6) + np.int64(lowest_bit(left))
            left &= left - _ONE
            score = scores[slot]
            scores[slot] = 0
            if order == RELEVANCE:
                if filled < size or score >= best[0][size - 1]:
                    filled = offer(best, filled, base, start + slot, score, order, columns)
            elif is_ahead(best, filled, columns[0][start + slot], order):
                filled = offer(best, filled, base, start + slot, np.float32(0), order, columns)
    return filled


@kernel
def keep_days(bits, start, end, first_day, last_day, first, last):
    """The bits of what is dated and lies between the two days, which are included, stay."""
    for word in range((end - start + 63) >> 6):
        if bits[word] == _ZERO:
            continue
        doc = start + (word << 6)
        kept = _ZERO
        if doc + 64 <= end:
            at = np.uint64(doc)
            for i in range(np.uint64(64)):
                day = first_day[at + i]
                kept |= np.uint64((day != 0) & (day >= first) & (last_day[at + i] <= last)) << i
        else:
            for i in range(end - doc):
                day = first_day[doc + i]
                kept |= np.uint64((day != 0) & (day >= first) & (last_day[doc + i] <= last)) << np.uint64(i)
        bits[word] &= kept


@kernel
def is_empty(bits, held):
    for word in range(held):
        if bits[word] != _ZERO:
            return False
    return True
