"""Cuts code points into atoms and gives each distinct spelling a number. `tokenizer.py` states the rules.

A text is a uint32 array of code points. What a code point is stands in pages of 256: `pages[cp >> 8]` is a row of
`classes`, or -1 where nobody has asked for the page yet; the loop stops there and says which one it needs.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

LETTER, NUMBER, MARK, JOINER, APOSTROPHE, SIGN, DIGIT, AMPERSAND, CONSONANT = (1 << bit for bit in range(9))
START = LETTER | NUMBER
CORE = START | MARK

_DOT, _COMMA, _MIDDLE_DOT, _SPACE, _NEWLINE = 0x2E, 0x2C, 0xB7, 0x20, 0x0A
_MOST_LETTERS = 16
_LONGEST_ELISION = 8


@kernel
def first_missing_page(text, first, stop, pages):
    """The page of the first code point in [first, stop) that has no row yet, or -1."""
    for i in range(first, stop):
        if pages[text[i] >> np.uint32(8)] < 0:
            return np.int64(text[i] >> np.uint32(8))
    return np.int64(-1)


@kernel
def kind_of(text, i, stop, pages, classes):
    """The classes of a code point; 0 outside the text."""
    if i >= stop:
        return 0
    cp = text[i]
    return np.int64(classes[pages[cp >> np.uint32(8)], cp & np.uint32(255)])


@kernel
def acronym_end(text, i, stop, pages, classes):
    """Where the acronym that starts at `i` ends, or -1."""
    letters = 0
    at = i
    while letters < _MOST_LETTERS:
        if letters > 0:
            if at >= stop or text[at] != _DOT or not kind_of(text, at + 1, stop, pages, classes) & LETTER:
                break
            at += 1
        at += 1
        while kind_of(text, at, stop, pages, classes) & MARK:
            at += 1
        letters += 1
    if letters < 2:
        return -1
    for dots in range(2):
        ahead = at
        if dots:
            if at >= stop or text[at] != _DOT:
                break
            ahead += 1
        while kind_of(text, ahead, stop, pages, classes) & JOINER:
            ahead += 1
        if kind_of(text, ahead, stop, pages, classes) & START:
            return -1
    if at < stop and text[at] == _DOT:
        at += 1
    if (
        kind_of(text, at, stop, pages, classes) & APOSTROPHE
        and at + 1 < stop
        and text[at + 1] in (0x73, 0x53)
        and not kind_of(text, at + 2, stop, pages, classes) & CORE
    ):
        at += 2
    return at


@kernel
def elision_end(text, i, stop, pages, classes, elisions):
    """Where the elision that starts at `i` ends, or -1. `elisions` holds the prefixes, 8 letters of 8 bits each."""
    key = np.uint64(0)
    at = i
    while at < stop and at - i < _LONGEST_ELISION:
        cp = text[at]
        if 0x41 <= cp <= 0x5A:
            cp += np.uint32(32)
        if cp < 0x61 or cp > 0x7A:
            break
        key = (key << np.uint64(8)) | np.uint64(cp)
        at += 1
    if at == i or not kind_of(text, at, stop, pages, classes) & APOSTROPHE:
        return -1
    found = False
    for known in elisions:
        if known == key:
            found = True
            break
    if not found:
        return -1
    after = kind_of(text, at + 1, stop, pages, classes)
    if after & CONSONANT or not after & START:
        return -1
    return at + 1


@kernel
def core_end(text, i, stop, pages, classes):
    """Where the core that starts at `i` ends."""
    at = i + 1
    while True:
        while kind_of(text, at, stop, pages, classes) & CORE:
            at += 1
        ahead = at
        while kind_of(text, ahead, stop, pages, classes) & JOINER:
            ahead += 1
        if ahead == at or not kind_of(text, ahead, stop, pages, classes) & CORE:
            return at
        at = ahead + 1


@kernel
def word_end(text, i, stop, pages, classes):
    """Where the word that starts at `i` ends."""
    at = core_end(text, i, stop, pages, classes)
    while at < stop:
        cp = text[at]
        here = kind_of(text, at, stop, pages, classes)
        before = kind_of(text, at - 1, stop, pages, classes)
        after = kind_of(text, at + 1, stop, pages, classes)
        if not (
            (here & APOSTROPHE and after & LETTER)
            or (cp in (_DOT, _COMMA) and before & DIGIT and after & DIGIT)
            or (here & AMPERSAND and before & (LETTER | MARK) and after & LETTER)
            or (
                cp == _MIDDLE_DOT
                and at + 1 < stop
                and text[at - 1] in (0x6C, 0x4C)
                and text[at + 1] in (0x6C, 0x4C)
            )
        ):
            break
        at = core_end(text, at + 1, stop, pages, classes)
    return at


@kernel
def is_plain(cp):
    """Whether a code point is an ASCII letter or digit: before a space no rule but `word` can end there."""
    lower = cp | np.uint32(32)
    return 0x61 <= lower <= 0x7A or 0x30 <= cp <= 0x39


@kernel
def cut_atoms(text, first, stop, pages, classes, elisions, starts, ends):
    """Spans of the atoms in text[first:stop], offsets in `text`; returns how many. All pages are there."""
    found = 0
    at = first
    while at < stop:
        end = at
        while end < stop and is_plain(text[end]):
            end += 1
        if end > at and (end == stop or text[end] in (_SPACE, _NEWLINE)):
            starts[found] = at
            ends[found] = end
            found += 1
            at = end + 1
            continue
        kind = kind_of(text, at, stop, pages, classes)
        end = np.int64(-1)
        if kind & START:
            if kind & LETTER:
                if at + 1 < stop and (text[at + 1] == _DOT or kind_of(text, at + 1, stop, pages, classes) & MARK):
                    end = acronym_end(text, at, stop, pages, classes)
                if end < 0 and text[at] < 0x7B:
                    end = elision_end(text, at, stop, pages, classes, elisions)
            if end < 0:
                end = word_end(text, at, stop, pages, classes)
        elif kind & SIGN:
            end = at + 1
            while kind_of(text, end, stop, pages, classes) & MARK:
                end += 1
        if end < 0:
            at += 1
            continue
        starts[found] = at
        ends[found] = end
        found += 1
        at = end
    return found


@kernel
def intern_atoms(text, starts, ends, count, slots, hashes, pool, pool_start, known, numbers):
    """The number of each atom's spelling, new ones numbered on from `known`; returns how many there are now.

    `slots` is an open hash table of numbers (-1: free), its length a power of two and more than twice what it may
    come to hold; `hashes` has each spelling's hash, `pool[pool_start[n] : pool_start[n + 1]]` its code points.
    Stops short, with the number still to be read as -1, when `pool` or the table is full.
    """
    mask = np.uint64(len(slots) - 1)
    for i in range(count):
        digest = np.uint64(14695981039346656037)
        for at in range(starts[i], ends[i]):
            digest = (digest ^ np.uint64(text[at])) * np.uint64(0x9E3779B97F4A7C15)
            digest ^= digest >> np.uint64(32)
        slot = digest & mask
        length = ends[i] - starts[i]
        number = np.int64(-1)
        while slots[slot] >= 0:
            candidate = slots[slot]
            if hashes[candidate] == digest:
                at = pool_start[candidate]
                if pool_start[candidate + 1] - at == length:
                    same = True
                    for k in range(length):
                        if pool[at + k] != text[starts[i] + k]:
                            same = False
                            break
                    if same:
                        number = np.int64(candidate)
                        break
            slot = (slot + np.uint64(1)) & mask
        if number < 0:
            at = pool_start[known]
            if at + length > len(pool) or 2 * (known + 1) >= len(slots) or known + 1 >= len(hashes):
                numbers[i] = -1
                return known
            for k in range(length):
                pool[at + k] = text[starts[i] + k]
            pool_start[known + 1] = at + length
            hashes[known] = digest
            slots[slot] = known
            number = np.int64(known)
            known += 1
        numbers[i] = number
    return known
