"""Dates as outlets print them, one row a form: what is read, and that nothing is invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import format_instant
from indexer.cleaning.dates import find_date, parse_date
from indexer.cleaning.month_names import MONTH_NUMBERS, fold_name

WHOLE = [
    # printed, on, at, precision
    ("2021-03-12T15:29:00+04:00", "2021-03-12", "2021-03-12T15:29:00+04:00", "second"),
    ("2021-03-12T15:29Z", "2021-03-12", "2021-03-12T15:29:00Z", "minute"),
    ("2021-03-12 15:29:00.123-05:00", "2021-03-12", "2021-03-12T15:29:00-05:00", "second"),
    ("2021-03-12T23:59:60Z", "2021-03-12", "2021-03-12T23:59:59Z", "second"),
    ("2021-03-12T15:29:00-05:00[America/New_York]", "2021-03-12", "2021-03-12T15:29:00-05:00", "second"),
    ("1987-02-26T15:02:20", "1987-02-26", None, "second"),
    ("2021-03-12", "2021-03-12", None, "day"),
    ("2021/03/12 15:29", "2021-03-12", None, "minute"),
    ("20210312", "2021-03-12", None, "day"),
    ("20210312T152900Z", "2021-03-12", "2021-03-12T15:29:00Z", "second"),
    ("20210312152900", "2021-03-12", None, "second"),
    ("2021-03", "2021-03", None, "month"),
    ("1916", "1916", None, "year"),
    ("1615552140", "2021-03-12", "2021-03-12T12:29:00Z", "second"),
    ("1615552140000", "2021-03-12", "2021-03-12T12:29:00Z", "second"),
    ("1615552140.25", "2021-03-12", "2021-03-12T12:29:00Z", "second"),
    ("Fri, 12 Mar 2021 15:29:00 +0400", "2021-03-12", "2021-03-12T15:29:00+04:00", "second"),
    ("Fri, 12 Mar 2021 20:29:00 GMT", "2021-03-12", "2021-03-12T20:29:00Z", "second"),
    ("Fri, 12 Mar 2021 15:29:00 -0500 (EST)", "2021-03-12", "2021-03-12T15:29:00-05:00", "second"),
    ("Fri Mar 12 15:29:00 EST 2021", "2021-03-12", "2021-03-12T15:29:00-05:00", "second"),
    ("Fri Mar 12 15:29:00 +0000 2021", "2021-03-12", "2021-03-12T15:29:00Z", "second"),
    (
        "Fri Mar 12 2021 15:29:00 GMT+0400 (Azerbaijan Standard Time)",
        "2021-03-12",
        "2021-03-12T15:29:00+04:00",
        "second",
    ),
    ("26-FEB-1987 15:01:01.79", "1987-02-26", None, "second"),
    ("26-Feb-87", "1987-02-26", None, "day"),
    ("12/Mar/2021:15:29:00 +0400", "2021-03-12", "2021-03-12T15:29:00+04:00", "second"),
    ("12 March 2021 15:29 (UTC+04:00)", "2021-03-12", "2021-03-12T15:29:00+04:00", "minute"),
    ("12 March 2021 15:29 UTC+4", "2021-03-12", "2021-03-12T15:29:00+04:00", "minute"),
    ("12 March 2021 15:29 BST", "2021-03-12", None, "minute"),
    ("12th of March, 2021", "2021-03-12", None, "day"),
    ("Mar. 12, 2021, 3:29 p.m. ET", "2021-03-12", "2021-03-12T15:29:00-05:00", "minute"),
    ("July 12, 2021, 3:29 p.m. ET", "2021-07-12", "2021-07-12T15:29:00-04:00", "minute"),
    ("July 12, 2021 12:05 a.m. PDT", "2021-07-12", "2021-07-12T00:05:00-07:00", "minute"),
    ("March 12, 2021 at 3pm", "2021-03-12", None, "minute"),
    ("March 12th 2021", "2021-03-12", None, "day"),
    ("Thursday July 10 2025", "2025-07-10", None, "day"),
    ("3:29 PM EST, Fri March 12, 2021", "2021-03-12", "2021-03-12T15:29:00-05:00", "minute"),
    ("15:29, 12 March 2021", "2021-03-12", None, "minute"),
    ("March 2021", "2021-03", None, "month"),
    ("12.03.2021 15:29", "2021-03-12", None, "minute"),
    ("12/03/2021", "2021-03-12", None, "day"),
    ("03/15/2021", "2021-03-15", None, "day"),
    ("03/04/2021 3:29 PM", "2021-04-03", None, "minute"),
    ("03/04/2021 3:29 PM ET", "2021-03-04", "2021-03-04T15:29:00-05:00", "minute"),
    ("12. März 2021", "2021-03-12", None, "day"),
    ("Freitag, 12. März 2021, 15.29 Uhr MEZ", "2021-03-12", "2021-03-12T15:29:00+01:00", "minute"),
    ("12 mars 2021", "2021-03-12", None, "day"),
    ("Le 1er août 2021 à 15h29", "2021-08-01", None, "minute"),
    ("12 de marzo de 2021", "2021-03-12", None, "day"),
    ("12 marzo 2021", "2021-03-12", None, "day"),
    ("Sexta-feira, 12 de março de 2021 às 15h29", "2021-03-12", None, "minute"),
    ("vrijdag 12 maart 2021", "2021-03-12", None, "day"),
    ("12 марта 2021, 15:29", "2021-03-12", None, "minute"),
    ("пятница, 12 марта 2021 года", "2021-03-12", None, "day"),
    ("12 березня 2021", "2021-03-12", None, "day"),
    ("12 Mart 2021 Cuma", "2021-03-12", None, "day"),
    ("12 KASIM 2021", "2021-11-12", None, "day"),
    ("12 sentyabr 2021", "2021-09-12", None, "day"),
    ("12 marca 2021 r.", "2021-03-12", None, "day"),
    ("den 12 mars 2021 kl. 15.29", "2021-03-12", None, "minute"),
    ("12. marts 2021", "2021-03-12", None, "day"),
    ("12. desember 2021", "2021-12-12", None, "day"),
    ("12. maaliskuuta 2021 klo 15.29", "2021-03-12", None, "minute"),
    ("2021. március 12. 15:29", "2021-03-12", None, "minute"),
    ("12 martie 2021", "2021-03-12", None, "day"),
    ("2021年3月12日", "2021-03-12", None, "day"),
    ("2021年3月12日 下午3:29", "2021-03-12", None, "minute"),
    ("2021년 3월 12일 오후 3:29", "2021-03-12", None, "minute"),
]

NO_DATES = [
    "",
    "yesterday",
    "31 February 2021",
    "31st February 2021",
    "31 de febrero de 2021",
    "February 31, 2021",
    "31.02.2021",
    "2021-02-30",
    "2021-13-01",
    "29 February 2021",
    "1599-12-31",
    "9999-12-31",
    "0000-00-00",
    "12 BERIL 2021",
    "12",
    "1.2.3",
    "12.03.21",
    "2500",
]


@pytest.mark.parametrize(("printed", "on", "at", "precision"), WHOLE)
def test_whole_string_is_read(printed, on, at, precision):
    published = parse_date(printed)
    assert published is not None
    assert (published.on, published.at and format_instant(published.at), published.precision) == (on, at, precision)
    assert published.raw == printed


@pytest.mark.parametrize("printed", NO_DATES)
def test_what_is_no_date_is_none(printed):
    assert parse_date(printed) is None


@pytest.mark.parametrize("printed", [text for text in NO_DATES if text != ""])
def test_impossible_date_does_not_leave_a_piece_of_itself(printed):
    assert find_date(f"Published {printed} by us") is None


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("Published: Friday, 12 March 2021 15:29 (UTC+04:00) by Vafa", "Friday, 12 March 2021 15:29 (UTC+04:00)"),
        ("Updated 15:29 GMT on 12 March 2021 | World", "15:29 GMT on 12 March 2021"),
        ("WASHINGTON, March 12, 2021 (Reuters) - Oil", "March 12, 2021"),
        ("from 1 May 2020 to 12 March 2021", "1 May 2020"),
        ("12 March 2021 3.10 percent up", "12 March 2021"),
        ("2021-03-12 10:00-11:30 in the hall", "2021-03-12 10:00"),
    ],
)
def test_span_covers_weekday_time_and_zone_and_no_more(line, printed):
    found = find_date(line)
    assert found is not None
    assert line[found.start : found.end] == printed
    assert found.published.raw == printed


def test_time_and_zone_are_told_apart():
    with_zone, without, ambiguous = (find_date(f"12 March 2021{rest}") for rest in (" 15:29 CET", "", " 15:29 IST"))
    assert (with_zone.has_time, with_zone.has_zone) == (True, True)
    assert (without.has_time, without.has_zone) == (False, False)
    assert (ambiguous.has_time, ambiguous.has_zone) == (True, False)


@pytest.mark.parametrize("line", ["in 2021 the price", "version 1.12.2021.4", "call 020 7946 2021", "set 2021 goals"])
def test_numbers_that_are_no_date_are_left_alone(line):
    assert find_date(line) is None


def test_bare_year_counts_only_as_a_whole_string():
    assert parse_date("1916").on == "1916"
    assert find_date("the great flood of 1916") is None


def test_month_first_is_the_callers_to_say():
    assert parse_date("03/04/2021", month_first=True).on == "2021-03-04"
    assert find_date("on 03/04/2021", month_first=True).published.on == "2021-03-04"


def test_date_to_come_is_refused_with_a_day_of_slack():
    today = date(2021, 3, 12)
    assert parse_date("2021-03-13", today=today) is not None
    assert parse_date("2021-03-14", today=today) is None
    assert find_date("14 March 2021, updated 12 March 2021", today=today).published.on == "2021-03-12"
    assert parse_date("2021", today=today).on == "2021"


def test_every_month_name_is_one_month_in_any_case():
    for name, number in MONTH_NUMBERS.items():
        assert fold_name(name.upper()) == name or not name.isascii()
        assert parse_date(f"12 {name} 2021").on == f"2021-{number:02}-12"


@given(st.dates(date(1600, 1, 1), date(2199, 12, 31)), st.times(), st.integers(-12 * 4, 14 * 4))
def test_iso_is_read_as_it_was_written(day, time, quarters):
    offset = timedelta(minutes=15 * quarters)
    sign, minutes = "-" if quarters < 0 else "+", abs(offset) // timedelta(minutes=1)
    text = f"{day}T{time:%H:%M:%S}{sign}{minutes // 60:02}:{minutes % 60:02}"
    published = parse_date(text)
    assert published.on == day.isoformat()
    assert published.at.utcoffset() == offset
    assert published.at.replace(tzinfo=None) == datetime.combine(day, time.replace(microsecond=0))
    assert find_date(f"at {text}").published.at == published.at


_PIECES = st.sampled_from(
    [
        *(
            "12",
            "31",
            "2021",
            "0",
            "March",
            "марта",
            "may",
            " ",
            "  ",
            ".",
            ",",
            "/",
            "-",
            ":",
            "T",
            "15:29",
            "Z",
            "GMT",
        ),
        *(
            "+04:00",
            "(",
            ")",
            "年",
            "月",
            "日",
            "é",
            "\u0301",
            "٣",
            "\n",
            "pm",
            "ET",
            "99",
            "г.",
            "\ud800",
            "12.03.2021",
        ),
        "2021-03-12",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text())
def test_no_text_raises_and_what_is_found_is_a_day(text):
    found = find_date(text)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.published.raw
        assert found.has_zone == (found.published.at is not None)
        assert found.has_time == (found.published.precision in {"minute", "second"})
    parse_date(text)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "a",
        " ",
        "12 ab ",
        "January ",
        "12 March ",
        "March 12, ",
        "2021 ",
        "1.2.3.",
        "31 February 2021 ",
        "2021-13-",
    ],
)
def test_line_of_100_kb_is_gone_through_once(piece):
    # Ends within the test run only if the search is linear: a quadratic one takes minutes.
    line = piece * (100_000 // len(piece))
    assert find_date(line) is None
    assert parse_date(line) is None
    assert find_date(line + " 12 April 2020").published.on == "2020-04-12"


def test_us_zones_need_no_guess_where_the_tz_database_is():
    assert "America/New_York" in available_timezones()
