"""Evaluates a query's tree over one segment, a window of documents after the other.

The tree comes as a program for a stack machine. Every frame of the stack has, for the window, one bit a document
(does it match) and one score a document (float32, 0 where the bit is not set). Operations, as (code, operand):

    PUSH             a new, empty frame
    OR_LEAF leaf     the leaf's documents join the top frame, their scores are added
    AND_LEAF leaf    the top frame keeps what the leaf holds too, scores are added
    NOT_LEAF leaf    the top frame keeps what the leaf does not hold
    OR, AND          the frame on top is joined with, or narrows, the one below it; scores are added
    AND_NOT          the frame on top is taken out of the one below it
    FILTER row       the top frame keeps the documents of a bitset, scores stay
    FILL row         the documents of a bitset join the top frame, with score 0
    DAYS range       the top frame keeps the documents whose days lie in a range; undated ones never do

While a frame is only added to, the bits of documents with a score may be open; they are made of the scores before
anything else is done to it. `leaves.py` says what a leaf is, `tables.py` what `segment` and `room` are.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from searchapp.backends.kernels.best import RELEVANCE, offer
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.kernels.leaves import add_leaf, lowest_bit, probe_leaf, set_cursors
from searchapp.backends.kernels.memory import float64s, int64s
from searchapp.backends.kernels.tables import FIRST_KEYS

PUSH, OR_LEAF, AND_LEAF, NOT_LEAF, OR, AND, AND_NOT, FILTER, FILL, DAYS = range(10)
WINDOW = 8192
WINDOW_WORDS = WINDOW // 64

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def close_bits(bits, scores, held):
    """Set the bit of every document with a score."""
    for word in range(held):
        base = np.uint64(word << 6)
        found = bits[word]
        for i in range(64):
            found |= np.uint64(scores[base + np.uint64(i)] > 0) << np.uint64(i)
        bits[word] = found


@kernel
def clear_scores(scores, base, gone):
    """Score 0 for the documents of one word of bits."""
    while gone != _ZERO:
        scores[base + lowest_bit(gone)] = 0
        gone &= gone - _ONE


@kernel
def narrow(bits, scores, other_bits, other_scores, held):
    """Bits &= other_bits; the scores of what stays are added up, all others and the other frame are emptied."""
    for word in range(held):
        mine = bits[word]
        theirs = other_bits[word]
        both = mine & theirs
        bits[word] = both
        other_bits[word] = _ZERO
        base = word << 6
        clear_scores(scores, base, mine & ~theirs)
        while theirs != _ZERO:
            slot = base + lowest_bit(theirs)
            low = theirs & (~theirs + _ONE)
            theirs ^= low
            if both & low:
                scores[slot] += other_scores[slot]
            other_scores[slot] = 0


@kernel
def keep_days(bits, scores, start, held, first_day, last_day, first, last):
    """The frame keeps what is dated and lies between the two days, which are included."""
    for word in range(held):
        left = bits[word]
        gone = _ZERO
        while left != _ZERO:
            low = left & (~left + _ONE)
            doc = start + (word << 6) + count_bits(low - _ONE)
            left ^= low
            day = first_day[doc]
            if day == 0 or day < first or last_day[doc] > last:
                gone |= low
        if gone != _ZERO:
            bits[word] &= ~gone
            clear_scores(scores, word << 6, gone)


@kernel
def collect_scores(scores, start, end, segment, room, size, filled):
    """Counts, offers and empties a frame all of whose matches have a score and are alive."""
    first_keys = float64s(int64s(room)[FIRST_KEYS])
    matches = 0
    for first in range(0, end - start, 64):
        count = np.int32(0)
        highest = np.float32(0)
        at = np.uint64(first)
        for i in range(64):
            score = scores[at + np.uint64(i)]
            count += np.int32(score > 0)
            highest = max(highest, score)
        if count == 0:
            continue
        matches += count
        if size and (filled < size or highest >= first_keys[size - 1]):
            for i in range(64):
                score = scores[at + np.uint64(i)]
                if score > 0 and (filled < size or score >= first_keys[size - 1]):
                    filled = offer(segment, room, size, filled, start + first + i, score, RELEVANCE)
    scores[: end - start] = 0
    return matches, filled


@kernel
def collect_bits(
    bits, scores, start, end, live, segment, room, size, filled, order, matched, out_docs, out_scores, written
):
    """Counts, offers, writes down and empties a frame; returns (matches, filled, written)."""
    first_keys = float64s(int64s(room)[FIRST_KEYS])
    writes = len(out_docs) > 0
    row = start >> 6
    matches = 0
    for word in range((end - start + 63) >> 6):
        left = bits[word]
        if left == _ZERO:
            continue
        bits[word] = _ZERO
        alive = left & live[row + word]
        matches += count_bits(alive)
        if len(matched) > 0:
            matched[row + word] = alive
        slot_base = word << 6
        while left != _ZERO:
            low = left & (~left + _ONE)
            slot = slot_base + count_bits(low - _ONE)
            left ^= low
            score = scores[slot]
            scores[slot] = 0
            if not alive & low:
                continue
            if size:
                if filled < size or order != RELEVANCE or score >= first_keys[size - 1]:
                    filled = offer(segment, room, size, filled, start + slot, score, order)
            if writes:
                out_docs[written] = start + slot
                out_scores[written] = score
                written += 1
    return matches, filled, written


@kernel
def run_program(
    program, text, leaves, filters, ranges, first_day, last_day, live, everything_lives, k1, title_scale,
    segment, room, size, filled, order, matched, out_docs, out_scores, written, first_window, windows, cursors,
    bits, scores,
):  # fmt: skip
    """Run over `windows` windows from `first_window` on; returns (matches, filled, written).

    `program` int32 (n, 2); `filters` uint64 (rows, words); `ranges` int32 (n, 2); `live` uint64 bitset, and whether
    it holds everything; `matched` a bitset that takes the matches, or of length 0; `out_docs` and `out_scores` take
    every match, or are of length 0. `bits` (D, 128) and `scores` (D, 8192) are empty frames, one more than the program
    needs, and are left empty.
    """
    documents = len(first_day)
    set_cursors(text, leaves, cursors)
    aside = bits[len(bits) - 1]
    plain = everything_lives and order == RELEVANCE and len(matched) == 0 and len(out_docs) == 0
    opens = np.zeros(len(bits), np.bool_)
    scored = np.zeros(len(bits), np.bool_)
    matches = 0
    for window in range(first_window, first_window + windows):
        start = window * WINDOW
        if start >= documents:
            break
        end = min(start + WINDOW, documents)
        row = start >> 6
        held = (end - start + 63) >> 6
        top = -1
        for step in range(len(program)):
            code = program[step, 0]
            operand = np.int64(program[step, 1])
            if code == PUSH:
                top += 1
                opens[top] = False
                scored[top] = True
                continue
            if code == OR_LEAF:
                if add_leaf(operand, start, end, text, leaves, k1, title_scale, cursors, bits[top], scores[top]):
                    opens[top] = True
                if leaves[2][operand] == UNSCORED:
                    scored[top] = False
                continue
            if code == FILL:
                for word in range(held):
                    bits[top, word] |= filters[operand, row + word]
                scored[top] = False
                continue
            if opens[top]:
                close_bits(bits[top], scores[top], held)
                opens[top] = False
            if code in (AND_LEAF, NOT_LEAF, FILTER, DAYS):
                empty = True
                for word in range(held):
                    if bits[top, word] != _ZERO:
                        empty = False
                        break
                if empty:
                    continue
            if code == AND_LEAF or code == NOT_LEAF:
                if code == AND_LEAF:
                    probe_leaf(
                        operand, start, end, text, leaves, k1, title_scale, cursors, bits[top], aside, scores[top]
                    )
                else:
                    probe_leaf(
                        operand,
                        start,
                        end,
                        text,
                        leaves,
                        k1,
                        title_scale,
                        cursors,
                        bits[top],
                        aside,
                        scores[len(bits) - 1],
                    )
                for word in range(held):
                    found = aside[word]
                    mine = bits[top, word]
                    aside[word] = _ZERO
                    if code == NOT_LEAF:
                        clear_scores(scores[len(bits) - 1], word << 6, found)
                        found = mine & ~found
                    bits[top, word] = found
                    clear_scores(scores[top], word << 6, mine & ~found)
            elif code == FILTER:
                for word in range(held):
                    mine = bits[top, word]
                    kept = mine & filters[operand, row + word]
                    bits[top, word] = kept
                    clear_scores(scores[top], word << 6, mine & ~kept)
            elif code == DAYS:
                keep_days(
                    bits[top], scores[top], start, held, first_day, last_day, ranges[operand, 0], ranges[operand, 1]
                )
            else:
                below = top - 1
                if opens[below]:
                    close_bits(bits[below], scores[below], held)
                    opens[below] = False
                if code == AND:
                    narrow(bits[below], scores[below], bits[top], scores[top], held)
                else:
                    for word in range(held):
                        theirs = bits[top, word]
                        bits[top, word] = _ZERO
                        if code == OR:
                            bits[below, word] |= theirs
                            while theirs != _ZERO:
                                slot = (word << 6) + lowest_bit(theirs)
                                theirs &= theirs - _ONE
                                scores[below, slot] += scores[top, slot]
                                scores[top, slot] = 0
                        else:
                            clear_scores(scores[top], word << 6, theirs)
                            clear_scores(scores[below], word << 6, bits[below, word] & theirs)
                            bits[below, word] &= ~theirs
                scored[below] = scored[below] and scored[top]
                top = below
        if opens[0]:
            if plain and scored[0]:
                found, filled = collect_scores(scores[0], start, end, segment, room, size, filled)
                matches += found
                bits[0, :held] = _ZERO
                continue
            close_bits(bits[0], scores[0], held)
        found, filled, written = collect_bits(
            bits[0],
            scores[0],
            start,
            end,
            live,
            segment,
            room,
            size,
            filled,
            order,
            matched,
            out_docs,
            out_scores,
            written,
        )
        matches += found
    return matches, filled, written
