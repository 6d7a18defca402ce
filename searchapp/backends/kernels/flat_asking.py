"""Asks the leaves of a question about some documents of a window: which they hold, and what these score by them.

Blocks without an asked document are not read. Arguments are those of `flat_leaves.py`; bitsets are of a window.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, inlined, kernel
from searchapp.backends.kernels.best import RELEVANCE, offer
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.flat_leaves import (
    CURSOR,
    LEAF_FIELDS,
    MODE,
    READER,
    READY_COUNT,
    READY_DOCS,
    READY_GAINS,
    ROW_BYTES,
    SHARES,
    TERM_COUNT,
    WEIGHT,
    ends_before,
)
from searchapp.backends.kernels.memory import (
    float32s,
    float64s,
    float_above,
    float_of,
    int32s,
    int64s,
    lowest_bit,
    uint16s,
    uint64s,
)
from searchapp.backends.kernels.postings import (
    block_size,
    first_block,
    gain_of,
    keep_titles,
    read_docs,
    read_frequency,
    read_gains,
    saturate,
    seek_block,
    seek_doc,
)
from searchapp.backends.kernels.tables import (
    BLOCKS,
    BOUNDS,
    DELETED,
    DOCS,
    EXTRAS,
    FACTOR,
    FILLS,
    FIRST_KEYS,
    GAPS,
    HELD,
    LAST_DOC,
    LIVE,
    SCORES,
    SPARE_DOCS,
    SPARE_ROW,
    SUMS,
    TITLES,
)

#: From so many asked documents on, all of a block are looked at, or scored, instead of each by itself.
MANY_TO_LOOK_UP = 5
MANY_TO_SCORE = 8
#: Bounds are rounded; a document may reach so much more than its bound says.
SLACK = np.float32(1.00001)
NONE = np.int64(1) << 40
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_SIX = np.uint64(6)
_LOW = np.uint64(63)


@inlined
def next_asked(asked, held, slot):
    """The first set bit from `slot` on in so many words; NONE where there is none."""
    word = slot >> 6
    if word >= held:
        return NONE
    left = asked[word] & (~_ZERO << np.uint64(slot & 63))
    while left == _ZERO:
        word += 1
        if word >= held:
            return NONE
        left = asked[word]
    return (word << 6) + lowest_bit(left)


@inlined
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
def look_up(leaf, start, end, segment, room, asked_at, found_at):
    """Sets in `found` the bits of asked documents in [start, end) that the leaf holds; returns how many postings were
    read."""
    fields = int64s(leaf)
    row = int64s(room)
    asked = uint64s(asked_at)
    found = uint64s(found_at)
    last_doc = int32s(int64s(segment)[LAST_DOC])
    mode = fields[MODE]
    held = (end - start + 63) >> 6
    read = np.int64(0)
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        docs_at = row[DOCS] + cursor * ROW_BYTES
        docs = int32s(docs_at)
        stop = first_block(segment, term + 1)
        block = int64s(row[BLOCKS])[cursor]
        fill = int64s(row[FILLS])[cursor]
        slot = next_asked(asked, held, 0)
        while slot < end - start:
            block = seek_block(segment, block, stop, start + slot)
            if ends_before(segment, term, block, end):
                break
            last = min(np.int64(last_doc[block]), end - 1) - start
            if int64s(row[HELD])[cursor] != block:
                fill = read_docs(segment, term, block, docs_at, row[GAPS])
                read += fill
                if mode == TITLE:
                    fill = keep_titles(segment, block, fill, docs_at, row[TITLES])
                int64s(row[HELD])[cursor] = block
            if count_asked(asked, slot, last) < MANY_TO_LOOK_UP:
                head = np.int64(0)
                while slot <= last:
                    head = seek_doc(docs_at, head, fill, start + slot)
                    if head == fill:
                        break
                    if docs[head] == start + slot:
                        found[slot >> 6] |= _ONE << np.uint64(slot & 63)
                    slot = next_asked(asked, held, slot + 1)
            else:
                head = seek_doc(docs_at, 0, fill, start + slot)
                tail = seek_doc(docs_at, head, fill, start + last + 1)
                for k in range(np.uint64(head), np.uint64(tail)):
                    at = np.uint64(docs[k] - start)
                    found[at >> _SIX] |= _ONE << (at & _LOW)
            slot = next_asked(asked, held, last + 1)
        int64s(row[BLOCKS])[cursor] = block
        int64s(row[FILLS])[cursor] = fill
    ready = int32s(fields[READY_DOCS])
    count = fields[READY_COUNT]
    at = seek_doc(fields[READY_DOCS], int64s(row[BLOCKS])[fields[READER]], count, start)
    while at < count and ready[at] < end:
        slot = np.int64(ready[at]) - start
        found[slot >> 6] |= _ONE << np.uint64(slot & 63)
        at += 1
    int64s(row[BLOCKS])[fields[READER]] = at
    for word in range(held):
        found[word] &= asked[word]
    return read


@kernel
def score_asked(leaf, start, end, segment, room, k1, title_scale, asked_at):
    """The leaf's scores of the asked documents in [start, end) are added up; no cursor moves."""
    fields = int64s(leaf)
    row = int64s(room)
    asked = uint64s(asked_at)
    last_doc = int32s(int64s(segment)[LAST_DOC])
    mode = fields[MODE]
    weight = float_of(fields[WEIGHT])
    shares = fields[SHARES] != 0
    scores = float32s(row[SCORES])
    sums = int64s(row[SUMS])
    rows = float32s(row[SPARE_ROW])
    held = (end - start + 63) >> 6
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        first = first_block(segment, term)
        stop = first_block(segment, term + 1)
        slot = next_asked(asked, held, 0)
        block = min(int64s(row[BLOCKS])[cursor], stop - 1)
        while block > first and last_doc[block - 1] >= start + slot:
            block -= 1
        while slot < end - start:
            block = seek_block(segment, block, stop, start + slot)
            if ends_before(segment, term, block, end):
                break
            last = min(np.int64(last_doc[block]), end - 1) - start
            fill = block_size(segment, term, block)
            docs_at = row[DOCS] + cursor * ROW_BYTES
            if mode == TITLE or int64s(row[HELD])[cursor] != block:
                docs_at = row[SPARE_DOCS]
                read_docs(segment, term, block, docs_at, row[GAPS])
            docs = int32s(docs_at)
            if not shares and (mode == TITLE or count_asked(asked, slot, last) >= MANY_TO_SCORE):
                fill = read_gains(
                    segment, block, fill, mode, title_scale, docs_at, row[SPARE_ROW], row[EXTRAS], row[TITLES]
                )
                saturate(row[SPARE_ROW], fill, weight, k1)
                head = seek_doc(docs_at, 0, fill, start + slot)
                tail = seek_doc(docs_at, head, fill, start + last + 1)
                for k in range(np.uint64(head), np.uint64(tail)):
                    at = np.uint64(docs[k] - start)
                    if (asked[at >> _SIX] >> (at & _LOW)) & _ONE:
                        scores[at] += rows[k]
            else:
                head = np.int64(0)
                while slot <= last:
                    head = seek_doc(docs_at, head, fill, start + slot)
                    if head == fill:
                        break
                    if docs[head] == start + slot:
                        title, body = read_frequency(segment, block, fill, head)
                        if shares:
                            sums[slot] += (title << 32) + body
                        else:
                            gain = gain_of(segment, start + slot, title, body, mode, title_scale)
                            scores[slot] += weight * gain / (k1 + gain)
                    slot = next_asked(asked, held, slot + 1)
            slot = next_asked(asked, held, last + 1)
    if shares:
        slot = next_asked(asked, held, 0)
        while slot < end - start:
            gain = gain_of(segment, start + slot, sums[slot] >> 32, sums[slot] & 0xFFFFFFFF, mode, title_scale)
            scores[slot] += weight * gain / (k1 + gain)
            sums[slot] = 0
            slot = next_asked(asked, held, slot + 1)
    ready = int32s(fields[READY_DOCS])
    gains = float32s(fields[READY_GAINS])
    count = fields[READY_COUNT]
    at = seek_doc(fields[READY_DOCS], 0, count, start)
    while at < count and ready[at] < end:
        slot = np.int64(ready[at]) - start
        if (asked[slot >> 6] >> np.uint64(slot & 63)) & _ONE:
            scores[slot] += weight * gains[at] / (k1 + gains[at])
        at += 1


