"""Numbers in groups of 32, each in as few bits as its group needs, compiled; `numbers.py` says how they lie."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import inlined, kernel
from indexer.codec.kernels.packing import bit_width

GROUP = 32
SPARE = 2

_FIVE = np.uint64(5)
_SIX = np.uint32(6)
_WIDTH_BITS = np.uint32(63)
_INSIDE = np.uint64(31)
_HALF = np.uint64(32)
_ONE = np.uint64(1)


@inlined
def number_at(words, i):
    """Number `i`, as int64."""
    place = np.uint64(i)
    head = (place >> _FIVE) << _ONE
    said = words[head + _ONE]
    width = np.uint64(said & _WIDTH_BITS)
    bit = (place & _INSIDE) * width
    at = np.uint64(said >> _SIX) + (bit >> _FIVE)
    pair = np.uint64(words[at]) | (np.uint64(words[at + _ONE]) << _HALF)
    return np.int64(words[head]) + np.int64((pair >> (bit & _INSIDE)) & ((_ONE << width) - _ONE))


@kernel
def read_number(words, i):
    """`number_at` for who is not compiled."""
    return number_at(words, i)


@kernel
def read_numbers(words, first, out):
    """The numbers from `first` on, as many as `out` takes."""
    for i in range(len(out)):
        out[i] = number_at(words, first + i)


@kernel
def cut_at(words, starts, i):
    """Where piece `i` begins and ends, by the sizes in `words` and by where every 32nd begins."""
    at = np.int64(starts[i >> 5])
    for before in range((i >> 5) << 5, i):
        at += number_at(words, before)
    return at, at + number_at(words, i)


@kernel
def measure_groups(values, lowest, widths):
    """The lowest number and the width of every group."""
    for group in range(len(lowest)):
        first = group * GROUP
        last = min(first + GROUP, len(values))
        least = np.int64(values[first])
        most = least
        for i in range(first + 1, last):
            least = min(least, np.int64(values[i]))
            most = max(most, np.int64(values[i]))
        lowest[group] = least
        widths[group] = bit_width(most - least)


@kernel
def write_groups(values, lowest, widths, words):
    """Heads and bits; `words` comes in zeroed."""
    at = 2 * len(lowest)
    for group in range(len(lowest)):
        width = widths[group]
        words[2 * group] = np.uint32(lowest[group])
        words[2 * group + 1] = np.uint32((at << 6) | width)
        first = group * GROUP
        for i in range(first, min(first + GROUP, len(values))):
            if width:
                bit = (i - first) * width
                shifted = np.uint64(np.int64(values[i]) - lowest[group]) << np.uint64(bit & 31)
                word = at + (bit >> 5)
                words[word] |= np.uint32(shifted & np.uint64(0xFFFFFFFF))
                if (bit & 31) + width > 32:
                    words[word + 1] |= np.uint32(shifted >> np.uint64(32))
        at += width
