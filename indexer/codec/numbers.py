"""Numbers from 0 to 2**32 - 1 as a segment keeps them: packed in groups of 32, each number found by itself.

    words       2 a group        the lowest number of the group; where its bits begin (in words) << 6 | width
                width a group    32 numbers less the lowest, from bit i * width on; width is 0 to 32
                2                spare, so that what is read beside a number is there

Made for what stands once a term or a block: offsets that rise, counts that are mostly small. What is more than
`MOST_WORDS` of them does not fit. Reading one costs a few nanoseconds more than an array's.
"""

from __future__ import annotations

from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels import numbers as kernels
from indexer.codec.kernels.numbers import GROUP, SPARE
from indexer.codec.kernels.packing import I64, U32

MOST_WORDS: Final = 1 << 26
MOST_BITS: Final = 32
MOST: Final = (1 << MOST_BITS) - 1

U64 = npt.NDArray[np.uint64]


class Numbers:
    """Read like an array of one dimension that cannot be changed; what is taken out of it is int64."""

    __slots__ = ("_count", "words")

    def __init__(self, words: U32, count: int) -> None:
        self.words = words
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, chosen: slice | npt.NDArray[np.integer]) -> I64: ...
    @overload
    def __getitem__(self, chosen: int) -> int: ...
    def __getitem__(self, chosen: int | slice | npt.NDArray[np.integer]) -> int | I64:
        if isinstance(chosen, slice):
            first, last, step = chosen.indices(self._count)
            assert step == 1, "numbers that follow each other"
            return _read(self.words, first, max(last - first, 0))
        if isinstance(chosen, np.ndarray):
            return _take(self.words, chosen.astype(np.int64))
        place = int(chosen) if chosen >= 0 else int(chosen) + self._count
        if not 0 <= place < self._count:
            raise IndexError(chosen)
        if HAS_NUMBA:
            return int(kernels.read_number(self.words, place))
        return int(_take(self.words, np.array([place]))[0])

    def checked(self, place: int) -> int:
        """One number. Raises IndexError where damaged words lead out of themselves, as nothing else does."""
        return int(_take(self.words, np.array([place]))[0])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return self[:] if dtype is None else self[:].astype(dtype)

    def astype(self, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        return self[:].astype(dtype, copy=False)


class Offsets:
    """Where pieces that lie one behind the other begin, and where the last ends: by the `sizes` of the pieces, and by
    where every 32nd of them begins (`starts`, uint64), so that what is cut may be longer than a number is."""

    __slots__ = ("sizes", "starts")

    def __init__(self, sizes: Numbers, starts: U64) -> None:
        self.sizes = sizes
        self.starts = starts

    def __len__(self) -> int:
        return len(self.sizes) + 1

    def cut(self, piece: int) -> tuple[int, int]:
        """Begin and end of a piece that is there."""
        first, last = kernels.cut_at(self.sizes.words, self.starts, piece)
        return int(first), int(last)

    def all(self) -> I64:
        """Begins of all pieces, and the end of the last; int64 (pieces + 1)."""
        ends = np.zeros(len(self), np.int64)
        np.cumsum(self.sizes[:], out=ends[1:])
        return ends


def pack_numbers(values: npt.NDArray[np.integer]) -> U32:
    """The words of these numbers."""
    groups = (len(values) + GROUP - 1) // GROUP
    lowest, widths = np.empty(groups, np.int64), np.empty(groups, np.int64)
    if HAS_NUMBA:
        kernels.measure_groups(values, lowest, widths)
    else:
        for group in range(groups):
            part = values[group * GROUP : (group + 1) * GROUP]
            lowest[group] = part.min()
            widths[group] = (int(part.max()) - int(part.min())).bit_length()
    words = np.zeros(2 * groups + int(widths.sum()) + SPARE, np.uint32)
    assert len(words) <= MOST_WORDS
    if HAS_NUMBA:
        kernels.write_groups(values, lowest, widths, words)
    else:
        _write_groups(values, lowest, widths, words)
    return words


def open_numbers(words: U32, count: int) -> Numbers:
    """Raises ValueError where the words do not hold so many numbers."""
    groups = (count + GROUP - 1) // GROUP
    if words.ndim != 1 or words.dtype != np.uint32 or len(words) < 2 * groups + SPARE:
        raise ValueError(f"{len(words)} words are too few for {count} numbers")
    return Numbers(words, count)


def words_fit(numbers: Numbers) -> bool:
    """Whether the words are those that these numbers are packed in. Reads all."""
    groups = (len(numbers) + GROUP - 1) // GROUP
    said = numbers.words[1 : 2 * groups : 2].astype(np.int64)
    widths = said & 63
    at = 2 * groups + np.cumsum(widths) - widths
    whole = len(numbers.words) == 2 * groups + int(widths.sum()) + SPARE
    if not whole or (widths > MOST_BITS).any() or not np.array_equal(said >> 6, at):
        return False
    kept = numbers[:]
    return bool((kept <= MOST).all()) and np.array_equal(pack_numbers(kept), numbers.words)


def _read(words: U32, first: int, count: int) -> I64:
    if not HAS_NUMBA:
        return _take(words, np.arange(first, first + count))
    out = np.empty(count, np.int64)
    kernels.read_numbers(words, first, out)
    return out


def _take(words: U32, places: I64) -> I64:
    head = 2 * (places >> 5)
    said = words[head + 1]
    width = said.astype(np.uint64) & np.uint64(63)
    bit = (places & 31).astype(np.uint64) * width
    at = (said >> np.uint32(6)).astype(np.int64) + (bit >> np.uint64(5)).astype(np.int64)
    pair = words[at].astype(np.uint64) | (words[at + 1].astype(np.uint64) << np.uint64(32))
    above = (pair >> (bit & np.uint64(31))) & ((np.uint64(1) << width) - np.uint64(1))
    taken: I64 = words[head].astype(np.int64) + above.astype(np.int64)
    return taken


def _write_groups(values: npt.NDArray[np.integer], lowest: I64, widths: I64, words: U32) -> None:
    at = 2 * len(lowest)
    for group, width in enumerate(widths.tolist()):
        words[2 * group : 2 * group + 2] = lowest[group], at << 6 | width
        if width:
            above = values[group * GROUP : (group + 1) * GROUP].astype(np.int64) - lowest[group]
            bits = np.zeros((GROUP, width), np.uint8)
            bits[: len(above)] = (above[:, None] >> np.arange(width)) & 1
            words[at : at + width] = np.packbits(bits.reshape(-1), bitorder="little").view("<u4")
        at += width
