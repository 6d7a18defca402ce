"""Looks for words and phrases near each other: windows of positions that hold a unit each of several kinds.

A clause has variants, a variant units, a unit runs (its spellings), a run slots one after the other, and a slot pairs
of a term and one of its forms, -1 for any. A unit starts where any of its runs does.

    unit_at    int64 (V + 1)   cuts the units by variant
    run_at     int64 (U + 1)   cuts the runs by unit
    slot_at    int64 (R + 1)   cuts the slots by run
    pair_at    int64 (S + 1)   cuts the pairs by slot
    pair_term, pair_form       int32 (P)
    widths     int64 (U)       positions that a unit takes
    same       int64 (U)       how many units of the variant are the same as this one, itself included
    reach      int64 (V)       the longest that a window may be

A window begins where one of the units starts, and no two units start at one position. What counts is how many positions
of a document windows begin at. Titles and bodies lie too far apart, as keys, to share one.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.backends.kernels.blocks import TITLE, UNSCORED
from searchapp.backends.kernels.positions import BODY, grow, read_run, unite_lists

_BEHIND_ALL = np.int64(1) << 40


@kernel
def can_stand_apart(keys, heads, stops):
    """Whether every unit can have a key of its own, of keys[heads[unit] : stops[unit]].

    Each takes its nearest free one; where there is none, units make room for others along an augmenting path.
    """
    units = len(heads)
    spots = np.empty(units * units, np.int64)
    option = np.empty((units, units), np.int64)
    held = 0
    for unit in range(units):
        for i in range(stops[unit] - heads[unit]):
            key = keys[heads[unit] + i]
            spot = 0
            while spot < held and spots[spot] != key:
                spot += 1
            if spot == held:
                spots[held] = key
                held += 1
            option[unit, i] = spot
    if held < units:
        return False
    holder = np.full(held, -1)
    before = np.empty(held, np.int64)
    queue = np.empty(units, np.int64)
    for unit in range(units):
        seen = np.zeros(held, np.bool_)
        queue[0] = unit
        head = 0
        tail = 1
        free = -1
        while head < tail and free < 0:
            asking = queue[head]
            head += 1
            for i in range(stops[asking] - heads[asking]):
                spot = option[asking, i]
                if seen[spot]:
                    continue
                seen[spot] = True
                before[spot] = asking
                if holder[spot] < 0:
                    free = spot
                    break
                queue[tail] = holder[spot]
                tail += 1
        if free < 0:
            return False
        # Back along the path: who asked takes the spot, and leaves the one that it held.
        while True:
            asking = before[free]
            left = -1
            for i in range(stops[asking] - heads[asking]):
                spot = option[asking, i]
                if holder[spot] == asking:
                    left = spot
            holder[free] = asking
            if asking == unit:
                break
            free = left
    return True


@kernel
def find_starts(keys, heads, ends, stops, widths, same, reach, starts, filled):
    """Append to `starts` where windows begin, rising; returns how many there are. keys[heads[unit] : ends[unit]] are
    the keys of a unit; `heads` and `stops` are used up."""
    units = len(heads)
    while True:
        first = _BEHIND_ALL
        for unit in range(units):
            if heads[unit] == ends[unit]:
                return filled
            first = min(first, keys[heads[unit]])
        fits = True
        apart = True
        for unit in range(units):
            latest = first + reach - widths[unit]
            head = heads[unit]
            stop = head
            while stop < ends[unit] and stop - head < units and keys[stop] <= latest:
                stop += 1
            stops[unit] = stop
            if stop - head < same[unit]:
                fits = False
                break
            for other in range(unit):
                if keys[heads[other]] == keys[head]:
                    apart = False
        if fits and (apart or can_stand_apart(keys, heads, stops)):
            starts[filled] = first
            filled += 1
        for unit in range(units):
            if keys[heads[unit]] == first:
                heads[unit] += 1


@kernel
def read_unit(text, unit, run_at, slot_at, pair_at, pair_term, pair_form, docs, mode):
    """The list of where a unit starts."""
    run = run_at[unit]
    starts, keys = read_run(text, slot_at[run], slot_at[run + 1], pair_at, pair_term, pair_form, docs, mode)
    for other in range(run + 1, run_at[unit + 1]):
        other_starts, other_keys = read_run(
            text, slot_at[other], slot_at[other + 1], pair_at, pair_term, pair_form, docs, mode
        )
        starts, keys = unite_lists(starts, keys, other_starts, other_keys)
    return starts, keys


@kernel
def read_windows(text, first, last, run_at, slot_at, pair_at, pair_term, pair_form, widths, same, reach, docs, mode):
    """The list of where windows of the units from `first` to `last` begin."""
    units = last - first
    unit_starts = np.empty((units, len(docs) + 1), np.int64)
    keys = np.empty(0, np.int64)
    filled = np.int64(0)
    for unit in range(units):
        starts, more = read_unit(text, first + unit, run_at, slot_at, pair_at, pair_term, pair_form, docs, mode)
        if units == 1:
            return starts, more
        count = starts[len(docs)]
        keys = grow(keys, filled, count)
        keys[filled : filled + count] = more[:count]
        unit_starts[unit] = starts + filled
        filled += count
    window_starts = np.zeros(len(docs) + 1, np.int64)
    windows = np.empty(filled + 1, np.int64)
    heads = np.empty(units, np.int64)
    ends = np.empty(units, np.int64)
    stops = np.empty(units, np.int64)
    found = np.int64(0)
    for number in range(len(docs)):
        for unit in range(units):
            heads[unit] = unit_starts[unit, number]
            ends[unit] = unit_starts[unit, number + 1]
        found = find_starts(keys, heads, ends, stops, widths[first:last], same[first:last], reach, windows, found)
        window_starts[number + 1] = found
    return window_starts, windows


@kernel
def find_windows(
    text, unit_at, run_at, slot_at, pair_at, pair_term, pair_form, widths, same, reach, docs, mode, title_scale,
    found_docs, gains,
):  # fmt: skip
    """Those of the documents that hold the clause, with their gains (0 when unscored); returns how many."""
    starts, keys = read_windows(
        text, unit_at[0], unit_at[1], run_at, slot_at, pair_at, pair_term, pair_form, widths, same, reach[0], docs, mode
    )
    for variant in range(1, len(reach)):
        other_starts, other_keys = read_windows(
            text, unit_at[variant], unit_at[variant + 1], run_at, slot_at, pair_at, pair_term, pair_form, widths, same,
            reach[variant], docs, mode,
        )  # fmt: skip
        starts, keys = unite_lists(starts, keys, other_starts, other_keys)
    title_gain, body_gain = text[9], text[10]
    found = 0
    for number in range(len(docs)):
        begin = starts[number]
        end = starts[number + 1]
        if begin == end:
            continue
        doc = docs[number]
        in_title = 0
        while begin + in_title < end and keys[begin + in_title] < BODY:
            in_title += 1
        in_body = end - begin - in_title
        found_docs[found] = doc
        if mode == UNSCORED:
            gains[found] = 0
        elif mode == TITLE:
            gains[found] = np.float32(in_title) * title_gain[doc] * title_scale
        else:
            gains[found] = np.float32(in_title) * title_gain[doc] + np.float32(in_body) * body_gain[doc]
        found += 1
    return found
