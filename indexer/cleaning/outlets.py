"""Whose page it is: the site's name in the first lines, in its copyright notice, or behind the headline."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.cleaning.dates import find_date
from indexer.cleaning.line_words import CLASSES, count_class_words
from indexer.cleaning.page_lines import PageLines, count_words, fold_line

_DOMAIN = re.compile(r"(?:www\.)?[\w-]{2,40}(?:\.[\w-]{2,30}){0,2}\.[a-z]{2,10}", re.IGNORECASE)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)(?:\s{0,2}(?:©|\(c\)|copyright))?\s{0,3}(?:by\s)?(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:(?:19|20)?\d\d|present))?)?"
    r"[,.]?\s{0,3}(?:by\s)?(?P<name>[^\W\d_][^|,;©•·()]{1,60})",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\.\s|\s[-–—]\s|\s(?:all|alle|tous|todos|все|an?)\s.*|\s(?:ltd|llc|inc|gmbh|plc|pty|limited|corp|s\.?a|ag)\b.*"
    r"|\s(?:19|20)\d\d.*|\.$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s[|–—-]\s")
_LOOKED_AT_LINES = 4
_MAX_HEAD_LINES = 12
_MAX_WORDS = 5
_MAX_CHARS = 45
_MENU_CLASSES = frozenset(
    CLASSES.index(name)
    for name in ("menu", "account", "share", "follow", "cookie", "related", "advert", "byline", "subscribe")
)


@dataclass(frozen=True, slots=True)
class FoundOutlet:
    """`at` is the line that is the name alone, None where it was read from within another line."""

    name: str
    at: int | None = None


def find_outlet(page: PageLines, bylines: frozenset[int]) -> FoundOutlet | None:
    """The site's name: a domain or a name alone in the first lines above the text, then the copyright notice."""
    copyright_name = _find_copyright(page)
    # A long head is a menu, where a domain is a link to elsewhere.
    looked_at = page.start if page.start <= _MAX_HEAD_LINES else _LOOKED_AT_LINES
    candidates = [at for at in range(looked_at) if _may_be_name(page, at)]
    for at in candidates:
        text = page.texts[at]
        if _DOMAIN.fullmatch(text):
            # A name above its own address is the better name: "Halvermouth Gazette", "www.halvermouthgazette.example".
            named = next((other for other in candidates if other != at and _is_same(page.texts[other], text)), at)
            return FoundOutlet(page.texts[named], named)
        if copyright_name and _is_same(text, copyright_name):
            return FoundOutlet(text, at)
    # The one line above a headline: but the only line above the text may be the headline itself.
    if candidates and candidates[0] <= 1 and _has_title_below(page, candidates[0], bylines):
        return FoundOutlet(page.texts[candidates[0]], candidates[0])
    return FoundOutlet(copyright_name) if copyright_name else None


def outlet_of_title(title: str, page: PageLines) -> FoundOutlet | None:
    """`Headline | Outlet`: the part behind the last bar of the headline or of its repetition, where the headline
    without it is a line of the page too, or the part names itself elsewhere in the page."""
    folded_title = fold_line(title)
    for text, folded in zip(page.texts[: page.start + 1], page.folded, strict=False):
        if not folded.startswith(folded_title) or len(text) > 2 * len(title) + _MAX_CHARS:
            continue
        parts = _SUFFIX.split(text)
        suffix = parts[-1].strip()
        if len(parts) < 2 or not suffix or count_words(suffix) > _MAX_WORDS or len(suffix) > _MAX_CHARS:
            continue
        rest = fold_line(text[: text.rfind(parts[-1])].rstrip(" |–—-"))
        if _DOMAIN.fullmatch(suffix) or any(line in {rest, fold_line(suffix)} for line in page.folded):
            return FoundOutlet(suffix)
    return None


def _may_be_name(page: PageLines, at: int) -> bool:
    text = page.texts[at]
    if not 1 <= count_words(text) <= _MAX_WORDS or len(text) > _MAX_CHARS or page.is_date_line(at):
        return False
    if _DOMAIN.fullmatch(text):
        return True
    if not text[0].isupper() and not "\u3040" <= text[0] <= "\u9fff":
        return False
    if text[-1] in ".!?:;,…" or find_date(text) is not None:
        return False
    words = re.findall(r"\w+", text.lower())
    return not any(
        number in _MENU_CLASSES and 2 * count >= len(words)
        for number, count in count_class_words(words, text.lower(), has_cjk=False).items()
    )


def _has_title_below(page: PageLines, at: int, bylines: frozenset[int]) -> bool:
    """Whether another line above the text could be the headline, so that this one need not be."""
    return any(
        count_words(page.texts[below]) >= 3 and not page.is_date_line(below) and not page.is_furniture(below)
        and page.folded[below] != page.folded[at] and below not in bylines
        for below in range(at + 1, page.start)
    )  # fmt: skip


def _find_copyright(page: PageLines) -> str:
    for at in range(len(page.texts) - 1, max(-1, page.end - 2, len(page.texts) - 80), -1):
        text = page.texts[at]
        if "©" not in text and "opyright" not in text and "(c)" not in text.lower():
            continue
        match = _COPYRIGHT.search(text[:400])
        if match:
            name = _NAME_ENDS.split(match["name"] + " ", maxsplit=1)[0].strip(" .,-–—")
            if 1 <= count_words(name) <= _MAX_WORDS and name[0].isupper():
                return name
    return ""


def _is_same(text: str, name: str) -> bool:
    one, other = ("".join(re.findall(r"\w+", each.casefold())) for each in (text, name))
    return one == other or (len(one) >= 5 and (one in other or other in one))
