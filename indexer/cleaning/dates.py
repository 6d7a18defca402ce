"""Dates as outlets print them -> `Published`.

`find_date` looks for the first date in a line, `parse_date` takes a whole string for one. Both never raise, never
invent a time or a zone, never convert: `published.on` is the day that was printed.

Where day and month are both numbers the day comes first (12/03/2021 is 12 March) unless that is impossible
(03/15/2021) or a US zone stands beside it (03/04/2021 3:29 PM ET). Years have four digits, 1600 to 2199; two digits
are read beside a month's name by `parse_date` (26-Feb-87), and where it is asked for by `find_date` (06.11.23).
Relative dates ("2 hours ago") are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from indexer.article import DatePrecision, Published
from indexer.cleaning.clock_times import ClockTime, read_time_after, read_time_before
from indexer.cleaning.iso_dates import EARLIEST_YEAR, LATEST_YEAR, is_to_come, parse_iso
from indexer.cleaning.month_names import MONTH_NUMBERS, TIMID_MONTHS, WEEKDAYS, fold_name
from indexer.cleaning.zones import US_ZONES, zone_of_name

_MAX_WHOLE_CHARS = 200
# An outlet east of us may print tomorrow's date.


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line: `line[start:end]` is the date with its weekday, time and zone.

    `has_time` and `has_zone` tell what was printed; a zone that is printed and unknown (BST) counts as none.
    """

    start: int
    end: int
    published: Published
    has_time: bool
    has_zone: bool


@dataclass(frozen=True, slots=True)
class _Calendar:
    """A date without its time: `start:end` is its span, a month of 0 means the year alone, likewise the day."""

    start: int
    end: int
    year: int
    month: int
    day: int
    swappable: bool = False  # day and month are both numbers and either order is possible
    clock: str = ""  # the time, where it stands inside the date


_NAME = r"(?:(?:تشرين|كانون)\s(?:ال[أا]ول|الثاني)|[^\W\d_](?:[^\W\d_]|[̀-ͯ]){1,13})"
_ORDINAL = r"(?:st|nd|rd|th|\s?er|re|e|º|ª|°|-?(?:е|го|ші|ше))?"
_JOINT = r"[\s.,/'’-]{1,4}"
_OF = r"(?:(?:de|del|of|van)\s{1,2}|d['’]\s?)?"  # the space keeps December whole
_NOT_IN_NUMBER = r"(?<![\d.,:/$€£-])(?<!\d[ \u00a0])"
_YEAR_ENDS = r"(?!\d|[.,/-]\d|\s?%)"

_ISO = re.compile(r"(?<![\d./-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.,:/-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d|[./]\d|-\d(?!\d?[:.]\d\d))")
# Years of two digits, as 06.11.23 has: only where a line is about a date, see `find_date`.
_SHORT_NUMERIC = re.compile(r"(?<![\w.,:/-])(\d{1,2})([./])(\d{1,2})\2(\d{2})(?![\d%]|[./-]\d)")
_SPACED_ISO = re.compile(r"(?<![\d./-])(\d{4})\.\s(\d{1,2})\.\s(\d{1,2})(?!\d)\.?")
_VIETNAMESE = re.compile(r"(?<![\d.,:/-])(\d{1,2})\stháng\s(\d{1,2})(?:,|\snăm|,\snăm)?\s(\d{4})(?!\d)", re.IGNORECASE)
_DAY_NAME_YEAR = re.compile(
    rf"(?<![\d.,:/-])(\d{{1,2}}){_ORDINAL}{_JOINT}{_OF}({_NAME})(?:/{_NAME})?{_JOINT}{_OF}(\d{{4}}){_YEAR_ENDS}",
    re.IGNORECASE,
)
_DAY_NAME_SHORT_YEAR = re.compile(rf"(?<!\d)(\d{{1,2}})[\s-]({_NAME})[\s-](\d{{2}})(?![\d])")
_NAME_DAY_YEAR = re.compile(
    rf"(?<![^\W_])({_NAME})[\s.-]{{1,3}}(\d{{1,2}}){_ORDINAL}[\s,.-]{{1,4}}(?:of\s|de\s)?(\d{{4}}){_YEAR_ENDS}",
    re.IGNORECASE,
)
_CTIME = re.compile(
    rf"(?<![^\W_])({_NAME})\s{{1,2}}(\d{{1,2}})\s(\d\d:\d\d:\d\d)\s(?:([A-Z]{{2,5}}|[+-]\d{{4}})\s)?(\d{{4}})(?!\d)"
)
_YEAR_NAME_DAY = re.compile(
    rf"(?<![\d.,:/-])(\d{{4}})[\s.-]{{1,3}}(?:m\.\s)?({_NAME})[\s.-]{{1,3}}(\d{{1,2}})(?!\d)\.?"
)
_HAN = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월](?:\s?(\d{1,2})\s?[日일号])?")
_NAME_YEAR = re.compile(
    rf"{_NOT_IN_NUMBER}(?<![^\W_])(?<!\d\.\s)({_NAME})\.?,?\s{{1,2}}{_OF}(\d{{4}}){_YEAR_ENDS}", re.IGNORECASE
)

