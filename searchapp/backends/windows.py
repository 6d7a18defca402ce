"""Words and phrases near each other, in one segment.

The documents are found first that hold all the terms, and positions are read in these alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from indexer.codec.kernels.numbers import read_number
from indexer.codec.kernels.packing import F32, I32, I64
from searchapp.backends.generation import Bits, Generation, SearchedSegment, TextArrays
from searchapp.backends.kernels import positions
from searchapp.backends.kernels import windows as kernels
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.pairs import Pair, cut_at, find_pairs
from searchapp.search.plan import Unit, WindowPlan

#: How many documents one call of the kernel may look at, in how many lists of positions: a few milliseconds.
_SLICE_LISTS: Final = 16_384
_LEAST_SLICE: Final = 64

Slot: TypeAlias = tuple[Pair, ...]
Run: TypeAlias = tuple[Slot, ...]
#: The spellings of a word or phrase that can stand in a segment: rows of adjacent slots.
Runs: TypeAlias = tuple[Run, ...]


def find_windows(
    clause: WindowPlan, segment: SearchedSegment, generation: Generation, group_name: str, mode: int,
    has_time: Callable[[], bool],
) -> tuple[I32, F32]:  # fmt: skip
    """Live documents that hold the clause, rising, with their gains. Raises LateError when there is no time left."""

    def resolve(unit: Unit) -> Runs:
        surface = mode != UNSCORED and unit.surface
        runs = [
            tuple(find_pairs(slot, segment, generation, group_name, surface=surface) for slot in run)
            for run in unit.runs
        ]
        return tuple(run for run in runs if all(run))

    variants = [[(unit, resolve(unit)) for unit in units] for units in clause.variants]
    variants = [units for units in variants if all(runs for _, runs in units)]
    return _find_documents(
        [[runs for _, runs in units] for units in variants],
        (
            np.array([unit.width for units in variants for unit, _ in units], np.int64),
            np.array([sum(other == unit for other, _ in units) for units in variants for unit, _ in units], np.int64),
            np.array([clause.distance + sum(unit.width for unit, _ in units) for units in variants], np.int64),
        ),
        segment,
        group_name,
        mode,
        has_time,
    )


def _find_documents(
    variants: list[list[Runs]], shape: tuple[I64, I64, I64], segment: SearchedSegment, group_name: str, mode: int,
    has_time: Callable[[], bool],
) -> tuple[I32, F32]:  # fmt: skip
    """By variants the runs of each unit; `shape` is what `kernels/windows.py` calls widths, same and reach."""
    if not variants:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    text = segment.arrays(group_name)
    bits = np.zeros(len(segment.live), np.uint64)
    for units in variants:
        bits |= _mark_documents(units, text, segment.live, has_time)
    docs = np.empty(positions.count_set(bits), np.int32)
    positions.list_set(bits, docs)
    every_unit = [runs for units in variants for runs in units]
    every_run = [run for runs in every_unit for run in runs]
    slots = [slot for run in every_run for slot in run]
    pairs = [pair for slot in slots for pair in slot]
    arrays = (
        cut_at([len(units) for units in variants]),
        cut_at([len(runs) for runs in every_unit]),
        cut_at([len(run) for run in every_run]),
        cut_at([len(slot) for slot in slots]),
        np.array([term for term, _ in pairs], np.int32),
        np.array([form for _, form in pairs], np.int32),
        *shape,
    )
    found_docs, gains = np.empty(len(docs), np.int32), np.empty(len(docs), np.float32)
    found = 0
    size = max(_SLICE_LISTS // len(pairs), _LEAST_SLICE)
    for first in range(0, len(docs), size):
        if not has_time():
            raise LateError
        found += kernels.find_windows(
            text, *arrays, docs[first : first + size], mode, TITLE_SCALE, found_docs[found:], gains[found:]
        )
    return found_docs[:found], gains[:found]


def _mark_documents(units: list[Runs], text: TextArrays, live: Bits, has_time: Callable[[], bool]) -> Bits:
    """The live documents that hold every unit; the rarest is looked for first, and the others in its documents."""
    doc_freq = text[5]

    def slot_size(slot: Slot) -> int:
        return sum(read_number(doc_freq, term) for term, _ in slot)

    def unit_size(runs: Runs) -> int:
        return sum(min(map(slot_size, run)) for run in runs)

    asked = live
    for runs in sorted(units, key=unit_size):
        of_unit = np.zeros(len(live), np.uint64)
        for run in runs:
            of_run = asked
            for slot in sorted(run, key=slot_size):
                of_slot = np.zeros(len(live), np.uint64)
                for term in dict.fromkeys(term for term, _ in slot):
                    if not has_time():
                        raise LateError
                    positions.mark_asked(text, term, of_run, of_slot)
                of_run = of_slot
            of_unit |= of_run
        asked = of_unit
    return asked
