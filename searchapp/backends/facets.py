"""Facet counts and histograms over sets of documents in several segments, by kernels."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from indexer.codec.columns import ValueColumn
from indexer.codec.kernels.packing import I32, I64
from searchapp.backends.generation import BoundedMemory, Generation, MatchedSets
from searchapp.backends.kernels.counting import count_values
from searchapp.backends.kernels.memory import address_of
from searchapp.search.counting import MAX_FILLED_BUCKETS, UNITS, Interval, bucket_numbers
from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.port import Bucket, FacetCount, FacetCounts

_EPOCH_YEAR: Final = 1970
_NO_BUCKET: Final = -(2**31)
#: The kernel ranks so many values, by moving them; of more, numpy sorts them.
_MOST_RANKED: Final = 64
_NO_TOP: Final = np.empty((0, 2), np.int64)
_KNOWN_TEXTS: Final = 4_000


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a column, numbered over all segments.

    `addresses` are, for each segment, the last four numbers that `kernels/counting.py` asks for, of arrays in `held`.
    """

    size: int
    addresses: tuple[tuple[int, int, int, int], ...]
    held: tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column of texts: value v is spelled by a segment and a code in it, `where[v]`; values rise. `known` are texts
    by value."""

    values: _Values
    where: I64
    known: BoundedMemory


@dataclass(frozen=True, slots=True)
class _Buckets:
    """Days, months or years: value v is bucket `first` + v, and `whole` how many live articles each has."""

    values: _Values
    first: int
    whole: I64


def count_facets(request: FacetRequest, matched: MatchedSets, generation: Generation) -> FacetCounts:
    """The most frequent values among the matches, ties by value."""
    if request.name == "year":
        buckets = _buckets("year", generation)
        first = buckets.first + _EPOCH_YEAR
        return FacetCounts(
            request.name,
            tuple(
                [
                    FacetCount(f"{first + year:04d}", count)
                    for year, count in _count_most_frequent(buckets.values, matched, request.size)
                ]
            ),
        )
    texts = generation.make_once(f"values {request.name}", lambda: _join_texts(request.name, generation))
    return FacetCounts(
        request.name,
        tuple(
            [
                FacetCount(texts.known.get(value) or _spell(request.name, value, texts, generation), count)
                for value, count in _count_most_frequent(texts.values, matched, request.size)
            ]
        ),
    )


def count_histogram(interval: Interval, matched: MatchedSets, generation: Generation) -> tuple[Bucket, ...]:
    """Articles for each day, month or year from the first match's to the last's, empty ones filled in."""
    buckets = _buckets(interval, generation)
    counts, _ = _count(buckets.values, matched, _NO_TOP)
    held = np.flatnonzero(counts)
    if not len(held):
        return ()
    low, high = int(held[0]), int(held[-1])
    shown = np.arange(low, high + 1) if high - low < MAX_FILLED_BUCKETS else held
    names = (shown + buckets.first).astype(f"datetime64[{UNITS[interval]}]").astype(str)
    return tuple(
        Bucket(name, count, of)
        for name, count, of in zip(names.tolist(), counts[shown].tolist(), buckets.whole[shown].tolist(), strict=True)
    )


def _count(values: _Values, matched: MatchedSets, top: I64) -> tuple[I64, int]:
    """How many matches have each value, and how many values are in `top` with their counts, the most frequent first."""
    table = array("q", [len(matched.bits)])
    for bits, address, addresses in zip(matched.bits, matched.addresses, values.addresses, strict=True):
        table.extend((address, len(bits), *addresses))
    counts = np.zeros(values.size, np.int64)
    return counts, count_values(table.buffer_info()[0], counts, top)


def _count_most_frequent(values: _Values, matched: MatchedSets, size: int) -> list[list[int]]:
    """The values that most matches have, with their counts, none of them 0; of equal ones those that come first."""
    if size > _MOST_RANKED:
        counts, _ = _count(values, matched, _NO_TOP)
        return _most_frequent(counts, size)
    top = np.empty((size, 2), np.int64)
    _, found = _count(values, matched, top)
    ranked: list[list[int]] = top[:found].tolist()
    return ranked


def _buckets(interval: Interval, generation: Generation) -> _Buckets:
    return generation.make_once(f"buckets {interval}", lambda: _make_buckets(interval, generation))


def _make_buckets(interval: Interval, generation: Generation) -> _Buckets:
    numbers = [_bucket_of_each(segment.first_day, segment.last_day, interval) for segment in generation.segments]
    live = [each[segment.live_flags] for each, segment in zip(numbers, generation.segments, strict=True)]
    every = np.concatenate([np.zeros(0, np.int32), *live]).astype(np.int64)
    every = every[every != _NO_BUCKET]
    first = int(every.min()) if len(every) else 0
    whole = np.bincount(every - first).astype(np.int64) if len(every) else np.zeros(0, np.int64)
    addresses = tuple((address_of(each), 0, 0, first) for each in numbers)
    return _Buckets(_Values(len(whole), addresses, tuple(numbers)), first, whole)


def _bucket_of_each(first_day: I32, last_day: I32, interval: Interval) -> I32:
    """Days, months or years since 1970 of each document; `_NO_BUCKET` where it is in no single one."""
    starts = bucket_numbers(first_day, interval)
    whole = (first_day != 0) & (starts == bucket_numbers(last_day, interval))
    return np.where(whole, starts, _NO_BUCKET).astype(np.int32)


def _join_texts(name: FacetName, generation: Generation) -> _Texts:
    columns = [segment.column(name) for segment in generation.segments]
    if len(columns) == 1:
        everything = np.arange(len(columns[0].values), dtype=np.int64)
        where = np.stack([np.zeros_like(everything), everything], axis=1)
        return _Texts(_values_of(columns, [everything], len(where)), where, BoundedMemory(_KNOWN_TEXTS))
    places: dict[bytes, tuple[int, int]] = {}
    spelled = [[column.values.encoded(code) for code in range(len(column.values))] for column in columns]
    for number, texts in enumerate(spelled):
        for code, text in enumerate(texts):
            places.setdefault(text, (number, code))
    ordered = {text: value for value, text in enumerate(sorted(places))}
    joined = [np.array([ordered[text] for text in texts], np.int64) for texts in spelled]
    where = np.array([places[text] for text in ordered], np.int64).reshape(-1, 2)
    return _Texts(_values_of(columns, joined, len(where)), where, BoundedMemory(_KNOWN_TEXTS))


def _values_of(columns: Sequence[ValueColumn], joined: Sequence[I64], size: int) -> _Values:
    addresses = []
    held: list[NDArray[Any]] = []
    for column, values in zip(columns, joined, strict=True):
        has_one_each = np.array_equal(column.offsets, np.arange(len(column.codes) + 1))
        cuts = 0 if has_one_each else address_of(column.offsets)
        addresses.append((address_of(column.codes), cuts, address_of(values), 0))
        held += (column.codes, column.offsets, values)
    return _Values(size, tuple(addresses), tuple(held))


def _spell(name: FacetName, value: int, texts: _Texts, generation: Generation) -> str:
    segment, code = texts.where[value].tolist()
    text: str = generation.segments[segment].column(name).values[code]
    return texts.known.put(value, text)


def _most_frequent(counts: I64, size: int) -> list[list[int]]:
    """The highest counts, none of them 0, with their places, ties in order."""
    held = np.flatnonzero(counts)
    found = counts[held]
    if len(held) > 4 * size:
        enough = found >= np.partition(found, len(held) - size)[len(held) - size]
        held, found = held[enough], found[enough]
    order = np.argsort(-found, kind="stable")[:size]
    ranked: list[list[int]] = np.stack([held[order], found[order]], axis=1).tolist()
    return ranked
