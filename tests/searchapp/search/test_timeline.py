from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.days_in_words import days_in_words
from searchapp.search.port import Bucket
from searchapp.search.timeline import MOST_BARS, Timeline, draw_timeline


def years(*counts: tuple[int, int]) -> tuple[Bucket, ...]:
    return tuple(Bucket(f"{year:04}", count, count * 2) for year, count in counts)


def draw(by_year: tuple[Bucket, ...], **finer: tuple[Bucket, ...]) -> Timeline:
    return draw_timeline(by_year, lambda interval: finer.get(interval, ()))


def test_many_years_are_shown_by_year_and_not_counted_again() -> None:
    def never(interval: str) -> tuple[Bucket, ...]:
        raise AssertionError(interval)

    timeline = draw_timeline(years(*((year, 1) for year in range(2000, 2006))), never)
    assert timeline.interval == "year"
    assert [period.start for period in timeline.periods] == ["2000", "2001", "2002", "2003", "2004", "2005"]
    assert timeline.periods[0].last == date(2000, 12, 31)


def test_a_few_years_are_shown_by_month_and_a_few_months_by_day() -> None:
    by_month = (Bucket("2019-01", 1, 1), Bucket("2019-02", 0, 3), Bucket("2019-03", 0, 0), Bucket("2019-04", 2, 5))
    timeline = draw(years((2019, 3)), month=by_month)
    assert timeline.interval == "month"
    assert [(period.first, period.last, period.count, period.of) for period in timeline.periods][1] == (
        date(2019, 2, 1),
        date(2019, 2, 28),
        0,
        3,
    )
    by_day = (Bucket("2019-01-31", 1, 1), Bucket("2019-02-01", 2, 2))
    timeline = draw(years((2019, 3)), month=by_month[:2], day=by_day)
    assert (timeline.interval, len(timeline.periods)) == ("day", 2)


def test_where_finer_periods_cannot_be_counted_the_coarser_are_shown() -> None:
    assert draw(years((2019, 3), (2020, 1))).interval == "year"
    assert draw(years((2019, 3)), month=(Bucket("2019-01", 3, 3),)).interval == "month"


def test_no_match_with_a_date_makes_no_period() -> None:
    assert draw(()).periods == ()


@pytest.mark.parametrize(("last", "starts"), [(2021, ["1890", "1900"]), (9999, ["1800", "1900"])])
def test_more_years_than_bars_are_put_together(last: int, starts: list[str]) -> None:
    first = 1895
    timeline = draw(years((first, 2), (1899, 1), (1905, 4), (last, 5)))
    assert [period.start for period in timeline.periods[:2]] == starts
    assert sum(period.count for period in timeline.periods) == 12
    assert timeline.periods[-1].last.year <= 9999


@given(st.dictionaries(st.integers(1, 9999), st.integers(1, 9), min_size=1))
def test_any_years_make_a_bounded_row_of_periods_without_a_gap(counts: dict[int, int]) -> None:
    low, high = min(counts), max(counts)
    filled = {year: counts.get(year, 0) for year in range(low, high + 1)} if high - low < 4000 else counts
    timeline = draw(years(*sorted(filled.items())))
    periods = timeline.periods
    assert len(periods) <= MOST_BARS + 1
    assert sum(period.count for period in periods) == sum(counts.values())
    for before, after in pairwise(periods):
        assert before.last.toordinal() + 1 == after.first.toordinal()
    assert periods[0].first <= date(low, 1, 1)
    assert periods[-1].last >= date(high, 12, 31)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("1978-09-01", "1978-09-30", "of September 1978"),
        ("2020-02-01", "2020-02-29", "of February 2020"),
        ("1978-01-01", "1978-12-31", "of 1978"),
        ("1978-09-03", "1978-09-03", "of 3 September 1978"),
        ("1978-09-01", "1978-10-31", "from 1 September 1978 to 31 October 1978"),
        ("1978-09-01", None, "of 1 September 1978 or later"),
        (None, "1978-12-31", "of 31 December 1978 or earlier"),
        (None, None, ""),
    ],
)
def test_days_are_said_as_a_reader_says_them(first: str | None, last: str | None, words: str) -> None:
    days = [None if day is None else date.fromisoformat(day) for day in (first, last)]
    assert days_in_words(*days) == words
