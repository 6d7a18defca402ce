"""One generation of an index, ready to be searched: mapped segments, who lives in them, and what live averages make.

Nothing here changes after it is made but the caches, which are bounded and lose nothing but time when they are
emptied. Document numbers count from each segment's `base` on.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.backends.segment_view import SegmentView
from indexer.codec.columns import ValueColumn
from indexer.codec.gains import BODY, TITLE, document_gains
from indexer.codec.group import PostingGroup
from indexer.codec.kernels.packing import F32
from indexer.codec.segment import MappedSegment
from searchapp.backends.kernels.memory import address_of, float_as_int
from searchapp.search.postings import Flags

Bits: TypeAlias = NDArray[np.uint64]
#: The arrays of a posting group as kernels take them; `kernels/blocks.py` lists them.
TextArrays: TypeAlias = tuple[Any, ...]
T = TypeVar("T")

_CACHED_SETS_BYTES: Final = 16 * 1024 * 1024
_CACHED_NUMBERS: Final = 20_000
_CACHED_CLAUSES: Final = 4_000


def pack_flags(flags: Flags) -> Bits:
    """Document d at bit d & 63 of word d >> 6."""
    padded = np.zeros((len(flags) + 63) // 64 * 64, np.bool_)
    padded[: len(flags)] = flags
    return np.packbits(padded, bitorder="little").view(np.uint64)


class BoundedMemory:
    """Keeps what was made until `limit` is reached, then starts anew. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._lock = threading.Lock()
        self._kept: dict[Hashable, Any] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable) -> Any:  # noqa: ANN401 what was put there
        return self._kept.get(key)

    def put(self, key: Hashable, value: T, size: int = 1) -> T:
        with self._lock:
            if self._size + size > self._limit:
                self._kept = {}
                self._size = 0
            self._kept[key] = value
            self._size += size
        return value


class MatchedSets(NamedTuple):
    """A bitset for each segment, one behind the other in `whole`, and where each lies."""

    whole: Bits
    bits: list[Bits]
    addresses: list[int]


@dataclass(slots=True)
class SearchedSegment:
    """`deleted` documents are in the postings and in no answer."""

    mapped: MappedSegment
    number: int
    base: int
    documents: int
    deleted: int
    live: Bits
    live_flags: Flags
    text: TextArrays
    first_day: NDArray[np.int32]
    last_day: NDArray[np.int32]
    instant: NDArray[np.int64]
    bound_factor: np.float32
    names: dict[str, TextArrays] = field(default_factory=dict)
    rows: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    row_addresses: dict[str, int] = field(default_factory=dict)

    def arrays(self, group: str) -> TextArrays:
        if group == "text":
            return self.text
        if group not in self.names:
            self.names[group] = _group_arrays(self.mapped.group(group), _NO_GAINS, _NO_GAINS)
        return self.names[group]

    def row(self, group: str) -> NDArray[np.int64]:
        """Addresses and sizes, of a group's postings and of the segment, as `kernels/tables.py` lists them."""
        if group not in self.rows:
            row = np.array(_table_row(self, self.arrays(group)), np.int64)
            self.row_addresses[group] = address_of(row)
            self.rows[group] = row
        return self.rows[group]

    def row_address(self, group: str) -> int:
        """Where the row lies."""
        if group not in self.rows:
            self.row(group)
        return self.row_addresses[group]

    def column(self, name: str) -> ValueColumn:
        return self.mapped.values(name)


_NO_GAINS: F32 = np.zeros(0, np.float32)


