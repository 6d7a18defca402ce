"""Cuts code points into atoms. `tokenizer.py` states the rules.

A text is a uint32 array of code points. What a code point is stands in pages of 256: `pages[cp >> 8]` is a row of
`classes`, or -1 where nobody has asked for the page yet.

Many texts lie in one array with a line feed after each, and no loop here looks whether a text has ended: a line feed
has no class and is none of the signs that a rule names, so at it every rule does what it does at the end of a text.
"""

from __future__ import annotations

import numpy as np

from indexer.analysis.kernels.interning import LONGEST_EXACT, key_of_atom, key_of_run
from indexer.codec.compiled import kernel

LETTER, NUMBER, MARK, JOINER, APOSTROPHE, SIGN, DIGIT, AMPERSAND, CONSONANT = (1 << bit for bit in range(9))
#: What no rule of the tokenizer asks for, only those of lines and chains.
LOWER, LINE_BREAK, HYPHEN, LINE_END_HYPHEN, NOT_SHOWN = (1 << bit for bit in range(9, 14))
START = LETTER | NUMBER
CORE = START | MARK

ATOM_CLASSES = LETTER | NUMBER | MARK | JOINER | APOSTROPHE | SIGN | AMPERSAND

#: What an ASCII character is to the short way: nothing, a letter, a digit, or what a rule may have to say about.
BLANK, ASCII_LETTER, ASCII_DIGIT, ASKED_FOR = range(4)

_DOT, _COMMA, _MIDDLE_DOT = 0x2E, 0x2C, 0xB7
_MOST_LETTERS = 16
_LONGEST_ELISION = 8


@kernel
def first_missing_page(text, first, pages):
    """Where the first code point stands from `first` on whose page has no row yet, or -1. Page 0 is always there."""
    for i in range(first, len(text)):
        if text[i] > 127 and pages[text[i] >> np.uint32(8)] < 0:
            return i
    return -1


@kernel
def kind_of(text, i, pages, classes):
    """The classes of a code point. The first page is always there, in the first row."""
    cp = text[i]
    if cp < 256:
        return np.int64(classes[0, cp])
    return np.int64(classes[pages[cp >> np.uint32(8)], cp & np.uint32(255)])


@kernel
def acronym_end(text, i, pages, classes):
    """Where the acronym that starts at `i` ends, or -1."""
    letters = 0
    at = i
    while letters < _MOST_LETTERS:
        if letters > 0:
            if text[at] != _DOT or not kind_of(text, at + 1, pages, classes) & LETTER:
                break
            at += 1
        at += 1
        while kind_of(text, at, pages, classes) & MARK:
            at += 1
        letters += 1
    if letters < 2:
        return -1
    for dots in range(2):
        ahead = at
        if dots:
            if text[at] != _DOT:
                break
            ahead += 1
        while kind_of(text, ahead, pages, classes) & JOINER:
            ahead += 1
        if kind_of(text, ahead, pages, classes) & START:
            return -1
    if text[at] == _DOT:
        at += 1
    if (
        kind_of(text, at, pages, classes) & APOSTROPHE
        and text[at + 1] in (0x73, 0x53)
        and not kind_of(text, at + 2, pages, classes) & CORE
    ):
        at += 2
    return at


@kernel
def elision_end(text, i, pages, classes, elisions):
    """Where the elision that starts at `i` ends, or -1. `elisions` holds the prefixes, 8 letters of 8 bits each."""
    key = np.uint64(0)
    at = i
    while at - i < _LONGEST_ELISION:
        cp = text[at]
        if 0x41 <= cp <= 0x5A:
            cp += np.uint32(32)
        if cp < 0x61 or cp > 0x7A:
            break
        key = (key << np.uint64(8)) | np.uint64(cp)
        at += 1
    if at == i or not kind_of(text, at, pages, classes) & APOSTROPHE:
        return -1
    found = False
    for known in elisions:
        if known == key:
            found = True
            break
    if not found:
        return -1
    after = kind_of(text, at + 1, pages, classes)
    if after & CONSONANT or not after & START:
        return -1
    return at + 1


