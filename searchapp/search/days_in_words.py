"""Days as a reader says them: `12 March 2021`, never more exact than was said."""

from __future__ import annotations

from datetime import date

from indexer.article import day_range

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_in_words(day: str) -> str:
    """`12 March 2021`, `March 2021` or `2021` for a day, a month or a year."""
    parts = day.split("-")
    words = [parts[0].lstrip("0") or "0"]
    if len(parts) > 1:
        words.append(MONTHS[int(parts[1]) - 1])
    if len(parts) > 2:
        words.append(str(int(parts[2])))
    return " ".join(reversed(words))


def days_in_words(first: date | None, last: date | None) -> str:
    """`of March 2021`, `from 3 May 2021 to 9 May 2021`: what stands behind "articles"; "" for all days."""
    if first is None or last is None:
        if first is not None:
            return f"of {day_in_words(first.isoformat())} or later"
        return "" if last is None else f"of {day_in_words(last.isoformat())} or earlier"
    for length in (4, 7, 10):  # a year, a month, a day
        span = first.isoformat()[:length]
        if day_range(span) == (first, last):
            return f"of {day_in_words(span)}"
    return f"from {day_in_words(first.isoformat())} to {day_in_words(last.isoformat())}"
