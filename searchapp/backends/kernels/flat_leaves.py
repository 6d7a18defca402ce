"""The leaves of one question in a window of documents: scores added, bits set, documents looked up.

A leaf is what one typed word or phrase is in one segment: `LEAF_FIELDS` numbers, and its terms behind them. It has
terms, each with a cursor, or documents that were made ready with their gains. Where `SHARES` says that its terms may
share documents, their frequencies are added up before they become a score. What it weighs, and the numbers of its first
cursor and of its reader, are set when a search begins.

A room keeps places from window to window: `BLOCKS` the next block of each term (and behind them, the next ready
document of each leaf), `HEADS` and `FILLS` what is left of the decoded one, `DOCS` and `ROWS` 128 a term, `HELD` which
block these are of.

`leaf`, `segment` and `room` are addresses; `start` and `end` bound the window, whose slots count from `start`.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import inlined, kernel
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.memory import float32s, float_of, int32s, int64s, uint32s, uint64s
from searchapp.backends.kernels.postings import (
    first_block,
    gain_of,
    keep_titles,
    read_docs,
    read_frequencies,
    read_gains,
    saturate,
    seek_block,
    seek_doc,
)
from searchapp.backends.kernels.tables import (
    BLOCKS,
    DOCS,
    EXTRAS,
    FILLS,
    GAPS,
    HEADS,
    HELD,
    LAST_DOC,
    ROWS,
    SCORES,
    SUMS,
    TITLE_ROWS,
    TITLES,
)

WEIGHT, CURSOR, READER, SIZE, MODE, SHARES, READY_DOCS, READY_GAINS, READY_COUNT, TERM_COUNT = range(10)
#: Fields before these are set when a search begins.
FIRST_GIVEN = SIZE
LEAF_FIELDS = 10

ROW_BYTES = 4 * BLOCK
_ONE = np.uint64(1)
_SIX = np.uint64(6)
_LOW = np.uint64(63)


@kernel
def place_cursors(leaf, start, segment, room):
    """Every cursor of a leaf at its first block and ready document from `start` on."""
    fields = int64s(leaf)
    row = int64s(room)
    blocks = int64s(row[BLOCKS])
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        blocks[cursor] = seek_block(segment, first_block(segment, term), first_block(segment, term + 1), start)
        int64s(row[HEADS])[cursor] = 0
        int64s(row[FILLS])[cursor] = 0
        int64s(row[HELD])[cursor] = -1
    blocks[fields[READER]] = seek_doc(fields[READY_DOCS], 0, fields[READY_COUNT], start)


@kernel
def first_ahead(leaf, segment, room):
    """No document of the leaf that is still to be read stands before this one."""
    fields = int64s(leaf)
    row = int64s(room)
    blocks = int64s(row[BLOCKS])
    nearest = np.int64(1) << 40
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        head = int64s(row[HEADS])[cursor]
        block = blocks[cursor]
        if head < int64s(row[FILLS])[cursor]:
            nearest = min(nearest, np.int64(int32s(row[DOCS])[cursor * BLOCK + head]))
        elif block == first_block(segment, term):
            nearest = np.int64(0)
        elif block < first_block(segment, term + 1):
            nearest = min(nearest, np.int64(int32s(int64s(segment)[LAST_DOC])[block - 1]) + 1)
    at = blocks[fields[READER]]
    if at < fields[READY_COUNT]:
        nearest = min(nearest, np.int64(int32s(fields[READY_DOCS])[at]))
    return nearest


@inlined
def ends_before(segment, term, block, end):
    """Whether there is no block of the term any more, from `block` on, with documents before `end`."""
    if block >= first_block(segment, term + 1):
        return True
    return block > first_block(segment, term) and int32s(int64s(segment)[LAST_DOC])[block - 1] + 1 >= end


@kernel
def add_scores(leaf, start, end, segment, room, k1, title_scale):
    """Scores of the leaf's documents in [start, end) are added up; returns how many postings were read."""
    fields = int64s(leaf)
    row = int64s(room)
    weight = float_of(fields[WEIGHT])
    scores = float32s(row[SCORES])
    read = np.int64(0)
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        docs_at = row[DOCS] + cursor * ROW_BYTES
        rows_at = row[ROWS] + cursor * ROW_BYTES
        docs = int32s(docs_at)
        rows = float32s(rows_at)
        head = int64s(row[HEADS])[cursor]
        fill = int64s(row[FILLS])[cursor]
        block = int64s(row[BLOCKS])[cursor]
        while True:
            if head >= fill:
                if ends_before(segment, term, block, end):
                    break
                fill = read_docs(segment, term, block, docs_at, row[GAPS])
                read += fill
                fill = read_gains(
                    segment, block, fill, fields[MODE], title_scale, docs_at, rows_at, row[EXTRAS], row[TITLES]
                )
                saturate(rows_at, fill, weight, k1)
                head = seek_doc(docs_at, 0, fill, start)
                block += 1
                if head == fill:
                    continue
            tail = fill
            if docs[fill - 1] >= end:
                tail = seek_doc(docs_at, head, fill, end)
            for k in range(np.uint64(head), np.uint64(tail)):
                scores[np.uint64(docs[k] - start)] += rows[k]
            head = tail
            if tail < fill:
                break
        int64s(row[HEADS])[cursor] = head
        int64s(row[FILLS])[cursor] = fill
        int64s(row[BLOCKS])[cursor] = block
    ready = int32s(fields[READY_DOCS])
    gains = float32s(fields[READY_GAINS])
    count = fields[READY_COUNT]
    at = int64s(row[BLOCKS])[fields[READER]]
    while at < count and ready[at] < end:
        scores[np.uint64(ready[at] - start)] += weight * gains[at] / (k1 + gains[at])
        at += 1
        read += 1
    int64s(row[BLOCKS])[fields[READER]] = at
    return read


