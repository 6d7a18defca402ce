"""Asks leaves which documents of a window they hold, and scores those that were found. `flat_leaves.py` says what
leaves and cursors are."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.blocks import (
    TITLE,
    block_size,
    decode_docs,
    decode_scores,
    score_one,
    seek_block,
    seek_doc,
)
from searchapp.backends.kernels.flat_leaves import (
    CURSOR,
    MODE,
    READER,
    TERM_AT,
    TERM_COUNT,
    WEIGHT,
    clear_shared,
    keep_titles,
    ready_of,
)
from searchapp.backends.kernels.memory import float_of, lowest_bit

#: A block is decoded whole for its scores when so many of its documents are asked for.
MANY_ASKED = 16
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_SIX = np.uint64(6)
_LOW = np.uint64(63)


@kernel
def set_bits(question, leaf, start, end, text, cursors, bits):
    """The bits of the leaf's documents in [start, end) are set; returns how many postings were read."""
    blocks, heads, fills, all_docs, _, held, gaps, _, titles, _, _ = cursors
    mode = question[leaf + MODE]
    read = np.int64(0)
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        first = np.int64(text[4][term])
        stop = np.int64(text[4][term + 1])
        docs = all_docs[cursor * BLOCK : (cursor + 1) * BLOCK]
        head = heads[cursor]
        fill = fills[cursor]
        block = blocks[cursor]
        while True:
            if head >= fill:
                if block >= stop or (block > first and text[3][block - 1] + 1 >= end):
                    break
                fill = block_size(text, term, block)
                read += fill
                decode_docs(text, term, block, fill, docs, gaps)
                if mode == TITLE:
                    fill = keep_titles(text, block, fill, docs, titles)
                held[cursor] = block
                head = 0
                block += 1
                if fill == 0:
                    continue
            if docs[fill - 1] < end:
                tail = fill
            else:
                tail = seek_doc(docs, head, fill, end)
            for k in range(np.uint64(head), np.uint64(tail)):
                slot = np.uint64(docs[k] - start)
                bits[slot >> _SIX] |= _ONE << (slot & _LOW)
            head = tail
            if tail < fill:
                break
        heads[cursor] = head
        fills[cursor] = fill
        blocks[cursor] = block
    docs, _ = ready_of(question, leaf)
    reader = question[leaf + READER]
    at = blocks[reader]
    while at < len(docs) and docs[at] < end:
        slot = np.uint64(docs[at] - start)
        bits[slot >> _SIX] |= _ONE << (slot & _LOW)
        at += 1
        read += 1
    blocks[reader] = at
    return read


@kernel
def next_asked(asked, held, doc):
    """The first set bit from `doc` on, both counted from the window's start; a number behind the window for none."""
    word = doc >> 6
    if word >= held:
        return np.int64(1) << 40
    left = asked[word] & (~_ZERO << np.uint64(doc & 63))
    while left == _ZERO:
        word += 1
        if word >= held:
            return np.int64(1) << 40
        left = asked[word]
    return (word << 6) + np.int64(lowest_bit(left))


@kernel
def count_asked(asked, first, last):
    """Set bits from `first` to `last`, both included."""
    low = first >> 6
    high = last >> 6
    left = asked[low] & (~_ZERO << np.uint64(first & 63))
    total = np.int64(0)
    while low < high:
        total += count_bits(left)
        low += 1
        left = asked[low]
    return total + count_bits(left & (~_ZERO >> np.uint64(63 - (last & 63))))


@kernel
def load_block(text, term, cursor, block, mode, cursors):
    """Decode a block unless it is the one that the cursor holds; returns how many documents it has."""
    _, _, fills, all_docs, _, held, gaps, _, titles, _, _ = cursors
    if held[cursor] != block:
        docs = all_docs[cursor * BLOCK : (cursor + 1) * BLOCK]
        fill = block_size(text, term, block)
        decode_docs(text, term, block, fill, docs, gaps)
        if mode == TITLE:
            fill = keep_titles(text, block, fill, docs, titles)
        held[cursor] = block
        fills[cursor] = fill
    return fills[cursor]


