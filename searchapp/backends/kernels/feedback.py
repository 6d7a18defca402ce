"""Feedback from key terms: `searchapp/search/feedback.py` says what is reckoned, and here it is for all hits at once.

`table` has a row of int64 for each segment, addresses and sizes: where its key terms lie
(`indexer/codec/key_terms.py`), how rare each is (float32), how they are found by their texts (`hash_texts`), the
lengths of titles and bodies (uint32), what a place in a body is worth (float32), and its first document. A term goes by
its segment and its place among the key terms of that.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.key_terms import unpack_document
from searchapp.backends.kernels.memory import float32s, int32s, uint32s, uint64s

(
    KEY_WORDS, KEY_OFFSETS, KEY_COUNT, KEY_RARITY, KEY_HASHES, KEY_SLOTS, KEY_MASK, TITLE_LENGTH, BODY_LENGTH, GAIN,
    FIRST,
) = range(11)  # fmt: skip
_MOST_TERMS = 64
_FNV_BASIS = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)


@kernel
def owner_of(table, doc):
    """The segment of a document."""
    owner = 0
    while owner + 1 < len(table) and table[owner + 1, FIRST] <= doc:
        owner += 1
    return owner


@kernel
def learn_terms(row, docs, ranks, count, numbers, weights):
    """The key terms of some of a segment's documents, rising, with their weights; returns how many."""
    held = np.empty(_MOST_TERMS, np.uint32)
    freqs = np.empty(_MOST_TERMS, np.uint8)
    words = uint32s(row[KEY_WORDS])
    offsets = uint32s(row[KEY_OFFSETS])
    filled = 0
    old_numbers = np.empty_like(numbers)
    old_weights = np.empty_like(weights)
    for i in range(count):
        doc = docs[i] - row[FIRST]
        length = np.int64(uint32s(row[TITLE_LENGTH])[doc]) + np.int64(uint32s(row[BODY_LENGTH])[doc])
        worth = 1 / (ranks[i] * max(length, 1))
        found = unpack_document(words, offsets, doc, row[KEY_COUNT], held, freqs)
        for k in range(filled):
            old_numbers[k] = numbers[k]
            old_weights[k] = weights[k]
        old = filled
        filled = 0
        a = 0
        b = 0
        while a < old or b < found:
            if b == found or (a < old and old_numbers[a] < held[b]):
                numbers[filled] = old_numbers[a]
                weights[filled] = old_weights[a]
                a += 1
            else:
                number = np.int64(held[b])
                weight = freqs[b] * worth
                b += 1
                if a < old and old_numbers[a] == number:
                    weight += old_weights[a]
                    a += 1
                numbers[filled] = number
                weights[filled] = weight
            filled += 1
    return filled


@kernel
def hash_texts(blob, offsets, ordinals, hashes, slots):
    """Fill the hash of each key term's text, FNV-1a of 64 bits, and a table of their places by open addressing: of a
    power of two slots, more than twice as many as there are terms, -1 where nothing is."""
    mask = np.uint64(len(slots) - 1)
    for number in range(len(ordinals)):
        term = np.int64(ordinals[number])
        value = _FNV_BASIS
        for at in range(np.int64(offsets[term]), np.int64(offsets[term + 1])):
            value = (value ^ np.uint64(blob[at])) * _FNV_PRIME
        value ^= value >> np.uint64(32)
        hashes[number] = value
        slot = value & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number


@kernel
def find_text(row, value):
    """The place among a segment's key terms of the text with this hash; -1 where it has none. Two texts of one hash
    are taken for each other, of which there is one pair in an archive of billions of them."""
    slots = int32s(row[KEY_SLOTS])
    hashes = uint64s(row[KEY_HASHES])
    mask = np.uint64(row[KEY_MASK])
    slot = value & mask
    while slots[slot] >= 0:
        if hashes[slots[slot]] == value:
            return np.int64(slots[slot])
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1)