# 31 February 2021 is no date, and February 2021 inside it is none either.
_DAY_BEFORE = re.compile(rf"\d{{1,2}}{_ORDINAL}[\s.,-]{{1,3}}{_OF}\Z", re.IGNORECASE)
_WEEKDAY_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_]{2,14}(?:-feira)?)[.,]{0,2}\s{0,3}\Z", re.IGNORECASE)
_WEEKDAY_AFTER = re.compile(r"[\s,]{1,2}([^\W\d_]{4,14})(?![^\W_])")
_HAN_WEEKDAY_AFTER = re.compile(
    r"\s?(?:[(（](?:星期|周|週)?[一二三四五六日天月火水木金土월화수목금토일](?:曜日?|요일)?[)）]"
    r"|(?:星期|周|週|礼拜)[一二三四五六日天]|[월화수목금토일]요일)"
)
_ENDING_AFTER = re.compile(r"\s?(?:года|г\.?|року|р\.|r\.|roku|м\.?|d\.)(?![^\W_])")

_YEAR = re.compile(r"\d{4}")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[Tt ]?(\d\d)(\d\d)(\d\d)?(.{0,8}))?")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d{1,9})?")
_EPOCH_MS_DIGITS = 12
# What may stand around a date in a string that is a date: brackets, stops, an RFC 2822 comment, a tz database name.
_WRAPPING_BEFORE = re.compile(r"(?i:(?:on|the|le|el|il|den|am|vom)\s)?[\s.,;:|(\[«\"'–—-]{0,8}")
_WRAPPING_AFTER = re.compile(r"(?:\s{0,3}(?:[(（][^()（）]{0,60}[)）]|\[[\w/+-]{1,40}\]))?[\s.,;:|)\]»\"'–—-]{0,8}")


def find_date(
    text: str, *, today: date | None = None, month_first: bool | None = False, short_years: bool = False
) -> FoundDate | None:
    """The first date in one line of text, with a time and a zone where they stand beside it.

    `today` refuses dates that are yet to come (a day's slack for outlets east of here). `month_first` reads
    03/04/2021 as 4 March; None says that nobody knows. Impossible dates (31 February) are stepped over whole.

    `short_years` reads years of two digits too, which are dates only where a line is about one: 06.11.23, and 06/11/23
    where it is known which comes first.
    """
    forms = _FORMS
    if short_years and _SHORT_NUMERIC.search(text) is not None:
        forms = (*_FORMS, (_SHORT_NUMERIC, _read_short_numeric if month_first is not None else _read_certain_short))
    elif _YEAR.search(text) is None:  # nearly every line of an article
        return None
    found: FoundDate | None = None
    for form, read in forms:
        for calendar in _calendars(form, read, text, before=None if found is None else found.start):
            candidate = _with_time(text, calendar, month_first=bool(month_first))
            if is_to_come(candidate.published, today):
                continue
            if candidate.start == 0:
                return candidate
            if found is None or (candidate.start, -candidate.end) < (found.start, -found.end):
                found = candidate
            break
    return found


