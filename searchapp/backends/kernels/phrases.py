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

from indexer.codec.compiled import inlined, kernel
from searchapp.backends.kernels.blocks import TITLE, UNSCORED
from searchapp.backends.kernels.flat import is_empty
from searchapp.backends.kernels.flat_asking import look_up
from searchapp.backends.kernels.flat_collecting import FLAT_WINDOW
from searchapp.backends.kernels.flat_leaves import (
    CURSOR,
    LEAF_FIELDS,
    READER,
    SIZE,
    TERM_COUNT,
    first_ahead,
    place_cursors,
    set_bits,
)
from searchapp.backends.kernels.memory import float32s, float_of, int32s, int64s, lowest_bit, uint64s
from searchapp.backends.kernels.phrase_positions import read_positions, unite_keys
from searchapp.backends.kernels.positions import BODY
from searchapp.backends.kernels.tables import (
    ASKED,
    BITS,
    BODY_GAIN,
    CANDIDATE_BITS,
    DOCUMENTS,
    FOUND_BITS,
    KEY_ROWS,
    KEYS,
    LIVE,
    PHRASE_STATE,
    PLACES,
    STARTS,
    TITLE_GAIN,
)

PHRASE_MODE, PHRASE_SCALE, PHRASE_BUDGET, CAPACITY, VARIANTS = range(5)
PHRASE_HEAD = 5
PHRASE_START, PHRASE_FOUND, PHRASE_NEEDS = range(3)
PHRASE_FIELDS = 3

#: Documents whose positions are read at once.
CANDIDATES = 256
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def match_variant(first, stop, start, end, segment, room):
    """Sets in `BITS` the documents in [start, end) that hold every slot; returns how many postings were read."""
    row = int64s(room)
    slots = int64s(row[PLACES])
    bits = uint64s(row[BITS])
    found = uint64s(row[FOUND_BITS])
    held = (end - start + 63) >> 6
    smallest = first
    for slot in range(first + 1, stop):
        if int64s(slots[slot])[SIZE] < int64s(slots[smallest])[SIZE]:
            smallest = slot
    read = set_bits(slots[smallest], start, end, segment, room, row[BITS])
    for slot in range(first, stop):
        if slot != smallest:
            if is_empty(bits, held):
                return read
            read += look_up(slots[slot], start, end, segment, room, row[BITS], row[FOUND_BITS])
            for word in range(held):
                bits[word] = found[word]
                found[word] = _ZERO
    return read


@kernel
def lay_out_slots(question, room):
    """Finds the slots, behind them the forms, and gives the slots cursors."""
    fields = int64s(question)
    slots = int64s(int64s(room)[PLACES])
    variants = fields[VARIANTS]
    count = fields[PHRASE_HEAD + variants]
    at = PHRASE_HEAD + variants + 1
    terms = np.int64(0)
    for slot in range(count):
        slots[slot] = question + 8 * at
        leaf = int64s(slots[slot])
        leaf[CURSOR] = terms
        terms += leaf[TERM_COUNT]
        at += LEAF_FIELDS + leaf[TERM_COUNT]
    for slot in range(count):
        int64s(slots[slot])[READER] = terms + slot
    slots[count] = question + 8 * at


@kernel
def slot_keys(slot, c, room, capacity, union_at, spare_at):
    """The keys of a slot in candidate `c`, written down as a union; returns how many."""
    leaf = int64s(slot)
    row = int64s(room)
    count = np.int64(0)
    for i in range(leaf[TERM_COUNT]):
        number = leaf[CURSOR] + i
        starts = int64s(row[STARTS] + 8 * number * (CANDIDATES + 1))
        more = starts[c + 1] - starts[c]
        if more:
            others_at = row[KEYS] + 8 * (number * capacity + starts[c])
            count = unite_keys(union_at, count, others_at, more, spare_at)
    return count


@inlined
def variant_starts(first, stop, c, room, capacity, these_at, union_at, spare_at):
    """The keys at which a variant starts in candidate `c`; returns how many."""
    row = int64s(room)
    slots = int64s(row[PLACES])
    these = int64s(these_at)
    leaf = int64s(slots[first])
    count = np.int64(0)
    if leaf[TERM_COUNT] == 1:
        starts = int64s(row[STARTS] + 8 * leaf[CURSOR] * (CANDIDATES + 1))
        keys = int64s(row[KEYS] + 8 * leaf[CURSOR] * capacity)
        for k in range(starts[c], starts[c + 1]):
            these[count] = keys[k]
            count += 1
    else:
        count = slot_keys(slots[first], c, room, capacity, these_at, spare_at)
    for slot in range(first + 1, stop):
        if count == 0:
            break
        leaf = int64s(slots[slot])
        if leaf[TERM_COUNT] == 1:
            starts = int64s(row[STARTS] + 8 * leaf[CURSOR] * (CANDIDATES + 1))
            keys = int64s(row[KEYS] + 8 * leaf[CURSOR] * capacity)
            at = starts[c]
            end = starts[c + 1]
        else:
            keys = int64s(union_at)
            at = np.int64(0)
            end = slot_keys(slots[slot], c, room, capacity, union_at, spare_at)
        kept = np.int64(0)
        for k in range(count):
            key = these[k] + slot - first
            while at < end and keys[at] < key:
                at += 1
            if at < end and keys[at] == key:
                these[kept] = these[k]
                kept += 1
        count = kept
    return count