@kernel
def choose_terms(table, docs, teachers, owners, numbers, worth):
    """Fill the chosen terms with what each is worth, its share * rarity; returns how many there are."""
    learned = teachers * _MOST_TERMS
    every_owner = np.empty(learned, np.int64)
    every_number = np.empty(learned, np.int64)
    every_weight = np.empty(learned, np.float64)
    value = np.empty(learned, np.float64)
    of_segment = np.empty(teachers, np.int64)
    ranks = np.empty(teachers, np.int64)
    filled = 0
    for owner in range(len(table)):
        count = 0
        for i in range(teachers):
            if owner_of(table, docs[i]) == owner:
                of_segment[count] = docs[i]
                ranks[count] = i + 1
                count += 1
        if count == 0:
            continue
        row = table[owner]
        found = learn_terms(row, of_segment, ranks, count, every_number[filled:], every_weight[filled:])
        rarity = float32s(row[KEY_RARITY])
        for k in range(filled, filled + found):
            every_owner[k] = owner
            value[k] = every_weight[k] * rarity[every_number[k]]
        filled += found
    total = 0.0
    chosen = 0
    while chosen < len(owners) and chosen < filled:
        best = 0
        for k in range(1, filled):
            if value[k] > value[best]:
                best = k
        if value[best] < 0:
            break
        value[best] = -1
        owners[chosen] = every_owner[best]
        numbers[chosen] = every_number[best]
        rare = np.float64(float32s(table[every_owner[best], KEY_RARITY])[every_number[best]])
        share = every_weight[best] * np.sqrt(rare)
        total += share
        worth[chosen] = share * rare
        chosen += 1
    for k in range(chosen):
        worth[k] = worth[k] / total
    return chosen


@kernel
def find_chosen(table, owner, owners, numbers, worth, chosen, places, gains):
    """The chosen terms that a segment has, by their places there, which rise, and what each is worth."""
    filled = 0
    for k in range(chosen):
        place = numbers[k]
        if owners[k] != owner:
            place = find_text(table[owner], uint64s(table[owners[k], KEY_HASHES])[numbers[k]])
        if place < 0:
            continue
        at = filled
        while at > 0 and places[at - 1] >= place:
            at -= 1
        if at < filled and places[at] == place:
            gains[at] += worth[k]
            continue
        for i in range(filled, at, -1):
            places[i] = places[i - 1]
            gains[i] = gains[i - 1]
        places[at] = place
        gains[at] = worth[k]
        filled += 1
    return filled


@kernel
def measure_feedback(table, docs, teachers, most, k1, added):
    """What is added to the documents, best first, at a strength of 1; the first of them teach at most so many terms."""
    owners = np.empty(most, np.int64)
    numbers = np.empty(most, np.int64)
    worth = np.empty(most, np.float64)
    chosen = choose_terms(table, docs, teachers, owners, numbers, worth)
    places = np.empty(most, np.int64)
    gains = np.empty(most, np.float64)
    held = np.empty(_MOST_TERMS, np.uint32)
    freqs = np.empty(_MOST_TERMS, np.uint8)
    for owner in range(len(table)):
        filled = -1
        row = table[owner]
        for i in range(len(docs)):
            if owner_of(table, docs[i]) != owner:
                continue
            if filled < 0:
                filled = find_chosen(table, owner, owners, numbers, worth, chosen, places, gains)
            doc = docs[i] - row[FIRST]
            gain = np.float64(float32s(row[GAIN])[doc])
            found = unpack_document(
                uint32s(row[KEY_WORDS]), uint32s(row[KEY_OFFSETS]), doc, row[KEY_COUNT], held, freqs
            )
            total = 0.0
            at = 0
            for k in range(found):
                while at < filled and places[at] < held[k]:
                    at += 1
                if at < filled and places[at] == held[k]:
                    tf = freqs[k] * gain
                    total += gains[at] * tf / (k1 + tf)
            added[i] = total
