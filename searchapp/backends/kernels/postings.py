"""Reads packed posting blocks by a segment's row of addresses: what `blocks.py` does with arrays.

Rows of 128 that take what is decoded are given by their addresses too.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import inlined, kernel
from indexer.codec.kernels.numbers import number_at
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.memory import float32s, int32s, int64s, uint32s
from searchapp.backends.kernels.tables import (
    BLOCK_START,
    BODY_GAIN,
    DOC_FREQ,
    LAST_DOC,
    TITLE_GAIN,
    WIDTHS,
    WORD_AT,
    WORDS,
)

_FIVE_BITS = np.uint32(31)


@inlined
def first_block(segment, term):
    return number_at(uint32s(int64s(segment)[BLOCK_START]), term)


@inlined
def gap_width(packed):
    return np.int64(packed & _FIVE_BITS)


@inlined
def extra_width(packed):
    return np.int64((packed >> np.uint32(5)) & _FIVE_BITS)


@inlined
def title_width(packed):
    return np.int64((packed >> np.uint32(10)) & _FIVE_BITS)


@inlined
def run_words(count, width):
    """Words of a run: four lanes where the block is full."""
    return 4 * width if count == BLOCK else (count * width + 31) >> 5


@inlined
def seek_block(segment, block, end, doc):
    """First block from `block` on, before `end`, whose last document is not before `doc`; gallops."""
    last_doc = int32s(int64s(segment)[LAST_DOC])
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


@inlined
def seek_doc(row, head, fill, doc):
    """First place from `head` on, before `fill`, whose document is not before `doc`; `fill` where there is none."""
    docs = int32s(row)
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
def unpack(source, count, width, target):
    """The first `count` values of a run; of a full block, all of its four lanes."""
    words = uint32s(source)
    values = uint32s(target)
    if width == 0:
        for i in range(np.uint64(count)):
            values[i] = 0
        return
    if count < BLOCK:
        mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
        bit = np.uint64(0)
        for i in range(np.uint64(count)):
            word = bit >> np.uint64(5)
            pair = np.uint64(words[word]) | (np.uint64(words[word + np.uint64(1)]) << np.uint64(32))
            values[i] = np.uint32((pair >> (bit & np.uint64(31))) & mask)
            bit += np.uint64(width)
        return
    mask32 = np.uint32((np.uint64(1) << np.uint64(width)) - np.uint64(1))
    for j in range(np.uint64(32)):
        bit = j * np.uint64(width)
        word = (bit >> np.uint64(5)) << np.uint64(2)
        shift = np.uint32(bit & np.uint64(31))
        to = j << np.uint64(2)
        if shift + np.uint32(width) <= np.uint32(32):
            for lane in range(np.uint64(4)):
                values[to + lane] = (words[word + lane] >> shift) & mask32
        else:
            rest = np.uint32(32) - shift
            for lane in range(np.uint64(4)):
                low = words[word + lane] >> shift
                values[to + lane] = (low | (words[word + np.uint64(4) + lane] << rest)) & mask32


@kernel
def unpack_value(source, count, width, i):
    """Value `i` of a run that has `count` of them."""
    if width == 0:
        return np.int64(0)
    words = uint32s(source)
    bit = i * width
    word = bit >> 5
    step = 1
    if count == BLOCK:
        bit = (i >> 2) * width
        word = ((bit >> 5) << 2) + (i & 3)
        step = 4
    pair = np.uint64(words[word])
    if (bit & 31) + width > 32:
        pair |= np.uint64(words[word + step]) << np.uint64(32)
    return np.int64((pair >> np.uint64(bit & 31)) & ((np.uint64(1) << np.uint64(width)) - np.uint64(1)))


@inlined
def block_size(segment, term, block):
    row = int64s(segment)
    left = number_at(uint32s(row[DOC_FREQ]), term) - (block - first_block(segment, term)) * BLOCK
    return min(np.int64(BLOCK), left)


@kernel
def read_docs(segment, term, block, docs_at, gaps_at):
    """Decodes the documents of a block; returns how many."""
    row = int64s(segment)
    count = block_size(segment, term, block)
    width = gap_width(number_at(uint32s(row[WIDTHS]), block))
    unpack(row[WORDS] + 4 * number_at(uint32s(row[WORD_AT]), block), count, width, gaps_at)
    docs = int32s(docs_at)
    gaps = int32s(gaps_at)
    doc = np.int32(-1)
    if block > first_block(segment, term):
        doc = int32s(row[LAST_DOC])[block - 1]
    for i in range(np.uint64(count)):
        doc += gaps[i] + np.int32(1)
        docs[i] = doc
    return count


@kernel
def keep_titles(segment, block, count, docs_at, titles_at):
    """The documents of a block whose title holds the term; returns how many."""
    row = int64s(segment)
    packed = number_at(uint32s(row[WIDTHS]), block)
    if title_width(packed) == 0:
        return np.int64(0)
    at = number_at(uint32s(row[WORD_AT]), block)
    at += run_words(count, gap_width(packed)) + run_words(count, extra_width(packed))
    unpack(row[WORDS] + 4 * at, count, title_width(packed), titles_at)
    docs = int32s(docs_at)
    titles = uint32s(titles_at)
    kept = np.int64(0)
    for i in range(count):
        docs[kept] = docs[i]
        kept += np.int64(titles[i] > 0)
    return kept


@kernel
def read_gains(segment, block, count, mode, title_scale, docs_at, gains_at, extras_at, titles_at):
    """What the word gains in each document of a block, all decoded; returns how many of them the mode keeps.

    With `TITLE`, documents whose title does not hold the term are taken out; `title_scale` makes a title's gain what it
    is without its weight.
    """
    row = int64s(segment)
    packed = number_at(uint32s(row[WIDTHS]), block)
    docs = int32s(docs_at)
    gains = float32s(gains_at)
    extras = uint32s(extras_at)
    titles = uint32s(titles_at)
    title_gain = float32s(row[TITLE_GAIN])
    body_gain = float32s(row[BODY_GAIN])
    at = number_at(uint32s(row[WORD_AT]), block) + run_words(count, gap_width(packed))
    titles_from = at + run_words(count, extra_width(packed))
    if title_width(packed) == 0:
        if mode == TITLE:
            return np.int64(0)
        unpack(row[WORDS] + 4 * at, count, extra_width(packed), extras_at)
        for i in range(np.uint64(count)):
            gains[i] = np.float32(np.int32(extras[i]) + np.int32(1)) * body_gain[np.uint64(docs[i])]
        return count
    unpack(row[WORDS] + 4 * titles_from, count, title_width(packed), titles_at)
    if mode == TITLE:
        kept = np.int64(0)
        for i in range(count):
            doc = docs[i]
            docs[kept] = doc
            gains[kept] = np.float32(titles[i]) * title_gain[np.uint64(doc)] * title_scale
            kept += np.int64(titles[i] > 0)
        return kept
    unpack(row[WORDS] + 4 * at, count, extra_width(packed), extras_at)
    for i in range(np.uint64(count)):
        in_body = np.float32(np.int32(extras[i]) + np.int32(1) - np.int32(titles[i]))
        gains[i] = in_body * body_gain[np.uint64(docs[i])]
    for i in range(np.uint64(count)):
        if titles[i]:
            gains[i] += np.float32(titles[i]) * title_gain[np.uint64(docs[i])]
    return count


@kernel
def read_frequencies(segment, block, count, extras_at, titles_at):
    """Frequencies in title and body together, less one, and in the title, of a block of so many."""
    row = int64s(segment)
    packed = number_at(uint32s(row[WIDTHS]), block)
    at = number_at(uint32s(row[WORD_AT]), block) + run_words(count, gap_width(packed))
    unpack(row[WORDS] + 4 * at, count, extra_width(packed), extras_at)
    at += run_words(count, extra_width(packed))
    unpack(row[WORDS] + 4 * at, count, title_width(packed), titles_at)


@kernel
def read_frequency(segment, block, count, i):
    """How often posting `i` of a block of so many stands in the title, and in the body."""
    row = int64s(segment)
    packed = number_at(uint32s(row[WIDTHS]), block)
    at = number_at(uint32s(row[WORD_AT]), block) + run_words(count, gap_width(packed))
    title = np.int64(0)
    if title_width(packed):
        from_titles = at + run_words(count, extra_width(packed))
        title = unpack_value(row[WORDS] + 4 * from_titles, count, title_width(packed), i)
    return title, unpack_value(row[WORDS] + 4 * at, count, extra_width(packed), i) + 1 - title


@inlined
def gain_of(segment, doc, title, body, mode, title_scale):
    """What a word gains that stands so often in the title and in the body of a document."""
    row = int64s(segment)
    if mode == TITLE:
        return np.float32(title) * float32s(row[TITLE_GAIN])[doc] * title_scale
    return np.float32(title) * float32s(row[TITLE_GAIN])[doc] + np.float32(body) * float32s(row[BODY_GAIN])[doc]


@inlined
def saturate(gains_at, count, weight, k1):
    """Gains become scores."""
    gains = float32s(gains_at)
    for i in range(np.uint64(count)):
        gain = gains[i]
        gains[i] = weight * gain / (k1 + gain)