@kernel
def find_phrases(question, segment, room, docs_at, gains_at):
    """Writes down the live documents that hold the clause, and their gains (0 when unscored), from where the
    room's `PHRASE_STATE` says, until the budget of postings is used up or the segment ends. All arguments are
    addresses.

    Where a term has more than `CAPACITY` positions in the documents that are looked at together, `PHRASE_NEEDS` says
    how many, and the room has to grow before it goes on.
    """
    fields = int64s(question)
    row = int64s(room)
    state = int64s(row[PHRASE_STATE])
    slots = int64s(row[PLACES])
    bits = uint64s(row[BITS])
    candidates = uint64s(row[CANDIDATE_BITS])
    asked = int32s(row[ASKED])
    live = uint64s(int64s(segment)[LIVE])
    documents = int64s(segment)[DOCUMENTS]
    lay_out_slots(question, room)
    variants = fields[VARIANTS]
    all_slots = fields[PHRASE_HEAD + variants]
    budget = fields[PHRASE_BUDGET]
    goes_on_at = state[PHRASE_START]
    state[PHRASE_NEEDS] = 0
    start = goes_on_at // FLAT_WINDOW * FLAT_WINDOW
    count = np.int64(0)
    for slot in range(all_slots):
        place_cursors(slots[slot], start, segment, room)
    while start < documents and budget > 0:
        nearest = documents
        for slot in range(all_slots):
            nearest = min(nearest, first_ahead(slots[slot], segment, room))
        start = max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)
        if start >= documents:
            break
        end = min(start + FLAT_WINDOW, documents)
        held = (end - start + 63) >> 6
        budget -= FLAT_WINDOW >> 3
        for variant in range(variants):
            first = fields[PHRASE_HEAD + variant]
            stop = fields[PHRASE_HEAD + variant + 1]
            budget -= match_variant(first, stop, start, end, segment, room)
            for word in range(held):
                candidates[word] |= bits[word]
                bits[word] = _ZERO
        for word in range(held):
            left = candidates[word] & live[(start >> 6) + word]
            candidates[word] = _ZERO
            while left != _ZERO:
                asked[count] = start + (word << 6) + lowest_bit(left)
                left &= left - _ONE
                count += np.int64(asked[count] >= goes_on_at)
            if count > CANDIDATES - 64:
                budget -= count * 16
                if not check_candidates(question, segment, room, count, docs_at, gains_at):
                    for other in range(word + 1, held):
                        candidates[other] = _ZERO
                    return
                count = np.int64(0)
        start = end
    if count == 0 or check_candidates(question, segment, room, count, docs_at, gains_at):
        state[PHRASE_START] = start


@kernel
def check_candidates(question, segment, room, count, docs_at, gains_at):
    """Writes down those of the candidates in which the clause stands; False where there is not enough room for their
    positions, and nothing was done."""
    fields = int64s(question)
    row = int64s(room)
    state = int64s(row[PHRASE_STATE])
    slots = int64s(row[PLACES])
    capacity = fields[CAPACITY]
    variants = fields[VARIANTS]
    mode = fields[PHRASE_MODE]
    terms = np.int64(0)
    for slot in range(fields[PHRASE_HEAD + variants]):
        leaf = int64s(slots[slot])
        for i in range(leaf[TERM_COUNT]):
            # The forms stand behind the last slot.
            form = int64s(slots[fields[PHRASE_HEAD + variants]])[terms]
            needed = read_positions(
                segment, room, leaf[LEAF_FIELDS + i], form, mode, count, row[STARTS] + 8 * terms * (CANDIDATES + 1),
                row[KEYS] + 8 * terms * capacity, capacity,
            )  # fmt: skip
            state[PHRASE_NEEDS] = max(state[PHRASE_NEEDS], -needed)
            terms += 1
    if state[PHRASE_NEEDS]:
        state[PHRASE_START] = int32s(row[ASKED])[0]
        return False
    width = terms * capacity
    asked = int32s(row[ASKED])
    docs = int32s(docs_at)
    gains = float32s(gains_at)
    title_gain = float32s(int64s(segment)[TITLE_GAIN])
    body_gain = float32s(int64s(segment)[BODY_GAIN])
    scale = float_of(fields[PHRASE_SCALE])
    found = state[PHRASE_FOUND]
    # No union, and not the starts of all variants, are more than all keys together.
    every_at = row[KEY_ROWS]
    these_at = every_at + 8 * width
    union_at = these_at + 8 * width
    spare_at = union_at + 8 * width
    every = int64s(every_at)
    for c in range(count):
        total = np.int64(0)
        for variant in range(variants):
            first = fields[PHRASE_HEAD + variant]
            stop = fields[PHRASE_HEAD + variant + 1]
            kept = variant_starts(first, stop, c, room, fields[CAPACITY], these_at, union_at, spare_at)
            if kept:
                total = unite_keys(every_at, total, these_at, kept, spare_at)
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
    return True