class Generation:
    """`segments` come with the numbers of their deleted documents."""

    def __init__(self, number: int, segments: Sequence[tuple[MappedSegment, NDArray[np.int64]]]) -> None:
        self.number = number
        flags = [_live_flags(segment, deleted) for segment, deleted in segments]
        self.live_count = sum(int(each.sum()) for each in flags)
        lengths = [(segment.columns.title_length, segment.columns.body_length) for segment, _ in segments]
        self.averages = (
            self._average([title[live] for (title, _), live in zip(lengths, flags, strict=True)]),
            self._average([body[live] for (_, body), live in zip(lengths, flags, strict=True)]),
        )
        made = []
        base = 0
        for place, ((segment, _), live) in enumerate(zip(segments, flags, strict=True)):
            made.append(_search_segment(segment, place, base, live, self.averages))
            base += segment.document_count
        self.segments: tuple[SearchedSegment, ...] = tuple(made)
        self.bases = [segment.base for segment in self.segments]
        self.document_count = base
        self._set_ends = list(accumulate([len(segment.live) for segment in self.segments], initial=0))
        self.everything_lives = self.live_count == base
        #: Term numbers; clauses that are terms alone; terms and phrases by segment; bitsets by what they hold.
        self.numbers = BoundedMemory(_CACHED_NUMBERS)
        self.prepared = BoundedMemory(_CACHED_CLAUSES)
        self.sought = BoundedMemory(_CACHED_CLAUSES)
        self.sets = BoundedMemory(_CACHED_SETS_BYTES)
        #: A row of addresses and sizes for each segment, as `kernels/tables.py` lists them.
        self._table = np.array([segment.row("text") for segment in self.segments], np.int64)
        self.table_address = address_of(self._table)
        self._making = threading.Lock()
        self._made: dict[str, Any] = {}

    def locate(self, doc: int) -> tuple[SearchedSegment, int]:
        segment = self.segments[bisect_right(self.bases, doc) - 1]
        return segment, doc - segment.base

    def empty_sets(self) -> MatchedSets:
        ends = self._set_ends
        whole = np.zeros(ends[-1], np.uint64)
        address = address_of(whole)
        return MatchedSets(
            whole, [whole[first:end] for first, end in pairwise(ends)], [address + 8 * first for first in ends[:-1]]
        )

    def is_in(self, sets: MatchedSets, doc: int) -> bool:
        number = bisect_right(self.bases, doc) - 1
        inside = doc - self.bases[number]
        return bool(sets.whole.data[self._set_ends[number] + (inside >> 6)] >> (inside & 63) & 1)

    def live_sets(self) -> MatchedSets:
        """Of all articles."""
        sets = self.empty_sets()
        for bits, segment in zip(sets.bits, self.segments, strict=True):
            bits[:] = segment.live
        return sets

    def id_of(self, doc: int) -> str:
        segment, inside = self.locate(doc)
        return segment.mapped.id_of(inside)

    def make_once(self, name: str, make: Callable[[], T]) -> T:
        """What is made on first use and stays for the generation."""
        if name not in self._made:
            with self._making:
                if name not in self._made:
                    self._made[name] = make()
        made: T = self._made[name]
        return made

    def _average(self, parts: Sequence[NDArray[np.uint32]]) -> float:
        return float(sum(int(part.sum(dtype=np.int64)) for part in parts)) / self.live_count if self.live_count else 0.0


def open_generation(view: SegmentView) -> Generation:
    """What a view of an index holds, ready to be searched."""
    return Generation(
        view.generation,
        [
            (segment.mapped, np.fromiter(segment.listed.deleted_docs(), np.int64))
            for segment in view.segments
            if segment.mapped.document_count
        ],
    )


def _live_flags(segment: MappedSegment, deleted: NDArray[np.int64]) -> Flags:
    flags = np.ones(segment.document_count, np.bool_)
    flags[deleted] = False
    return flags


def _search_segment(
    segment: MappedSegment, number: int, base: int, live: Flags, averages: tuple[float, float]
) -> SearchedSegment:
    columns = segment.columns
    gains = (
        document_gains(TITLE, columns.title_length, averages[0]),
        document_gains(BODY, columns.body_length, averages[1]),
    )
    grown = [now / written for now, written in zip(averages, segment.written_averages, strict=True) if written > 0]
    return SearchedSegment(
        mapped=segment,
        number=number,
        base=base,
        documents=segment.document_count,
        deleted=int(len(live) - live.sum()),
        live=pack_flags(live),
        live_flags=live,
        text=_group_arrays(segment.text, *gains),
        first_day=columns.first_day,
        last_day=columns.last_day,
        instant=columns.instant,
        # A gain grows at most as the average length does, and never when that shrinks.
        bound_factor=np.float32(max(1.0, *grown) if grown else 1.0),
    )


def _table_row(segment: SearchedSegment, group: TextArrays) -> list[int]:
    return [
        *map(address_of, group),
        segment.documents,
        segment.base,
        address_of(segment.first_day),
        address_of(segment.last_day),
        address_of(segment.instant),
        address_of(segment.mapped.columns.id),
        address_of(segment.live),
        segment.deleted,
        float_as_int(float(segment.bound_factor)),
    ]


def _group_arrays(group: PostingGroup, title_gain: F32, body_gain: F32) -> TextArrays:
    packed = group.packed
    return (
        packed.words,
        packed.widths.words,
        packed.word_at.words,
        packed.last_doc,
        packed.block_start.words,
        packed.doc_freq.words,
        packed.bounds,
        packed.position_word_at.words,
        packed.position_words,
        title_gain,
        body_gain,
    )
