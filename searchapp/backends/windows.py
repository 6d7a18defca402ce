"""Words and phrases near each other in one segment: what the kernel of windows takes, made of a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from indexer.codec.kernels.packing import F32, I32
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import windows as kernels
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.leaf import TITLE_SCALE, LateError
from searchapp.backends.pairs import cut_at, find_pairs
from searchapp.search.plan import Unit, WindowPlan

#: Postings that one call of the kernel may look at: a few milliseconds, for units that stand often in a document too.
_SLICE_POSTINGS: Final = 50_000


def find_window_documents(
    clause: WindowPlan, segment: SearchedSegment, generation: Generation, group_name: str, mode: int,
    has_time: Callable[[], bool],
) -> tuple[I32, F32]:  # fmt: skip
    """Live documents, rising, with their gains. Raises LateError when there is no time left to look at positions."""

    def resolve(unit: Unit) -> tuple[tuple[tuple[tuple[int, int], ...], ...], ...]:
        surface = mode != UNSCORED and unit.surface
        runs = [
            tuple(find_pairs(slot, segment, generation, group_name, surface=surface) for slot in run)
            for run in unit.runs
        ]
        return tuple(run for run in runs if all(run))

    resolved = [[(unit, resolve(unit)) for unit in units] for units in clause.variants]
    variants = [units for units in resolved if all(runs for _, runs in units)]
    if not variants:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    units = [unit for variant in variants for unit in variant]
    runs = [run for _, of_unit in units for run in of_unit]
    slots = [slot for run in runs for slot in run]
    pairs = [pair for slot in slots for pair in slot]
    postings = sum(int(segment.arrays(group_name)[5][term]) for term, _ in pairs)
    most = min(postings, segment.documents)
    docs, gains = np.empty(most, np.int32), np.empty(most, np.float32)
    slices = 1 + postings // _SLICE_POSTINGS
    found = 0
    for number in range(slices):
        if not has_time():
            raise LateError
        found += kernels.find_windows(
            segment.arrays(group_name),
            cut_at([len(variant) for variant in variants]),
            cut_at([len(of_unit) for _, of_unit in units]),
            cut_at([len(run) for run in runs]),
            cut_at([len(slot) for slot in slots]),
            np.array([term for term, _ in pairs], np.int32),
            np.array([form for _, form in pairs], np.int32),
            np.array([unit.width for unit, _ in units], np.int64),
            np.array([sum(other == unit for other, _ in variant) for variant in variants for unit, _ in variant]),
            np.array([clause.distance + sum(unit.width for unit, _ in variant) for variant in variants], np.int64),
            mode,
            segment.documents * number // slices,
            segment.documents * (number + 1) // slices,
            segment.live,
            TITLE_SCALE,
            docs[found:],
            gains[found:],
        )
    return docs[:found], gains[:found]
