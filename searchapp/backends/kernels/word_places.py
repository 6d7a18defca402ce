"""Where a word stands in some documents of a segment, whatever its form, and in which of these places as it was typed.

A place is a key, `positions.py` says, and one bit below it: whether the word stands there as it was typed. For `asked`,
which rise (int32), a list is `starts` int64 (asked + 1) and `places` int64: document c has places[starts[c] :
starts[c + 1]], rising, each key once. A list may have room behind its last place.

A word is written for a segment as a row of int64: how many runs (spellings) it has, and for each of them how many
slots, and for each of these a term, how many of its forms are as typed, and which; -1 forms: all of them.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.numbers import number_at
from searchapp.backends.kernels.memory import int32s, int64s, uint32s
from searchapp.backends.kernels.phrase_positions import count_positions, unpack_stream_value
from searchapp.backends.kernels.positions import BODY, grow
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


@kernel
def read_word(segment, room, word, asked):
    """The list of a word's places; `word` is the address of its row."""
    row = int64s(word)
    at = 1
    starts = np.zeros(len(asked) + 1, np.int64)
    places = np.empty(0, np.int64)
    for run in range(row[0]):
        slots = row[at]
        at += 1
        of_run, more = read_slot(segment, room, row, at, asked)
        for slot in range(1, slots):
            at += 2 + max(row[at + 1], 0)
            other, others = read_slot(segment, room, row, at, asked)
            keep_followed(of_run, more, other, others, slot)
        at += 2 + max(row[at + 1], 0)
        if run:
            starts, places = unite_places(starts, places, of_run, more)
        else:
            starts, places = of_run, more
    return starts, places


@kernel
def read_slot(segment, room, row, at, asked):
    """The list of a term's places; the term and its forms are written at `at`."""
    columns = int64s(segment)
    scratch = int64s(room)
    term = row[at]
    forms = row[at + 1]
    last_doc = int32s(columns[LAST_DOC])
    positions = columns[POSITION_WORDS]
    docs = int32s(scratch[SPARE_DOCS])
    extras = uint32s(scratch[EXTRAS])
    count = len(asked)
    starts = np.empty(count + 1, np.int64)
    places = np.empty(6 * count + 16, np.int64)
    block = first_block(segment, term)
    stop = first_block(segment, term + 1)
    filled = np.int64(0)
    starts[0] = 0
    c = 0
    while c < count:
        block = seek_block(segment, block, stop, np.int64(asked[c]))
        if block >= stop:
            while c < count:
                c += 1
                starts[c] = filled
            return starts, places
        fill = read_docs(segment, term, block, scratch[SPARE_DOCS], scratch[GAPS])
        packed = number_at(uint32s(columns[WIDTHS]), block)
        wt = title_width(packed)
        wp = np.int64((packed >> np.uint32(15)) & np.uint32(31))
        wf = np.int64((packed >> np.uint32(20)) & np.uint32(15))
        extras_at = number_at(uint32s(columns[WORD_AT]), block) + run_words(fill, gap_width(packed))
        titles_at = columns[WORDS] + 4 * (extras_at + run_words(fill, extra_width(packed)))
        is_unpacked = False
        steps_at = number_at(uint32s(columns[POSITION_WORD_AT]), block)
        forms_at = np.int64(0)
        begin = np.int64(0)
        i = np.int64(0)
        last = last_doc[block]
        while c < count and asked[c] <= last:
            doc = asked[c]
            before = i
            while i + 8 < fill and docs[i + 8] < doc:
                i += 8
            while docs[i] < doc:
                i += 1
            if docs[i] == doc:
                if not is_unpacked:
                    unpack(columns[WORDS] + 4 * extras_at, fill, extra_width(packed), scratch[EXTRAS])
                    total = count_positions(scratch[EXTRAS], 0, fill) if forms > 0 and wf > 0 else np.int64(0)
                    forms_at = positions + 4 * (steps_at + ((total * wp + 31) >> 5))
                    steps_at = positions + 4 * steps_at
                    is_unpacked = True
                    begin = count_positions(scratch[EXTRAS], 0, i)
                else:
                    begin += count_positions(scratch[EXTRAS], before, i)
                end = begin + np.int64(extras[i]) + 1
                title = begin
                if wt:
                    title += unpack_value(titles_at, fill, wt, i)
                places = grow(places, filled, end - begin)
                key = np.int64(0) if title > begin else BODY
                last_key = np.int64(-1)
                for k in range(begin, end):
                    if k == title:
                        key = BODY
                    if wp:
                        key += unpack_stream_value(steps_at, wp, k)
                    typed = np.int64(forms < 0)
                    if forms > 0:
                        form = unpack_stream_value(forms_at, wf, k) if wf else np.int64(0)
                        for f in range(forms):
                            typed |= np.int64(row[at + 2 + f] == form)
                    if key == last_key:
                        places[filled - 1] |= typed
                    else:
                        places[filled] = key << 1 | typed
                        filled += 1
                        last_key = key
            elif is_unpacked:
                begin += count_positions(scratch[EXTRAS], before, i)
            c += 1
            starts[c] = filled
    return starts, places


@kernel
def unite_places(starts, places, other_starts, others):
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
            if k == other_starts[number + 1] or (i < starts[number + 1] and places[i] >> 1 <= others[k] >> 1):
                place = places[i]
                i += 1
                if k < other_starts[number + 1] and others[k] >> 1 == place >> 1:
                    place |= others[k]
                    k += 1
            else:
                place = others[k]
                k += 1
            united[filled] = place
            filled += 1
    united_starts[documents] = filled
    return united_starts, united


@kernel
def keep_followed(starts, places, other_starts, others, offset):
    """Leave in a list the places that have one in the other list so many positions later. A word of several parts is
    not as it was typed: that is what it is in one."""
    documents = len(starts) - 1
    filled = np.int64(0)
    begin = starts[0]
    for number in range(documents):
        end = starts[number + 1]
        k = other_starts[number]
        stop = other_starts[number + 1]
        for i in range(begin, end):
            wanted = (places[i] >> 1) + offset
            while k < stop and others[k] >> 1 < wanted:
                k += 1
            if k < stop and others[k] >> 1 == wanted:
                places[filled] = places[i] & ~np.int64(1)
                filled += 1
        begin = end
        starts[number + 1] = filled
