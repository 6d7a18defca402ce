"""Reads the spellings that most of news is made of without Python: what `readings.py` makes of them, written as bytes.

Plain is a spelling of ASCII letters, with or without 's; of ASCII letters and digits; or a number with dots or with
commas between thousands. Whatever else there is, and letters in a language that has no compiled stemmer, is left.
"""

from __future__ import annotations

import numpy as np

from indexer.analysis.kernels.english import stem_word
from indexer.codec.compiled import kernel

#: What a spelling is: nothing that is read here, letters only, letters only that may be an acronym when they stand in
#: capitals as they do, a word that nobody stems, letters with 's.
LEFT, LETTERS, CAPITALS, UNSTEMMED, POSSESSIVE = range(5)
#: How letters become terms: not here, by the English stemmer, not stemmed, as they are since surfaces are the terms.
BY_PYTHON, ENGLISH, PLAIN, SURFACE = range(4)
#: More bytes than the term or the surface of a plain spelling takes.
MOST_BYTES = 104

_MOST_CHARS = 100
_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 2, 6
_APOSTROPHE, _COMMA, _DOT, _SMALL_S, _CARET, _COLON = 0x27, 0x2C, 0x2E, 0x73, 0x5E, 0x3A
_SMALL_E, _SMALL_N = 0x65, 0x6E


@kernel
def is_digit(cp):
    return 0x30 <= cp <= 0x39


@kernel
def write_lower(pool, start, end, target, at):
    """Write a spelling in small letters and say what it is; returns that and where the bytes end."""
    size = end - start
    if size > _MOST_CHARS or size == 0:
        return LEFT, at
    if is_digit(pool[start]):
        return write_number(pool, start, end, target, at)
    letters = size
    if size > 2 and pool[end - 1] == _SMALL_S and pool[end - 2] == _APOSTROPHE:
        letters -= 2
    capitals = 0
    digits = 0
    for i in range(letters):
        cp = pool[start + i]
        if 0x41 <= cp <= 0x5A:
            capitals += 1
            cp += 32
        elif is_digit(cp):
            digits += 1
        elif cp < 0x61 or cp > 0x7A:
            return LEFT, at
        target[at + i] = cp
    may_be_acronym = capitals == letters and _SHORTEST_ACRONYM <= letters <= _LONGEST_ACRONYM
    if letters < size:
        if digits or may_be_acronym:
            return LEFT, at
        target[at + letters] = _APOSTROPHE
        target[at + letters + 1] = _SMALL_S
        return POSSESSIVE, at + size
    if digits:
        return UNSTEMMED, at + size
    return (CAPITALS if may_be_acronym else LETTERS), at + size


@kernel
def write_number(pool, start, end, target, at):
    """The same for what begins with a digit."""
    commas = 0
    dots = 0
    others = 0
    run = 0
    for i in range(start, end):
        cp = pool[i]
        if is_digit(cp):
            run += 1
        elif cp in (_COMMA, _DOT):
            if run == 0 or (commas and not dots and run != 3):
                return LEFT, at
            if cp == _COMMA:
                if dots or run > 3:
                    return LEFT, at
                commas += 1
                run = 0
                continue
            dots += 1
            run = 0
        else:
            if 0x41 <= cp <= 0x5A:
                cp += 32
            elif cp < 0x61 or cp > 0x7A:
                return LEFT, at
            others += 1
        target[at] = cp
        at += 1
    if (others and (commas or dots)) or (run == 0 and not others) or (commas and not dots and run != 3):
        return LEFT, at
    return UNSTEMMED, at


@kernel
def write_term(style, what, words, start, end, target, at):
    """Write the term of words[start:end], a plain spelling in small letters; returns where it ends, -1 when it is left.

    One byte behind it may be overwritten.
    """
    size = end - start
    is_word = what != UNSTEMMED
    if is_word and style == BY_PYTHON:
        return np.int64(-1)
    if what == POSSESSIVE and style != SURFACE:
        size -= 2
    if is_word and style == ENGLISH:
        target[at] = _SMALL_E
        target[at + 1] = _SMALL_N
        target[at + 2] = _COLON
        at += 3
    for i in range(size):
        target[at + i] = words[start + i]
    if is_word and style == ENGLISH:
        size = stem_word(target, at, size)
    return at + size


@kernel
def read_plain(pool, pool_start, styles, rows, numbers, whats, places, surfaces, surface_ends, terms, term_ends):
    """Surfaces and terms of the plain ones among spellings, one after the other; places[k] is which one is k-th.

    `whats` says of every spelling what it is, LEFT when it is left. Returns how many are plain.
    """
    found = 0
    surface_at = np.int64(0)
    term_at = np.int64(0)
    for i in range(len(numbers)):
        start = pool_start[numbers[i]]
        what, end = write_lower(pool, start, pool_start[numbers[i] + 1], surfaces, surface_at)
        whats[i] = LEFT
        if what == LEFT:
            continue
        term_end = write_term(styles[rows[i]], what, surfaces, surface_at, end, terms, term_at)
        if term_end < 0:
            continue
        whats[i] = what
        places[found] = i
        surface_ends[found] = end
        term_ends[found] = term_end
        surface_at = end
        term_at = term_end
        found += 1
    return found


@kernel
def read_plain_chains(
    pool, pool_start, styles, runs, run_start, first, is_read, places, surfaces, surface_ends, terms, term_ends
):
    """The same for hyphenated words, written as one: sequences from `first` on, as `kernels.layout` numbers them."""
    found = 0
    surface_at = np.int64(0)
    term_at = np.int64(0)
    word = np.empty((_MOST_CHARS + 2) * 18, np.uint8)
    for i in range(len(is_read)):
        is_read[i] = False
        at = run_start[first + i]
        head = runs[at]
        if head & 1:
            continue
        size = np.int64(0)
        joined = LETTERS
        for k in range(at + 1, run_start[first + i + 1]):
            part = runs[k]
            what, size = write_lower(pool, pool_start[part], pool_start[part + 1], word, size)
            if what in (LEFT, POSSESSIVE):
                joined = LEFT
                break
            if what == UNSTEMMED:
                joined = UNSTEMMED
        if joined == LEFT:
            continue
        size = min(size, _MOST_CHARS)
        if joined == UNSTEMMED:
            joined = LETTERS
            for k in range(size):
                if word[k] < 0x61:
                    joined = UNSTEMMED
                    break
        for k in range(size):
            surfaces[surface_at + k] = word[k]
        term_end = write_term(styles[head >> 1], joined, surfaces, surface_at, surface_at + size, terms, term_at)
        if term_end < 0:
            continue
        is_read[i] = True
        places[found] = i
        surface_at += size
        term_at = term_end
        surface_ends[found] = surface_at
        term_ends[found] = term_at
        found += 1
    return found


@kernel
def mark_acronyms(surfaces, surface_ends, which, marks, target, ends):
    """The surfaces of these numbers as acronyms: each with so many marks before it."""
    at = 0
    for i in range(len(which)):
        start = surface_ends[which[i] - 1] if which[i] else 0
        for _ in range(marks):
            target[at] = _CARET
            at += 1
        for k in range(start, surface_ends[which[i]]):
            target[at] = surfaces[k]
            at += 1
        ends[i] = at
