"""Which texts of a sorted dictionary lie within so many steps of a word: Damerau-Levenshtein, optimal string alignment.

Neighbours in a sorted dictionary begin alike, so the rows of the table of distances are kept from text to text,
as far as their first letters are the same. Where the beginning alone is too far away, all texts with it are passed over
at once; where it is as far away as may be, only a few letters can follow, and the search goes straight to these. So
what is looked at is what an automaton over a trie would walk through.
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
def is_before(blob, offsets, number, start, length, char):
    """Whether a text begins with blob[start : start + length] and goes on with a letter before `char`, or ends there.
    With -1 for `char`: whether it begins so at all."""
    if not starts_alike(blob, offsets, number, start, length):
        return False
    at = np.int64(offsets[number]) + length
    return char < 0 or at == np.int64(offsets[number + 1]) or read_char(blob, at)[0] < char


@kernel
def skip_before(blob, offsets, number, stop, length, char):
    """First text behind `number` that is not before `char`, as `is_before` says of the first bytes of this text."""
    start = np.int64(offsets[number])
    low = number
    step = 1
    while low + step < stop and is_before(blob, offsets, low + step, start, length, char):
        low += step
        step <<= 1
    high = min(low + step, stop)
    low += 1
    while low < high:
        middle = (low + high) >> 1
        if is_before(blob, offsets, middle, start, length, char):
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def add_option(options, count, char):
    """Put a letter in its place among rising ones, once; returns how many there are."""
    spot = count
    while spot > 0 and options[spot - 1] >= char:
        spot -= 1
    if spot < count and options[spot] == char:
        return count
    for i in range(count, spot, -1):
        options[i] = options[i - 1]
    options[spot] = char
    return count + 1


@kernel
def fill_options(rows, chars, depth, word, steps, options):
    """The letters that may follow where no step is left, rising; returns how many there are."""
    count = 0
    size = len(word)
    for k in range(max(0, depth - steps), min(size - 1, depth + steps) + 1):
        if rows[depth, k] <= steps:
            count = add_option(options, count, word[k])
        if k > 0 and rows[depth - 1, k - 1] < steps and chars[depth - 1] == word[k]:
            count = add_option(options, count, word[k - 1])
    return count


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
    deepest = size + steps + 3
    rows = np.full((deepest, size + 3), steps + 1, np.int32)
    for k in range(size + 1):
        rows[0, k] = k
    chars = np.zeros(deepest, np.int32)
    options = np.empty((deepest, 4 * steps + 4), np.int32)
    open_to_all = -1
    option_counts = np.full(deepest, open_to_all)
    known = 0
    dead = deepest
    found = 0
    number = first
    while number < stop:
        begin = np.int64(offsets[number])
        end = np.int64(offsets[number + 1])
        at = begin
        if at < end and blob[at] == MARK:
            at += 1
        depth = 0
        goes_on = True
        while at < end:
            char, width = read_char(blob, at)
            held = option_counts[depth]
            if held != open_to_all:
                spot = 0
                while spot < held and options[depth, spot] < char:
                    spot += 1
                if spot == held or options[depth, spot] != char:
                    following = np.int32(-1) if spot == held else options[depth, spot]
                    number = skip_before(blob, offsets, number, stop, at - begin, following)
                    goes_on = False
                    break
            at += width
            if depth < known and chars[depth] == char:
                depth += 1
            else:
                chars[depth] = char
                depth += 1
                known = depth
                dead = deepest
                least = fill_row(rows, chars, depth, word, steps)
                option_counts[depth] = open_to_all
                if least > steps:
                    dead = depth
                elif least == steps:
                    option_counts[depth] = fill_options(rows, chars, depth, word, steps, options[depth])
            if depth >= dead:
                number = skip_before(blob, offsets, number, stop, at - begin, np.int32(-1))
                goes_on = False
                break
        if goes_on:
            if abs(depth - size) <= steps and rows[depth, size] <= steps:
                numbers[found] = number
                found += 1
            number += 1
    return found
