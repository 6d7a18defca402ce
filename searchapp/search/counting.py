"""Counts over all matches: facet values, and how many articles each day, month or year has."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from searchapp.search.plan import FacetRequest
from searchapp.search.port import Bucket, FacetCount, FacetCounts
from searchapp.search.postings import DayColumns, Documents, FacetColumn, Flags, PostingSource

Interval = Literal["day", "month", "year"]

#: Empty buckets are filled in up to this many (ten years of days); one typing error of a date, 1021 for 2021, must not
#: make a page of 365,000 bars.
MAX_FILLED_BUCKETS = 4000

_EPOCH_ORDINAL = 719163  # date(1970, 1, 1).toordinal()
UNITS: dict[Interval, str] = {"day": "D", "month": "M", "year": "Y"}


def count_facet(request: FacetRequest, docs: Documents, source: PostingSource) -> FacetCounts:
    """The most frequent values among these articles, ties by value."""
    if request.name == "year":
        return FacetCounts(request.name, _top_years(docs, source.days, request.size))
    column = source.facet(request.name)
    member = np.zeros(source.document_count, np.bool_)
    member[docs] = True
    codes = column.codes[np.repeat(member, np.diff(column.offsets))]
    counts = np.bincount(codes, minlength=len(column.values))
    # Codes ascend with their values, so a stable sort by count leaves ties in order of value.
    order = np.argsort(-counts, kind="stable")[: request.size]
    return FacetCounts(
        request.name, tuple(FacetCount(column.values[code], int(counts[code])) for code in order if counts[code])
    )


def have_value(column: FacetColumn, values: tuple[str, ...], document_count: int) -> Flags:
    """Whether each document has one of these exact values; shape (document_count,)."""
    places = {value: code for code, value in enumerate(column.values)}
    wanted = np.zeros(len(column.values), np.bool_)
    wanted[[places[value] for value in values if value in places]] = True
    owners = np.repeat(np.arange(document_count), np.diff(column.offsets))
    member = np.zeros(document_count, np.bool_)
    member[owners[wanted[column.codes]]] = True
    return member


def have_year(days: DayColumns, years: tuple[str, ...]) -> Flags:
    """Whether each document is of one of these years (`2021`); shape (document_count,)."""
    wanted = [int(year) for year in years if year.isascii() and year.isdigit() and len(year) <= 4]
    member: Flags = (days.first != 0) & np.isin(bucket_numbers(days.first, "year") + 1970, wanted)
    return member


def count_buckets(interval: Interval, docs: Documents, source: PostingSource) -> tuple[Bucket, ...]:
    """Articles for each day, month or year from the first match's to the last's, empty ones filled in.

    An article known only to the year is in no month's and no day's bucket: it would be a guess.
    """
    days = source.days
    starts = bucket_numbers(days.first, interval)
    countable = source.live & (days.first != 0) & (starts == bucket_numbers(days.last, interval))
    picked = starts[docs[countable[docs]]]
    if not len(picked):
        return ()
    low, high = int(picked.min()), int(picked.max())
    shown = np.arange(low, high + 1) if high - low < MAX_FILLED_BUCKETS else np.unique(picked)
    counts = _count_at(shown, picked)
    whole = starts[countable]
    of = _count_at(shown, whole[(whole >= low) & (whole <= high)])
    names = shown.astype(f"datetime64[{UNITS[interval]}]").astype(str)
    return tuple(Bucket(str(name), int(count), int(all_)) for name, count, all_ in zip(names, counts, of, strict=True))


def _top_years(docs: Documents, days: DayColumns, size: int) -> tuple[FacetCount, ...]:
    dated = days.first[docs]
    years, counts = np.unique(bucket_numbers(dated[dated != 0], "year") + 1970, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:size]
    return tuple(FacetCount(f"{years[place]:04d}", int(counts[place])) for place in order)


def bucket_numbers(ordinals: NDArray[np.int32], interval: Interval) -> NDArray[np.int64]:
    """Days, months or years since 1970-01."""
    since = (ordinals.astype(np.int64) - _EPOCH_ORDINAL).astype("datetime64[D]")
    return since.astype(f"datetime64[{UNITS[interval]}]").astype(np.int64)


def _count_at(shown: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of `numbers` fall on each of `shown`, which ascends; numbers that are not shown are not counted."""
    found, counts = np.unique(numbers, return_counts=True)
    totals = np.zeros(len(shown), np.int64)
    spots = np.searchsorted(shown, found)
    spots[spots == len(shown)] = 0
    hits = shown[spots] == found
    totals[spots[hits]] = counts[hits]
    return totals
