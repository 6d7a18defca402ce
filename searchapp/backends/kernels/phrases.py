"""Looks for words by their positions: runs of adjacent words, phrases, and single surface forms.

A clause has variants, a variant slots one after the other, a slot terms in one of their forms (-1 for any). A variant
stands where every slot stands, each one position after the one before; a slot stands where any of its terms does. What
counts is how many positions of a document some variant starts at.

`question` is int64: `HEAD` numbers, where each variant's slots begin and the last one's end (counted in slots), then
the slots as leaves (`flat_leaves.py`), then a form for each term, in their order. Positions are read for those
documents alone that hold every slot of a variant.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_one, unpack_run, words_of_run
from searchapp.backends.kernels.blocks import TITLE, UNSCORED, seek_block, unpack_lane
from searchapp.backends.kernels.flat import FLAT_WINDOW, FLAT_WORDS, is_empty
from searchapp.backends.kernels.flat_leaves import (
    CURSOR,
    LEAF_FIELDS,
    READER,
    SIZE,
    TERM_COUNT,
    first_ahead,
    look_up,
    place_cursors,
    set_bits,
)
from searchapp.backends.kernels.memory import array_at, float_of, lowest_bit
from searchapp.backends.kernels.places import BODY, unite_keys
from searchapp.backends.kernels.tables import (
    BLOCKS,
    DOCUMENTS,
    LIVE,
    POSITION_WORDS,
    ROOM_BITS,
    ROOM_PLACES,
    ROOM_READERS,
    TERMS,
    WORDS,
    cursors_of,
    text_of,
)

PHRASE_MODE, PHRASE_SCALE, PHRASE_BUDGET, VARIANTS = range(4)
PHRASE_HEAD = 4
PHRASE_START, PHRASE_FOUND = range(2)

#: Documents whose positions are read at once.
CANDIDATES = 256
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def read_positions(segment, term, form, mode, asked, count, docs, gaps, extras, begins, starts, keys):
    """The keys at which a term stands, in one form or any, in each asked document: those of document `c`, rising and
    each once, are keys[starts[c] : starts[c + 1]].

    `asked` rise. Returns how many keys there are; where they have no room, how much is needed, below zero.
    """
    words = array_at(segment[0], segment[WORDS], np.uint32)
    widths = array_at(segment[1], segment[BLOCKS], np.uint32)
    word_at = array_at(segment[2], segment[BLOCKS], np.uint32)
    last_doc = array_at(segment[3], segment[BLOCKS], np.int32)
    block_start = array_at(segment[4], segment[TERMS] + 1, np.uint32)
    doc_freq = array_at(segment[5], segment[TERMS], np.uint32)
    position_at = array_at(segment[7], segment[BLOCKS], np.uint32)
    positions = array_at(segment[8], segment[POSITION_WORDS], np.uint32)
    first = np.int64(block_start[term])
    stop = np.int64(block_start[term + 1])
    block = seek_block(last_doc, first, stop, np.int64(asked[0]))
    filled = np.int64(0)
    c = np.int64(0)
    starts[0] = 0
    while c < count:
        block = seek_block(last_doc, block, stop, np.int64(asked[c]))
        if block >= stop:
            while c < count:
                c += 1
                starts[c] = filled
            return filled
        fill = min(np.int64(BLOCK), np.int64(doc_freq[term]) - (block - first) * BLOCK)
        packed = widths[block]
        wg = np.int64(packed & np.uint32(31))
        we = np.int64((packed >> np.uint32(5)) & np.uint32(31))
        wt = np.int64((packed >> np.uint32(10)) & np.uint32(31))
        wp = np.int64((packed >> np.uint32(15)) & np.uint32(31))
        wf = np.int64((packed >> np.uint32(20)) & np.uint32(15))
        at = np.int64(word_at[block])
        if fill == BLOCK:
            extras_at = at + 4 * wg
            titles_at = extras_at + 4 * we
            unpack_block(words, at, wg, gaps)
            unpack_block(words, extras_at, we, extras)
        else:
            extras_at = at + words_of_run(fill, wg)
            titles_at = extras_at + words_of_run(fill, we)
            unpack_run(words, at, fill, wg, gaps)
            unpack_run(words, extras_at, fill, we, extras)
        doc = last_doc[block - 1] if block > first else np.int32(-1)
        total = np.int64(0)
        for i in range(np.uint64(fill)):
            doc += np.int32(gaps[i]) + np.int32(1)
            docs[i] = doc
            begins[i] = total
            total += np.int64(extras[i]) + 1
        begins[np.uint64(fill)] = total
        steps_at = np.int64(position_at[block])
        forms_at = steps_at + words_of_run(total, wp)
        last = last_doc[block]
        i = np.int64(0)
        while c < count and asked[c] <= last:
            doc = asked[c]
            while i + 8 < fill and docs[i + 8] < doc:
                i += 8
            while docs[i] < doc:
                i += 1
            if docs[i] == doc:
                begin = begins[i]
                end = begins[i + 1]
                if filled + end - begin > len(keys):
                    return -(filled + end - begin)
                title = np.int64(0)
                if wt:
                    title = (
                        unpack_lane(words, titles_at, wt, i) if fill == BLOCK else unpack_one(words, titles_at, wt, i)
                    )
                if mode == TITLE:
                    end = begin + title
                title += begin
                base = np.int64(0) if title > begin else BODY
                key = base
                before = np.int64(-1)
                for k in range(begin, end):
                    if k == title:
                        key = BODY
                    if wp:
                        key += unpack_one(positions, steps_at, wp, k)
                    if form >= 0 and wf and unpack_one(positions, forms_at, wf, k) != form:
                        continue
                    if form > 0 and not wf:
                        continue
                    if key != before:
                        keys[filled] = key
                        filled += 1
                        before = key
            c += 1
            starts[c] = filled
    return filled


@kernel
def match_variant(question, slots, first, stop, start, end, text, cursors, bits, found):
    """Sets the bits of the documents in [start, end) that hold every slot; returns how many postings were read."""
    held = (end - start + 63) >> 6
    smallest = first
    for slot in range(first + 1, stop):
        if question[slots[slot] + SIZE] < question[slots[smallest] + SIZE]:
            smallest = slot
    read = set_bits(question, slots[smallest], start, end, text, cursors, bits)
    for slot in range(first, stop):
        if slot != smallest:
            if is_empty(bits, held):
                return read
            read += look_up(question, slots[slot], start, end, text, cursors, bits, found)
            for word in range(held):
                bits[word] = found[word]
                found[word] = _ZERO
    return read


@kernel
def lay_out_slots(question, slots):
    """Finds the slots and gives them cursors; returns where the forms begin, and how many terms there are."""
    variants = question[VARIANTS]
    count = question[PHRASE_HEAD + variants]
    at = PHRASE_HEAD + variants + 1
    terms = np.int64(0)
    for slot in range(count):
        slots[slot] = at
        question[at + CURSOR] = terms
        terms += question[at + TERM_COUNT]
        at += LEAF_FIELDS + question[at + TERM_COUNT]
    for slot in range(count):
        question[slots[slot] + READER] = terms + slot
    return at, terms


@kernel
def slot_keys(question, leaf, c, starts, keys, union, spare):
    """The keys of a slot in candidate `c`, written to `union`; returns how many."""
    number = question[leaf + CURSOR]
    count = np.int64(0)
    for i in range(starts[number, c], starts[number, c + 1]):
        union[count] = keys[number, i]
        count += 1
    for other in range(number + 1, number + question[leaf + TERM_COUNT]):
        first = starts[other, c]
        more = starts[other, c + 1] - first
        if more:
            count = unite_keys(union, count, keys[other, first:], more, spare)
    return count


@kernel
def keep_neighbours(these, count, keys, number, at, end, offset):
    """Keep those that row `number` of the keys has so many positions later, between `at` and `end`.

    Returns how many are kept."""
    kept = np.int64(0)
    for k in range(count):
        key = these[k] + offset
        while at < end and keys[number, at] < key:
            at += 1
        if at < end and keys[number, at] == key:
            these[kept] = these[k]
            kept += 1
    return kept


@kernel
def find_phrases(question, segment, room, state, docs, gains):
    """Writes down the live documents that hold the clause, and their gains (0 when unscored), from the document
    `state[PHRASE_START]` on, until the budget of postings is used up or the segment ends."""
    documents = segment[DOCUMENTS]
    text = text_of(segment)
    cursors = cursors_of(room)
    all_bits = array_at(room[ROOM_BITS], 2 * FLAT_WORDS, np.uint64)
    found_bits = all_bits[FLAT_WORDS:]
    bits = all_bits[:FLAT_WORDS]
    candidates = np.zeros(FLAT_WORDS, np.uint64)
    live = array_at(segment[LIVE], (documents + 63) >> 6, np.uint64)
    slots = array_at(room[ROOM_PLACES], room[ROOM_READERS], np.int64)
    forms, terms = lay_out_slots(question, slots)
    variants = question[VARIANTS]
    all_slots = question[PHRASE_HEAD + variants]
    asked = np.empty(CANDIDATES, np.int32)
    starts = np.empty((terms, CANDIDATES + 1), np.int64)
    keys = np.empty((terms, 4 * CANDIDATES), np.int64)
    rows = np.empty((4, 4 * CANDIDATES), np.int64)
    begins = np.empty(BLOCK + 1, np.int64)
    budget = question[PHRASE_BUDGET]
    start = state[PHRASE_START]
    for slot in range(all_slots):
        place_cursors(question, slots[slot], start, text, cursors)
    while start < documents and budget > 0:
        nearest = documents
        for slot in range(all_slots):
            nearest = min(nearest, first_ahead(question, slots[slot], text, cursors))
        start = max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)
        if start >= documents:
            break
        end = min(start + FLAT_WINDOW, documents)
        held = (end - start + 63) >> 6
        budget -= FLAT_WINDOW >> 3
        for variant in range(variants):
            first = question[PHRASE_HEAD + variant]
            stop = question[PHRASE_HEAD + variant + 1]
            budget -= match_variant(question, slots, first, stop, start, end, text, cursors, bits, found_bits)
            for word in range(held):
                candidates[word] |= bits[word]
                bits[word] = _ZERO
        word = np.int64(0)
        while word < held:
            count = np.int64(0)
            while word < held and count <= CANDIDATES - 64:
                left = candidates[word] & live[(start >> 6) + word]
                candidates[word] = _ZERO
                while left != _ZERO:
                    asked[count] = start + (word << 6) + np.int64(lowest_bit(left))
                    left &= left - _ONE
                    count += 1
                word += 1
            if count == 0:
                continue
            cursor = np.int64(0)
            budget -= count * 8 * terms
            for slot in range(all_slots):
                leaf = slots[slot]
                for i in range(question[leaf + TERM_COUNT]):
                    needed = np.int64(-1)
                    while needed < 0:
                        needed = read_positions(
                            segment, question[leaf + LEAF_FIELDS + i], question[forms + cursor],
                            question[PHRASE_MODE], asked, count, cursors[9], cursors[6], cursors[7], begins,
                            starts[cursor], keys[cursor],
                        )  # fmt: skip
                        if needed < 0:
                            wider = np.empty((terms, -2 * needed), np.int64)
                            wider[:, : keys.shape[1]] = keys
                            keys = wider
                    cursor += 1
            # A union, and the starts of all variants, are no more than all keys together.
            if rows.shape[1] < terms * keys.shape[1]:
                rows = np.empty((4, terms * keys.shape[1]), np.int64)
            check_candidates(question, slots, asked, count, starts, keys, rows, text, state, docs, gains)
        start = end
    state[PHRASE_START] = start


@kernel
def check_candidates(question, slots, asked, count, starts, keys, rows, text, state, docs, gains):
    """Writes down those of the candidates in which the clause stands."""
    variants = question[VARIANTS]
    mode = question[PHRASE_MODE]
    scale = np.float32(float_of(question[PHRASE_SCALE]))
    title_gain, body_gain = text[9], text[10]
    found = state[PHRASE_FOUND]
    every, these, union, spare = rows[0], rows[1], rows[2], rows[3]
    for c in range(count):
        total = np.int64(0)
        for variant in range(variants):
            first = question[PHRASE_HEAD + variant]
            stop = question[PHRASE_HEAD + variant + 1]
            kept = slot_keys(question, slots[first], c, starts, keys, these, spare)
            for slot in range(first + 1, stop):
                if kept == 0:
                    break
                leaf = slots[slot]
                number = question[leaf + CURSOR]
                if question[leaf + TERM_COUNT] == 1:
                    kept = keep_neighbours(
                        these, kept, keys, number, starts[number, c], starts[number, c + 1], slot - first
                    )
                else:
                    more = slot_keys(question, leaf, c, starts, keys, union, spare)
                    kept = keep_neighbours(these, kept, rows, 2, 0, more, slot - first)
            if variants == 1:
                total = kept
                every = these
            elif kept:
                total = unite_keys(every, total, these, kept, spare)
        if total:
            in_title = np.int64(0)
            for k in range(total):
                in_title += np.int64(every[k] < BODY)
            doc = np.int64(asked[c])
            gain = np.float32(0)
            if mode == TITLE:
                gain = np.float32(in_title) * title_gain[doc] * scale
            elif mode != UNSCORED:
                gain = np.float32(in_title) * title_gain[doc] + np.float32(total - in_title) * body_gain[doc]
            docs[found] = doc
            gains[found] = gain
            found += 1
    state[PHRASE_FOUND] = found
