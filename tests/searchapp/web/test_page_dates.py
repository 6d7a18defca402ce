from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from indexer.article import Published
from searchapp.web.dates import ShownDate, show_date, show_reading
from searchapp.web.languages import language_name


def at(hours: float) -> datetime:
    return datetime(2021, 3, 12, 15, 29, tzinfo=timezone(timedelta(hours=hours)))


@pytest.mark.parametrize(
    ("published", "words", "machine"),
    [
        (Published(), "Undated", ""),
        (Published("1916", None, "year", "1916"), "1916", "1916"),
        (Published("2021-03", None, "month", ""), "March 2021", "2021-03"),
        (Published("2021-03-02", None, "day", ""), "2 March 2021", "2021-03-02"),
        (Published("2021-03-12", at(4), "minute", ""), "12 March 2021, 15:29 UTC+4", "2021-03-12T15:29:00+04:00"),
        (Published("2021-03-12", at(-9.5), "minute", ""), "12 March 2021, 15:29 UTC−9:30", "2021-03-12T15:29:00-09:30"),
        (
            Published("2021-03-12", datetime(2021, 3, 12, tzinfo=UTC), "second", ""),
            "12 March 2021, 00:00 UTC",
            "2021-03-12T00:00:00Z",
        ),
    ],
)
def test_a_date_is_never_more_exact_than_the_outlet_was(published: Published, words: str, machine: str):
    assert show_date(published) == ShownDate(words, machine)


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (Published(), ("", "", "")),
        (Published("2021-03-12", None, "day", "12.3.21"), ("12.3.21", "", "")),
        (
            Published("2021-03-12", at(4), "minute", "12 March, 15:29 UTC+4", "sure", "UTC+4"),
            ("12 March, 15:29 UTC+4", "UTC+4", "Sure"),
        ),
        (
            Published("2021-03-12", at(-5), "minute", "3:29 PM ET", "likely", "ET"),
            ("3:29 PM ET", "ET: UTC−5", "Likely"),
        ),
        (Published("2021-03-12", None, "day", "15:29 IST", "likely", "IST"), ("15:29 IST", "IST: not one", "Likely")),
    ],
)
def test_a_page_says_what_a_date_was_read_from_and_how_sure_it_is(published: Published, said: tuple[str, str, str]):
    shown = show_reading(published)
    for words, begin in zip((shown.as_given, shown.zone, shown.sureness), said, strict=True):
        assert words.startswith(begin)
        assert bool(words) == bool(begin)


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "English"), ("pt-BR", "Portuguese (BR)"), ("und", "Not known"), ("qqq", "qqq"), ("", "")]
)
def test_a_language_is_called_by_its_name(tag: str, name: str):
    assert language_name(tag) == name