@kernel
def look_up(question, leaf, start, end, text, cursors, asked, found):
    """Set in `found` the bits of asked documents in [start, end) that the leaf holds; other blocks are not read.

    Returns how many postings were read.
    """
    blocks, all_docs, held_blocks = cursors[0], cursors[3], cursors[5]
    mode = question[leaf + MODE]
    held = (end - start + 63) >> 6
    read = np.int64(0)
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        stop = np.int64(text[4][term + 1])
        docs = all_docs[cursor * BLOCK : (cursor + 1) * BLOCK]
        block = blocks[cursor]
        slot = next_asked(asked, held, 0)
        while slot < end - start:
            block = seek_block(text[3], block, stop, start + slot)
            if block >= stop:
                break
            if block > np.int64(text[4][term]) and text[3][block - 1] + 1 >= end:
                break
            last = min(np.int64(text[3][block]), end - 1) - start
            if held_blocks[cursor] != block:
                read += BLOCK
            fill = load_block(text, term, cursor, block, mode, cursors)
            if count_asked(asked, slot, last) < MANY_ASKED:
                head = np.int64(0)
                while slot <= last:
                    head = seek_doc(docs, head, fill, start + slot)
                    if head == fill:
                        break
                    if docs[head] == start + slot:
                        found[slot >> 6] |= _ONE << np.uint64(slot & 63)
                    slot = next_asked(asked, held, slot + 1)
            else:
                head = seek_doc(docs, 0, fill, start + slot)
                tail = seek_doc(docs, head, fill, start + last + 1)
                for k in range(np.uint64(head), np.uint64(tail)):
                    at = np.uint64(docs[k] - start)
                    word = at >> _SIX
                    found[word] |= ((asked[word] >> (at & _LOW)) & _ONE) << (at & _LOW)
            slot = next_asked(asked, held, last + 1)
        blocks[cursor] = block
    ready, _ = ready_of(question, leaf)
    reader = question[leaf + READER]
    at = seek_doc(ready, blocks[reader], len(ready), start)
    while at < len(ready) and ready[at] < end:
        slot = np.int64(ready[at]) - start
        found[slot >> 6] |= asked[slot >> 6] & (_ONE << np.uint64(slot & 63))
        at += 1
    blocks[reader] = at
    return read


@kernel
def score_asked(question, leaf, start, end, text, k1, title_scale, cursors, asked, scores):
    """The leaf's scores of the asked documents in [start, end) are added up; no cursor moves."""
    blocks, _, _, all_docs, _, held_blocks, gaps, extras, titles, spare, spare_row = cursors
    mode = question[leaf + MODE]
    weight = np.float32(float_of(question[leaf + WEIGHT]))
    shared, gains = ready_of(question, leaf)
    held = (end - start + 63) >> 6
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        first = np.int64(text[4][term])
        stop = np.int64(text[4][term + 1])
        slot = next_asked(asked, held, 0)
        block = min(blocks[cursor], stop - 1)
        while block > first and text[3][block - 1] >= start + slot:
            block -= 1
        while slot < end - start:
            block = seek_block(text[3], block, stop, start + slot)
            if block >= stop or (block > first and text[3][block - 1] + 1 >= end):
                break
            last = min(np.int64(text[3][block]), end - 1) - start
            fill = block_size(text, term, block)
            docs = spare
            if mode != TITLE and held_blocks[cursor] == block:
                docs = all_docs[cursor * BLOCK : (cursor + 1) * BLOCK]
            else:
                decode_docs(text, term, block, fill, docs, gaps)
            head = np.int64(0)
            if mode == TITLE or count_asked(asked, slot, last) >= MANY_ASKED:
                count = decode_scores(text, block, fill, mode, weight, k1, title_scale, docs, spare_row, extras, titles)
                if len(shared) and count:
                    clear_shared(docs, spare_row, count, shared)
                head = seek_doc(docs, 0, count, start + slot)
                tail = seek_doc(docs, head, count, start + last + 1)
                for k in range(np.uint64(head), np.uint64(tail)):
                    at = np.uint64(docs[k] - start)
                    if (asked[at >> _SIX] >> (at & _LOW)) & _ONE:
                        scores[at] += spare_row[k]
            else:
                while slot <= last:
                    head = seek_doc(docs, head, fill, start + slot)
                    if head == fill:
                        break
                    if docs[head] == start + slot and not holds(shared, start + slot):
                        scores[slot] += score_one(text, block, fill, head, start + slot, mode, weight, k1, title_scale)
                    slot = next_asked(asked, held, slot + 1)
            slot = next_asked(asked, held, last + 1)
    at = seek_doc(shared, 0, len(shared), start)
    while at < len(shared) and shared[at] < end:
        slot = np.int64(shared[at]) - start
        if (asked[slot >> 6] >> np.uint64(slot & 63)) & _ONE:
            scores[slot] += weight * gains[at] / (k1 + gains[at])
        at += 1


@kernel
def holds(docs, doc):
    at = seek_doc(docs, 0, len(docs), doc)
    return at < len(docs) and docs[at] == doc
