"""When an article was published, as its page says it: never more exact than the outlet was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from indexer.article import Published, format_instant
from searchapp.search.days_in_words import day_in_words


@dataclass(frozen=True, slots=True)
class ShownDate:
    """`words` for people; `machine` for the `datetime` attribute, "" where there is nothing to say."""

    words: str
    machine: str


def show_date(published: Published) -> ShownDate:
    """The outlet's own day, with the time and zone only where the outlet gave both."""
    if published.on is None:
        return ShownDate("Undated", "")
    words = day_in_words(published.on)
    if published.at is None:
        return ShownDate(words, published.on)
    return ShownDate(f"{words}, {published.at:%H:%M} {_zone(published.at)}", format_instant(published.at))


def _zone(instant: datetime) -> str:
    minutes = int((instant.utcoffset() or timedelta()).total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
