"""Where a page says who wrote it: a line that leads with "By", or a name alone beside title and date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.cleaning.authors import read_authors
from indexer.cleaning.page_lines import PageLines, count_words

_MAX_CHARS = 140
_ABOUT_LINES = 8
_OUR = r"(?:(?:unser(?:er|em)?|our|notre|nuestr[oa]|nostr[oa])\s\w{3,25}\s)?"
_BY = (
    r"by|written by|reported by|story by|text by|words by|author|authors|from|von|text|text von|par|propos recueillis par|por"
    r"|autor|autora|redactado por|di|a cura di|autore|door|av|af|tekst|skrevet av|od|autorzy|kirjoittaja|автор|автор текста"
    r"|текст|müəllif|yazan|yazar|haber|penulis|oleh"
)
_LEAD = re.compile(rf"(?:{_BY})\s{{0,2}}[:：]?\s{{1,3}}{_OUR}(?P<names>\S.*)", re.IGNORECASE)
_LEAD_ALONE = re.compile(rf"(?:\w+\s)?(?:{_BY})\s?[:：]?", re.IGNORECASE)
# "Posted on 21 July 2019 by Jane Doe", "Ein Artikel von Jane Doe": only in a line that is short and about that.
_LEAD_WITHIN = re.compile(
    r"(?:^|[\s·|,/–—-])(?:by|von|par|por|door|aut[eh]?o?r:?|автор:?)(?:\s{1,3}|(?=(?-i:[A-ZÄÖÜÉ])))"
    r"(?P<names>[^\W\d_][^|·/\d]{1,60})",
    re.IGNORECASE,
)
_LEAD_OF_ARTICLE = re.compile(
    r"(?:an? |ein(?:e)? |une? |un )?(?:article|story|report|column|artikel|beitrag|kolumne|interview|analyse|bericht|tipps"
    r"|reportage|artículo)\s(?:by|von|de|par|por)\s(?P<names>\S.*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:[\s|,;:–—·-]+(?:am|um|on|at|in|le|à|el|il|den|vom|updated|published|posted|comments?|in the))*[\s|,;:–—·-]*\Z",
    re.IGNORECASE,
)
_QUOTES = re.compile('[«»“”„"‹›]')
_HAN_LEAD = re.compile(r"(?:作者|记者|記者|文|編輯|编辑|責任編輯)\s?[：:/]\s?(?P<names>[^\s（()）：:]{2,12})")
_LABELS = re.compile(
    r"\b(?:(?:first )?(?:published|posted|updated|created|last (?:updated|modified))(?: (?:on|at|in|by))?|zuletzt geändert"
    r"|veröffentlicht(?: am)?|aktualisiert(?: am)?|stand|publiée?(?: le| par)?|mis à jour(?: le)?|publicado|actualizado"
    r"|pubblicato(?: il)?|gepubliceerd(?: op)?|опубликовано|обновлено|uhr|lesezeit|datum|\d{1,3} min(?:ute)?s? read)\b:?"
    r"|\b(?:on|at|le|am|vom)\Z|\A(?:on|at|le|am|vom)\b",
    re.IGNORECASE,
)
# A stylesheet's space that the text lacks: "By Jane DoeStaff Writer".
_GLUED_ROLE = re.compile(
    r"(?<=[^\W\d_A-Z])(?=(?:Staff|Senior|Reporter|Correspondent|Editor|Published|Updated|Posted)\b)"
)
_AFTER_NAMES = re.compile(r"\s(?:[|·–—]|in|am|um|at|on)\s|\d", re.IGNORECASE)
_OFFICE = re.compile(
    r"\s(?:reporter|writer|correspondent|editor|columnist|redakteur(?:in)?|korrespondent(?:in)?|redaktion"
    r"|корреспондент|редактор|muhabiri|müxbiri)\Z",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "de da di do dos das del della der den des du van von und and & y e et la le el al bin ibn ten ter zu af av ve və и".split()
)
# "Jane Doe is a reporter for the Gazette.", below an article.
_ABOUT = re.compile(
    r"(?P<names>[^\W\d_][^,.;:!?\d]{2,60}?)\s(?:is|ist|war|est|es|è|é|ist)\s(?:an?|the|our|ein(?:e)?|der|die|un[ae]?|une|le|la)?\s?"
    r"(?:[\w-]+\s){0,6}?(?:reporter|writer|journalist(?:in)?|author|autor(?:in|a)?|editor|columnist|correspondent|contributor"
    r"|blogger(?:in)?|redakteur(?:in)?|volontär(?:in)?|journaliste|auteur[e]?|periodista|giornalista|jornalista)\b",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[^\W\d_][\w.-]{1,24}")
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-]){0,24}\Z")
# Two or three of these make a menu, not a person: "Top Stories", "Latest News".
_NO_NAMES = frozenset(
    "news world sports sport business politics opinion home video videos photo photos top latest more read live share "
    "the our your this about contact us stories story page menu search local national international daily times post "
    "section sections culture technology science health entertainment lifestyle breaking editorial print email privacy "
    "policy terms united states new york media group press release newsletter sign log subscribe published comments view products services forum moderator recipes last redaktion über "
    "ähnliche neueste verwandte aktuelle weitere mehr themen pressesprecher themenstarter beiträge artikel nachrichten "
    "articles notas noticias noticia escucha lesen hören schließen suchen startseite recherche suche rezepte related temas recientes categories kategorien archiv archives in".split()
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


def reads_like_byline(text: str) -> bool:
    """Whether a line alone, wherever it stands, names who wrote something: "By Jane Doe, Staff Writer", "Jane Doe"."""
    return len(text) <= _MAX_CHARS and (bool(_led_names(text)) or _reads_like_name(text.strip(" |,;:–—-")))


def find_byline(page: PageLines, leads: frozenset[int], title: int | None, outlet: int | None) -> FoundByline | None:
    """The byline between title and text first, then the other lines that lead with "By", then a name alone."""
    first = title if title is not None else max(0, page.start - 8)
    ordered = sorted(leads - {title}, key=lambda at: (not first <= at <= page.start + 2, at < first, at))
    near = [at for at in ordered if first <= at <= page.start + 2]
    for at in near:
        if names := _read_names(_drop_date(page, at, _led_names(page.texts[at]))):
            return FoundByline(at, names)
    for at in range(max(0, first - 3), min(len(page.texts), page.start + 2)):
        if at in {title, outlet} or (page.is_furniture(at) and not page.is_date_line(at)):
            continue
        text = _name_within(page, at) or _name_alone(page, at)
        if text and (names := _read_names(text)):
            return FoundByline(at, names)
    if (between := _only_line_between(page, title, outlet)) is not None:
        return between
    for at in ordered:
        if at not in near and (names := _read_names(_drop_date(page, at, _led_names(page.texts[at])))):
            return FoundByline(at, names)
    return _only_name_above(page, title, outlet) or _find_about(page) or _find_signature(page, title, outlet)


def _find_about(page: PageLines) -> FoundByline | None:
    """What a line below the text says of its writer."""
    for at in page.find_all(lambda text: _ABOUT.match(text) is not None, page.end - 1, page.end + _ABOUT_LINES):
        match = _ABOUT.match(page.texts[at])
        if match is not None and _reads_like_name(match["names"]):
            return FoundByline(at, _read_names(match["names"]))
    return None


def _find_signature(page: PageLines, title: int | None, outlet: int | None) -> FoundByline | None:
    """The writer's name below the last paragraph."""
    signature = page.end if page.end < len(page.texts) else page.end - 1
    text = page.texts[signature]
    is_last = signature + 1 >= len(page.texts) or page.is_furniture(signature + 1)
    if is_last and signature not in {title, outlet} and _reads_like_name(text) and not page.is_furniture(signature):
        return FoundByline(signature, _read_names(text))
    return None


