"""Looks for words and phrases near each other: windows of positions that hold a unit each of several kinds.

A clause has variants, a variant units, a unit runs, and a run is what `places.py` calls a variant: slots one after the
other, with pairs of a term and a form. Beside the arrays of `places.py`, where runs stand for variants (`slot_at` cuts
the slots by run), there are

    unit_at    int64 (V + 1)   cuts the units by variant
    run_at     int64 (U + 1)   cuts the runs by unit
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
from searchapp.backends.kernels.places import (
    BODY,
    CAPACITY,
    END,
    keep_neighbours,
    make_places,
    most_positions,
    order_slots,
    seek_variant,
    slot_keys,
    unite_keys,
)


@kernel
def seek_unit(unit, doc, text, run_at, slot_at, slot_order, pair_at, pair_term, run_next, places):
    """First document from `doc` on that holds a unit."""
    nearest = END
    for run in range(run_at[unit], run_at[unit + 1]):
        if run_next[run] < doc:
            run_next[run] = seek_variant(
                slot_at[run], slot_at[run + 1], doc, text, slot_order, pair_at, pair_term, places
            )
        nearest = min(nearest, run_next[run])
    return nearest


@kernel
def seek_units(first, last, doc, text, run_at, slot_at, slot_order, pair_at, pair_term, run_next, places):
    """First document from `doc` on that holds each of the units."""
    unit = first
    agreed = 0
    while agreed < last - first:
        found = seek_unit(unit, doc, text, run_at, slot_at, slot_order, pair_at, pair_term, run_next, places)
        if found == END:
            return END
        agreed = agreed + 1 if found == doc else 1
        doc = found
        unit = unit + 1 if unit + 1 < last else first
    return doc


@kernel
def unit_keys(unit, doc, mode, text, run_at, slot_at, pair_at, pair_term, pair_form, run_next, places, rows, keys):
    """The keys where a unit starts in a document, rising, in `keys`; returns how many. Uses up five rows."""
    total = 0
    for run in range(run_at[unit], run_at[unit + 1]):
        if run_next[run] != doc:
            continue
        first = slot_at[run]
        count = slot_keys(first, doc, mode, text, pair_at, pair_term, pair_form, places, rows[:3])
        rows[3, :count] = rows[0, :count]
        for slot in range(first + 1, slot_at[run + 1]):
            if count == 0:
                break
            other = slot_keys(slot, doc, mode, text, pair_at, pair_term, pair_form, places, rows[:3])
            count = keep_neighbours(rows[3], count, rows[0], other, slot - first)
        if total == 0:
            keys[:count] = rows[3, :count]
            total = count
        else:
            total = unite_keys(keys, total, rows[3], count, rows[2])
    return total


@kernel
def can_stand_apart(keys, heads, stops):
    """Whether every unit can have a key of its own, of keys[unit, heads[unit] : stops[unit]].

    Each takes its nearest free one; where there is none, units make room for others along an augmenting path.
    """
    units = len(heads)
    spots = np.empty(units * units, np.int64)
    option = np.empty((units, units), np.int64)
    held = 0
    for unit in range(units):
        for i in range(stops[unit] - heads[unit]):
            key = keys[unit, heads[unit] + i]
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
def find_starts(keys, counts, widths, same, reach, starts):
    """Where windows begin, rising, in `starts`; returns how many. `keys` (units, ...) are the keys of each unit."""
    units = len(counts)
    heads = np.zeros(units, np.int64)
    stops = np.zeros(units, np.int64)
    found = 0
    while True:
        first = END
        for unit in range(units):
            if heads[unit] == counts[unit]:
                return found
            first = min(first, keys[unit, heads[unit]])
        fits = True
        apart = True
        for unit in range(units):
            latest = first + reach - widths[unit]
            head = heads[unit]
            stop = head
            while stop < counts[unit] and stop - head < units and keys[unit, stop] <= latest:
                stop += 1
            stops[unit] = stop
            if stop - head < same[unit]:
                fits = False
                break
            for other in range(unit):
                if keys[other, heads[other]] == keys[unit, head]:
                    apart = False
        if fits and (apart or can_stand_apart(keys, heads, stops)):
            starts[found] = first
            found += 1
        for unit in range(units):
            if keys[unit, heads[unit]] == first:
                heads[unit] += 1


@kernel
def find_windows(
    text, unit_at, run_at, slot_at, pair_at, pair_term, pair_form, widths, same, reach, mode, first, stop, live,
    title_scale, docs, gains,
):  # fmt: skip
    """Live documents in [first, stop) that hold the clause, with their gains (0 when unscored); returns how many."""
    variants = len(reach)
    most_units = 0
    for variant in range(variants):
        most_units = max(most_units, unit_at[variant + 1] - unit_at[variant])
    most_runs = 0
    for unit in range(len(widths)):
        most_runs = max(most_runs, run_at[unit + 1] - run_at[unit])
    places = make_places(text, pair_term)
    slot_order = order_slots(text, slot_at, pair_at, pair_term)
    run_next = np.full(len(slot_at) - 1, np.int64(-1))
    nexts = np.full(variants, np.int64(-1))
    rows = np.empty((6, CAPACITY), np.int64)
    keys = np.empty((most_units, CAPACITY), np.int64)
    counts = np.empty(most_units, np.int64)
    found = 0
    doc = np.int64(first)
    while True:
        nearest = END
        for variant in range(variants):
            if nexts[variant] < doc:
                nexts[variant] = seek_units(
                    unit_at[variant], unit_at[variant + 1], doc, text, run_at, slot_at, slot_order, pair_at, pair_term,
                    run_next, places,
                )  # fmt: skip
            nearest = min(nearest, nexts[variant])
        doc = nearest
        if doc >= stop:
            return found
        if not (live[doc >> 6] >> np.uint64(doc & 63)) & np.uint64(1):
            doc += 1
            continue
        most = most_positions(doc, text, pair_at, pair_term, slot_at[-1], places) * max(most_runs, 1)
        if most * most_units * variants > rows.shape[1]:
            rows = np.empty((6, most * most_units * variants * 2), np.int64)
        if most > keys.shape[1]:
            keys = np.empty((most_units, most * 2), np.int64)
        total = 0
        for variant in range(variants):
            if nexts[variant] != doc:
                continue
            begin = unit_at[variant]
            units = unit_at[variant + 1] - begin
            for i in range(units):
                counts[i] = unit_keys(
                    begin + i, doc, mode, text, run_at, slot_at, pair_at, pair_term, pair_form, run_next, places,
                    rows, keys[i],
                )  # fmt: skip
            count = find_starts(
                keys,
                counts[:units],
                widths[begin : begin + units],
                same[begin : begin + units],
                reach[variant],
                rows[3],
            )
            if total == 0:
                rows[4, :count] = rows[3, :count]
                total = count
            else:
                total = unite_keys(rows[4], total, rows[3], count, rows[2])
        in_title = np.int64(0)
        for i in range(total):
            if rows[4, i] < BODY:
                in_title += 1
        in_body = total - in_title
        if total:
            docs[found] = doc
            if mode == UNSCORED:
                gains[found] = 0
            elif mode == TITLE:
                gains[found] = np.float32(in_title) * text[9][doc] * title_scale
            else:
                gains[found] = np.float32(in_title) * text[9][doc] + np.float32(in_body) * text[10][doc]
            found += 1
        doc += 1
