"""Looks for words by their positions: runs of adjacent words, phrases, and single surface forms.

A clause has variants, a variant slots one after the other, a slot pairs of a term and one of its forms (-1 for any).
A variant stands where every slot stands, each one position after the one before; a slot stands where any of its pairs
does. What counts is how many positions of a document some variant starts at.

    slot_at      int64 (V + 1)   cuts the slots by variant
    pair_at      int64 (S + 1)   cuts the pairs by slot
    pair_term, pair_form         int32 (P)

Positions are read for those documents alone that hold every slot of a variant. `text` is as `blocks.py` says.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.packing import BLOCK, unpack_one, words_of_run
from searchapp.backends.kernels.blocks import TITLE, UNSCORED, block_size, decode_docs, decode_frequencies, seek_block

END = np.int64(1) << 40
#: Position keys of a body come after those of the title.
BODY = np.int64(1) << 32
CAPACITY = 4096


@kernel
def make_places(text, pair_term):
    """A cursor for each pair, at the start of its term."""
    pairs = len(pair_term)
    places = (
        np.zeros(pairs, np.int64),
        np.zeros(pairs, np.int64),
        np.zeros(pairs, np.int64),
        np.empty((pairs, BLOCK), np.int32),
        np.empty(BLOCK, np.uint32),
        np.empty((pairs, BLOCK), np.uint32),
        np.empty((pairs, BLOCK), np.uint32),
        np.empty((pairs, BLOCK + 1), np.int64),
        np.full(pairs, -1, np.int64),
    )
    for pair in range(pairs):
        places[0][pair] = np.int64(text[4][pair_term[pair]])
    return places


@kernel
def seek_pair(pair, doc, text, pair_term, places):
    """Move a pair to its first document that is not before `doc`; gives that document, or `END`."""
    blocks, heads, fills, docs, gaps, _, _, _, _ = places
    term = np.int64(pair_term[pair])
    stop = np.int64(text[4][term + 1])
    row = docs[pair]
    head = heads[pair]
    fill = fills[pair]
    if head >= fill or row[fill - 1] < doc:
        block = seek_block(text[3], blocks[pair], stop, doc)
        if block >= stop:
            blocks[pair] = stop
            fills[pair] = 0
            return END
        fill = block_size(text, term, block)
        decode_docs(text, term, block, fill, row, gaps)
        blocks[pair] = block + 1
        fills[pair] = fill
        head = 0
    if row[head] < doc:
        low = head + 1
        high = fill - 1
        while low < high:
            middle = (low + high) >> 1
            if row[middle] < doc:
                low = middle + 1
            else:
                high = middle
        head = low
    heads[pair] = head
    return np.int64(row[head])


@kernel
def seek_slot(slot, doc, text, pair_at, pair_term, places):
    nearest = END
    for pair in range(pair_at[slot], pair_at[slot + 1]):
        nearest = min(nearest, seek_pair(pair, doc, text, pair_term, places))
    return nearest


@kernel
def seek_variant(first, last, doc, text, slot_order, pair_at, pair_term, places):
    """First document from `doc` on that holds every slot of a variant."""
    while True:
        moved = False
        for number in range(first, last):
            found = seek_slot(slot_order[number], doc, text, pair_at, pair_term, places)
            if found == END:
                return END
            if found > doc:
                doc = found
                moved = number > first
                if moved:
                    break
        if not moved:
            return doc


@kernel
def load_frequencies(pair, text, places):
    """Frequencies of a pair's block, and where each posting's positions begin in it."""
    blocks, _, fills, _, _, extras, titles, begins, loaded = places
    block = blocks[pair] - 1
    if loaded[pair] == block:
        return
    loaded[pair] = block
    count = fills[pair]
    decode_frequencies(text, block, count, extras[pair], titles[pair])
    total = np.int64(0)
    for i in range(count):
        begins[pair, i] = total
        total += np.int64(extras[pair, i]) + 1
    begins[pair, count] = total


@kernel
def read_positions(pair, form, mode, text, places, keys, filled):
    """Append the keys of the pair's positions in its document, rising; returns how many keys there are."""
    blocks, heads, fills, _, _, _, titles, begins, _ = places
    block = blocks[pair] - 1
    i = heads[pair]
    packed = text[1][block]
    wp = np.int64((packed >> np.uint32(15)) & np.uint32(31))
    wf = np.int64((packed >> np.uint32(20)) & np.uint32(15))
    at = np.int64(text[7][block])
    forms_at = at + words_of_run(begins[pair, fills[pair]], wp)
    begin = begins[pair, i]
    title = np.int64(titles[pair, i])
    stop = begin + title if mode == TITLE else begins[pair, i + 1]
    position = np.int64(0)
    for k in range(begin, stop):
        step = unpack_one(text[8], at, wp, k)
        position = step if k in (begin, begin + title) else position + step
        if form >= 0 and (unpack_one(text[8], forms_at, wf, k) if wf else 0) != form:
            continue
        key = position if k < begin + title else position + BODY
        if filled == 0 or keys[filled - 1] != key:
            keys[filled] = key
            filled += 1
    return filled


@kernel
def unite_keys(mine, count, others, other_count, spare):
    """Mine = mine and others, each key once; returns how many."""
    i = 0
    k = 0
    filled = 0
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
    mine[:filled] = spare[:filled]
    return filled


