"""Where words stand in documents: the positions of a term, read in one go for all documents that are asked about.

A position is a key: its number in the title, or in the body with `BODY` added.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import inlined, kernel
from indexer.codec.kernels.numbers import number_at
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.memory import int32s, int64s, uint32s
from searchapp.backends.kernels.positions import BODY
from searchapp.backends.kernels.postings import (
    extra_width,
    first_block,
    gap_width,
    read_docs,
    run_words,
    seek_block,
    title_width,
    unpack,
    unpack_value,
)
from searchapp.backends.kernels.tables import (
    ASKED,
    BEGINS,
    EXTRAS,
    GAPS,
    LAST_DOC,
    POSITION_WORD_AT,
    POSITION_WORDS,
    SPARE_DOCS,
    WIDTHS,
    WORD_AT,
    WORDS,
)

#: Documents asked for in a block, from which on it is cheaper to reckon where every posting's positions begin.
MANY = 6
_ONE = np.uint64(1)


@inlined
def unpack_stream_value(source, width, i):
    """Value `i` of one stream of bits; `width` is not 0."""
    words = uint32s(source)
    bit = i * width
    word = bit >> 5
    pair = np.uint64(words[word]) | (np.uint64(words[word + 1]) << np.uint64(32))
    return np.int64((pair >> np.uint64(bit & 31)) & ((_ONE << np.uint64(width)) - _ONE))


@inlined
def count_positions(extras_at, first, stop):
    """How many positions the postings from `first` to before `stop` have."""
    extras = int32s(extras_at)
    total = np.int32(0)
    for i in range(np.uint64(first), np.uint64(stop)):
        total += extras[i]
    return np.int64(total) + stop - first


@kernel
def read_positions(segment, room, term, form, mode, count, starts_at, keys_at, capacity):
    """The keys at which a term stands, in one form or any, in each asked document: those of document `c`, rising and
    each once, are keys[starts[c] : starts[c + 1]].

    Returns how many keys there are; where they have no room, how much is needed, below zero.
    """
    columns = int64s(segment)
    row = int64s(room)
    last_doc = int32s(columns[LAST_DOC])
    positions = columns[POSITION_WORDS]
    docs = int32s(row[SPARE_DOCS])
    extras = uint32s(row[EXTRAS])
    asked = int32s(row[ASKED])
    begins = int64s(row[BEGINS])
    starts = int64s(starts_at)
    keys = int64s(keys_at)
    stop = first_block(segment, term + 1)
    block = first_block(segment, term)
    filled = np.int64(0)
    c = np.int64(0)
    starts[0] = 0
    while c < count:
        block = seek_block(segment, block, stop, np.int64(asked[c]))
        if block >= stop:
            while c < count:
                c += 1
                starts[c] = filled
            return filled
        fill = read_docs(segment, term, block, row[SPARE_DOCS], row[GAPS])
        packed = number_at(uint32s(columns[WIDTHS]), block)
        wt = title_width(packed)
        wp = np.int64((packed >> np.uint32(15)) & np.uint32(31))
        wf = np.int64((packed >> np.uint32(20)) & np.uint32(15))
        extras_at = number_at(uint32s(columns[WORD_AT]), block) + run_words(fill, gap_width(packed))
        titles_at = columns[WORDS] + 4 * (extras_at + run_words(fill, extra_width(packed)))
        unpack(columns[WORDS] + 4 * extras_at, fill, extra_width(packed), row[EXTRAS])
        reads_forms = form >= 0 and wf > 0
        total = np.int64(0)
        if reads_forms:
            total = count_positions(row[EXTRAS], 0, fill)
        steps_at = number_at(uint32s(columns[POSITION_WORD_AT]), block)
        forms_at = positions + 4 * (steps_at + ((total * wp + 31) >> 5))
        steps_at = positions + 4 * steps_at
        last = last_doc[block]
        stop_at = c
        while stop_at < count and asked[stop_at] <= last:
            stop_at += 1
        is_dense = stop_at - c >= MANY
        if is_dense:
            begin = np.int64(0)
            for i in range(np.uint64(fill)):
                begins[i] = begin
                begin += np.int64(extras[i]) + 1
        begin = np.int64(0)
        i = np.int64(0)
        while c < stop_at:
            doc = asked[c]
            before = i
            while i + 8 < fill and docs[i + 8] < doc:
                i += 8
            while docs[i] < doc:
                i += 1
            begin = begins[i] if is_dense else begin + count_positions(row[EXTRAS], before, i)
            if docs[i] == doc and (wf > 0 or form <= 0):
                end = begin + np.int64(extras[i]) + 1
                if filled + end - begin > capacity:
                    return -(filled + end - begin)
                title = np.int64(0)
                if wt:
                    title = unpack_value(titles_at, fill, wt, i)
                if mode == TITLE:
                    end = begin + title
                title += begin
                base = np.int64(0) if title > begin else BODY
                key = base
                last_key = np.int64(-1)
                for k in range(begin, end):
                    if k == title:
                        key = BODY
                    if wp:
                        key += unpack_stream_value(steps_at, wp, k)
                    if reads_forms and unpack_stream_value(forms_at, wf, k) != form:
                        continue
                    if key != last_key:
                        keys[filled] = key
                        filled += 1
                        last_key = key
            c += 1
            starts[c] = filled
    return filled


@kernel
def unite_keys(mine_at, count, others_at, other_count, spare_at):
    """Mine = mine and others, each key once; returns how many."""
    mine = int64s(mine_at)
    others = int64s(others_at)
    spare = int64s(spare_at)
    i = np.int64(0)
    k = np.int64(0)
    filled = np.int64(0)
    while i < count or k < other_count:
        if k >= other_count or (i < count and mine[i] <= others[k]):
            key = mine[i]
            i += 1
        else:
            key = others[k]
            k += 1
        if filled == 0 or spare[filled - 1] != key:
            spare[filled] = key
            filled += 1
    for i in range(filled):
        mine[i] = spare[i]
    return filled
