"""Evaluates a query's tree over one segment, a window of documents after the other.

The tree comes as a program for a stack machine. Every frame of the stack has, for the window, one bit a document
(does it match) and one score a document (float32, 0 where the bit is not set). Operations, as (code, operand):

    PUSH             a new, empty frame
    OR_LEAF leaf     the leaf's documents join the top frame, their scores are added
    AND_LEAF leaf    the top frame keeps what the leaf holds too, scores are added
    OR, AND          the frame on top is joined with, or narrows, the one below it; scores are added
    AND_NOT          the frame on top is taken out of the one below it
    FILTER row       the top frame keeps the documents of a bitset, scores stay
    FILL row         the top frame becomes a bitset, score 0

A leaf is one typed word in one segment: some terms whose frequencies are summed before they saturate, or a list of
documents with such sums ready-made. `scope` is 0 for title and body, 1 for the title alone.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_run, words_of_run

PUSH, OR_LEAF, AND_LEAF, OR, AND, AND_NOT, FILTER, FILL = range(8)
WINDOW = 8192
WINDOW_WORDS = WINDOW // 64

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def decode_block(
    words, at, packed, previous, count, title_gain, body_gain, scope, docs, gains, gaps, extras, titles
):
    """Documents and gains of one block; a document that the scope does not see gets gain 0."""
    wg = np.int64(packed & 31)
    we = np.int64((packed >> 5) & 31)
    wt = np.int64((packed >> 10) & 31)
    if count == BLOCK:
        unpack_block(words, at, wg, gaps)
        unpack_block(words, at + 4 * wg, we, extras)
        titles_at = at + 4 * (wg + we)
    else:
        unpack_run(words, at, count, wg, gaps)
        extras_at = at + words_of_run(count, wg)
        unpack_run(words, extras_at, count, we, extras)
        titles_at = extras_at + words_of_run(count, we)
    for i in range(count):
        previous += np.int32(gaps[i]) + np.int32(1)
        docs[i] = previous
    if wt == 0:
        if scope == 1:
            for i in range(count):
                gains[i] = np.float32(0)
        else:
            for i in range(count):
                gains[i] = np.float32(extras[i] + np.uint32(1)) * body_gain[docs[i]]
        return
    if count == BLOCK:
        unpack_block(words, titles_at, wt, titles)
    else:
        unpack_run(words, titles_at, count, wt, titles)
    for i in range(count):
        gains[i] = np.float32(titles[i]) * title_gain[docs[i]]
    if scope == 0:
        for i in range(count):
            gains[i] += np.float32(extras[i] + np.uint32(1) - titles[i]) * body_gain[docs[i]]


@kernel
def lowest_bit(word):
    """Number of the lowest set bit."""
    return count_bits((word & (~word + _ONE)) - _ONE)


@kernel
def seek_block(last_doc, block, end, doc):
    """First block from `block` on whose last document is not before `doc`; gallops."""
    if block >= end or last_doc[block] >= doc:
        return block
    step = np.int64(1)
    low = block
    while low + step < end and last_doc[low + step] < doc:
        low += step
        step <<= 1
    high = min(low + step, end)
    low += 1
    while low < high:
        middle = (low + high) >> 1
        if last_doc[middle] < doc:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def read_leaf(
    leaf, start, end, segment, leaves, cursors, frame_bits, frame_scores, saturate
):
    """Add the leaf's documents in [start, end) to a frame: bits set, gains (or scores when `saturate`) added."""
    words, widths, word_at, last_doc, block_start, doc_freq, title_gain, body_gain = segment
    leaf_first, leaf_terms, leaf_scope, leaf_weight, k1, ready_start, ready_docs, ready_gains = leaves
    blocks, heads, fills, docs, gains, gaps, extras, titles = cursors
    scope = leaf_scope[leaf]
    weight = leaf_weight[leaf]
    for number in range(leaf_first[leaf], leaf_first[leaf + 1]):
        term = leaf_terms[number]
        first = block_start[term]
        stop = block_start[term + 1]
        while True:
            head = heads[number]
            fill = fills[number]
            while head < fill and docs[number, head] < start:
                head += 1
            if head < fill and docs[number, fill - 1] < end:
                tail = fill
            else:
                tail = head
                while tail < fill and docs[number, tail] < end:
                    tail += 1
            if saturate:
                for i in range(head, tail):
                    gain = gains[number, i]
                    if gain > 0:
                        slot = docs[number, i] - start
                        frame_scores[slot] += weight * gain / (k1 + gain)
                        frame_bits[slot >> 6] |= _ONE << np.uint64(slot & 63)
            else:
                for i in range(head, tail):
                    gain = gains[number, i]
                    if gain > 0:
                        slot = docs[number, i] - start
                        frame_scores[slot] += gain
                        frame_bits[slot >> 6] |= _ONE << np.uint64(slot & 63)
            heads[number] = tail
            if tail < fill:
                break
            block = seek_block(last_doc, blocks[number], stop, start)
            blocks[number] = block
            if block >= stop:
                break
            previous = np.int32(-1) if block == first else last_doc[block - 1]
            if previous + 1 >= end:
                break
            count = min(BLOCK, np.int64(doc_freq[term]) - (block - first) * BLOCK)
            decode_block(
                words, word_at[block], widths[block], previous, count, title_gain, body_gain, scope,
                docs[number], gains[number], gaps, extras, titles,
            )
            heads[number] = 0
            fills[number] = count
            blocks[number] = block + 1
    reader = len(leaf_terms) + leaf
    at = blocks[reader]
    stop = ready_start[leaf + 1]
    while at < stop and ready_docs[at] < start:
        at += 1
    while at < stop and ready_docs[at] < end:
        slot = ready_docs[at] - start
        gain = ready_gains[at]
        frame_scores[slot] += weight * gain / (k1 + gain) if saturate else gain
        frame_bits[slot >> 6] |= _ONE << np.uint64(slot & 63)
        at += 1
    blocks[reader] = at