@kernel
def best_of_leaf(leaf, end, is_last, segment, room, k1, title_scale, size, filled):
    """Offers the leaf's documents, block by block up to `end`; blocks that cannot hold one of the best are not read.

    The block with the highest bound comes first, so that there is something to beat. Returns how many hits there are,
    and how many postings were read.
    """
    fields = int64s(leaf)
    row = int64s(room)
    blocks = int64s(row[BLOCKS])
    live = uint64s(int64s(segment)[LIVE])
    has_deleted = int64s(segment)[DELETED] != 0
    bounds = uint16s(int64s(segment)[BOUNDS])
    first_keys = float64s(row[FIRST_KEYS])
    docs = int32s(row[SPARE_DOCS])
    rows = float32s(row[SPARE_ROW])
    mode = fields[MODE]
    weight = float_of(fields[WEIGHT])
    factor = float_of(int64s(segment)[FACTOR]) * SLACK
    read = np.int64(0)
    ready = int32s(fields[READY_DOCS])
    gains = float32s(fields[READY_GAINS])
    count = fields[READY_COUNT]
    at = blocks[fields[READER]]
    least = np.float32(0)
    while at < count and ready[at] < end:
        gain = gains[at]
        if gain >= least:
            score = weight * gain / (k1 + gain)
            if filled < size or score >= first_keys[size - 1]:
                filled = offer(segment, room, size, filled, np.int64(ready[at]), score, RELEVANCE)
                if filled == size and first_keys[size - 1] < weight:
                    # What a worse gain scores is below the last one's score, by more than is lost in rounding.
                    last = np.float32(first_keys[size - 1])
                    least = k1 * last / (weight - last) * np.float32(0.9999)
        at += 1
        read += 1
    blocks[fields[READER]] = at
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        first = blocks[cursor]
        stop = first_block(segment, term + 1)
        if not is_last:
            stop = seek_block(segment, first, stop, end)
        blocks[cursor] = stop
        highest = first
        for block in range(first + 1, stop):
            if bounds[block] > bounds[highest]:
                highest = block
        for turn in range(stop - first + 1 if stop > first else 0):
            block = highest if turn == 0 else first + turn - 1
            if turn and block == highest:
                continue
            if filled == size:
                gain = float_above(bounds[block]) * factor
                if weight * gain / (k1 + gain) * SLACK < first_keys[size - 1]:
                    continue
            fill = read_docs(segment, term, block, row[SPARE_DOCS], row[GAPS])
            read += fill
            fill = read_gains(
                segment, block, fill, mode, title_scale, row[SPARE_DOCS], row[SPARE_ROW], row[EXTRAS], row[TITLES]
            )
            saturate(row[SPARE_ROW], fill, weight, k1)
            for k in range(fill):
                if filled < size or rows[k] >= first_keys[size - 1]:
                    doc = np.int64(docs[k])
                    if not has_deleted or (live[doc >> 6] >> np.uint64(doc & 63)) & _ONE:
                        filled = offer(segment, room, size, filled, doc, rows[k], RELEVANCE)
    return filled, read
