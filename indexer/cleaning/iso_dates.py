"""Dates as machines write them, `2021-03-12T15:29:00+04:00`: most of what JSON holds, read without any of the rest."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from indexer.article import DatePrecision, Published, day_range
from indexer.cleaning.zones import is_real_offset

EARLIEST_YEAR: Final = 1600
LATEST_YEAR: Final = 2199
#: Outlets east of here are a day ahead.
_FUTURE_SLACK: Final = timedelta(days=1)
_PLAIN_ISO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


def parse_iso(raw: str) -> Published | None:
    """None for what is odd about it in any way; a general reading may still know what it is."""
    match = _PLAIN_ISO.fullmatch(raw)
    if match is None:
        return None
    try:
        instant = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        return None
    offset = instant.utcoffset()
    if offset is not None and not is_real_offset(offset):
        return None
    precision: DatePrecision = "second" if match[3] else "minute" if match[2] else "day"
    return Published(match[1], None if offset is None else instant, precision, raw)


def is_to_come(published: Published, today: date | None) -> bool:
    """Whether it is later than today; never where `today` is None."""
    if today is None:
        return False
    days = day_range(published.on)
    return days is not None and days[0] > today + _FUTURE_SLACK
