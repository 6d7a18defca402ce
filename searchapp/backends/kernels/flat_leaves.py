"""Posting lists of one question in a window of documents, and their scores added up.

A leaf is what one typed word or phrase is in one segment: `LEAF_FIELDS` numbers of the question (`flat.py`). It has
terms, each with a cursor, and documents that were made ready with their gains. Where it has both, a ready document's
gain stands in place of those that its terms would give it: they share it.

`cursors` keeps places from window to window: `blocks` the next block of each term (and behind them, the next ready
document of each leaf), `heads` and `fills` what is left of the decoded one, `docs` and `rows` 128 a term, `held` which
block these are of; then rows to decode in: `gaps`, `extras`, `titles`, `spare` for documents, `spare_row` for scores.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_run, words_of_run
from searchapp.backends.kernels.best import RELEVANCE, offer
from searchapp.backends.kernels.blocks import (
    TITLE,
    block_size,
    decode_docs,
    decode_scores,
    seek_block,
    seek_doc,
)
from searchapp.backends.kernels.memory import array_at, float_of

MODE, WEIGHT, TERM_AT, TERM_COUNT, CURSOR, READER, READY_DOCS, READY_GAINS, READY_COUNT = range(9)
LEAF_FIELDS = 9

#: Marks a match whose score cannot matter: nothing beside any score there is, and not zero.
TRACE = np.float32(1e-30)
#: Bounds are rounded; a document may reach so much more than its bound says.
SLACK = np.float32(1.00001)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_SIX = np.uint64(6)
_LOW = np.uint64(63)


@kernel
def ready_of(question, leaf):
    """Documents and gains that were made ready for a leaf."""
    count = question[leaf + READY_COUNT]
    return (
        array_at(question[leaf + READY_DOCS], count, np.int32),
        array_at(question[leaf + READY_GAINS], count, np.float32),
    )


@kernel
def place_cursors(question, leaf, start, text, cursors):
    """Every cursor of a leaf at its first block and ready document from `start` on."""
    blocks, heads, fills = cursors[0], cursors[1], cursors[2]
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        blocks[cursor] = seek_block(text[3], np.int64(text[4][term]), np.int64(text[4][term + 1]), start)
        heads[cursor] = 0
        fills[cursor] = 0
        cursors[5][cursor] = -1
    docs, _ = ready_of(question, leaf)
    blocks[question[leaf + READER]] = seek_doc(docs, 0, len(docs), start)


@kernel
def first_ahead(question, leaf, text, cursors):
    """No document of the leaf that is still to be read stands before this one."""
    blocks, heads, fills = cursors[0], cursors[1], cursors[2]
    nearest = np.int64(1) << 40
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        if heads[cursor] < fills[cursor]:
            nearest = min(nearest, np.int64(cursors[3][cursor * BLOCK + heads[cursor]]))
        elif blocks[cursor] == np.int64(text[4][term]):
            nearest = np.int64(0)
        elif blocks[cursor] < np.int64(text[4][term + 1]):
            nearest = min(nearest, np.int64(text[3][blocks[cursor] - 1]) + 1)
    docs, _ = ready_of(question, leaf)
    at = blocks[question[leaf + READER]]
    if at < len(docs):
        nearest = min(nearest, np.int64(docs[at]))
    return nearest


@kernel
def clear_shared(docs, rows, fill, shared):
    """Score 0 for the documents of a block whose gain was made ready."""
    at = seek_doc(shared, 0, len(shared), docs[0])
    i = 0
    while i < fill and at < len(shared):
        if docs[i] < shared[at]:
            i += 1
        elif docs[i] > shared[at]:
            at += 1
        else:
            rows[i] = 0
            i += 1
            at += 1


@kernel
def highest_score(question, leaf, end, text, k1, factor, cursors):
    """No document of the leaf before `end` that is still to be read scores more."""
    blocks, heads, fills = cursors[0], cursors[1], cursors[2]
    weight = np.float32(float_of(question[leaf + WEIGHT]))
    gain = np.float32(0)
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        block = blocks[cursor]
        if heads[cursor] < fills[cursor]:
            block -= 1
        while block < np.int64(text[4][term + 1]):
            gain = max(gain, text[6][block])
            if text[3][block] >= end - 1:
                break
            block += 1
    gain *= factor
    highest = weight * gain / (k1 + gain) * SLACK
    docs, _ = ready_of(question, leaf)
    at = blocks[question[leaf + READER]]
    if at < len(docs) and docs[at] < end:
        highest = max(highest, weight * SLACK)
    return highest


@kernel
def add_scores(question, leaf, start, end, least, text, k1, title_scale, factor, cursors, scores):
    """Scores of the leaf's documents in [start, end) are added up; of blocks that do not reach `least`, only traces.

    Returns how many postings were read.
    """
    blocks, heads, fills, all_docs, all_rows, _, gaps, extras, titles, _, _ = cursors
    mode = question[leaf + MODE]
    weight = np.float32(float_of(question[leaf + WEIGHT]))
    shared, gains = ready_of(question, leaf)
    read = np.int64(0)
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        first = np.int64(text[4][term])
        stop = np.int64(text[4][term + 1])
        docs = all_docs[cursor * BLOCK : (cursor + 1) * BLOCK]
        rows = all_rows[cursor * BLOCK : (cursor + 1) * BLOCK]
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
                gain = text[6][block] * factor
                if mode == TITLE or weight * gain / (k1 + gain) * SLACK >= least:
                    fill = decode_scores(text, block, fill, mode, weight, k1, title_scale, docs, rows, extras, titles)
                    if len(shared) and fill:
                        clear_shared(docs, rows, fill, shared)
                else:
                    for k in range(np.uint64(fill)):
                        rows[k] = TRACE
                head = 0
                block += 1
                if fill == 0:
                    continue
            if docs[fill - 1] < end:
                tail = fill
            else:
                tail = seek_doc(docs, head, fill, end)
            for k in range(np.uint64(head), np.uint64(tail)):
                scores[np.uint64(docs[k] - start)] += rows[k]
            head = tail
            if tail < fill:
                break
        heads[cursor] = head
        fills[cursor] = fill
        blocks[cursor] = block
    reader = question[leaf + READER]
    at = blocks[reader]
    while at < len(shared) and shared[at] < end:
        scores[np.uint64(shared[at] - start)] += weight * gains[at] / (k1 + gains[at])
        at += 1
        read += 1
    blocks[reader] = at
    return read


@kernel
def best_of_leaf(
    question, leaf, end, is_last, live, text, k1, title_scale, factor, cursors, best, filled, base, columns
):
    """Offers the leaf's documents, block by block up to `end`; blocks that cannot hold one of the best are not read.

    The block with the highest bound comes first, so that there is something to beat. Returns how many hits there are,
    and how many postings were read.
    """
    blocks, _, _, _, _, _, gaps, extras, titles, docs, rows = cursors
    mode = question[leaf + MODE]
    weight = np.float32(float_of(question[leaf + WEIGHT]))
    shared, gains = ready_of(question, leaf)
    size = len(best[0])
    read = np.int64(0)
    reader = question[leaf + READER]
    at = blocks[reader]
    while at < len(shared) and shared[at] < end:
        score = weight * gains[at] / (k1 + gains[at])
        if filled < size or score >= best[0][size - 1]:
            filled = offer(best, filled, base, np.int64(shared[at]), score, RELEVANCE, columns)
        at += 1
        read += 1
    blocks[reader] = at
    for i in range(question[leaf + TERM_COUNT]):
        term = question[question[leaf + TERM_AT] + i]
        cursor = question[leaf + CURSOR] + i
        first = blocks[cursor]
        stop = np.int64(text[4][term + 1])
        if not is_last:
            stop = seek_block(text[3], first, stop, end)
        blocks[cursor] = stop
        highest = first
        for block in range(first + 1, stop):
            if text[6][block] > text[6][highest]:
                highest = block
        for turn in range(stop - first + 1 if stop > first else 0):
            block = highest if turn == 0 else first + turn - 1
            if turn and block == highest:
                continue
            if filled == size:
                gain = text[6][block] * factor
                if weight * gain / (k1 + gain) * SLACK < best[0][size - 1]:
                    continue
            count = block_size(text, term, block)
            read += count
            decode_docs(text, term, block, count, docs, gaps)
            count = decode_scores(text, block, count, mode, weight, k1, title_scale, docs, rows, extras, titles)
            if len(shared) and count:
                clear_shared(docs, rows, count, shared)
            for k in range(count):
                if (filled < size or rows[k] >= best[0][size - 1]) and rows[k] > 0:
                    doc = np.int64(docs[k])
                    if len(live) == 0 or (live[doc >> 6] >> np.uint64(doc & 63)) & _ONE:
                        filled = offer(best, filled, base, doc, rows[k], RELEVANCE, columns)
    return filled, read


@kernel
def keep_titles(text, block, count, docs, titles):
    """The documents of a block whose title holds the term; returns how many."""
    packed = text[1][block]
    wt = np.int64((packed >> np.uint32(10)) & np.uint32(31))
    if wt == 0:
        return 0
    wg = np.int64(packed & np.uint32(31))
    we = np.int64((packed >> np.uint32(5)) & np.uint32(31))
    at = np.int64(text[2][block])
    if count == BLOCK:
        unpack_block(text[0], at + 4 * (wg + we), wt, titles)
    else:
        unpack_run(text[0], at + words_of_run(count, wg) + words_of_run(count, we), count, wt, titles)
    kept = 0
    for i in range(count):
        docs[kept] = docs[i]
        kept += np.int64(titles[i] > 0)
    return kept
