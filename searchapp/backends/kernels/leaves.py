"""Brings the documents of one typed word into a window of documents.

`leaves` says what the words of a query are in one segment, L leaves with T terms in all:

    first      int64 (L + 1)   cuts the terms by leaf; the terms of one leaf share no document
    terms      int32 (T)
    mode       int64 (L)       BOTH, TITLE or UNSCORED
    weight     float32 (L)     idf times how often the word was typed
    ready_at   int64 (L + 1)   cuts the next two: documents that were looked for by position
    ready_docs, ready_gains    int32, float32

`cursors` keeps a place in each term, from window to window: `blocks` (T + L) the next block (and the next ready
document), `heads` and `fills` (T) what is left of the decoded one, `docs` and `scores` (T, 128), and three rows to
decode in.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.numbers import number_at
from searchapp.backends.kernels.blocks import (
    UNSCORED,
    block_size,
    decode_docs,
    decode_scores,
    score_one,
    seek_block,
    seek_doc,
)

#: A run of postings is dense when there is one in so many documents: setting a bit for each would then wait for the
#: bit before it, and the bits are made of the scores afterwards.
DENSE = 24

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def lowest_bit(word):
    """Number of the lowest set bit."""
    return count_bits((word & (~word + _ONE)) - _ONE)


@kernel
def set_cursors(text, leaves, cursors):
    """Every cursor at its term's start."""
    terms = leaves[1]
    blocks, heads, fills = cursors[0], cursors[1], cursors[2]
    for number in range(len(terms)):
        blocks[number] = number_at(text[4], terms[number])
        heads[number] = 0
        fills[number] = 0
    for leaf in range(len(leaves[2])):
        blocks[len(terms) + leaf] = leaves[4][leaf]


@kernel
def add_leaf(leaf, start, end, text, leaves, k1, title_scale, cursors, bits, scores):
    """The leaf's documents in [start, end) join a frame, their scores are added.

    Returns whether there are documents whose bits are not set: those whose score is above zero.
    """
    leaf_first, leaf_terms, leaf_mode, leaf_weight, ready_at, ready_docs, ready_gains = leaves
    blocks, heads, fills, all_docs, all_scores, gaps, extras, titles = cursors
    last_doc = text[3]
    mode = leaf_mode[leaf]
    weight = leaf_weight[leaf]
    open_bits = False
    for number in range(leaf_first[leaf], leaf_first[leaf + 1]):
        term = np.int64(leaf_terms[number])
        first = number_at(text[4], term)
        stop = number_at(text[4], term + 1)
        docs = all_docs[number]
        row = all_scores[number]
        while True:
            head = heads[number]
            fill = fills[number]
            if head >= fill:
                block = seek_block(last_doc, blocks[number], stop, start)
                blocks[number] = block
                if block >= stop or (block > first and last_doc[block - 1] + 1 >= end):
                    break
                count = block_size(text, term, block)
                decode_docs(text, term, block, count, docs, gaps)
                fill = count
                if mode != UNSCORED:
                    fill = decode_scores(text, block, count, mode, weight, k1, title_scale, docs, row, extras, titles)
                head = 0
                heads[number] = 0
                fills[number] = fill
                blocks[number] = block + 1
                if fill == 0:
                    continue
            head = seek_doc(docs, head, fill, start)
            tail = fill
            if head < fill and docs[fill - 1] >= end:
                tail = seek_doc(docs, head, fill, end)
            heads[number] = tail
            if tail > head:
                if mode == UNSCORED:
                    for i in range(head, tail):
                        slot = np.uint64(docs[i] - start)
                        bits[slot >> np.uint64(6)] |= _ONE << (slot & np.uint64(63))
                elif (tail - head) * DENSE > docs[tail - 1] - docs[head]:
                    open_bits = True
                    for i in range(head, tail):
                        scores[np.uint64(docs[i] - start)] += row[i]
                else:
                    for i in range(head, tail):
                        slot = np.uint64(docs[i] - start)
                        scores[slot] += row[i]
                        bits[slot >> np.uint64(6)] |= _ONE << (slot & np.uint64(63))
            if tail < fill:
                break
    reader = len(leaf_terms) + leaf
    stop = ready_at[leaf + 1]
    at = blocks[reader]
    if at < stop and ready_docs[at] < start:
        at = seek_doc(ready_docs, at, stop, start)
    while at < stop and ready_docs[at] < end:
        slot = np.uint64(ready_docs[at] - start)
        if mode != UNSCORED:
            scores[slot] += weight * ready_gains[at] / (k1 + ready_gains[at])
        bits[slot >> np.uint64(6)] |= _ONE << (slot & np.uint64(63))
        at += 1
    blocks[reader] = at
    return open_bits


@kernel
def probe_leaf(leaf, start, end, text, leaves, k1, title_scale, cursors, asked, found, scores):
    """Which of the asked documents in [start, end) the leaf holds: their bits are set in `found`, their scores added.

    Blocks without an asked document are not read, and scores only where a document was found.
    """
    leaf_first, leaf_terms, leaf_mode, leaf_weight, ready_at, ready_docs, ready_gains = leaves
    blocks, heads, fills, all_docs, _, gaps, _, _ = cursors
    last_doc = text[3]
    mode = leaf_mode[leaf]
    weight = leaf_weight[leaf]
    held = (end - start + 63) >> 6
    for number in range(leaf_first[leaf], leaf_first[leaf + 1]):
        term = np.int64(leaf_terms[number])
        first = number_at(text[4], term)
        stop = number_at(text[4], term + 1)
        docs = all_docs[number]
        head = heads[number]
        fill = fills[number]
        block = blocks[number]
        ended = False
        for word in range(held):
            left = asked[word]
            while left != _ZERO and not ended:
                low = left & (~left + _ONE)
                doc = start + (word << 6) + count_bits(low - _ONE)
                left ^= low
                if head >= fill or docs[fill - 1] < doc:
                    block = seek_block(last_doc, block, stop, doc)
                    if block >= stop:
                        fill = 0
                        ended = True
                        break
                    if block > first and last_doc[block - 1] + 1 >= end:
                        fill = 0
                        ended = True
                        break
                    fill = block_size(text, term, block)
                    decode_docs(text, term, block, fill, docs, gaps)
                    head = 0
                    block += 1
                while head < fill and docs[head] < doc:
                    if head + 8 < fill and docs[head + 8] < doc:
                        head = seek_doc(docs, head + 8, fill, doc)
                    else:
                        head += 1
                if head < fill and docs[head] == doc:
                    score = np.float32(0)
                    if mode != UNSCORED:
                        score = score_one(text, block - 1, fill, head, doc, mode, weight, k1, title_scale)
                    if score >= 0:
                        scores[doc - start] += score
                        found[word] |= low
                    head += 1
            if ended:
                break
        heads[number] = head
        fills[number] = fill
        blocks[number] = block
    reader = len(leaf_terms) + leaf
    stop = ready_at[leaf + 1]
    at = blocks[reader]
    if at < stop and ready_docs[at] < start:
        at = seek_doc(ready_docs, at, stop, start)
    while at < stop and ready_docs[at] < end:
        slot = np.int64(ready_docs[at]) - start
        low = _ONE << np.uint64(slot & 63)
        if asked[slot >> 6] & low:
            found[slot >> 6] |= low
            if mode != UNSCORED:
                scores[slot] += weight * ready_gains[at] / (k1 + ready_gains[at])
        at += 1
    blocks[reader] = at
