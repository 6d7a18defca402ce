"""Sorted dictionaries made into one, and cut down to what is still used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.dictionary import Dictionary, build_dictionary
from indexer.codec.kernels import merging as kernels
from indexer.codec.kernels.packing import I32


def merge_dictionaries(dictionaries: Sequence[Dictionary]) -> tuple[Dictionary, tuple[I32, ...]]:
    """The dictionary of all texts, and for each of the given ones the new number of each of its texts (rising)."""
    if len(dictionaries) == 1:
        only = dictionaries[0]
        return only, (np.arange(len(only), dtype=np.int32),)
    if not HAS_NUMBA:
        return _merge_plainly(dictionaries)
    source_start = np.zeros(len(dictionaries) + 1, np.int64)
    np.cumsum([len(each) for each in dictionaries], out=source_start[1:])
    bases = np.cumsum([0, *(len(each.blob) for each in dictionaries)])
    blob = np.concatenate([each.blob for each in dictionaries])
    offsets = np.concatenate([each.offsets for each in dictionaries])
    numbers = np.empty(int(source_start[-1]), np.int32)
    # As long as if no text were in two of them; what is not written to takes no memory.
    merged_blob, merged_offsets = np.empty(len(blob), np.uint8), np.empty(len(numbers) + 1, np.uint32)
    count = kernels.merge_sorted(blob, bases, offsets, source_start, numbers, merged_blob, merged_offsets)
    merged_offsets = merged_offsets[: count + 1]
    return (
        Dictionary(merged_blob[: int(merged_offsets[-1])], merged_offsets),
        tuple(np.split(numbers, source_start[1:-1])),
    )


def keep_texts(dictionary: Dictionary, kept: npt.NDArray[np.bool_]) -> Dictionary:
    """The texts that `kept` marks."""
    if kept.all():
        return dictionary
    lengths = np.diff(dictionary.offsets)
    offsets = np.zeros(int(kept.sum()) + 1, np.uint32)
    np.cumsum(lengths[kept], out=offsets[1:], dtype=np.uint32)
    return Dictionary(dictionary.blob[np.repeat(kept, lengths)], offsets)


def _merge_plainly(dictionaries: Sequence[Dictionary]) -> tuple[Dictionary, tuple[I32, ...]]:
    texts = [[each.encoded(number) for number in range(len(each))] for each in dictionaries]
    ordered = sorted({text for of_one in texts for text in of_one})
    number_of = {text: number for number, text in enumerate(ordered)}
    numbers = tuple(np.array([number_of[text] for text in of_one], np.int32) for of_one in texts)
    return build_dictionary(ordered), numbers