@kernel
def add_leaf(leaf, start, end, segment, leaves, cursors, frame_bits, frame_scores, spare_bits, spare_scores):
    """OR_LEAF: a leaf of one term goes straight in; several are summed aside first, since they saturate together."""
    leaf_first, _, _, leaf_weight, k1, _, _, _ = leaves
    if leaf_first[leaf + 1] - leaf_first[leaf] <= 1:
        read_leaf(leaf, start, end, segment, leaves, cursors, frame_bits, frame_scores, True)
        return
    read_leaf(leaf, start, end, segment, leaves, cursors, spare_bits, spare_scores, False)
    weight = leaf_weight[leaf]
    for word in range(WINDOW_WORDS):
        bits = spare_bits[word]
        if bits == _ZERO:
            continue
        spare_bits[word] = _ZERO
        frame_bits[word] |= bits
        while bits != _ZERO:
            slot = (word << 6) + lowest_bit(bits)
            bits &= bits - _ONE
            gain = spare_scores[slot]
            spare_scores[slot] = 0
            frame_scores[slot] += weight * gain / (k1 + gain)


@kernel
def narrow(bits, scores, other_bits, other_scores):
    """bits &= other_bits; the scores of what stays are added up, all others and the other frame are emptied."""
    for word in range(WINDOW_WORDS):
        mine = bits[word]
        theirs = other_bits[word]
        if mine == _ZERO and theirs == _ZERO:
            continue
        both = mine & theirs
        bits[word] = both
        other_bits[word] = _ZERO
        left = mine | theirs
        while left != _ZERO:
            low = left & (~left + _ONE)
            slot = (word << 6) + lowest_bit(left)
            left ^= low
            if both & low:
                scores[slot] += other_scores[slot]
            else:
                scores[slot] = 0
            other_scores[slot] = 0


@kernel
def keep(bits, scores, kept):
    """bits &= kept, scores of what goes become 0."""
    for word in range(WINDOW_WORDS):
        gone = bits[word] & ~kept[word]
        bits[word] &= kept[word]
        while gone != _ZERO:
            scores[(word << 6) + lowest_bit(gone)] = 0
            gone &= gone - _ONE


@kernel
def ranks_before(score, day, high, low, other_score, other_day, other_high, other_low):
    """Higher score, then later day, then smaller id (two big-endian halves)."""
    if score != other_score:
        return score > other_score
    if day != other_day:
        return day > other_day
    if high != other_high:
        return high < other_high
    return low < other_low


@kernel
def offer(best, filled, doc, score, keys, base):
    """Put a document in its place among the best so far; returns how many there are."""
    best_scores, best_docs, best_days, best_high, best_low = best
    days, id_high, id_low = keys
    size = len(best_scores)
    day = days[doc]
    high = id_high[doc]
    low = id_low[doc]
    spot = filled
    if filled == size:
        if not ranks_before(
            score, day, high, low, best_scores[size - 1], best_days[size - 1], best_high[size - 1], best_low[size - 1]
        ):
            return filled
        spot = size - 1
    while spot > 0 and ranks_before(
        score, day, high, low, best_scores[spot - 1], best_days[spot - 1], best_high[spot - 1], best_low[spot - 1]
    ):
        best_scores[spot] = best_scores[spot - 1]
        best_docs[spot] = best_docs[spot - 1]
        best_days[spot] = best_days[spot - 1]
        best_high[spot] = best_high[spot - 1]
        best_low[spot] = best_low[spot - 1]
        spot -= 1
    best_scores[spot] = score
    best_docs[spot] = base + doc
    best_days[spot] = day
    best_high[spot] = high
    best_low[spot] = low
    return min(filled + 1, size)


