"""Counts over sets of documents: bitsets of uint64, document d at bit d & 63 of word d >> 6."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from searchapp.backends.kernels.blocks import TITLE
from searchapp.backends.kernels.memory import int32s, int64s, lowest_bit, uint32s, uint64s
from searchapp.backends.kernels.postings import first_block, keep_titles, read_docs
from searchapp.backends.kernels.tables import GAPS, LIVE, SPARE_DOCS, TITLES

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def count_values(table, counts, top):
    """counts[value] becomes the number of matched documents that have a value, in all segments; `top` int64 takes so
    many rows as it has, of the most frequent values and their counts, of equal ones those that come first. Returns how
    many rows are filled. `counts` comes in as zeros.

    `table` is the address of how many segments there are, and for each: the address of its matches, a bitset, and
    how many words they have; the addresses of its codes int32, of what cuts them by document uint32, 0 where every
    document has one, and of the value int64 that each code stands for, 0 where codes are values; and a number that is
    taken off each code, which stands for no value where it is smaller.
    """
    fields = int64s(table)
    for segment in range(fields[0]):
        at = 1 + 6 * segment
        matched = uint64s(fields[at])
        codes = int32s(fields[at + 2])
        offsets = uint32s(fields[at + 3])
        values = int64s(fields[at + 4])
        has_offsets = fields[at + 3] != 0
        has_values = fields[at + 4] != 0
        first = fields[at + 5]
        for word in range(fields[at + 1]):
            left = matched[word]
            while left != _ZERO:
                doc = (word << 6) + lowest_bit(left)
                left &= left - _ONE
                begin = doc
                end = doc + 1
                if has_offsets:
                    begin = np.int64(offsets[doc])
                    end = np.int64(offsets[doc + 1])
                for i in range(begin, end):
                    value = np.int64(codes[i]) - first
                    if value >= 0:
                        if has_values:
                            value = values[value]
                        counts[value] += 1
    size = len(top)
    found = 0
    for value in range(len(counts) if size else 0):
        count = counts[value]
        if count == 0 or (found == size and count <= top[size - 1, 1]):
            continue
        spot = min(found, size - 1)
        while spot > 0 and top[spot - 1, 1] < count:
            top[spot, 0] = top[spot - 1, 0]
            top[spot, 1] = top[spot - 1, 1]
            spot -= 1
        top[spot, 0] = value
        top[spot, 1] = count
        found = min(found + 1, size)
    return found


@kernel
def mark_values(codes, offsets, wanted, bits):
    """Set the bit of every document that has a wanted value; `wanted` uint8, one a code."""
    for doc in range(len(offsets) - 1):
        for at in range(offsets[doc], offsets[doc + 1]):
            if wanted[codes[at]]:
                bits[doc >> 6] |= _ONE << np.uint64(doc & 63)
                break


@kernel
def mark_docs(docs, count, bits):
    for i in range(count):
        bits[docs[i] >> 6] |= _ONE << np.uint64(docs[i] & 63)


@kernel
def count_articles(segment, room, terms, mode, bits):
    """How many live documents hold any of the terms, in the title where the mode says so; `bits` are empty.

    `segment` and `room` are addresses of tables (`tables.py`).
    """
    row = int64s(room)
    live = uint64s(int64s(segment)[LIVE])
    docs = int32s(row[SPARE_DOCS])
    for term in terms:
        for block in range(first_block(segment, term), first_block(segment, term + 1)):
            count = read_docs(segment, term, block, row[SPARE_DOCS], row[GAPS])
            if mode == TITLE:
                count = keep_titles(segment, block, count, row[SPARE_DOCS], row[TITLES])
            for i in range(np.uint64(count)):
                doc = np.uint64(docs[i])
                bits[doc >> np.uint64(6)] |= _ONE << (doc & np.uint64(63))
    found = 0
    for word in range(len(bits)):
        found += count_bits(bits[word] & live[word])
    return found