def parse_date(text: str, *, today: date | None = None, month_first: bool = False) -> Published | None:
    """The date that the whole string is, in any form of `find_date`, or `YYYY-MM`, `YYYY`, `YYYYMMDD`,
    `YYYYMMDDHHMMSS`, or seconds or milliseconds since 1970. None where it is none. `raw` is the string."""
    raw = text.strip()
    if not raw or len(raw) > _MAX_WHOLE_CHARS:
        return None
    published = parse_iso(raw) or _parse_number(raw)
    if published is None:
        found = find_date(raw, month_first=month_first) or _find_short_year(raw)
        if found is None or not _is_whole(raw, found):
            return None
        published = found.published
    if is_to_come(published, today):
        return None
    return published if published.raw == raw else replace(published, raw=raw)


def _is_whole(raw: str, found: FoundDate) -> bool:
    return bool(_WRAPPING_BEFORE.fullmatch(raw[: found.start]) and _WRAPPING_AFTER.fullmatch(raw[found.end :]))


# The forms: a pattern and how its groups become a calendar date, None where they are no date at all.

_Form = tuple[re.Pattern[str], Callable[[re.Match[str]], "_Calendar | None"]]


def _read_iso(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[1], int(match[3]), int(match[4]))


def _read_numeric(match: re.Match[str]) -> _Calendar | None:
    first, second = int(match[1]), int(match[3])
    if second > 12 >= first:
        first, second = second, first
    return _calendar(match, match[4], second, first, swappable=first <= 12 and second <= 12)


def _read_day_name_year(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[3], _month(match[2]), int(match[1]))


def _read_name_day_year(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[3], _month(match[1]), int(match[2]))


def _read_ctime(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[5], _month(match[1]), int(match[2]), clock=f" {match[3]} {match[4] or ''}")


def _read_vietnamese(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[3], int(match[2]), int(match[1]))


def _read_spaced_iso(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[1], int(match[2]), int(match[3]))


def _read_short_numeric(match: re.Match[str]) -> _Calendar | None:
    first, second = int(match[1]), int(match[3])
    if second > 12 >= first:
        first, second = second, first
    swappable = match[2] == "/" and first <= 12 and second <= 12
    return _calendar(match, _long_year(match[4]), second, first, swappable=swappable)


def _read_certain_short(match: re.Match[str]) -> _Calendar | None:
    calendar = _read_short_numeric(match)
    return None if calendar is None or calendar.swappable else calendar


def _read_year_name_day(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[1], _month(match[2]), int(match[3]))


def _read_han(match: re.Match[str]) -> _Calendar | None:
    return _calendar(match, match[1], int(match[2]), int(match[3] or 0))


def _read_name_year(match: re.Match[str]) -> _Calendar | None:
    if fold_name(match[1]) in TIMID_MONTHS and not match[1][0].isupper():
        return None
    return _calendar(match, match[2], _month(match[1]), 0)


_FORMS: tuple[_Form, ...] = (
    (_ISO, _read_iso),
    (_DAY_NAME_YEAR, _read_day_name_year),
    (_NAME_DAY_YEAR, _read_name_day_year),
    (_NUMERIC, _read_numeric),
    (_CTIME, _read_ctime),
    (_YEAR_NAME_DAY, _read_year_name_day),
    (_HAN, _read_han),
    (_SPACED_ISO, _read_spaced_iso),
    (_VIETNAMESE, _read_vietnamese),
    (_NAME_YEAR, _read_name_year),
)


def _month(name: str) -> int:
    return MONTH_NUMBERS.get(fold_name(name), -1)


def _calendar(
    match: re.Match[str], year: str, month: int, day: int, *, swappable: bool = False, clock: str = ""
) -> _Calendar | None:
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR or not 1 <= month <= 12:
        return None
    try:
        date(int(year), month, day or 1)
    except ValueError:
        return None
    return _Calendar(match.start(), match.end(), int(year), month, day, swappable, clock)


