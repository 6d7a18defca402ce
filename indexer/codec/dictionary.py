"""A sorted dictionary of texts: UTF-8 in one blob, numbered in the order of their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels import dictionary as kernels
from indexer.codec.kernels.packing import I64, U8, U32


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`blob[offsets[n] : offsets[n + 1]]` is text n in UTF-8; `offsets` has one value more than there are texts."""

    blob: U8
    offsets: U32

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self.encoded(number).decode("utf-8")

    def encoded(self, number: int) -> bytes:
        return self.blob[int(self.offsets[number]) : int(self.offsets[number + 1])].tobytes()

    def find(self, texts: Sequence[str]) -> I64:
        """The number of each text, -1 where the dictionary does not hold it."""
        encoded = [text.encode("utf-8") for text in texts]
        numbers = np.empty(len(texts), np.int64)
        if HAS_NUMBA:
            keys = np.frombuffer(b"".join(encoded), np.uint8)
            key_offsets = np.array([0, *accumulate(map(len, encoded))], np.int64)
            kernels.find_keys(self.blob, self.offsets, keys, key_offsets, numbers)
            return numbers
        for i, text in enumerate(encoded):
            number = self.lower_bound(text)
            numbers[i] = number if number < len(self) and self.encoded(number) == text else -1
        return numbers

    def lower_bound(self, text: bytes) -> int:
        """Number of the first text that does not sort before this one."""
        if HAS_NUMBA:
            key = np.frombuffer(text, np.uint8)
            return int(kernels.lower_bound(self.blob, self.offsets, key, 0, len(key)))
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.encoded(middle) < text:
                low = middle + 1
            else:
                high = middle
        return low

    def prefix_range(self, prefix: str) -> range:
        """The numbers of the texts that start with `prefix`."""
        first = prefix.encode("utf-8")
        return range(self.lower_bound(first), self.lower_bound(_after_prefix(first)) if first else len(self))


def build_dictionary(sorted_texts: Iterable[bytes]) -> Dictionary:
    """From distinct UTF-8 texts in the order of their bytes."""
    texts = list(sorted_texts)
    assert all(before < after for before, after in pairwise(texts)), "texts must rise"
    offsets = np.zeros(len(texts) + 1, np.uint32)
    np.cumsum([len(text) for text in texts], out=offsets[1:], dtype=np.uint32)
    blob: npt.NDArray[np.uint8] = np.frombuffer(b"".join(texts), np.uint8)
    return Dictionary(blob, offsets)


def _after_prefix(prefix: bytes) -> bytes:
    """The least byte string that sorts after everything with this prefix. UTF-8 has no byte 0xFF."""
    return prefix[:-1] + bytes([prefix[-1] + 1])
