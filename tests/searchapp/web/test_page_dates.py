from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from indexer.article import Published
from searchapp.web.dates import ShownDate, show_date
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
    ("tag", "name"), [("en", "English"), ("pt-BR", "Portuguese (BR)"), ("und", "Not known"), ("qqq", "qqq"), ("", "")]
)
def test_a_language_is_called_by_its_name(tag: str, name: str):
    assert language_name(tag) == name
