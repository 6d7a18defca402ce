"""Gives runs of numbers (code points, bytes, other numbers) numbers of their own, the same run always the same.

    table       uint64 (2 * slots, slots a power of two), open addressing: a run's key (0: free), then its number
    pool        the runs that are known, one after the other: run n is pool[pool_start[n] : pool_start[n + 1]]

A key is never 0. An odd key says all about its run; under an even key the runs themselves are compared.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

#: An atom of up to so many ASCII characters, 7 bits each and one to mark it, is its own key.
LONGEST_EXACT = 9
_SPREAD = 0x9E3779B97F4A7C15
#: Runs whose slots are looked at before the first of them is numbered.
_AHEAD = 128


@kernel
def key_of_run(units, start, end):
    """An even key of any run."""
    digest = np.uint64(14695981039346656037)
    for at in range(start, end):
        digest = (digest ^ np.uint64(units[at])) * np.uint64(_SPREAD)
        digest ^= digest >> np.uint64(32)
    return (digest | np.uint64(2)) & ~np.uint64(1)


@kernel
def key_of_atom(text, start, end):
    """The key of a run of code points: odd where it is short and ASCII."""
    if end - start <= LONGEST_EXACT:
        key = np.uint64(0)
        every = np.uint64(0)
        for at in range(start, end):
            every |= np.uint64(text[at])
            key = (key << np.uint64(7)) | np.uint64(text[at])
        if every < 128:
            return (key << np.uint64(1)) | np.uint64(1)
    return key_of_run(text, start, end)


@kernel
def slot_shift(table):
    """How far a spread key is shifted to become a slot."""
    shift = 65
    size = len(table)
    while size > 1:
        size >>= 1
        shift -= 1
    return np.uint64(shift)


@kernel
def number_of_run(units, start, end, key, table, shift, pool, pool_start, known):
    """The run's number; `known` when it was new and is now known; -1 when it is new and there is no room for it."""
    mask = np.uint64((len(table) >> 1) - 1)
    slot = (key * np.uint64(_SPREAD)) >> shift
    while True:
        held = table[2 * slot]
        if held == key:
            number = np.int64(table[2 * slot + 1])
            if key & np.uint64(1):
                return number
            at = pool_start[number]
            if pool_start[number + 1] - at == end - start:
                same = True
                for i in range(end - start):
                    if pool[at + i] != units[start + i]:
                        same = False
                        break
                if same:
                    return number
        elif held == 0:
            break
        slot = (slot + np.uint64(1)) & mask
    at = pool_start[known]
    if at + end - start > len(pool) or 4 * (known + 1) > len(table) or known + 2 > len(pool_start):
        return np.int64(-1)
    for i in range(end - start):
        pool[at + i] = units[start + i]
    pool_start[known + 1] = at + end - start
    table[2 * slot] = key
    table[2 * slot + 1] = np.uint64(known)
    return np.int64(known)


@kernel
def number_runs(units, starts, ends, keys, first, table, pool, pool_start, known, numbers):
    """Number runs from `first` on; returns how many have a number now, and how many different runs are known.

    Stops early where there is no room: make some and call again.
    """
    shift = slot_shift(table)
    held_keys, held_numbers = np.empty(_AHEAD, np.uint64), np.empty(_AHEAD, np.uint64)
    for start in range(first, len(numbers), _AHEAD):
        stop = min(start + _AHEAD, len(numbers))
        # None of these waits for another, so the processor fetches several slots from memory at a time.
        for i in range(start, stop):
            slot = (keys[i] * np.uint64(_SPREAD)) >> shift
            held_keys[i - start] = table[2 * slot]
            held_numbers[i - start] = table[2 * slot + 1]
        for i in range(start, stop):
            if held_keys[i - start] == keys[i] and keys[i] & np.uint64(1):
                numbers[i] = held_numbers[i - start]
                continue
            number = number_of_run(
                units, np.int64(starts[i]), np.int64(ends[i]), keys[i], table, shift, pool, pool_start, known
            )
            if number < 0:
                return i, known
            if number == known:
                known += 1
            numbers[i] = number
    return len(numbers), known


@kernel
def key_runs(units, starts, ends, keys):
    """The key of every run."""
    for i in range(len(keys)):
        keys[i] = key_of_run(units, np.int64(starts[i]), np.int64(ends[i]))


@kernel
def move_table(table, roomier):
    """Put every run of a table into a larger one, which comes in zeroed."""
    shift = slot_shift(roomier)
    mask = np.uint64((len(roomier) >> 1) - 1)
    for i in range(0, len(table), 2):
        if table[i]:
            slot = (table[i] * np.uint64(_SPREAD)) >> shift
            while roomier[2 * slot]:
                slot = (slot + np.uint64(1)) & mask
            roomier[2 * slot] = table[i]
            roomier[2 * slot + 1] = table[i + 1]


@kernel
def sorts_before(blob, starts, a, b):
    """Whether text a sorts before text b, by their bytes; they are not the same."""
    i = starts[a]
    j = starts[b]
    shared = min(starts[a + 1] - i, starts[b + 1] - j)
    for k in range(shared):
        if blob[i + k] != blob[j + k]:
            return blob[i + k] < blob[j + k]
    return starts[a + 1] - i < starts[b + 1] - j


@kernel
def sort_texts(blob, starts, heads, numbers, spare):
    """Merge sort of text numbers by the texts' bytes. `heads` has the first 8 bytes of each number's text, and moves
    with it; `spare` is a pair of arrays as large as both."""
    spare_numbers, spare_heads = spare
    count = len(numbers)
    for first in range(0, count, 16):
        for i in range(first + 1, min(first + 16, count)):
            number = numbers[i]
            head = heads[i]
            j = i
            while j > first and (
                head < heads[j - 1] or (head == heads[j - 1] and sorts_before(blob, starts, number, numbers[j - 1]))
            ):
                numbers[j] = numbers[j - 1]
                heads[j] = heads[j - 1]
                j -= 1
            numbers[j] = number
            heads[j] = head
    run = 16
    while run < count:
        for first in range(0, count, 2 * run):
            middle = min(first + run, count)
            last = min(first + 2 * run, count)
            i = first
            j = middle
            for at in range(first, last):
                if j >= last or (
                    i < middle
                    and (
                        heads[i] < heads[j]
                        or (heads[i] == heads[j] and sorts_before(blob, starts, numbers[i], numbers[j]))
                    )
                ):
                    spare_numbers[at] = numbers[i]
                    spare_heads[at] = heads[i]
                    i += 1
                else:
                    spare_numbers[at] = numbers[j]
                    spare_heads[at] = heads[j]
                    j += 1
        for at in range(count):
            numbers[at] = spare_numbers[at]
            heads[at] = spare_heads[at]
        run *= 2


@kernel
def read_heads(blob, starts, numbers, heads):
    """The first 8 bytes of each text, the first one highest; short ones are filled up with 0."""
    for i in range(len(numbers)):
        first = starts[numbers[i]]
        size = starts[numbers[i] + 1] - first
        head = np.uint64(0)
        for k in range(8):
            head = head << np.uint64(8)
            if k < size:
                head |= np.uint64(blob[first + k])
        heads[i] = head


@kernel
def gather_texts(blob, starts, numbers, target, offsets):
    """The texts of these numbers one after the other; `offsets` (one more than numbers) says where each begins."""
    at = 0
    for i in range(len(numbers)):
        offsets[i] = at
        for k in range(starts[numbers[i]], starts[numbers[i] + 1]):
            target[at] = blob[k]
            at += 1
    offsets[len(numbers)] = at
