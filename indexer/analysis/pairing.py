"""Terms, surfaces, and their pairs by number: what stands at a position is a pair of a term and the surface that leads
to it, or of a term and no surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from indexer.analysis.interning import RunTable, TextTable, Units
from indexer.codec.kernels.packing import I32, I64

Pair: TypeAlias = tuple[str, str | None]

#: The pair that stands for nothing, and is never posted.
NOTHING: Final = 0


class Lexicon:
    """A number once given stays. Wants numba."""

    def __init__(self) -> None:
        self.terms = TextTable()
        self.surfaces = TextTable()
        self._pairs = RunTable(np.uint32)
        self.number([("", None)])

    def __len__(self) -> int:
        return self._pairs.known

    def number(self, pairs: Sequence[Pair]) -> I32:
        """The number of each pair."""
        has_surface = np.fromiter((surface is not None for _, surface in pairs), np.bool_, len(pairs))
        surfaces = np.full(len(pairs), -1, np.int32)
        surfaces[has_surface] = self.surfaces.number([each for _, each in pairs if each is not None])
        return self.number_pairs(self.terms.number([term for term, _ in pairs]), surfaces)

    def number_pairs(self, terms: I32, surfaces: I32) -> I32:
        """The number of each pair of a term's number and a surface's, -1 for none."""
        columns = np.stack([terms, surfaces + 1], axis=1).astype(np.uint32)
        return self._pairs.number_all(columns.reshape(-1), np.arange(0, columns.size + 1, 2))

    def columns(self) -> tuple[I64, I64]:
        """For every pair the number of its term, and of its surface, -1 where it has none."""
        columns = self._pairs.pool[: 2 * self._pairs.known].reshape(-1, 2).astype(np.int64)
        return columns[:, 0], columns[:, 1] - 1

    @property
    def pair_columns(self) -> Units:
        """Term and surface of pair n at 2n and 2n + 1; the surface plus one, 0 where it has none."""
        columns: Units = self._pairs.pool
        return columns

    def memory_bytes(self) -> int:
        return self.terms.memory_bytes() + self.surfaces.memory_bytes() + self._pairs.memory_bytes()
