"""Where a page says who wrote it: a line that leads with "By", or a name alone beside title and date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.cleaning.authors import read_authors
from indexer.cleaning.page_lines import PageLines, count_words

_MAX_CHARS = 140
_LEAD = re.compile(
    r"(?P<lead>by|written by|reported by|story by|text by|words by|author|authors|from|von|text|par|propos recueillis par|por"
    r"|autor|autora|redactado por|di|a cura di|autore|door|av|af|tekst|skrevet av|od|autorzy|kirjoittaja|автор|автор текста"
    r"|текст|müəllif|yazan|yazar|haber|penulis|oleh)\s{0,2}[:：]?\s{1,3}(?P<names>\S.*)",
    re.IGNORECASE,
)
_HAN_LEAD = re.compile(r"(?:作者|记者|記者|文|編輯|编辑|責任編輯)\s?[：:/]\s?(?P<names>[^\s（()）：:]{2,12})")
_LABELS = re.compile(
    r"(?:first )?(?:published|posted|updated|created|last (?:updated|modified))(?: (?:on|at|in|by))?|veröffentlicht(?: am)?"
    r"|aktualisiert(?: am)?|stand|publié(?:e)?(?: le| par)?|mis à jour(?: le)?|publicado|actualizado|pubblicato(?: il)?"
    r"|gepubliceerd(?: op)?|опубликовано|обновлено|uhr|lesezeit|\d{1,3} min(?:ute)?s? read|\bon$|^on\b|^at\b|\bat$|\ble$|\bam$|\bvom$",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "de da di do dos das del della der den des du van von und and & y e et la le el al bin ibn ten ter zu af av ve və и".split()
)
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-]){0,24}\Z")
# Two or three of these make a menu, not a person: "Top Stories", "Latest News".
_NO_NAMES = frozenset(
    "news world sports sport business politics opinion home video videos photo photos top latest more read live share "
    "the our your this about contact us stories story page menu search local national international daily times post "
    "section sections culture technology science health entertainment lifestyle breaking editorial print email privacy "
    "policy terms united states new york media group press release newsletter sign log subscribe".split()
)


@dataclass(frozen=True, slots=True)
class FoundByline:
    """The line, and the names that it says."""

    at: int
    names: tuple[str, ...]


def find_lead_bylines(page: PageLines) -> frozenset[int]:
    """Lines near the body that say "By ..." in some language and then what reads like names."""
    lines = page.find_all(lambda text: bool(_led_names(text)), page.start - 30, page.start + 3)
    lines += page.find_all(lambda text: bool(_led_names(text)), page.end - 2, page.end + 4)
    return frozenset(lines)


def find_byline(page: PageLines, leads: frozenset[int], title: int | None, outlet: int | None) -> FoundByline | None:
    """The byline between title and text first, then the other lines that lead with "By", then a name alone."""
    first = title if title is not None else max(0, page.start - 8)
    ordered = sorted(leads, key=lambda at: (not first <= at <= page.start + 2, at < first, at))
    for at in ordered:
        names = read_authors(_drop_date(page, at, _led_names(page.texts[at])))
        if names:
            return FoundByline(at, names)
    for at in range(first, min(len(page.texts), page.start + 2)):
        if at in {title, outlet} or page.is_furniture(at):
            continue
        if (text := _name_alone(page, at)) and (names := read_authors(text)):
            return FoundByline(at, names)
    return None


def _led_names(text: str) -> str:
    """What follows the lead of a byline, "" where the line is none."""
    if len(text) > _MAX_CHARS:
        return ""
    if han := _HAN_LEAD.search(text):
        return han["names"]
    match = _LEAD.match(text)
    if match is None:
        return ""
    names = match["names"]
    words = names.split()
    # "By Friday the water had gone." is prose, and so is "Von der Leyen sagte am Montag in Brüssel".
    if count_words(names) > 16 or (names[-1] in ".!?" and not names.endswith(("Jr.", "Sr."))):
        return ""
    leading = [word for word in words[:3] if word.casefold() not in _PARTICLES]
    if not leading or not all(word[0].isupper() or not word[0].isalpha() for word in leading[:2]):
        return ""
    return names if _NAME_WORD.match(words[0].rstrip(",;:")) else ""


def _drop_date(page: PageLines, at: int, names: str) -> str:
    date = page.dates.get(at)
    if date is None:
        return names
    printed = page.texts[at][date.start : date.end]
    return _drop_labels(names.replace(printed, " | ")) if printed in names else names


def _drop_labels(text: str) -> str:
    return _LABELS.sub(" | ", text).strip(" |,;:–—-•·")


def _name_alone(page: PageLines, at: int) -> str:
    """A name that stands beside a date, in its line or in the next ones; else ""."""
    text = page.texts[at]
    if len(text) > _MAX_CHARS:
        return ""
    date = page.dates.get(at)
    if date is not None:
        for part in re.split(r"\s*[|•·/]\s*", _drop_labels(text[: date.start] + " | " + text[date.end :])):
            stripped = part.strip(" ,;:–—-()")
            if _reads_like_name(stripped):
                return stripped
        return ""
    if not any(page.is_date_line(nearby) for nearby in (at - 1, at + 1, at + 2)):
        return ""
    return text if _reads_like_name(text) else ""


def _reads_like_name(text: str) -> bool:
    words = text.replace(",", " ").split()
    if not 2 <= len(words) <= 6:
        return False
    plain = [word for word in words if word.casefold() not in _PARTICLES]
    if not 2 <= len(plain) <= 4 or any(word.casefold() in _NO_NAMES for word in plain):
        return False
    return all(_NAME_WORD.match(word) and word[0].isupper() for word in plain)