@kernel
def slot_keys(slot, doc, mode, text, pair_at, pair_term, pair_form, places, rows):
    """The keys of a slot's positions in a document, in row 0 of `rows`; rows 1 and 2 are used up."""
    count = 0
    for pair in range(pair_at[slot], pair_at[slot + 1]):
        if fills_at(pair, doc, places):
            load_frequencies(pair, text, places)
            if count == 0:
                count = read_positions(pair, pair_form[pair], mode, text, places, rows[0], 0)
            else:
                more = read_positions(pair, pair_form[pair], mode, text, places, rows[1], 0)
                count = unite_keys(rows[0], count, rows[1], more, rows[2])
    return count


@kernel
def fills_at(pair, doc, places):
    """Whether a pair stands at a document."""
    return places[1][pair] < places[2][pair] and places[3][pair, places[1][pair]] == doc


@kernel
def keep_neighbours(starts, count, keys, key_count, offset):
    """Keep the starts that have a key so many positions later."""
    kept = 0
    k = 0
    for i in range(count):
        wanted = starts[i] + offset
        while k < key_count and keys[k] < wanted:
            k += 1
        if k < key_count and keys[k] == wanted:
            starts[kept] = starts[i]
            kept += 1
    return kept


@kernel
def most_positions(doc, text, pair_at, pair_term, slots, places):
    """At least as many as any slot has positions in the document."""
    most = np.int64(0)
    for slot in range(slots):
        total = np.int64(0)
        for pair in range(pair_at[slot], pair_at[slot + 1]):
            if fills_at(pair, doc, places):
                load_frequencies(pair, text, places)
                i = places[1][pair]
                total += places[7][pair, i + 1] - places[7][pair, i]
        most = max(most, total)
    return most


@kernel
def order_slots(text, slot_at, pair_at, pair_term):
    """The slots of each variant, the rarest first."""
    order = np.arange(slot_at[-1])
    sizes = np.zeros(len(order), np.int64)
    for slot in range(len(order)):
        for pair in range(pair_at[slot], pair_at[slot + 1]):
            sizes[slot] += np.int64(text[5][pair_term[pair]])
    for variant in range(len(slot_at) - 1):
        for i in range(slot_at[variant] + 1, slot_at[variant + 1]):
            slot = order[i]
            k = i
            while k > slot_at[variant] and sizes[order[k - 1]] > sizes[slot]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = slot
    return order


@kernel
def find_places(text, slot_at, pair_at, pair_term, pair_form, mode, first, stop, live, title_scale, docs, gains):
    """Live documents in [first, stop) that hold the clause, with their gains (0 when unscored); returns how many."""
    variants = len(slot_at) - 1
    slots = slot_at[variants]
    pairs = len(pair_term)
    places = make_places(text, pair_term)
    slot_order = order_slots(text, slot_at, pair_at, pair_term)
    rows = np.empty((5, CAPACITY), np.int64)
    nexts = np.full(variants, np.int64(-1))
    only_counts = variants == 1 and slots == 1 and pairs == 1 and pair_form[0] < 0
    found = 0
    doc = np.int64(first)
    while True:
        nearest = END
        for variant in range(variants):
            if nexts[variant] < doc:
                nexts[variant] = seek_variant(
                    slot_at[variant], slot_at[variant + 1], doc, text, slot_order, pair_at, pair_term, places
                )
            nearest = min(nearest, nexts[variant])
        doc = nearest
        if doc >= stop:
            return found
        if not (live[doc >> 6] >> np.uint64(doc & 63)) & np.uint64(1):
            doc += 1
            continue
        in_title = np.int64(0)
        in_body = np.int64(0)
        if only_counts:
            load_frequencies(0, text, places)
            i = places[1][0]
            in_title = np.int64(places[6][0, i])
            in_body = np.int64(places[5][0, i]) + 1 - in_title
        else:
            most = most_positions(doc, text, pair_at, pair_term, slots, places)
            if most * variants > rows.shape[1]:
                rows = np.empty((5, most * variants * 2), np.int64)
            all_starts = 0
            for variant in range(variants):
                if nexts[variant] != doc:
                    continue
                count = slot_keys(slot_at[variant], doc, mode, text, pair_at, pair_term, pair_form, places, rows[:3])
                rows[3, :count] = rows[0, :count]
                for slot in range(slot_at[variant] + 1, slot_at[variant + 1]):
                    if count == 0:
                        break
                    other = slot_keys(slot, doc, mode, text, pair_at, pair_term, pair_form, places, rows[:3])
                    count = keep_neighbours(rows[3], count, rows[0], other, slot - slot_at[variant])
                if all_starts == 0:
                    rows[4, :count] = rows[3, :count]
                    all_starts = count
                else:
                    all_starts = unite_keys(rows[4], all_starts, rows[3], count, rows[2])
            for i in range(all_starts):
                if rows[4, i] < BODY:
                    in_title += 1
            in_body = all_starts - in_title
        if mode == TITLE:
            in_body = np.int64(0)
        if in_title + in_body:
            docs[found] = doc
            if mode == UNSCORED:
                gains[found] = 0
            elif mode == TITLE:
                gains[found] = np.float32(in_title) * text[9][doc] * title_scale
            else:
                gains[found] = np.float32(in_title) * text[9][doc] + np.float32(in_body) * text[10][doc]
            found += 1
        doc += 1
