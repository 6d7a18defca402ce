"""Datelines as outlets of many countries print them: tests/golden/datelines.tsv, one a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.article import format_instant
from indexer.cleaning.dates import find_date

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "datelines.tsv"
ROWS = [line.split("\t") for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_the_table_is_as_large_as_the_world_of_news() -> None:
    assert len(ROWS) >= 150
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("printed", "on", "at", "zone"), ROWS)
def test_a_dateline_is_read_as_it_was_meant(printed: str, on: str, at: str, zone: str) -> None:
    found = find_date(printed, month_first=None, short_years=True)
    if not on:
        assert found is None
        return
    assert found is not None
    published = found.published
    said = format_instant(published.at) if published.at else "t" if found.has_time else ""
    assert (published.on, said, published.zone) == (on, at, zone)
    assert published.raw == printed[found.start : found.end]


@pytest.mark.parametrize(
    ("printed", "month_first", "on"),
    [
        ("06/11/23", True, "2023-06-11"),
        ("06/11/23", False, "2023-11-06"),
        ("06.11.23", False, "2023-11-06"),
        ("06/11/2023", None, "2023-11-06"),
        ("06/11/2023", True, "2023-06-11"),
        ("06/11/99", False, "1999-11-06"),
    ],
)
def test_the_order_of_numbers_is_the_outlets(printed: str, month_first: bool | None, on: str) -> None:
    found = find_date(printed, month_first=month_first, short_years=True)
    assert found is not None
    assert found.published.on == on


def test_years_of_two_digits_are_no_dates_unless_asked_for() -> None:
    assert find_date("Set 6-4, 12.11.23 in all") is None