def _only_name_above(page: PageLines, title: int | None, outlet: int | None) -> FoundByline | None:
    """The one line between headline and text that is a name and nothing else."""
    if title is None or title >= page.start:
        return None
    names = [
        at
        for at in range(title + 1, page.start)
        if at != outlet and _reads_like_name(page.texts[at].strip(" |,;:–—-")) and not page.is_furniture(at)
    ]
    alike = {page.folded[at] for at in names}
    return FoundByline(names[0], _read_names(page.texts[names[0]])) if len(alike) == 1 else None


def _only_line_between(page: PageLines, title: int | None, outlet: int | None) -> FoundByline | None:
    """The one line between headline and date above and the text below, when it is a word or three in capitals' case:
    an agency, or a writer."""
    at = page.start - 1
    if title is None or not title < at <= title + 4 or at in {title, outlet}:
        return None
    heading = page.folded[title]
    others = (other for other in range(title + 1, at) if not page.is_date_line(other))
    if any(page.folded[other] != heading for other in others):
        return None
    text = page.texts[at]
    words = text.split()
    is_name = len(words) <= 3 and all(_NAME_WORD.match(word) and word[0].isupper() for word in words)
    if not is_name or page.is_furniture(at) or any(word.casefold() in _NO_NAMES for word in words):
        return None
    return FoundByline(at, _read_names(text))


