"""A page's lines with what was judged of each: what the finders of title, byline, date and outlet look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from indexer.cleaning.dates import FoundDate, find_date
from indexer.cleaning.line_features import LINE_FEATURES, Flags, Floats

# A date in a longer line is news about a day, not the day of the news.
_MAX_DATE_LINE_CHARS = 160
# Words beside a date in a line that is about the date: "Published by Jane Doe in World on", "Lesezeit: 3 Minuten".
_MAX_WORDS_BESIDE_DATE = 10
_GLUED = re.compile(r"((?:19|20)\d\d)(?=\d{1,2}[./: ]|[^\W\d_])")
# What content systems write below an article, with all its categories.
_POSTED = re.compile(
    r"(?:dieser (?:eintrag|beitrag|artikel) wurde|this (?:entry|post|article) was|cet(?:te)? (?:article|entrée) a été"
    r"|est[ae] (?:entrada|artículo) (?:fue|se)|quest[ao] (?:voce|articolo) è stat[ao]|dit bericht werd)\b",
    re.IGNORECASE,
)
_MAX_NOTICE_CHARS = 600
# A year of two digits is less of a date: "Seats 10/12/15".
_MAX_WORDS_BESIDE_SHORT = 4
_LONG_YEAR = re.compile(r"\d{4}")
_SLASHED = re.compile(r"(?<![\w./-])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d{2})(?![\w/])")
_US_CLOCK = re.compile(r"\d\s?[ap]\.?m\.?,?\s\(?(?:[ECMP][SD]?T)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_PUNCTUATION = " \"'“”„«»‘’.,:;!?…|-–—·•*()[]>"
_SENTENCE = LINE_FEATURES.index("sentence")


@dataclass(frozen=True, slots=True)
class PageLines:
    """`texts[start:end]` holds the body, `folded` are the texts as `fold_line` folds them; `features` has a line's
    `measure_lines` row each, `furniture` those that `find_furniture` found. `dates` are those of the lines that are
    about a date, by line."""

    texts: tuple[str, ...]
    folded: tuple[str, ...]
    features: Floats
    furniture: Flags
    start: int
    end: int
    dates: dict[int, FoundDate] = field(default_factory=dict)

    def is_sentence(self, at: int) -> bool:
        return bool(self.features[at, _SENTENCE])

    def is_furniture(self, at: int) -> bool:
        return bool(self.furniture[at])

    def is_date_line(self, at: int) -> bool:
        return at in self.dates

    def find_all(self, holds: Callable[[str], bool], first: int, last: int) -> list[int]:
        """Lines from `first` to before `last` whose text holds, the range cut to the page."""
        return [at for at in range(max(0, first), min(len(self.texts), last)) if holds(self.texts[at])]


def fold_line(text: str) -> str:
    """A line for comparing: lower case, no punctuation at its ends."""
    return text.casefold().strip(_PUNCTUATION)


def count_words(text: str) -> int:
    return len(_WORD.findall(text))


def find_date_lines(texts: tuple[str, ...], ranges: tuple[range, ...]) -> dict[int, FoundDate]:
    """The lines in the ranges that are about a date: it and a few words beside it."""
    found: dict[int, FoundDate] = {}
    month_first = tell_order(texts)
    for at in sorted({at for covered in ranges for at in covered if 0 <= at < len(texts)}):
        text = texts[at]
        is_notice = _POSTED.match(text) is not None
        if len(text) > (_MAX_NOTICE_CHARS if is_notice else _MAX_DATE_LINE_CHARS):
            continue
        date = find_date(text, month_first=month_first, short_years=True)
        if date is None:
            # Two dates of which a stylesheet hides one: "6. November 20236. November 2023".
            date = find_date(_GLUED.sub(r"\1 ", text), month_first=month_first)
        if date is None:
            continue
        beside = count_words(text[: date.start] + " " + text[date.end :])
        if beside > _MAX_WORDS_BESIDE_SHORT and _LONG_YEAR.search(text[date.start : date.end]) is None:
            continue
        # "He was born on 3 May 1960." is prose, "Published on 12 March 2021." is not.
        if is_notice or (beside <= _MAX_WORDS_BESIDE_DATE and not (text[-1] in ".!?" and beside > 3)):
            found[at] = date
    return found


def tell_order(texts: tuple[str, ...]) -> bool | None:
    """Whether the page writes 03/15/2021, by the dates that can be read in one order only; None where none tells. An
    American clock tells too."""
    votes = 0
    for text in texts:
        if "/" in text and len(text) <= _MAX_DATE_LINE_CHARS:
            for match in _SLASHED.finditer(text):
                first, second = int(match[1]), int(match[2])
                votes += (first <= 12 < second <= 31) - (second <= 12 < first <= 31)
    if votes:
        return votes > 0
    is_american = any(len(text) <= _MAX_DATE_LINE_CHARS and _US_CLOCK.search(text) for text in texts)
    return True if is_american else None


def is_only_date(text: str, date: FoundDate) -> bool:
    """Whether nothing but a place or a weekday stands beside the date: "Thursday July 10 2025", "Baku, 10 July"."""
    return count_words(text[: date.start] + " " + text[date.end :]) <= 1
