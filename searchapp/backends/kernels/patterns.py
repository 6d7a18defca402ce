"""Which texts of a sorted dictionary a pattern fits. UTF-8 in one blob, numbered in the order of their bytes.

A pattern is int32 code points, with `ANY` for `*` and `ONE` for `?`. The mark of an acronym before a text is not
looked at; texts with it lie together in a dictionary, apart from those without.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

ANY = -1
ONE = -2
MARK = ord("^")


@kernel
def read_char(blob, at):
    """The code point at `at`, and how many bytes it takes."""
    lead = np.int32(blob[at])
    if lead < 0x80:
        return lead, 1
    if lead < 0xE0:
        return ((lead & 0x1F) << 6) | (np.int32(blob[at + 1]) & 0x3F), 2
    if lead < 0xF0:
        middle = (np.int32(blob[at + 1]) & 0x3F) << 6
        return ((lead & 0x0F) << 12) | middle | (np.int32(blob[at + 2]) & 0x3F), 3
    high = ((lead & 0x07) << 18) | ((np.int32(blob[at + 1]) & 0x3F) << 12)
    return high | ((np.int32(blob[at + 2]) & 0x3F) << 6) | (np.int32(blob[at + 3]) & 0x3F), 4


@kernel
def fits(blob, at, end, pattern):
    """Whether the text blob[at:end] is what the pattern says. Takes each `*` as short as it can and lengthens the last
    one alone: what stands before it could not begin later without fitting there too."""
    size = len(pattern)
    i = 0
    star = -1
    star_at = at
    while at < end:
        char, width = read_char(blob, at)
        if i < size and pattern[i] == ANY:
            star = i
            star_at = at
            i += 1
        elif i < size and (pattern[i] == ONE or pattern[i] == char):
            i += 1
            at += width
        elif star >= 0:
            star_at += read_char(blob, star_at)[1]
            at = star_at
            i = star + 1
        else:
            return False
    while i < size and pattern[i] == ANY:
        i += 1
    return i == size


@kernel
def find_fitting(blob, offsets, first, stop, pattern, numbers):
    """The numbers of the texts in [first, stop) that the pattern fits, rising; returns how many."""
    found = 0
    for number in range(first, stop):
        at = np.int64(offsets[number])
        end = np.int64(offsets[number + 1])
        if at < end and blob[at] == MARK:
            at += 1
        if fits(blob, at, end, pattern):
            numbers[found] = number
            found += 1
    return found
