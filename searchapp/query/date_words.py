"""Days that a person typed, in figures or in words, as a first and a last day. Reads no clock: today is an argument.

Weeks begin on Monday. `last month` is the calendar month before this one; `last 3 months` are the ones that end today.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from indexer.article import day_range
from indexer.cleaning.month_names import MONTH_NUMBERS, fold_name

_ONE_DAY = timedelta(days=1)
#: Longest text that can be a date; the rest of a pasted page behind `date:"` is not looked at.
_MAX_CHARS = 60

_YEAR_FIRST = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?")
_TWO_DAYS = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_RUN_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_TWO_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})")
_RANGE_SIGN = re.compile(r"\s*\.{2,3}\s*|\s*[–—]\s*|\s+(?:to|until|till)\s+")
_SPACED = re.compile(r"[\s_,-]+")
_ROLLING = re.compile(r"(?:last|past) (?:([0-9]{1,4}) )?(day|week|month|year)s?")
_AGO = re.compile(r"([0-9]{1,4}) (day|week|month|year)s? ago")
_ORDINAL = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\.?")
#: Days beside today, in the languages that are stemmed and have a word of their own for them.
_NEARBY_DAYS: Mapping[str, int] = {
    fold_name(word): days
    for days, words in {
        0: "today heute aujourd'hui hoy oggi hoje vandaag сегодня bugün idag dzisiaj dziś dnes ma astăzi σήμερα",
        -1: "yesterday gestern hier ayer ieri ontem gisteren вчера dünən dün igår wczoraj včera tegnap χθες",
        1: "tomorrow morgen demain mañana domani amanhã завтра sabah yarın imorgon jutro zítra holnap αύριο",
    }.items()
    for word in words.split()
}
_NUMBER_WORDS: Mapping[str, str] = {
    word: str(number)
    for number, words in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
    for word in words.split()
}
#: `12 de marzo de 2021`, `12th of March 2021`.
_LINKING_WORDS = {"of", "de", "the"}


@dataclass(frozen=True, slots=True)
class DaySpan:
    """From `first` to `last`, both included; None is open. `is_reversed`: it was typed the other way round."""

    first: date | None
    last: date | None
    is_reversed: bool = False


def read_days(text: str, today: date) -> DaySpan | None:
    """What stands behind `date:`: a year, month, day, range or words. None for what is no date."""
    if days := _TWO_DAYS.fullmatch(text):  # as our own forms and links write them
        return _order_days(days[1], days[2])
    plain = _plain(text)
    if plain is None:
        return None
    whole = None if ".." in plain else _read_one(plain, today)
    if whole is not None:
        return DaySpan(*whole)
    years = _TWO_YEARS.fullmatch(plain)
    sides = [years[1], years[2]] if years else _RANGE_SIGN.split(plain)
    if len(sides) != 2 or sides == ["", ""]:
        return None
    left, right = (_read_one(side, today) if side else (None, None) for side in sides)
    if left is None or right is None:
        return None
    if left[0] is not None and right[1] is not None and left[0] > right[1]:
        return DaySpan(right[0], left[1], is_reversed=True)
    return DaySpan(left[0], right[1])


def _order_days(left: str, right: str) -> DaySpan | None:
    try:
        first, last = date.fromisoformat(left), date.fromisoformat(right)
    except ValueError:  # 2021-02-30
        return None
    return DaySpan(last, first, is_reversed=True) if first > last else DaySpan(first, last)


def read_days_after(text: str, today: date) -> DaySpan | None:
    """What stands behind `after:`: from the day after the year, month or day on."""
    return _read_beside(text, today, lambda days: DaySpan(days[1] + _ONE_DAY, None))


def read_days_before(text: str, today: date) -> DaySpan | None:
    """What stands behind `before:`: up to the day before the year, month or day."""
    return _read_beside(text, today, lambda days: DaySpan(None, days[0] - _ONE_DAY))


def read_days_since(text: str, today: date) -> DaySpan | None:
    """What stands behind `since:`: from the year, month or day on."""
    return _read_beside(text, today, lambda days: DaySpan(days[0], None))


def read_days_until(text: str, today: date) -> DaySpan | None:
    """What stands behind `until:`: up to the end of the year, month or day."""
    return _read_beside(text, today, lambda days: DaySpan(None, days[1]))


READERS: Mapping[str, Callable[[str, date], DaySpan | None]] = {
    "date": read_days,
    "after": read_days_after,
    "before": read_days_before,
    "since": read_days_since,
    "until": read_days_until,
}


def _read_beside(text: str, today: date, beside: Callable[[tuple[date, date]], DaySpan]) -> DaySpan | None:
    plain = _plain(text)
    days = None if plain is None else _read_one(plain, today)
    if days is None:
        return None
    try:
        return beside(days)
    except OverflowError:  # no day lies after 9999-12-31
        return None


def _plain(text: str) -> str | None:
    if len(text) > _MAX_CHARS:
        return None
    plain = unicodedata.normalize("NFKC", text).strip(" ,;").casefold()
    return plain[:-1] if plain.endswith(".") and not plain.endswith("..") else plain


def _read_one(plain: str, today: date) -> tuple[date, date] | None:
    try:
        return _read_figures(plain) or _read_relative(_SPACED.sub(" ", plain), today) or _read_named(plain)
    except (ValueError, OverflowError):  # 2021-02-30; more years ago than there were
        return None


def _read_figures(plain: str) -> tuple[date, date] | None:
    if found := _YEAR_FIRST.fullmatch(plain):
        return _days_of(found[1], found[3], found[4])
    if found := _RUN_TOGETHER.fullmatch(plain):
        return _days_of(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(plain):
        return _days_of(found[3], found[2], found[1])
    return None


def _days_of(year: str, month: str | int | None = None, day: str | None = None) -> tuple[date, date] | None:
    return day_range("-".join(str(part) for part in (year, month, day) if part is not None))


def _read_relative(words: str, today: date) -> tuple[date, date] | None:
    nearby = _NEARBY_DAYS.get(fold_name(words))
    if nearby is not None:
        day = today + nearby * _ONE_DAY
        return day, day
    words = " ".join(_NUMBER_WORDS.get(word, word) for word in words.split(" "))
    unit = words.removeprefix("this ").removeprefix("last ")
    if unit in {"week", "month", "year"} and unit != words:
        first, last = _calendar_unit(unit, today)
        return (first, last) if words.startswith("this") else _calendar_unit(unit, first - _ONE_DAY)
    if found := _ROLLING.fullmatch(words):
        return _go_back(today, int(found[1] or 1), found[2]) + _ONE_DAY, today
    if found := _AGO.fullmatch(words):
        day = _go_back(today, int(found[1]), found[2])
        return day, day
    return None


def _calendar_unit(unit: str, day: date) -> tuple[date, date]:
    """The week, month or year that `day` lies in."""
    if unit == "week":
        monday = day - day.weekday() * _ONE_DAY
        return monday, monday + 6 * _ONE_DAY
    days = day_range(day.isoformat()[: 7 if unit == "month" else 4])
    assert days is not None
    return days


def _go_back(day: date, count: int, unit: str) -> date:
    """The same day so many units ago; from the 31st to the last day of a shorter month."""
    if unit in {"day", "week"}:
        return day - timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit == "year" else 1)
    last = day_range(f"{months // 12:04}-{months % 12 + 1:02}")
    assert last is not None
    return last[1].replace(day=min(day.day, last[1].day))


def _read_named(plain: str) -> tuple[date, date] | None:
    """`March 2021`, `12 March 2021`, `March 12, 2021`, in every language whose months are known."""
    parts = [part for part in _SPACED.split(plain) if part and part not in _LINKING_WORDS]
    if not 2 <= len(parts) <= 3 or not re.fullmatch("[0-9]{4}", parts[-1]):
        return None
    months = [MONTH_NUMBERS.get(fold_name(part.removesuffix("."))) for part in parts[:-1]]
    days = [found[1] for part in parts[:-1] if (found := _ORDINAL.fullmatch(part))]
    named = [month for month in months if month is not None]
    if len(named) != 1 or len(named) + len(days) != len(parts) - 1:
        return None
    return _days_of(parts[-1], named[0], days[0] if days else None)
