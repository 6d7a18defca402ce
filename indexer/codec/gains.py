"""What one more occurrence of a word is worth in each document: the part of BM25F that only lengths decide.

The bounds of posting blocks are made of it when a segment is written, at the averages of that time. The values stand
here because a segment file depends on them; ranking proper is the search side's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.codec.kernels.packing import F32, U32


@dataclass(frozen=True, slots=True)
class FieldGain:
    """`weight` multiplies frequencies; `b` says how much the length counts, from 0 to 1."""

    weight: float
    b: float


TITLE: Final = FieldGain(2.5, 0.5)
BODY: Final = FieldGain(1.0, 0.6)
#: For groups that are not ranked by length.
FLAT: Final = FieldGain(1.0, 0.0)


def document_gains(field: FieldGain, lengths: U32, average_length: float) -> F32:
    """Weight / (1 - b + b * length / average), float32, shape as `lengths`."""
    if average_length <= 0 or not field.b:
        return np.full(len(lengths), field.weight, np.float32)
    scale = 1 - field.b + field.b * lengths.astype(np.float64) / average_length
    return (field.weight / np.maximum(scale, 1e-9)).astype(np.float32)
