"""A clause in one segment, as programs take it; and what ends a search whose time is over."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from indexer.codec.gains import TITLE as TITLE_GAIN
from indexer.codec.kernels.packing import F32, I32
from searchapp.backends.generation import Bits

#: Makes a title's gain what it is without its weight, for clauses that look at titles alone.
TITLE_SCALE: Final = np.float32(1 / TITLE_GAIN.weight)


class LateError(Exception):
    """The time for a search is over."""


class SegmentLeaf(NamedTuple):
    """A clause in one segment: terms, or documents with their gains, or a set of documents.

    `size` is how many documents it has there, deleted ones perhaps included. Where `shares` says that two terms may
    stand in one document, it is the most that there can be, and a document's gains are added up.
    """

    size: int
    terms: tuple[int, ...] = ()
    shares: bool = False
    docs: I32 | None = None
    gains: F32 | None = None
    row: Bits | None = None
