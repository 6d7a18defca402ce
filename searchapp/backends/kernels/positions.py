"""Positions of words in some documents of a segment, word by word: lists of keys that are cut by document.

A key is a position; those of a body come after those of the title, by `BODY` more. For the documents `docs` (int32,
rising) a list is `starts` int64 (docs + 1) and `keys` int64: document i has keys[starts[i] : starts[i + 1]], rising,
each once. A list may have room behind its last key. `text` is as `blocks.py` says.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.numbers import number_at
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_run, words_of_run
from searchapp.backends.kernels.blocks import TITLE, seek_block

#: Position keys of a body come after those of the title.
BODY = np.int64(1) << 32

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_WORD_BITS = np.uint64(5)
_BIT_MASK = np.uint64(31)


@kernel
def holds_any(bits, first, last):
    """Whether there is a document about `first` to `last` in a bitset: those that share a word of it count too."""
    for word in range(first >> 6, (last >> 6) + 1):
        if bits[word] != _ZERO:
            return True
    return False


@kernel
def mark_asked(text, term, asked, bits):
    """Set the bit of every asked document that holds a term. Blocks that can hold none are not read."""
    words, widths, word_at, last_doc, block_start, doc_freq = text[0], text[1], text[2], text[3], text[4], text[5]
    gaps = np.empty(BLOCK, np.uint32)
    first = number_at(block_start, term)
    left = number_at(doc_freq, term)
    for block in range(first, number_at(block_start, term + 1)):
        doc = np.int64(last_doc[block - 1]) if block > first else np.int64(-1)
        count = min(np.int64(BLOCK), left)
        left -= count
        if not holds_any(asked, doc + 1, np.int64(last_doc[block])):
            continue
        width = number_at(widths, block) & 31
        if count == BLOCK:
            unpack_block(words, number_at(word_at, block), width, gaps)
        else:
            unpack_run(words, number_at(word_at, block), count, width, gaps)
        for i in range(count):
            doc += np.int64(gaps[i]) + 1
            bits[doc >> 6] |= asked[doc >> 6] & (_ONE << np.uint64(doc & 63))


@kernel
def count_set(bits):
    found = 0
    for word in bits:
        found += count_bits(word)
    return found


@kernel
def list_set(bits, docs):
    """The documents of a bitset, rising."""
    found = 0
    for word in range(len(bits)):
        left = bits[word]
        while left != _ZERO:
            low = left & (~left + _ONE)
            left ^= low
            docs[found] = (word << 6) + count_bits(low - _ONE)
            found += 1


@kernel
def grow(keys, filled, more):
    """The keys with room for more."""
    if filled + more <= len(keys):
        return keys
    larger = np.empty(2 * (filled + more), np.int64)
    larger[:filled] = keys[:filled]
    return larger


@kernel
def read_term(text, term, form, docs, mode):
    """The list of a term's positions as one of its forms, -1 for any; with `TITLE` those in titles."""
    words, widths, word_at, last_doc, block_start, doc_freq = text[0], text[1], text[2], text[3], text[4], text[5]
    position_word_at, position_words = text[7], text[8]
    starts = np.empty(len(docs) + 1, np.int64)
    keys = np.empty(4 * len(docs) + 16, np.int64)
    held = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    begins = np.empty(BLOCK + 1, np.int64)
    first = number_at(block_start, term)
    stop = number_at(block_start, term + 1)
    block = first
    loaded = np.int64(-1)
    count = 0
    head = 0
    filled = 0
    positions_at = _ZERO
    forms_at = _ZERO
    width = _ZERO
    form_width = _ZERO
    for number in range(len(docs)):
        starts[number] = filled
        doc = docs[number]
        block = seek_block(last_doc, block, stop, doc)
        if block >= stop:
            continue
        if block != loaded:
            loaded = block
            head = 0
            packed = number_at(widths, block)
            gap_width = np.int64(packed & np.uint32(31))
            extra_width = np.int64((packed >> np.uint32(5)) & np.uint32(31))
            title_width = np.int64((packed >> np.uint32(10)) & np.uint32(31))
            width = np.uint64((packed >> np.uint32(15)) & np.uint32(31))
            form_width = np.uint64((packed >> np.uint32(20)) & np.uint32(15))
            count = min(np.int64(BLOCK), number_at(doc_freq, term) - (block - first) * BLOCK)
            at = number_at(word_at, block)
            if count == BLOCK:
                unpack_block(words, at, gap_width, gaps)
                unpack_block(words, at + 4 * gap_width, extra_width, extras)
                unpack_block(words, at + 4 * (gap_width + extra_width), title_width, titles)
            else:
                unpack_run(words, at, count, gap_width, gaps)
                at += words_of_run(count, gap_width)
                unpack_run(words, at, count, extra_width, extras)
                at += words_of_run(count, extra_width)
                unpack_run(words, at, count, title_width, titles)
            before = np.int64(last_doc[block - 1]) if block > first else np.int64(-1)
            total = np.int64(0)
            for i in range(count):
                before += np.int64(gaps[i]) + 1
                held[i] = before
                begins[i] = total
                total += np.int64(extras[i]) + 1
            begins[count] = total
            position_at = number_at(position_word_at, block)
            positions_at = np.uint64(position_at) << _WORD_BITS
            forms_at = np.uint64(position_at + words_of_run(total, np.int64(width))) << _WORD_BITS
        while head < count and held[head] < doc:
            head += 1
        if head == count or held[head] != doc:
            continue
        begin = begins[head]
        title = np.int64(titles[head])
        size = title if mode == TITLE else begins[head + 1] - begin
        keys = grow(keys, filled, size)
        bit = positions_at + np.uint64(begin) * width
        form_bit = forms_at + np.uint64(begin) * form_width
        mask = (_ONE << width) - _ONE
        form_mask = (_ONE << form_width) - _ONE
        position = np.int64(0)
        last = np.int64(-1)
        for k in range(size):
            step = np.int64(0)
            if width != _ZERO:
                word = bit >> _WORD_BITS
                pair = np.uint64(position_words[word]) | (np.uint64(position_words[word + _ONE]) << np.uint64(32))
                step = np.int64((pair >> (bit & _BIT_MASK)) & mask)
                bit += width
            position = step if k == title else position + step
            if form >= 0:
                stands_as = np.int64(0)
                if form_width != _ZERO:
                    word = form_bit >> _WORD_BITS
                    pair = np.uint64(position_words[word]) | (np.uint64(position_words[word + _ONE]) << np.uint64(32))
                    stands_as = np.int64((pair >> (form_bit & _BIT_MASK)) & form_mask)
                    form_bit += form_width
                if stands_as != form:
                    continue
            key = position if k < title else position + BODY
            if key != last:
                keys[filled] = key
                filled += 1
                last = key
    starts[len(docs)] = filled
    return starts, keys


