"""Facet counts and histograms over sets of documents in several segments, by kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.backends.generation import NO_BUCKET, Bits, Generation
from searchapp.backends.kernels.counting import count_codes, count_numbers
from searchapp.search.counting import MAX_FILLED_BUCKETS, UNITS, Interval, bucket_numbers
from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.port import Bucket, FacetCount, FacetCounts

_EPOCH_YEAR: Final = 1970


@dataclass(frozen=True, slots=True)
class _JoinedValues:
    """The values of a column in all segments: `codes[s][c]` is the place of segment s's value c in `where`.

    `where[v]` is a segment and a code in it that spell value v; values rise.
    """

    codes: tuple[NDArray[np.int64], ...]
    where: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Whole:
    """How many live articles each bucket from `first` on has."""

    first: int
    counts: NDArray[np.int64]


def count_facets(request: FacetRequest, matched: list[Bits], generation: Generation) -> FacetCounts:
    """The most frequent values among the matches, ties by value."""
    if request.name == "year":
        return FacetCounts(request.name, _top_years(request.size, matched, generation))
    return FacetCounts(request.name, _top_values(request.name, request.size, matched, generation))


def count_histogram(interval: Interval, matched: list[Bits], generation: Generation) -> tuple[Bucket, ...]:
    """Articles for each day, month or year from the first match's to the last's, empty ones filled in."""
    whole = generation.make_once(f"whole {interval}", lambda: _count_whole(interval, generation))
    counts = np.zeros(len(whole.counts), np.int64)
    for segment, bits in zip(generation.segments, matched, strict=True):
        count_numbers(bits, segment.buckets(interval), whole.first, counts)
    held = np.flatnonzero(counts)
    if not len(held):
        return ()
    low, high = int(held[0]), int(held[-1])
    shown = np.arange(low, high + 1) if high - low < MAX_FILLED_BUCKETS else held
    names = (shown + whole.first).astype(f"datetime64[{UNITS[interval]}]").astype(str)
    return tuple(
        Bucket(name, count, of)
        for name, count, of in zip(names.tolist(), counts[shown].tolist(), whole.counts[shown].tolist(), strict=True)
    )


def _count_whole(interval: Interval, generation: Generation) -> _Whole:
    numbers = [segment.buckets(interval)[segment.live_flags] for segment in generation.segments]
    every = np.concatenate([np.zeros(0, np.int32), *numbers]).astype(np.int64)
    every = every[every != NO_BUCKET]
    if not len(every):
        return _Whole(0, np.zeros(0, np.int64))
    first = int(every.min())
    return _Whole(first, np.bincount(every - first).astype(np.int64))


def _top_years(size: int, matched: list[Bits], generation: Generation) -> tuple[FacetCount, ...]:
    years = generation.make_once("years", lambda: _years(generation))
    span = max((int(of_segment.max()) for of_segment in years if len(of_segment)), default=0)
    counts = np.zeros(max(span, 0) + 1, np.int64)
    for of_segment, bits in zip(years, matched, strict=True):
        count_numbers(bits, of_segment, 0, counts)
    return tuple(FacetCount(f"{year:04d}", int(counts[year])) for year in _most_frequent(counts, size))


def _years(generation: Generation) -> list[NDArray[np.int32]]:
    """The year of each document, -1 where it is undated."""
    made = []
    for segment in generation.segments:
        first = segment.first_day
        years = bucket_numbers(first, "year") + _EPOCH_YEAR
        made.append(np.where(first != 0, years, -1).astype(np.int32))
    return made


def _top_values(name: FacetName, size: int, matched: list[Bits], generation: Generation) -> tuple[FacetCount, ...]:
    joined = generation.make_once(f"values {name}", lambda: _join_values(name, generation))
    total = np.zeros(len(joined.where), np.int64)
    for segment, bits, places in zip(generation.segments, matched, joined.codes, strict=True):
        column = segment.column(name)
        counts = np.zeros(len(column.values), np.int64)
        count_codes(bits, column.codes, column.offsets, counts)
        total[places] += counts
    top = _most_frequent(total, size)
    return tuple(
        FacetCount(generation.segments[place].column(name).values[code], int(total[value]))
        for value, (place, code) in zip(top.tolist(), joined.where[top].tolist(), strict=True)
    )


def _join_values(name: FacetName, generation: Generation) -> _JoinedValues:
    columns = [segment.column(name).values for segment in generation.segments]
    if len(columns) == 1:
        everything = np.arange(len(columns[0]), dtype=np.int64)
        return _JoinedValues((everything,), np.stack([np.zeros_like(everything), everything], axis=1))
    places: dict[bytes, tuple[int, int]] = {}
    for number, values in enumerate(columns):
        for code in range(len(values)):
            places.setdefault(values.encoded(code), (number, code))
    ordered = {value: place for place, value in enumerate(sorted(places))}
    codes = tuple(
        np.array([ordered[values.encoded(code)] for code in range(len(values))], np.int64) for values in columns
    )
    where = np.array([places[value] for value in ordered], np.int64).reshape(-1, 2)
    return _JoinedValues(codes, where)


def _most_frequent(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The places of the highest counts, none of them 0, ties in order."""
    held = np.flatnonzero(counts)
    if len(held) > 4 * size:
        lowest = np.partition(counts[held], len(held) - size)[len(held) - size]
        held = held[counts[held] >= lowest]
    return held[np.argsort(-counts[held], kind="stable")[:size]]
