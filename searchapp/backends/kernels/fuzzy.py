"""Which texts of a sorted dictionary lie within so many steps of a word: Damerau-Levenshtein, optimal string alignment.

Neighbours in a sorted dictionary begin alike, so the rows of the table of distances are kept from one text to the next,
as far as their first letters are the same. Where the beginning alone is too far away, all texts with it are passed over
at once: what is looked at is what an automaton over a trie would walk through.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.backends.kernels.patterns import MARK, read_char


@kernel
def starts_alike(blob, offsets, number, start, length):
    """Whether a text begins with blob[start : start + length]."""
    at = np.int64(offsets[number])
    if np.int64(offsets[number + 1]) - at < length:
        return False
    # Neighbours differ at their ends.
    for i in range(length - 1, -1, -1):
        if blob[at + i] != blob[start + i]:
            return False
    return True


@kernel
def skip_alike(blob, offsets, number, stop, length):
    """First text from number + 1 on that does not begin with the first `length` bytes of text `number`; gallops."""
    start = np.int64(offsets[number])
    low = number
    step = 1
    while low + step < stop and starts_alike(blob, offsets, low + step, start, length):
        low += step
        step <<= 1
    high = min(low + step, stop)
    low += 1
    while low < high:
        middle = (low + high) >> 1
        if starts_alike(blob, offsets, middle, start, length):
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def fill_row(rows, chars, depth, word, steps):
    """Row `depth` (from 1) of the table, for the letter chars[depth - 1]; gives the least value in it. Only what can be
    `steps` or less is right, everything beside is more than `steps`."""
    size = len(word)
    far = steps + 1
    low = max(0, depth - steps)
    high = min(size, depth + steps)
    if low > size:
        return far
    row = rows[depth]
    above = rows[depth - 1]
    char = chars[depth - 1]
    if low > 0:
        row[low - 1] = far
    least = far
    for k in range(low, high + 1):
        value = above[k] + 1
        if k > 0:
            value = min(value, row[k - 1] + 1)
            value = min(value, above[k - 1] + (0 if word[k - 1] == char else 1))
            if k > 1 and depth > 1 and char == word[k - 2] and chars[depth - 2] == word[k - 1]:
                value = min(value, rows[depth - 2, k - 2] + 1)
        row[k] = value
        least = min(least, value)
    row[high + 1] = far
    return least


@kernel
def find_close(blob, offsets, first, stop, word, steps, numbers):
    """The numbers of the texts in [first, stop) that are close to the word, rising; returns how many.

    `word` is int32 code points. The mark of an acronym before a text is not looked at.
    """
    size = len(word)
    rows = np.full((size + steps + 3, size + 3), steps + 1, np.int32)
    for k in range(size + 1):
        rows[0, k] = k
    chars = np.zeros(size + steps + 3, np.int32)
    known = 0
    dead = np.int64(1) << 40
    found = 0
    number = first
    while number < stop:
        begin = np.int64(offsets[number])
        end = np.int64(offsets[number + 1])
        at = begin
        if at < end and blob[at] == MARK:
            at += 1
        depth = 0
        while at < end:
            char, width = read_char(blob, at)
            at += width
            if depth < known and chars[depth] == char:
                depth += 1
            else:
                chars[depth] = char
                depth += 1
                known = depth
                dead = np.int64(1) << 40
                if fill_row(rows, chars, depth, word, steps) > steps:
                    dead = depth
            if depth >= dead:
                break
        if depth >= dead:
            number = skip_alike(blob, offsets, number, stop, at - begin)
            continue
        if abs(depth - size) <= steps and rows[depth, size] <= steps:
            numbers[found] = number
            found += 1
        number += 1
    return found
