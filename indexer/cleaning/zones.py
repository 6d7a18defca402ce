"""What a time zone written after a time means, where that is certain.

Names that stand for several zones (CST, IST, BST, AST) are recognised and mean nothing: the instant stays unknown
rather than wrong by half a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Minutes east of Greenwich.
_FIXED_MINUTES: dict[str, int] = {
    "Z": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "WEST": 60,
    "CET": 60,
    "MEZ": 60,
    "CEST": 120,
    "MESZ": 120,
    "EET": 120,
    "SAST": 120,
    "EEST": 180,
    "MSK": 180,
    "МСК": 180,
    "мск": 180,
    "TSİ": 180,
    "AZT": 240,
    "WIB": 420,
    "ICT": 420,
    "PHT": 480,
    "HKT": 480,
    "SGT": 480,
    "JST": 540,
    "KST": 540,
    "AEST": 600,
    "AEDT": 660,
    "NZST": 720,
    "NZDT": 780,
    "EST": -300,
    "EDT": -240,
    "CDT": -300,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
}
# Their offset is a matter of the day: US daylight rules.
_BY_RULE: dict[str, str] = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_SEVERAL_ZONES = frozenset(
    {"CST", "IST", "BST", "AST", "MST", "PKT", "WAT", "EAT", "CAT", "WITA", "WIT", "TRT", "BRT", "ART"}
)

US_ZONES = frozenset({"ET", "CT", "MT", "PT", "EST", "EDT", "CDT", "MDT", "PST", "PDT"})
ZONE_NAMES: tuple[str, ...] = tuple(
    sorted({*_FIXED_MINUTES, *_BY_RULE, *_SEVERAL_ZONES} - {"Z"}, key=lambda name: (-len(name), name))
)

_EARLIEST_OFFSET = timedelta(hours=-12)
_LATEST_OFFSET = timedelta(hours=14)


def is_real_offset(offset: timedelta) -> bool:
    """Whether some place on earth keeps it, roughly: from 12 hours behind Greenwich to 14 ahead."""
    return _EARLIEST_OFFSET <= offset <= _LATEST_OFFSET


def zone_of_offset(sign: str, hours: int, minutes: int) -> timezone | None:
    """A fixed zone; None for an offset that no place on earth keeps."""
    offset = timedelta(hours=hours, minutes=minutes)
    if sign != "+":
        offset = -offset
    return timezone(offset) if minutes <= 59 and is_real_offset(offset) else None


def zone_of_name(name: str, local: datetime) -> timezone | None:
    """The fixed offset that `name` meant at `local` (naive); None where that is not certain."""
    name = name.upper()
    if name in _FIXED_MINUTES:
        return timezone(timedelta(minutes=_FIXED_MINUTES[name]))
    if name not in _BY_RULE:
        return None
    try:
        offset = local.replace(tzinfo=ZoneInfo(_BY_RULE[name])).utcoffset()
    except ZoneInfoNotFoundError:  # no tz database on this machine
        return None
    return None if offset is None else timezone(offset)
