"""Which of a page's dates is the day that it was published, and which is the day that it was scraped.

The date beside title and byline wins. A date that stands alone above the title is the page's clock: it loses to any
other, and where it is the only one it is taken and called unsure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from indexer.article import UNDATED, Published
from indexer.cleaning.dates import FoundDate, find_date
from indexer.cleaning.iso_dates import is_to_come
from indexer.cleaning.page_lines import PageLines, find_date_lines, is_only_date

_PUBLISHED = re.compile(
    r"publi|posted|veröffentlicht|erschienen|pubbl|gepubl|опублик|дата|yayın|dərc|发布|發布|first|created|datum|issued",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updat|modif|aktualis|mis à jour|actualiz|atualiz|aggiorn|bijgewerkt|обновл|güncel|yenilə|更新|edited",
    re.IGNORECASE,
)
_NOT_OF_ARTICLE = re.compile(r"©|\(c\)|copyright|rights reserved|archive|архив", re.IGNORECASE)
# A dateline opens its paragraph: "LONDON, 3 March 2021 (Reuters) - ".
_DATELINE_CHARS = 60


@dataclass(frozen=True, slots=True)
class FoundDay:
    """`at` is the date's line; `is_unsure` when nothing tells it from the day of scraping."""

    at: int
    published: Published
    is_unsure: bool = False


def find_day(page: PageLines, title: int | None, byline: int | None, today: date | None = None) -> FoundDay | None:
    """The day of publication; None where the page has no date of its own. `today` refuses what is yet to come."""
    anchor = title if title is not None else page.start
    scored = [
        (_score(page, at, found, anchor, byline), -at, at, found)
        for at, found in page.dates.items()
        if not _NOT_OF_ARTICLE.search(page.texts[at]) and not is_to_come(found.published, today)
    ]
    dated = _dateline(page)
    if dated is not None and is_to_come(dated.published, today):
        dated = None
    if scored:
        score, _, at, found = max(scored, key=lambda candidate: candidate[:2])
        is_unsure = at < anchor and is_page_clock(page, at, found)
        if not is_unsure or score > 0 or dated is None:
            return FoundDay(at, found.published, is_unsure)
    return FoundDay(page.start, dated.published) if dated is not None else _only_day(page, today)


def _only_day(page: PageLines, today: date | None) -> FoundDay | None:
    """Of a page without a date around its text: what a line elsewhere says of its publication, else the one day that
    all its other lines about dates name."""
    elsewhere = {
        at: found
        for at, found in find_date_lines(page.texts, (range(len(page.texts)),)).items()
        if found.published.precision not in {"month", "year"}
        and not _NOT_OF_ARTICLE.search(page.texts[at])
        and not is_to_come(found.published, today)
    }
    said = [at for at in elsewhere if _PUBLISHED.search(page.texts[at]) and not _UPDATED.search(page.texts[at])]
    days = {found.published.on for found in elsewhere.values()}
    at = said[0] if said else next(iter(elsewhere), None) if len(days) == 1 else None
    return None if at is None else FoundDay(at, elsewhere[at].published)


def has_day_to_come(page: PageLines, today: date) -> bool:
    """Whether a line of the page is about a date that lies in the future."""
    return any(is_to_come(found.published, today) for found in page.dates.values())


def is_page_clock(page: PageLines, at: int, found: FoundDate) -> bool:
    """Whether the line is a date alone, as the heads of pages show today's."""
    return is_only_date(page.texts[at], found) and not (found.has_time and found.has_zone)


def _score(page: PageLines, at: int, found: FoundDate, anchor: int, byline: int | None) -> float:
    text = page.texts[at]
    score = 0.0
    if anchor <= at <= page.start + 1:
        score += 2.0
    elif at > page.start + 1:
        # Below the text: "First published: ..." counts, the dates of other articles must not.
        score -= 1.0 if _PUBLISHED.search(text) else 2.0
    elif is_page_clock(page, at, found):
        score -= 2.0
    score -= min(1.5, 0.1 * abs(at - anchor))
    score += 1.2 if found.has_time else 0.0
    score += 0.7 if byline is not None and abs(at - byline) <= 2 else 0.0
    score += 0.8 if _PUBLISHED.search(text) else 0.0
    score -= 0.9 if _UPDATED.search(text) and not _PUBLISHED.search(text) else 0.0
    return score - (2.0 if found.published.precision in {"month", "year"} else 0.0)


def _dateline(page: PageLines) -> FoundDate | None:
    if page.start >= page.end:
        return None
    opening = page.texts[page.start][:_DATELINE_CHARS]
    found = find_date(opening)
    if found is None or found.published.precision in {"month", "year"}:
        return None
    after = opening[found.end : found.end + 16]
    return found if re.match(r"\s?(?:\([^)]{1,14}\))?\s?[-–—:]", after) else None


def published_of(found: FoundDay | None) -> Published:
    """What is stored of it. A text is one source alone, so its date is likely at best: measured, one in ten is not what
    other sources say, and no rule about its lines tells which."""
    return UNDATED if found is None else replace(found.published, confidence="likely")
