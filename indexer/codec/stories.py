"""Which articles of a segment are copies of a text: their sketches, and the orders in which these are found.

Two texts are copies of each other when their sketches (`sketching.py`) share a key and `LEAST_SAME` small values at
least. Texts that are alike to nine tenths nearly always do, texts that are alike to half hardly ever. A short text must
share nearly all, `LEAST_SAME_SHORT`: a line of every week is the same but for a figure. Sections, for n
documents of which m have a sketch:

    stories.sketches    uint64 (n, 4)      0 where there is none
    stories.orders      numbers (3 m)      the documents that have one by their first key, then by their second, their
                                           third; those of one key by number
    stories.starts      uint32 (3, b + 1)  where the keys of each of b buckets begin in an order, and the last end: b is
                                           a power of two, and the upper bits of a key say its bucket

A segment that was written before there were sketches has none of these; `rebuild` writes them. Finding has a compiled
and a plain path with the same answer; the plain path is the specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.codec.kernels import stories as kernels
from indexer.codec.kernels.packing import I64, U32
from indexer.codec.kernels.sketching import KEY_BITS, KEYS, SKETCH_WORDS, SMALL_VALUES
from indexer.codec.numbers import Numbers, open_numbers, pack_numbers, words_fit
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter
from indexer.codec.sketching import U64

#: Of 48. Two texts of which four fifths are the same have 39 on average, of which half is the same 26.
LEAST_SAME: Final = 37
LEAST_SAME_SHORT: Final = 47
#: Of the documents of one key so many are looked at: a notice that came every day for years is no story of thousands.
MOST_OF_A_KEY: Final = 200
_A_BUCKET: Final = 32
_NAME: Final = "stories"
_KEY: Final = np.uint64((1 << KEY_BITS) - 1)

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stories:
    """As the module's table says."""

    sketches: U64
    orders: Numbers
    starts: U32

    def find(self, wanted: U64, live: Flags, *, compiled: bool) -> tuple[I64, I64]:
        """Which live documents are copies of these sketches (f, 4): by place in `wanted`, and document."""
        if not compiled:
            return find_plainly(self.sketches, wanted, live)
        room = len(wanted) * KEYS * MOST_OF_A_KEY
        of_wanted, docs = np.empty(room, np.int64), np.empty(room, np.int64)
        found = kernels.find_copies(
            wanted, self.sketches, self.orders.words, self.starts, _shift(self.starts), live, LEAST_SAME,
            LEAST_SAME_SHORT, MOST_OF_A_KEY, of_wanted, docs,
        )  # fmt: skip
        return of_wanted[:found], docs[:found]


def find_plainly(sketches: U64, wanted: U64, live: Flags) -> tuple[I64, I64]:
    """What `Stories.find` finds, by a look at every sketch."""
    pairs: list[tuple[int, int]] = []
    for want, sketch in enumerate(wanted):
        copies: list[int] = []
        if not sketch[-1]:
            continue
        for key in range(KEYS):
            holders = np.flatnonzero((sketches[:, -1] != 0) & (_keys(sketches, key) == _keys(sketch[None], key)))
            for doc in holders[:MOST_OF_A_KEY].tolist():
                if doc not in copies and live[doc] and _are_alike(sketch, sketches[doc]):
                    copies.append(doc)
        pairs += [(want, doc) for doc in copies]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def order_sketches(sketches: U64) -> Stories:
    docs = np.flatnonzero(sketches[:, -1])
    buckets = 1 << min((len(docs) // _A_BUCKET).bit_length(), KEY_BITS)
    orders: list[I64] = [np.empty(0, np.int64)]
    starts = np.zeros((KEYS, buckets + 1), np.uint32)
    firsts = np.arange(buckets, dtype=np.uint64) << np.uint64(_shift(starts))
    for key in range(KEYS):
        keys = _keys(sketches[docs], key)
        order = np.argsort(keys, kind="stable")
        orders.append(docs[order])
        starts[key, :-1] = np.searchsorted(keys[order], firsts)
        starts[key, -1] = len(docs)
    joined = np.concatenate(orders)
    return Stories(np.ascontiguousarray(sketches), Numbers(pack_numbers(joined), len(joined)), starts)


def merge_sketches(sources: Sequence[Stories], live: Sequence[Flags]) -> Stories:
    """Those of the live documents of all sources."""
    parts = [source.sketches[alive] for source, alive in zip(sources, live, strict=True)]
    return order_sketches(np.concatenate(parts))


def write_stories(writer: SegmentFileWriter, stories: Stories) -> None:
    writer.add(f"{_NAME}.sketches", stories.sketches)
    writer.add(f"{_NAME}.orders", stories.orders.words)
    writer.add(f"{_NAME}.starts", stories.starts)


def open_stories(file: SegmentFile, documents: int) -> Stories:
    """Nobody has a sketch where the segment was written before there were any."""
    if f"{_NAME}.sketches" not in file:
        return order_sketches(np.zeros((documents, SKETCH_WORDS), np.uint64))
    starts = file.array(f"{_NAME}.starts")
    orders = open_numbers(file.array(f"{_NAME}.orders"), KEYS * int(starts[0, -1]))
    return Stories(file.array(f"{_NAME}.sketches"), orders, starts)


def story_faults(stories: Stories, documents: int) -> Iterator[tuple[str, str]]:
    """What does not fit, and the part where it lies."""
    if stories.sketches.shape != (documents, SKETCH_WORDS):
        yield "stories.sketches", f"have the shape {stories.sketches.shape} for {documents} documents"
        return
    if not words_fit(stories.orders):
        yield "stories.orders", "its words are not what numbers are packed in"
        return
    made = order_sketches(stories.sketches)
    if not np.array_equal(made.starts, stories.starts):
        yield "stories.starts", "are not where the keys of the buckets begin"
    elif not np.array_equal(made.orders[:], stories.orders[:]):
        yield "stories.orders", "are not the documents by their keys"


def _shift(starts: U32) -> int:
    """Of how many bits a key is within its bucket."""
    buckets: int = starts.shape[1] - 1
    return KEY_BITS + 1 - buckets.bit_length()


def _keys(sketches: U64, key: int) -> U64:
    keys: U64 = (sketches[:, -1] >> np.uint64(KEY_BITS * key)) & _KEY
    return keys


def _are_alike(sketch: U64, other: U64) -> bool:
    values = (np.stack([sketch, other])[:, :-1, None] >> np.arange(0, 64, 4, dtype=np.uint64)) & np.uint64(15)
    assert values[0].size == SMALL_VALUES
    is_short = bool((sketch[-1] | other[-1]) >> np.uint64(62) & np.uint64(1))
    return int((values[0] == values[1]).sum()) >= (LEAST_SAME_SHORT if is_short else LEAST_SAME)
