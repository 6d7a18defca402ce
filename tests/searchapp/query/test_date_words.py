from __future__ import annotations

from datetime import date

import pytest
from golden_queries import TODAY
from hypothesis import given
from hypothesis import strategies as st

from searchapp.query.date_words import (
    READERS,
    DaySpan,
    read_days,
    read_days_after,
    read_days_before,
    read_days_since,
    read_days_until,
)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021/3/9", "2021-03-09", "2021-03-09"),
        ("２０２１-０３", "2021-03-01", "2021-03-31"),
        ("2021-03-12,", "2021-03-12", "2021-03-12"),
        ("2019-2021", "2019-01-01", "2021-12-31"),
        ("2019…2021", "2019-01-01", "2021-12-31"),
        ("March 2020 to May 2020", "2020-03-01", "2020-05-31"),
        ("yesterday..today", "2021-03-11", "2021-03-12"),
        ("Today", "2021-03-12", "2021-03-12"),
        ("tomorrow", "2021-03-13", "2021-03-13"),
        ("this week", "2021-03-08", "2021-03-14"),
        ("last week", "2021-03-01", "2021-03-07"),
        ("this month", "2021-03-01", "2021-03-31"),
        ("last month", "2021-02-01", "2021-02-28"),
        ("this year", "2021-01-01", "2021-12-31"),
        ("last_year", "2020-01-01", "2020-12-31"),
        ("past week", "2021-03-06", "2021-03-12"),
        ("last 1 day", "2021-03-12", "2021-03-12"),
        ("last 2 weeks", "2021-02-27", "2021-03-12"),
        ("last 3 months", "2020-12-13", "2021-03-12"),
        ("past 2 years", "2019-03-13", "2021-03-12"),
        ("last seven days", "2021-03-06", "2021-03-12"),
        ("a week ago", "2021-03-05", "2021-03-05"),
        ("Вчера", "2021-03-11", "2021-03-11"),
        ("aujourd'hui", "2021-03-12", "2021-03-12"),
        ("mañana", "2021-03-13", "2021-03-13"),
        ("1 week ago", "2021-03-05", "2021-03-05"),
        ("March 12, 2021", "2021-03-12", "2021-03-12"),
        ("12th of March 2021", "2021-03-12", "2021-03-12"),
        ("12 de marzo de 2021", "2021-03-12", "2021-03-12"),
        ("Sept. 2020", "2020-09-01", "2020-09-30"),
        ("март 2021", "2021-03-01", "2021-03-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
    ],
)
def test_days_are_read(typed: str, first: str, last: str) -> None:
    assert read_days(typed, TODAY) == DaySpan(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "typed",
    [
        *("", "..", "soon", "March", "21", "0000", "2021-00", "2021-13", "2021-02-30", "20210230", "12/03/2021"),
        *("last 9999 years", "last 99999 days", "March March 2021", "1 2 2021", "2019..2020..2021", "2020..soon"),
        *("٢٠٢١", "99999999999", "2021-03-12T15:29", "x" * 1000),
    ],
)
def test_what_is_no_date_is_none(typed: str) -> None:
    assert read_days(typed, TODAY) is None


def test_month_ago_ends_in_a_shorter_month() -> None:
    assert read_days("1 month ago", date(2021, 3, 31)) == DaySpan(date(2021, 2, 28), date(2021, 2, 28))


def test_after_and_before_exclude_what_they_name() -> None:
    assert read_days_after("2021-02", TODAY) == DaySpan(date(2021, 3, 1), None)
    assert read_days_before("2021-02", TODAY) == DaySpan(None, date(2021, 1, 31))
    assert read_days_after("2020..2021", TODAY) is None
    assert read_days_after("9999", TODAY) is None
    assert read_days_before("0001", TODAY) is None


def test_since_and_until_include_what_they_name() -> None:
    assert read_days_since("2021-02", TODAY) == DaySpan(date(2021, 2, 1), None)
    assert read_days_until("2021-02", TODAY) == DaySpan(None, date(2021, 2, 28))
    assert read_days_since("2020..2021", TODAY) is None


@given(st.dates(), st.dates(), st.dates())
def test_any_two_days_are_a_range(one: date, other: date, today: date) -> None:
    span = DaySpan(min(one, other), max(one, other), is_reversed=one > other)
    assert read_days(f"{one}..{other}", today) == span


@given(
    st.text()
    | st.lists(st.sampled_from(["last", "this", "ago", "days", "month", "march", "9999", "31", "..", "-", " "])).map(
        "".join
    ),
    st.dates(),
)
def test_any_text_is_a_span_in_order_or_none(text: str, today: date) -> None:
    for read in READERS.values():
        span = read(text, today)
        if span is not None:
            assert (span.first or date.min) <= (span.last or date.max)


@given(st.dates(), st.dates())
def test_days_in_figures_are_read_as_they_are_with_spaces_around(first: date, last: date) -> None:
    assert read_days(f"{first}..{last}", TODAY) == read_days(f"{first} .. {last}", TODAY)


def test_no_day_lies_between_days_that_are_not_there() -> None:
    assert read_days("2021-02-30..2021-03-01", TODAY) is None
