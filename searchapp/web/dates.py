"""When an article was published, as its page says it: never more exact than the outlet was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from indexer.article import DateConfidence, Published, format_instant
from searchapp.search.days_in_words import day_in_words


@dataclass(frozen=True, slots=True)
class ShownDate:
    """`words` for people; `machine` for the `datetime` attribute, "" where there is nothing to say."""

    words: str
    machine: str


@dataclass(frozen=True, slots=True)
class ShownReading:
    """How a date was read: what stands in the article, what became of its zone, how sure the day is; each "" where
    there is nothing to say."""

    as_given: str
    zone: str
    sureness: str


_SURENESS: Final[dict[DateConfidence, str]] = {
    "sure": "Sure: parts of the page that do not depend on each other agree on this day",
    "likely": "Likely: one part of the page says this day alone, or another says another",
    "none": "",
}


def show_reading(published: Published) -> ShownReading:
    sureness = _SURENESS[published.confidence]
    if not published.zone:
        return ShownReading(published.raw, "", sureness)
    if published.at is None:
        return ShownReading(published.raw, f"{published.zone}: not one zone for certain, so no instant", sureness)
    meant = _zone(published.at)
    return ShownReading(
        published.raw, published.zone if published.zone == meant else f"{published.zone}: {meant}", sureness
    )


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