def _read_names(text: str) -> tuple[str, ...]:
    """The names in a byline, without the office that a writer holds: "Winifred Ashdown, Local Government Reporter"."""
    names = read_authors(text)
    people = tuple(name for name in names if not _OFFICE.search(name))
    return people or names


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
    if _QUOTES.search(names):
        return ""
    # "Von Sprachregeln, Gender-Politik" is a headline: a name has two words, or stands all alone.
    if "," in names and not any(" " in part.strip() for part in names.split(",")):
        return ""
    if len(words) == 1:
        return _TRAILING.sub("", names) if _HANDLE.fullmatch(names) else ""
    leading = [word for word in words[:3] if word.casefold() not in _PARTICLES]
    if not leading or not all(word[0].isupper() or not word[0].isalpha() for word in leading[:2]):
        return ""
    return names if _NAME_WORD.match(words[0].rstrip(",;:")) else ""


def _drop_date(page: PageLines, at: int, names: str) -> str:
    date = page.dates.get(at)
    if date is not None:
        printed = page.texts[at][date.start : date.end]
        if printed in names:
            # What stands behind the date is about the date: "By Jane Doe on 3 May 2021 in World".
            names = names.split(printed, maxsplit=1)[0] or _drop_labels(names.replace(printed, " "))
    names = _GLUED_ROLE.sub(", ", names)
    return _TRAILING.sub("", _LABELS.split(names)[0] or names)


def _drop_labels(text: str) -> str:
    return _LABELS.sub(" | ", text).strip(" |,;:–—-•·")


def _name_within(page: PageLines, at: int) -> str:
    """The names behind a "by" in the middle of a line about the date or the article; else ""."""
    text = page.texts[at]
    if len(text) > _MAX_CHARS:
        return ""
    match = _LEAD_OF_ARTICLE.fullmatch(text)
    if match is None and page.is_date_line(at):
        match = _LEAD_WITHIN.search(text)
    if match is None:
        return ""
    names = _TRAILING.sub("", _AFTER_NAMES.split(match["names"])[0])
    return names if _reads_like_name(names) or _HANDLE.fullmatch(names) else ""


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
    stripped = text.strip(" |,;:–—-")
    if not _reads_like_name(stripped):
        return ""
    is_led = at > 0 and len(page.texts[at - 1]) < 40 and _LEAD_ALONE.fullmatch(page.texts[at - 1]) is not None
    is_dated = any(page.is_date_line(nearby) for nearby in (at - 1, at + 1, at + 2))
    return stripped if is_led or is_dated else ""


def _reads_like_name(text: str) -> bool:
    words = text.replace(",", " ").split()
    if not 2 <= len(words) <= 6:
        return False
    plain = [word for word in words if word.casefold() not in _PARTICLES]
    if not 2 <= len(plain) <= 4 or any(word.casefold() in _NO_NAMES for word in plain):
        return False
    return all(_NAME_WORD.match(word) and word[0].isupper() for word in plain)