@kernel
def run_program(
    program, segment, leaves, filters, keys, live, base, documents, best, filled, matched, first_window, windows
):
    """Run over `windows` windows from `first_window` on; returns (matches, documents kept in `best`).

    `program` int32 (n, 2); `filters` uint64 bitsets (rows, words); `live` a uint64 bitset; `matched` a uint64 bitset
    that takes the matches, or one of length 0. `best` takes the top documents with their keys, numbered from `base`.
    """
    leaf_terms = leaves[1]
    leaf_count = len(leaves[2])
    terms = len(leaf_terms)
    depth = 1
    deepest = 1
    for step in range(len(program)):
        if program[step, 0] == PUSH:
            depth += 1
            deepest = max(deepest, depth)
        elif program[step, 0] in (OR, AND, AND_NOT):
            depth -= 1
    blocks = np.zeros(terms + leaf_count, np.int64)
    for number in range(terms):
        blocks[number] = segment[4][leaf_terms[number]]
    for leaf in range(leaf_count):
        blocks[terms + leaf] = leaves[5][leaf]
    cursors = (
        blocks,
        np.zeros(terms, np.int64),
        np.zeros(terms, np.int64),
        np.empty((terms, BLOCK), np.int32),
        np.empty((terms, BLOCK), np.float32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
        np.empty(BLOCK, np.uint32),
    )
    bits = np.zeros((deepest + 2, WINDOW_WORDS), np.uint64)
    scores = np.zeros((deepest + 2, WINDOW), np.float32)
    aside = deepest
    spare = deepest + 1
    matches = 0
    keeps = len(best[0]) > 0
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
            operand = program[step, 1]
            if code == PUSH:
                top += 1
            elif code == OR_LEAF:
                add_leaf(operand, start, end, segment, leaves, cursors, bits[top], scores[top], bits[spare], scores[spare])
            elif code == AND_LEAF:
                empty = True
                for word in range(held):
                    if bits[top, word] != _ZERO:
                        empty = False
                        break
                if not empty:
                    add_leaf(
                        operand, start, end, segment, leaves, cursors, bits[aside], scores[aside], bits[spare], scores[spare]
                    )
                    narrow(bits[top], scores[top], bits[aside], scores[aside])
            elif code == OR:
                for word in range(held):
                    bits[top - 1, word] |= bits[top, word]
                    bits[top, word] = _ZERO
                for slot in range(end - start):
                    scores[top - 1, slot] += scores[top, slot]
                    scores[top, slot] = 0
                top -= 1
            elif code == AND:
                narrow(bits[top - 1], scores[top - 1], bits[top], scores[top])
                top -= 1
            elif code == AND_NOT:
                for word in range(held):
                    bits[top, word] = ~bits[top, word]
                keep(bits[top - 1], scores[top - 1], bits[top])
                for word in range(held):
                    bits[top, word] = _ZERO
                for slot in range(end - start):
                    scores[top, slot] = 0
                top -= 1
            elif code == FILTER:
                for word in range(held):
                    bits[aside, word] = filters[operand, row + word]
                keep(bits[top], scores[top], bits[aside])
                for word in range(held):
                    bits[aside, word] = _ZERO
            else:
                for word in range(held):
                    bits[top, word] = filters[operand, row + word]
        for word in range(held):
            left = bits[0, word]
            if left == _ZERO:
                continue
            bits[0, word] = _ZERO
            alive = left & live[row + word]
            matches += count_bits(alive)
            if len(matched) > 0:
                matched[row + word] = alive
            slot_base = word << 6
            if keeps:
                while left != _ZERO:
                    low = left & (~left + _ONE)
                    slot = slot_base + lowest_bit(left)
                    left ^= low
                    score = scores[0, slot]
                    scores[0, slot] = 0
                    if alive & low and (filled < len(best[0]) or score >= best[0][len(best[0]) - 1]):
                        filled = offer(best, filled, start + slot, score, keys, base)
            else:
                while left != _ZERO:
                    scores[0, slot_base + lowest_bit(left)] = 0
                    left &= left - _ONE
    return matches, filled