@kernel
def add_shared_scores(leaf, start, end, segment, room, k1, title_scale):
    """The same for a leaf whose terms may share documents: frequencies are added up first, so that what stands as often
    scores alike, by one term or by two."""
    fields = int64s(leaf)
    row = int64s(room)
    sums = int64s(row[SUMS])
    mode = fields[MODE]
    read = np.int64(0)
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        docs_at = row[DOCS] + cursor * ROW_BYTES
        extras_at = row[ROWS] + cursor * ROW_BYTES
        titles_at = row[TITLE_ROWS] + cursor * ROW_BYTES
        docs = int32s(docs_at)
        extras = uint32s(extras_at)
        titles = uint32s(titles_at)
        head = int64s(row[HEADS])[cursor]
        fill = int64s(row[FILLS])[cursor]
        block = int64s(row[BLOCKS])[cursor]
        while True:
            if head >= fill:
                if ends_before(segment, term, block, end):
                    break
                fill = read_docs(segment, term, block, docs_at, row[GAPS])
                read += fill
                read_frequencies(segment, block, fill, extras_at, titles_at)
                head = seek_doc(docs_at, 0, fill, start)
                block += 1
                if head == fill:
                    continue
            tail = fill
            if docs[fill - 1] >= end:
                tail = seek_doc(docs_at, head, fill, end)
            for k in range(np.uint64(head), np.uint64(tail)):
                title = np.int64(titles[k])
                sums[np.uint64(docs[k] - start)] += (title << 32) + np.int64(extras[k]) + 1 - title
            head = tail
            if tail < fill:
                break
        int64s(row[HEADS])[cursor] = head
        int64s(row[FILLS])[cursor] = fill
        int64s(row[BLOCKS])[cursor] = block
    weight = float_of(fields[WEIGHT])
    scores = float32s(row[SCORES])
    first = np.uint64(start)
    for slot in range(np.uint64(end - start)):
        held = sums[slot]
        sums[slot] = 0
        gain = gain_of(segment, first + slot, held >> 32, held & 0xFFFFFFFF, mode, title_scale)
        scores[slot] += weight * gain / (k1 + gain)
    return read


@kernel
def set_bits(leaf, start, end, segment, room, bits_at):
    """The bits of the leaf's documents in [start, end) are set; returns how many postings were read."""
    fields = int64s(leaf)
    row = int64s(room)
    bits = uint64s(bits_at)
    mode = fields[MODE]
    read = np.int64(0)
    for i in range(fields[TERM_COUNT]):
        term = fields[LEAF_FIELDS + i]
        cursor = fields[CURSOR] + i
        docs_at = row[DOCS] + cursor * ROW_BYTES
        docs = int32s(docs_at)
        head = int64s(row[HEADS])[cursor]
        fill = int64s(row[FILLS])[cursor]
        block = int64s(row[BLOCKS])[cursor]
        if head < fill:
            head = seek_doc(docs_at, head, fill, start)
        while True:
            if head >= fill:
                block = seek_block(segment, block, first_block(segment, term + 1), start)
                if ends_before(segment, term, block, end):
                    break
                fill = read_docs(segment, term, block, docs_at, row[GAPS])
                read += fill
                if mode == TITLE:
                    fill = keep_titles(segment, block, fill, docs_at, row[TITLES])
                int64s(row[HELD])[cursor] = block
                head = seek_doc(docs_at, 0, fill, start)
                block += 1
                if head == fill:
                    continue
            tail = fill
            if docs[fill - 1] >= end:
                tail = seek_doc(docs_at, head, fill, end)
            for k in range(np.uint64(head), np.uint64(tail)):
                slot = np.uint64(docs[k] - start)
                bits[slot >> _SIX] |= _ONE << (slot & _LOW)
            head = tail
            if tail < fill:
                break
        int64s(row[HEADS])[cursor] = head
        int64s(row[FILLS])[cursor] = fill
        int64s(row[BLOCKS])[cursor] = block
    ready = int32s(fields[READY_DOCS])
    count = fields[READY_COUNT]
    at = seek_doc(fields[READY_DOCS], int64s(row[BLOCKS])[fields[READER]], count, start)
    while at < count and ready[at] < end:
        slot = np.uint64(ready[at] - start)
        bits[slot >> _SIX] |= _ONE << (slot & _LOW)
        at += 1
        read += 1
    int64s(row[BLOCKS])[fields[READER]] = at
    return read
