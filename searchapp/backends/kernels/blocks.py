"""Reads packed posting blocks: documents first, and what they are worth only where it is asked for.

`text` is the tuple of arrays of one posting group in one segment:

    words, widths, word_at, last_doc, block_start, doc_freq, bounds   as `indexer/codec/group.py` says: of what it
    position_word_at, position_words                                  packs as numbers, their words
    title_gain, body_gain                                             float32 (documents), at the live averages
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.numbers import number_at
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_one, unpack_run, words_of_run

#: What a leaf reads: title and body; the title alone; or which documents, and nothing of what they are worth.
BOTH, TITLE, UNSCORED = range(3)


@kernel
def block_size(text, term, block):
    """How many postings a block of a term has."""
    left = number_at(text[5], term) - (block - number_at(text[4], term)) * BLOCK
    return min(np.int64(BLOCK), left)


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
def seek_doc(docs, head, fill, doc):
    """First place in docs[head:fill] that is not before `doc`; `fill` where there is none."""
    if head < fill and docs[head] >= doc:
        return head
    low = head
    high = fill
    while low < high:
        middle = (low + high) >> 1
        if docs[middle] < doc:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def decode_docs(text, term, block, count, docs, gaps):
    """The documents of a block."""
    words, widths, word_at, last_doc, block_start = text[0], text[1], text[2], text[3], text[4]
    previous = np.int32(-1)
    if block > number_at(block_start, term):
        previous = last_doc[block - 1]
    width = number_at(widths, block) & 31
    at = number_at(word_at, block)
    if count == BLOCK:
        unpack_block(words, at, width, gaps)
    else:
        unpack_run(words, at, count, width, gaps)
    for i in range(count):
        previous += np.int32(gaps[i]) + np.int32(1)
        docs[i] = previous


@kernel
def decode_frequencies(text, block, count, extras, titles):
    """Frequencies in title and body together, less one, and in the title."""
    words = text[0]
    packed = number_at(text[1], block)
    wg = np.int64(packed & np.uint32(31))
    we = np.int64((packed >> np.uint32(5)) & np.uint32(31))
    wt = np.int64((packed >> np.uint32(10)) & np.uint32(31))
    at = number_at(text[2], block)
    if count == BLOCK:
        unpack_block(words, at + 4 * wg, we, extras)
        unpack_block(words, at + 4 * (wg + we), wt, titles)
    else:
        at += words_of_run(count, wg)
        unpack_run(words, at, count, we, extras)
        unpack_run(words, at + words_of_run(count, we), count, wt, titles)


@kernel
def decode_scores(text, block, count, mode, weight, k1, title_scale, docs, scores, extras, titles):
    """Saturated scores of a block whose documents are decoded; returns how many of them the mode keeps.

    With `TITLE`, documents whose title does not hold the term are taken out of `docs`; `title_scale` makes a title's
    gain what it is without its weight.
    """
    words, title_gain, body_gain = text[0], text[9], text[10]
    packed = number_at(text[1], block)
    wg = np.int64(packed & np.uint32(31))
    we = np.int64((packed >> np.uint32(5)) & np.uint32(31))
    wt = np.int64((packed >> np.uint32(10)) & np.uint32(31))
    at = number_at(text[2], block)
    extras_at = at + (4 * wg if count == BLOCK else words_of_run(count, wg))
    titles_at = extras_at + (4 * we if count == BLOCK else words_of_run(count, we))
    if mode == TITLE:
        if wt == 0:
            return 0
        if count == BLOCK:
            unpack_block(words, titles_at, wt, titles)
        else:
            unpack_run(words, titles_at, count, wt, titles)
        kept = 0
        for i in range(count):
            doc = docs[i]
            gain = np.float32(titles[i]) * title_gain[np.uint64(doc)] * title_scale
            docs[kept] = doc
            scores[kept] = weight * gain / (k1 + gain)
            kept += np.int64(titles[i] > 0)
        return kept
    if wt == 0:
        if we == 0:
            for i in range(count):
                gain = body_gain[np.uint64(docs[i])]
                scores[i] = weight * gain / (k1 + gain)
            return count
        if count == BLOCK:
            unpack_block(words, extras_at, we, extras)
        else:
            unpack_run(words, extras_at, count, we, extras)
        for i in range(count):
            gain = np.float32(extras[i] + np.uint32(1)) * body_gain[np.uint64(docs[i])]
            scores[i] = weight * gain / (k1 + gain)
        return count
    if count == BLOCK:
        unpack_block(words, extras_at, we, extras)
        unpack_block(words, titles_at, wt, titles)
    else:
        unpack_run(words, extras_at, count, we, extras)
        unpack_run(words, titles_at, count, wt, titles)
    for i in range(count):
        doc = np.uint64(docs[i])
        in_body = np.float32(extras[i] + np.uint32(1) - titles[i])
        gain = np.float32(titles[i]) * title_gain[doc] + in_body * body_gain[doc]
        scores[i] = weight * gain / (k1 + gain)
    return count


@kernel
def unpack_lane(words, at, width, i):
    """Value `i` of a full block's run."""
    if width == 0:
        return np.int64(0)
    bit = (i >> 2) * width
    word = at + ((bit >> 5) << 2) + (i & 3)
    shift = np.uint64(bit & 31)
    pair = np.uint64(words[word])
    if (bit & 31) + width > 32:
        pair |= np.uint64(words[word + 4]) << np.uint64(32)
    return np.int64((pair >> shift) & ((np.uint64(1) << np.uint64(width)) - np.uint64(1)))


@kernel
def score_one(text, block, count, i, doc, mode, weight, k1, title_scale):
    """The score of posting `i` of a block; below zero where the mode does not keep it."""
    words = text[0]
    packed = number_at(text[1], block)
    wg = np.int64(packed & np.uint32(31))
    we = np.int64((packed >> np.uint32(5)) & np.uint32(31))
    wt = np.int64((packed >> np.uint32(10)) & np.uint32(31))
    at = number_at(text[2], block)
    title = np.int64(0)
    if count == BLOCK:
        extra = unpack_lane(words, at + 4 * wg, we, i)
        if wt:
            title = unpack_lane(words, at + 4 * (wg + we), wt, i)
    else:
        at += words_of_run(count, wg)
        extra = unpack_one(words, at, we, i)
        if wt:
            title = unpack_one(words, at + words_of_run(count, we), wt, i)
    if mode == TITLE:
        if title == 0:
            return np.float32(-1)
        gain = np.float32(title) * text[9][doc] * title_scale
    else:
        gain = np.float32(title) * text[9][doc] + np.float32(extra + 1 - title) * text[10][doc]
    return weight * gain / (k1 + gain)
