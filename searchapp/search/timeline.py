"""When the articles of an answer were published: by day, month or year, whichever says most about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from indexer.article import day_range
from searchapp.search.port import Bucket

Interval = Literal["day", "month", "year"]

#: So many years are shown by their months, and so many months by their days.
MOST_YEARS_BY_MONTH: Final = 5
MOST_MONTHS_BY_DAY: Final = 3
#: So many bars can be told from each other; more years are put together by ten or by a hundred.
MOST_BARS: Final = 120


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included: how many of the matches, `of` how many articles of the archive.

    `start` is how it begins: `2021`, `2021-03` or `2021-03-12`. Of several years together it is the first.
    """

    start: str
    first: date
    last: date
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods from the first match's to the last's, none left out: those without a match as well. An article that
    is known to the year alone is in no month and no day."""

    interval: Interval
    periods: tuple[Period, ...]


def draw_timeline(
    years: tuple[Bucket, ...], count_by: Callable[[Literal["day", "month"]], tuple[Bucket, ...]]
) -> Timeline:
    """`years` are the matches by year; `count_by` counts them by months and by days, where these are few."""
    if not years or _years_of(years) > MOST_YEARS_BY_MONTH:
        return Timeline("year", _gather_years(years))
    months = count_by("month")
    if not months:
        return Timeline("year", _gather_years(years))
    if _months_of(months) > MOST_MONTHS_BY_DAY:
        return Timeline("month", tuple(map(_period, months)))
    days = count_by("day")
    return Timeline("day", tuple(map(_period, days))) if days else Timeline("month", tuple(map(_period, months)))


def _years_of(years: tuple[Bucket, ...]) -> int:
    return int(years[-1].start) - int(years[0].start) + 1


def _months_of(months: tuple[Bucket, ...]) -> int:
    first, last = (int(bucket.start[:4]) * 12 + int(bucket.start[5:7]) for bucket in (months[0], months[-1]))
    return last - first + 1


def _period(bucket: Bucket) -> Period:
    days = day_range(bucket.start)
    assert days is not None
    return Period(bucket.start, *days, bucket.count, bucket.of)


def _gather_years(years: tuple[Bucket, ...]) -> tuple[Period, ...]:
    if not years:
        return ()
    width = next(width for width in (1, 10, 100) if width == 100 or _years_of(years) <= MOST_BARS * width)
    if width == 1:
        return tuple(map(_period, years))
    counts: dict[int, tuple[int, int]] = {}
    for bucket in years:
        decade = int(bucket.start) // width
        count, of = counts.get(decade, (0, 0))
        counts[decade] = (count + bucket.count, of + bucket.of)
    return tuple(
        Period(
            f"{max(decade * width, 1):04}",
            date(max(decade * width, 1), 1, 1),
            date(min(decade * width + width - 1, 9999), 12, 31),
            *counts.get(decade, (0, 0)),
        )
        for decade in range(min(counts), max(counts) + 1)
    )
