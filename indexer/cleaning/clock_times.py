"""A time of day printed beside a date: `15:29 (UTC+04:00)`, `3:29 p.m. ET`, `15h29`, `um 15.29 Uhr`, `下午3:29`.

Numbers that only look like one (a score of 3.10, a price) are left alone: a stop between hours and minutes counts only
with a witness beside it (um, kl, Uhr, p.m., a zone, the end of the line).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timezone

from indexer.cleaning.zones import ZONE_NAMES, zone_of_offset


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time at `text[start:end]`; `second` is None where none was printed.

    `offset` is set where an offset was printed in numbers; `zone_name` where a name was, which needs the date to
    be understood (see zones.py). `zone` is what was printed of either.
    """

    start: int
    end: int
    hour: int
    minute: int
    second: int | None
    offset: timezone | None
    zone_name: str
    zone: str


_CLOCK = (
    r"(?P<half_before>下午|上午|午前|午後|오전|오후)?\s?"
    r"(?P<hour>\d{1,2})"
    r"(?:\s?(?P<mark>[:.hH時时시點点])\s?(?P<minute>\d{2})?(?:\s?[分분])?(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?(?!\d)"
    r"(?:\s?(?P<half>[AaPp]\.?\s?[Mm](?![^\W_])\.?))?"
    r"(?P<uhr>\s?(?:Uhr|hrs|hod)(?![^\W_])\.?)?"
)
_ZONE = (
    r"(?P<zone>(?P<gap>,?\s{0,2})(?P<bracket>[(\[])?"
    r"(?:(?P<prefix>UTC|GMT)?(?:(?<=[CT])\s)?(?P<sign>[+−-])(?P<offset_hours>\d{1,2})(?::?(?P<offset_minutes>\d{2}))?(?!\d)"
    rf"|(?P<name>Z|{'|'.join(ZONE_NAMES)})(?![^\W_]))"
    r"(?(bracket)[)\]]))?"
)
_LEAD = (
    r"(?:[Tt](?=\d)|(?P<lead>[\s,.:;|/·•–—(-]{0,5}"
    r"(?P<word>(?:at|um|à|às|a\slas|kl\.?|klo|kello|alle(?:\sore)?|ore|ora|o(?:\sgodz\.)?|godz\.|в|о|v|ob|u|saat|om|pukul|@)\s{1,2})?))"
)
_AFTER = re.compile(_LEAD + _CLOCK + _ZONE)
_BEFORE = re.compile(rf"(?<![\w:.,/-])(?P<word>){_CLOCK}{_ZONE}[\s,|·•–—-]{{1,4}}(?:(?:on|am|le|el|den|del)\s)?\Z")
_BEFORE_CHARS = 48
_DAY_SIGNS = tuple("日号일)）")
_AFTERNOON = frozenset({"下午", "午後", "오후"})


def read_time_after(text: str, start: int) -> ClockTime | None:
    """The time that follows a date ending at `start`."""
    match = _AFTER.match(text, start)
    if match is None:
        return None
    is_glued = match["lead"] == "" and match["word"] is None and match["half_before"] is None
    if is_glued and text[start - 1 : start] not in _DAY_SIGNS:
        return None
    return _read(match, text, 0)


def read_time_before(text: str, end: int) -> ClockTime | None:
    """The time that leads up to a date starting at `end`."""
    first = max(0, end - _BEFORE_CHARS)
    match = _BEFORE.search(text[first:end])
    return None if match is None else _read(match, text[first:end], first)


def _read(match: re.Match[str], text: str, shift: int) -> ClockTime | None:
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), match["second"]
    zone = _read_zone(match)
    end = match.start("zone") if match["zone"] and zone is None else match.end()
    if not _is_clock(match, has_zone=zone is not None, ends_line=not text[end:].strip()):
        return None
    half = (match["half"] or match["half_before"] or "")[:2]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" or half in _AFTERNOON else 0)
    seconds = None if second is None else min(int(second), 60)
    if hour > 23 or minute > 59 or (second is not None and int(second) > 60):
        return None
    offset, name = zone or (None, "")
    printed = "" if zone is None else match["zone"].strip(" ,()[]")
    # A leap second has no place in a datetime.
    return ClockTime(
        shift + match.start(), shift + end, hour, minute, seconds if seconds != 60 else 59, offset, name, printed
    )


def _is_clock(match: re.Match[str], *, has_zone: bool, ends_line: bool) -> bool:
    mark, witness = match["mark"], match["half"] or match["uhr"] or match["half_before"]
    if mark is None or match["minute"] is None:
        return bool(witness) or (mark is not None and mark not in ":.")
    return mark != "." or bool(witness or match["word"]) or has_zone or ends_line


def _read_zone(match: re.Match[str]) -> tuple[timezone | None, str] | None:
    """Offset or name; None where there is no zone, or something that only looks like one (10:00-11:30)."""
    if not match["zone"]:
        return None
    if match["name"]:
        return None if match["name"] == "Z" and match["gap"] else (None, match["name"])
    sign, hours, minutes = match["sign"], match["offset_hours"], match["offset_minutes"]
    if not match["prefix"]:
        is_glued = not match["gap"] and not match["bracket"]
        if len(hours) != 2 or (minutes is None and not is_glued):
            return None
        if is_glued and sign != "+" and match["second"] is None and match.group()[:1] not in "Tt":
            return None
    offset = zone_of_offset(sign, int(hours), int(minutes or 0))
    return None if offset is None else (offset, "")