@kernel
def unite_lists(starts, keys, other_starts, other_keys):
    """The list of what is in either."""
    documents = len(starts) - 1
    united_starts = np.empty(documents + 1, np.int64)
    united = np.empty(starts[documents] + other_starts[documents] + 1, np.int64)
    filled = 0
    for number in range(documents):
        united_starts[number] = filled
        i = starts[number]
        k = other_starts[number]
        while i < starts[number + 1] or k < other_starts[number + 1]:
            if k == other_starts[number + 1] or (i < starts[number + 1] and keys[i] <= other_keys[k]):
                key = keys[i]
                i += 1
                if k < other_starts[number + 1] and other_keys[k] == key:
                    k += 1
            else:
                key = other_keys[k]
                k += 1
            united[filled] = key
            filled += 1
    united_starts[documents] = filled
    return united_starts, united


@kernel
def keep_followed(starts, keys, other_starts, other_keys, offset):
    """Leave in a list the keys that have one in the other list so many positions later."""
    documents = len(starts) - 1
    filled = np.int64(0)
    begin = starts[0]
    for number in range(documents):
        end = starts[number + 1]
        k = other_starts[number]
        stop = other_starts[number + 1]
        for i in range(begin, end):
            wanted = keys[i] + offset
            while k < stop and other_keys[k] < wanted:
                k += 1
            if k < stop and other_keys[k] == wanted:
                keys[filled] = keys[i]
                filled += 1
        begin = end
        starts[number + 1] = filled


@kernel
def read_run(text, first_slot, last_slot, pair_at, pair_term, pair_form, docs, mode):
    """The list of where adjacent slots start; a slot stands where any of its pairs of a term and a form does."""
    starts, keys = read_slot(text, first_slot, pair_at, pair_term, pair_form, docs, mode)
    for slot in range(first_slot + 1, last_slot):
        other_starts, other_keys = read_slot(text, slot, pair_at, pair_term, pair_form, docs, mode)
        keep_followed(starts, keys, other_starts, other_keys, slot - first_slot)
    return starts, keys


@kernel
def read_slot(text, slot, pair_at, pair_term, pair_form, docs, mode):
    pair = pair_at[slot]
    starts, keys = read_term(text, np.int64(pair_term[pair]), pair_form[pair], docs, mode)
    for other in range(pair + 1, pair_at[slot + 1]):
        other_starts, other_keys = read_term(text, np.int64(pair_term[other]), pair_form[other], docs, mode)
        starts, keys = unite_lists(starts, keys, other_starts, other_keys)
    return starts, keys