@kernel
def core_end(text, i, pages, classes):
    """Where the core that starts at `i` ends."""
    at = i + 1
    while True:
        while kind_of(text, at, pages, classes) & CORE:
            at += 1
        ahead = at
        while kind_of(text, ahead, pages, classes) & JOINER:
            ahead += 1
        if ahead == at or not kind_of(text, ahead, pages, classes) & CORE:
            return at
        at = ahead + 1


@kernel
def word_end(text, i, pages, classes):
    """Where the word that starts at `i` ends."""
    at = core_end(text, i, pages, classes)
    while True:
        cp = text[at]
        here = kind_of(text, at, pages, classes)
        before = kind_of(text, at - 1, pages, classes)
        after = kind_of(text, at + 1, pages, classes)
        if not (
            (here & APOSTROPHE and after & LETTER)
            or (cp in (_DOT, _COMMA) and before & DIGIT and after & DIGIT)
            or (here & AMPERSAND and before & (LETTER | MARK) and after & LETTER)
            or (cp == _MIDDLE_DOT and text[at - 1] in (0x6C, 0x4C) and text[at + 1] in (0x6C, 0x4C))
        ):
            break
        at = core_end(text, at + 1, pages, classes)
    return at


@kernel
def atom_end(text, at, pages, classes, elisions):
    """Where the atom that starts at `at` ends, or -1 when none does."""
    kind = kind_of(text, at, pages, classes)
    if kind & START:
        end = np.int64(-1)
        if kind & LETTER:
            if text[at + 1] == _DOT or kind_of(text, at + 1, pages, classes) & MARK:
                end = acronym_end(text, at, pages, classes)
            if end < 0 and text[at] < 128:
                end = elision_end(text, at, pages, classes, elisions)
        return word_end(text, at, pages, classes) if end < 0 else end
    if kind & SIGN:
        end = at + 1
        while kind_of(text, end, pages, classes) & MARK:
            end += 1
        return end
    return np.int64(-1)


@kernel
def is_over(text, start, end, ascii_kinds, pages, classes):
    """Whether a run of ASCII letters and digits is all there is of its atom, by what follows it. When in doubt, no."""
    cp = text[end]
    if cp > 127:
        return not kind_of(text, end, pages, classes) & ATOM_CLASSES and cp != _MIDDLE_DOT
    if ascii_kinds[cp] != ASKED_FOR:
        return True
    if cp == _COMMA or (cp == _DOT and end - start > 1):
        after = text[end + 1]
        return ascii_kinds[text[end - 1]] != ASCII_DIGIT or (after < 128 and ascii_kinds[after] != ASCII_DIGIT)
    return False


@kernel
def cut_atoms(text, text_starts, text_stops, ascii_kinds, pages, classes, elisions, starts, ends, keys, atom_start):
    """Spans of the atoms of every text, offsets in `text`, each with the key of its spelling; returns how many.

    atom_start (one more than texts) cuts the atoms by text. All pages are there.
    """
    found = 0
    for number in range(len(text_starts)):
        atom_start[number] = found
        at = np.int64(text_starts[number])
        stop = np.int64(text_stops[number])
        while at < stop:
            cp = text[at]
            kind = ascii_kinds[cp] if cp < 128 else ASKED_FOR
            if kind == BLANK:
                at += 1
                continue
            end = np.int64(-1)
            if kind != ASKED_FOR:
                end = at
                key = np.uint64(0)
                while kind in (ASCII_LETTER, ASCII_DIGIT):
                    key = (key << np.uint64(7)) | np.uint64(cp)
                    end += 1
                    cp = text[end]
                    kind = ascii_kinds[cp] if cp < 128 else ASKED_FOR
                if is_over(text, at, end, ascii_kinds, pages, classes):
                    key = (
                        (key << np.uint64(1)) | np.uint64(1) if end - at <= LONGEST_EXACT else key_of_run(text, at, end)
                    )
                else:
                    end = np.int64(-1)
            if end < 0:
                end = atom_end(text, at, pages, classes, elisions)
                if end < 0:
                    at += 1
                    continue
                key = key_of_atom(text, at, end)
            starts[found] = at
            ends[found] = end
            keys[found] = key
            found += 1
            at = end
    atom_start[len(text_starts)] = found
    return found
