"""Search in sorted dictionaries of byte strings: a blob, and where each string starts in it."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel


@kernel
def compare(blob, start, end, key, key_start, key_end):
    """Below, at or above zero, as blob[start:end] sorts before, with or after the key."""
    shared = min(end - start, key_end - key_start)
    for i in range(shared):
        difference = np.int64(blob[start + i]) - np.int64(key[key_start + i])
        if difference != 0:
            return difference
    return (end - start) - (key_end - key_start)


@kernel
def lower_bound(blob, offsets, key, key_start, key_end):
    """Number of the first string that does not sort before the key."""
    low = np.int64(0)
    high = np.int64(len(offsets) - 1)
    while low < high:
        middle = (low + high) >> 1
        if compare(blob, np.int64(offsets[middle]), np.int64(offsets[middle + 1]), key, key_start, key_end) < 0:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def find_keys(blob, offsets, keys, key_offsets, numbers):
    """The number of each key, -1 where the dictionary does not hold it."""
    for i in range(len(numbers)):
        key_start = np.int64(key_offsets[i])
        key_end = np.int64(key_offsets[i + 1])
        number = lower_bound(blob, offsets, keys, key_start, key_end)
        numbers[i] = -1
        if number < len(offsets) - 1:
            start = np.int64(offsets[number])
            end = np.int64(offsets[number + 1])
            if compare(blob, start, end, keys, key_start, key_end) == 0:
                numbers[i] = number
