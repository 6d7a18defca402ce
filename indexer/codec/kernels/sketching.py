"""Sketches of texts, compiled: `indexer/codec/sketching.py` says what a sketch is, and has the plain path."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

#: What every sketch depends on, and no other version may change: sketches are carried from segment to segment.
NEIGHBOURS = 3
LEAST_WORDS = 20
SHORT_WORDS = 60
SMALL_VALUES = 48
KEYS = 3
KEY_BITS = 20
PLACES = SMALL_VALUES + KEYS
SKETCH_WORDS = 4
FIRST_FACTOR = 0xD6E8FEB86659FD93
SECOND_FACTOR = 0xC2B2AE3D27D4EB4F
DIGEST_START = 0xCBF29CE484222325
DIGEST_FACTOR = 0x100000001B3
MIX_FIRST = 0xBF58476D1CE4E5B9
MIX_SECOND = 0x94D049BB133111EB
SPREAD = 0x9E3779B1
HALF = 0xFFFFFFFF
NOTHING = 1 << 32
MARK = 94  # ^, before a reading as an acronym

_NO_WORD = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)
_IS_SKETCH = np.uint64(1 << 63)
_IS_SHORT = np.uint64(1 << 62)


@kernel
def mix(number):
    """Every bit of it depends on every bit of what is given (the finish of SplitMix64: Steele, Lea and Flood 2014)."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(MIX_FIRST)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(MIX_SECOND)
    return number ^ (number >> np.uint64(31))


@kernel
def hash_words(blob, starts, hashes):
    """The hash of each text of a table."""
    for number in range(len(hashes)):
        at = starts[number]
        while at < starts[number + 1] and blob[at] == MARK:
            at += 1
        digest = np.uint64(DIGEST_START)
        for i in range(at, starts[number + 1]):
            digest = (digest ^ np.uint64(blob[i])) * np.uint64(DIGEST_FACTOR)
        hashes[number] = mix(digest) >> _ONE


@kernel
def take_word(word, before, words, lowest):
    """One more word of a text, which follows `before`; returns how many there are now."""
    words += 1
    if words >= NEIGHBOURS:
        hashed = mix(before[0] * np.uint64(FIRST_FACTOR) + before[1] * np.uint64(SECOND_FACTOR) + word)
        place = ((hashed >> np.uint64(32)) * np.uint64(PLACES)) >> np.uint64(32)
        low = hashed & np.uint64(HALF)
        lowest[place] = min(lowest[place], low)
    before[0] = before[1]
    before[1] = word
    return words


@kernel
def write_sketch(lowest, words, donors, doc, sketches):
    """The sketch of so many words by the lowest hash at each place; a place that has none takes another's."""
    for place in range(PLACES):
        low = lowest[place]
        step = 0
        while low == np.uint64(NOTHING):
            low = lowest[donors[place, step]]
            step += 1
        spread = (low * np.uint64(SPREAD)) & np.uint64(HALF)
        if place < SMALL_VALUES:
            sketches[doc, place >> 4] |= (spread >> np.uint64(28)) << np.uint64(4 * (place & 15))
        else:
            key = spread >> np.uint64(32 - KEY_BITS)
            sketches[doc, SKETCH_WORDS - 1] |= key << np.uint64(KEY_BITS * (place - SMALL_VALUES))
    sketches[doc, SKETCH_WORDS - 1] |= _IS_SKETCH | _IS_SHORT if words < SHORT_WORDS else _IS_SKETCH


@kernel
def sketch_texts(stream, codes, stops, hash_of_pair, donors, sketches):
    """Sketch the bodies among the texts of a stream (`indexer/analysis/inversion.py` says how it lies) into the rows
    of their documents, which come in zeroed. What has no surface has the highest of all hashes."""
    lowest = np.empty(PLACES, np.uint64)
    before = np.zeros(NEIGHBOURS - 1, np.uint64)
    first = 0
    for t in range(len(codes)):
        if codes[t] & 1:
            lowest[:] = np.uint64(NOTHING)
            words = 0
            step = 1
            here = _NO_WORD
            for i in range(first, stops[t]):
                said = stream[i]
                if said & np.uint32(1):
                    step = np.int64(said >> np.uint32(1))
                    continue
                if step and here != _NO_WORD:
                    words = take_word(here, before, words, lowest)
                    here = _NO_WORD
                step = 1
                here = min(here, hash_of_pair[said >> np.uint32(1)])
            if here != _NO_WORD:
                words = take_word(here, before, words, lowest)
            if words >= LEAST_WORDS:
                write_sketch(lowest, words, donors, codes[t] >> 1, sketches)
        first = stops[t]
