"""Numbers for texts and for runs of numbers: each distinct one is kept once, in flat arrays, and never forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.analysis.kernels import interning as kernels
from indexer.codec.dictionary import Dictionary
from indexer.codec.kernels.packing import I32, I64, U8, U32

Units: TypeAlias = "npt.NDArray[np.uint8] | npt.NDArray[np.uint32]"
U64: TypeAlias = "npt.NDArray[np.uint64]"

Number = TypeVar("Number", bound=np.generic)

_FIRST_SLOTS = 2048


class RunTable:
    """Runs of units, numbered from 0 in the order in which they came. `kernels.interning` says how they lie."""

    def __init__(self, unit: type[np.uint8 | np.uint32]) -> None:
        self.known = 0
        self.table = np.zeros(2 * _FIRST_SLOTS, np.uint64)
        self.pool: Any = np.zeros(8 * _FIRST_SLOTS, unit)
        self.pool_start = np.zeros(_FIRST_SLOTS // 2 + 1, np.int64)

    def number(self, units: Units, starts: npt.NDArray[np.integer], ends: npt.NDArray[np.integer], keys: U64) -> I32:
        """The number of each run units[start:end]."""
        numbers = np.empty(len(starts), np.int32)
        done = 0
        while True:
            done, self.known = kernels.number_runs(
                units, starts, ends, keys, done, self.table, self.pool, self.pool_start, self.known, numbers
            )
            if done == len(numbers):
                return numbers
            self.make_room(int(ends[done] - starts[done]))

    def number_all(self, units: Units, offsets: npt.NDArray[np.integer]) -> I32:
        """The number of each run that `offsets` cuts."""
        keys = np.empty(len(offsets) - 1, np.uint64)
        kernels.key_runs(units, offsets[:-1], offsets[1:], keys)
        return self.number(units, offsets[:-1], offsets[1:], keys)

    def make_room(self, length: int) -> None:
        """Have room for one more run of this length, and for many more."""
        if 4 * (self.known + 1) > len(self.table):
            roomier = np.zeros(2 * len(self.table), np.uint64)
            kernels.move_table(self.table, roomier)
            self.table = roomier
        if self.known + 2 > len(self.pool_start):
            self.pool_start = make_larger(self.pool_start, (self.known + 2,))
        used = int(self.pool_start[self.known])
        if used + length > len(self.pool):
            self.pool = make_larger(self.pool, (used + length,))

    def run(self, number: int) -> Units:
        run: Units = self.pool[self.pool_start[number] : self.pool_start[number + 1]]
        return run

    def __len__(self) -> int:
        return self.known

    def memory_bytes(self) -> int:
        return int(self.table.nbytes + self.pool.nbytes + self.pool_start.nbytes)


class TextTable:
    """Texts by number, kept as UTF-8."""

    def __init__(self) -> None:
        self._runs = RunTable(np.uint8)

    def __len__(self) -> int:
        return self._runs.known

    def number(self, texts: Sequence[str]) -> I32:
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return self.number_encoded(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def number_encoded(self, blob: U8, offsets: I64) -> I32:
        """The numbers of texts that lie one after the other in UTF-8."""
        return self._runs.number_all(blob, offsets)

    def text(self, number: int) -> str:
        return self._runs.run(number).tobytes().decode()

    def texts(self, numbers: npt.NDArray[np.integer]) -> list[str]:
        """The texts of these numbers."""
        starts = self._runs.pool_start
        blob = memoryview(self._runs.pool)
        spans = zip(starts[numbers].tolist(), starts[numbers + 1].tolist(), strict=True)
        return [str(blob[start:end], "utf-8") for start, end in spans]

    def dictionary(self, numbers: I64) -> tuple[Dictionary, I64]:
        """The texts of these numbers, which are distinct, as a dictionary; and the numbers in its order."""
        blob, starts = self._runs.pool, self._runs.pool_start
        ordered = numbers.copy()
        heads = np.empty(len(numbers), np.uint64)
        kernels.read_heads(blob, starts, ordered, heads)
        kernels.sort_texts(blob, starts, heads, ordered, (np.empty_like(ordered), np.empty_like(heads)))
        target = np.empty(int((starts[numbers + 1] - starts[numbers]).sum()), np.uint8)
        offsets: U32 = np.empty(len(numbers) + 1, np.uint32)
        kernels.gather_texts(blob, starts, ordered, target, offsets)
        return Dictionary(target, offsets), ordered

    def memory_bytes(self) -> int:
        return self._runs.memory_bytes()


def make_larger(array: npt.NDArray[Number], shape: tuple[int, ...], fill: int = 0) -> npt.NDArray[Number]:
    """An array of at least this shape with the same numbers at the same places; twice as long where it must grow."""
    if all(size <= held for size, held in zip(shape, array.shape, strict=True)):
        return array
    grown = tuple(held if size <= held else max(size, 2 * held) for size, held in zip(shape, array.shape, strict=True))
    larger = np.full(grown, fill, array.dtype) if fill else np.zeros(grown, array.dtype)
    larger[tuple(slice(held) for held in array.shape)] = array
    return larger