def _calendars(
    form: re.Pattern[str], read: Callable[[re.Match[str]], _Calendar | None], text: str, before: int | None
) -> Iterator[_Calendar]:
    """Dates of one form in order, none that starts after `before`. What matched and is no date costs one letter."""
    at = 0
    while (match := form.search(text, at)) is not None:
        if before is not None and match.start() > before:
            return
        at = match.start() + 1
        calendar = read(match)
        if calendar is not None and not (
            calendar.day == 0 and _DAY_BEFORE.search(text[max(0, match.start() - 16) : match.start()])
        ):
            yield calendar


def _with_time(text: str, calendar: _Calendar, *, month_first: bool) -> FoundDate:
    start, end = calendar.start, calendar.end
    weekday = _WEEKDAY_BEFORE.search(text[max(0, start - 24) : start])
    if weekday is not None and fold_name(weekday[1].removesuffix("-feira")) in WEEKDAYS:
        start -= len(weekday[0])
    if ending := _ENDING_AFTER.match(text, end):
        end = ending.end()
    if han := _HAN_WEEKDAY_AFTER.match(text, end):
        end = han.end()
    after = _WEEKDAY_AFTER.match(text, end)
    if after is not None and fold_name(after[1]) in WEEKDAYS:
        end = after.end()
    clock = None
    if calendar.clock:
        clock = read_time_after(calendar.clock, 0)
    elif calendar.day:
        clock = read_time_after(text, end) or read_time_before(text, start)
        if clock is not None:
            start, end = min(start, clock.start), max(end, clock.end)
    published, has_zone = _published(calendar, clock, text[start:end], month_first=month_first)
    return FoundDate(start, end, published, clock is not None, has_zone)


def _published(calendar: _Calendar, clock: ClockTime | None, raw: str, *, month_first: bool) -> tuple[Published, bool]:
    year, month, day = calendar.year, calendar.month, calendar.day
    if calendar.swappable and (month_first or (clock is not None and clock.zone_name in US_ZONES)):
        month, day = day, month
    on = f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"
    if clock is None:
        return Published(on, None, "day" if day else "month", raw), False
    precision: DatePrecision = "minute" if clock.second is None else "second"
    local = datetime(year, month, day, clock.hour, clock.minute, clock.second or 0)  # noqa: DTZ001 its zone comes next
    zone = clock.offset or zone_of_name(clock.zone_name, local)
    at = None if zone is None else local.replace(tzinfo=zone)
    return Published(on, at, precision, raw, zone=clock.zone), zone is not None


def _find_short_year(raw: str) -> FoundDate | None:
    """`26-Feb-87`."""
    match = _DAY_NAME_SHORT_YEAR.search(raw)
    if match is None:
        return None
    calendar = _calendar(match, _long_year(match[3]), _month(match[2]), int(match[1]))
    return None if calendar is None else _with_time(raw, calendar, month_first=False)


def _long_year(year: str) -> str:
    """Two digits as POSIX reads them: 69 to 99 are of the last century."""
    return str(int(year) + (1900 if int(year) >= 69 else 2000))


def _parse_number(raw: str) -> Published | None:
    if match := _YEAR.fullmatch(raw):
        return Published(raw, None, "year") if EARLIEST_YEAR <= int(raw) <= LATEST_YEAR else None
    if match := _YEAR_MONTH.fullmatch(raw):
        calendar = _calendar(match, match[1], int(match[2]), 0)
        return None if calendar is None else Published(f"{calendar.year:04}-{calendar.month:02}", None, "month")
    if match := _COMPACT.fullmatch(raw):
        year, month, day, hour, minute, second, rest = match.groups()
        calendar = _calendar(match, year, int(month), int(day))
        clock = read_time_after(f" {hour}:{minute}:{second or '00'}{rest}", 0) if hour else None
        if calendar is not None and (clock is not None or not hour):
            return _published(calendar, clock, "", month_first=False)[0]
    if match := _EPOCH.fullmatch(raw):
        seconds = int(match[1]) // (1000 if len(match[1]) >= _EPOCH_MS_DIGITS else 1)
        instant = datetime.fromtimestamp(seconds, UTC)
        return Published(instant.date().isoformat(), instant, "second")
    return None
