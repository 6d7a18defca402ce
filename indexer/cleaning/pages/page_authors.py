"""Who wrote a page: the names that it tells machines, confirmed by those that it shows.

Handles ("karstenruppert") and newsrooms ("Redaktion") count only where no name of a person is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from indexer.cleaning.authors import is_agency, read_authors
from indexer.cleaning.bylines import FoundByline
from indexer.cleaning.pages.class_words import CLASS_KINDS, kinds_of
from indexer.cleaning.pages.page_head import PageHead
from indexer.cleaning.pages.page_titles import fold_words, site_names

_METAS: Final = (
    "author", "article:author", "article:author_name", "og:article:author", "byl", "byline", "dc.creator", "dcterms.creator",
    "dc.creator.author", "parsely-author", "sailthru.author", "citation_author", "authors", "cxenseparse:author", "rbauthors",
    "creator", "article.author", "dc.author", "article:byline", "og:author", "shareaholic:article_author_name", "lp:author",
)  # fmt: skip
_NEWSROOM: Final = re.compile(
    r"(?:the\s)?(?:admin(?:istrator)?|editors?|editorial(?:\s(?:staff|team|board))?|staff(?:\s(?:writer|reporter)s?)?|news\s?(?:desk|room|staff|team)|web\s?(?:desk|master|team)"
    r"|(?:die\s)?redaktion(?:\s.+)?|.+[\s-]redaktion|news service reports|online[- ]?redaktion|redazione|redacción|redaccion|redactie|la rédaction|rédaction|redação|guest(?: author| contributor)?|gast(?:autor)?"
    r"|anonym(?:ous)?|unknown|author|autor|user|root|team|press release|pressemitteilung|wordpress|null|none|undefined|default|gastbeitrag|contributor)",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"https?:|www\.|[@#/\\{}<>=]|\d{3}|\.(?:com|de|org|net)\b|\b(?:sponsored|kommentare?|share|facebook|twitter|comments?|published|updated|posted|subscribe|read more|follow|copyright|gmbh|ltd|inc)\b",
    re.IGNORECASE,
)
_ELEMENT_ENDS: Final = re.compile(
    r"\s[|·•–—]\s|\n|\d{1,2}[./:]\d|\s(?:on|am|le|um)\s(?=\d|\w+\s\d)|\bpublished\b|\bupdated\b|\bposted\b",
    re.IGNORECASE,
)
_AUTHOR_KIND: Final = CLASS_KINDS.index("byline")
_AUTHOR_PATH: Final = re.compile(
    r"/(?:authors?|autore?s?|auteurs?|redakteure?|redaktion|journalists?|contributors?|by|byline|columnists?)/[^/?#]{3,}",
    re.IGNORECASE,
)
_AUTHOR_CLASS: Final = re.compile(r"author|byline|autor|auteur|^username$")
_OTHER_CLASS: Final = re.compile(
    r"(?<![a-z])(?:comments?|commentlist|respond|sidebar|widgets?|related|recommend\w*|teasers?|most-?(?:read|popular)|popular|latest|trending|outbrain|taboola|site-footer|site-header|colophon)(?![a-z])|(?i:kommentar)",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"^(?:(?:post author|veröffentlicht(?: von)?|geschrieben|verfasst|erstellt|gepostet|eingestellt|publié|écrit|publicado|escrito|scritto|pubblicato|geplaatst|geschreven"
    r"|view all (?:posts|articles)|(?:more|all|other)(?: (?:posts|articles|stories))?|alle (?:beiträge|artikel)(?: anzeigen)?|posts|articles|written|posted|published|reported|story)\s+"
    r"(?:by|from|von|par|por|da|door)|redaktion\s?:|text\s?:|foto\s?:|vom?|autore?s?(?:in)?\s?:|authors?\s?:|by|par|por)\s{1,3}:?\s*(?:by\s|von\s)?",
    re.IGNORECASE,
)
_LEAD_ALONE: Final = re.compile(
    r"(?:post )?(?:authors?|(?:[^\W\d]+\s){0,2}(?:by|from|von|vom|par|por|da|door)|autore?s?(?:in)?|auteurs?|datum|date|written by|posted by|published by|veröffentlicht von|geschrieben von|über den autor|about the author|[\W\d]+)\s*:?",
    re.IGNORECASE,
)
_STAFF: Final = re.compile(r"(?<=[^\W\d_]{2})\s(?:[A-Z]\w+\s)?(?:Staff|staff)(?:\s(?:[Ww]riter|[Rr]eporter))?$")
_DATED: Final = re.compile(r"\d(?!\S*[^\W\d_])|\d.*\s|\s.*\d")
_DEGREES: Final = re.compile(
    r"(?:,\s?(?:Ph\.?\s?D|M\.?D|M\.?A|M\.?S|MPH|R\.?D|R\.?N|J\.?D|MBA|LL\.?M|M\.?Sc|B\.?Sc|CFA)\.?)+$"
)
_ROLE: Final = re.compile(
    r"(?i:\b(?:writers?|editors?(?:[- ]at[- ]large)?|reporters?|correspondents?|columnists?|producers?|analysts?|contributors?|desk|bureau))$"
)
_MAX_NAME_CHARS: Final = 60
_MAX_NAMES: Final = 12
_MAX_ELEMENTS: Final = 40
_SHORT_CHARS: Final = 200


def choose_authors(
    root: etree._Element, head: PageHead, byline: FoundByline | None, texts: tuple[str, ...], title: str
) -> tuple[str, ...]:
    """The names, in the order that the page gives; empty where it says none."""
    sites = frozenset(filter(None, map(fold_words, (*site_names(head), title))))
    shown = " | ".join(fold_words(text) for text in texts if len(text) <= _SHORT_CHARS)
    said_by_source: list[tuple[str, ...]] = [
        head.said.authors,
        tuple(_meta_names(head)),
        byline.names if byline is not None else (),
        tuple(_element_names(root)),
    ]
    by_source = [_clean(said, sites) for said in said_by_source]
    if not any(by_source):  # a writer's own site, or an outlet that signs for all of its writers
        by_source = [_clean(said, frozenset()) for said in said_by_source]
    people = [tuple(name for name in names if _is_person(name)) for names in by_source]
    told = _merge(people[0], people[1])
    in_text = people[2]
    if told:
        confirmed = tuple(name for name in told if fold_words(name) in shown)
        if in_text and set(map(fold_words, told)) < set(map(fold_words, in_text)):
            return in_text
        if confirmed and len(confirmed) < len(told):
            return confirmed
        if not confirmed and in_text and all(fold_words(name) in shown for name in in_text) and not people[0]:
            return in_text
        return told
    # A line that leads with "By" is surer than an element's name, and that is surer than a name that stands alone.
    is_led = byline is not None and _LEAD.match(texts[byline.at]) is not None
    for names in (in_text, people[3]) if is_led else (people[3], in_text):
        if names:
            return names
    return next((names for names in by_source if names), ())


def _merge(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """The longer of two lists of which one holds the other, else the first that says anything."""
    one, two = set(map(fold_words, first)), set(map(fold_words, second))
    return second if one < two else first or second


def _meta_names(head: PageHead) -> Iterator[str]:
    seen = head.all_of(*_METAS)
    yield from (name for name in seen if not name.lower().startswith(("http", "www.")))
    for number in ("1", "2"):
        if re.fullmatch(
            r"written by|author|by|geschrieben von|verfasst von|écrit par|escrito por|scritto da",
            head.first_of(f"twitter:label{number}"),
            re.IGNORECASE,
        ):
            yield head.first_of(f"twitter:data{number}")


def _element_names(root: etree._Element) -> Iterator[str]:
    """What the first element holds that is called an author's, and those beside it: by itemprop, by rel or a link to an
    author's own page, by class; the surest of these three."""
    found: list[list[etree._Element]] = [[], [], []]
    for element in root.iter():
        if not isinstance(element.tag, str) or sum(map(len, found)) >= _MAX_ELEMENTS:
            continue
        rank = _rank_element(element)
        if rank is not None and not is_elsewhere(element):
            found[rank].append(element)
    for elements in found:
        names = [(element, text) for element in elements if (text := _read_element(element))]
        if names:
            first = names[0][0]
            yield from (text for element, text in names if _are_beside(first, element))
            return


def _rank_element(element: etree._Element) -> int | None:
    if element.get("itemprop") == "author":
        return 0
    if element.tag == "a" and (
        "author" in (element.get("rel") or "").split() or _AUTHOR_PATH.search(element.get("href") or "")
    ):
        return 1
    name = (element.get("class") or "").lower()
    if not name or element.tag == "h1" or not _AUTHOR_CLASS.search(name):
        return None
    return 2 if name == "username" or _AUTHOR_KIND in kinds_of(element) else None


def _read_element(element: etree._Element) -> str:
    if element.get("itemprop") == "author":
        inner = next((each for each in element.iter() if each.get("itemprop") == "name"), None)
        element = element if inner is None else inner
    text = " ".join("\n".join(element.itertext()).split(" "))
    lines = [line for line in map(str.strip, text.split("\n")) if line and not _LEAD_ALONE.fullmatch(line)]
    text = (
        next((line for line in lines if _LEAD.match(line)), lines[0] if lines else "") or element.get("content") or ""
    )
    text = _ELEMENT_ENDS.split(_LEAD.sub("", text))[0].strip()
    return text if len(text) <= _SHORT_CHARS else ""


def _are_beside(first: etree._Element, other: etree._Element) -> bool:
    """Whether they stand in one line of writers: of one parent, or of parents that are siblings."""
    if first is other:
        return True
    one, two = first.getparent(), other.getparent()
    return (
        one is not None
        and two is not None
        and (one is two or (one.getparent() is two.getparent() and one.tag in {"li", "span"}))
    )


def is_elsewhere(element: etree._Element) -> bool:
    """Whether it stands among comments, other articles, in a sidebar or in the page's footer."""
    for _ in range(8):
        if element is None or element.tag == "body":
            return False
        if element.tag in {"aside", "nav"} or (
            element.tag == "footer" and (element.getparent() is None or element.getparent().tag in {"body", "html"})
        ):
            return True
        if _OTHER_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element = element.getparent()
    return False


def _clean(said: Iterable[str], sites: frozenset[str]) -> tuple[str, ...]:
    """The names in it, without roles, degrees and the names of `sites` (folded)."""
    names: dict[str, str] = {}
    for text in said:
        for read in read_authors(text.strip()):
            name = _STAFF.sub("", _DEGREES.sub("", read)).strip(" ,;|-–—·")
            folded = fold_words(name)
            is_odd = len(name) > _MAX_NAME_CHARS or _NO_NAME.search(name) or _DATED.search(name) or _ROLE.search(name)
            if folded and not is_odd and not any(_is_of_site(folded, site) for site in sites):
                names.setdefault(folded, name)
    return tuple(list(names.values())[:_MAX_NAMES])


def _is_of_site(name: str, site: str) -> bool:
    """CNN Business is of CNN, Business Insider of Business Insider Deutschland, "eskercourier" of The Esker Courier."""
    bare = site.removeprefix("the ")
    return f"{name} ".startswith(f"{bare} ") or f"{bare} ".startswith(f"{name} ") or _squeeze(name) == _squeeze(site)


def _is_person(name: str) -> bool:
    """Two words at least, and no newsroom's name; a lone handle is none, an agency is as good as one."""
    if name.casefold().startswith("the ") and not is_agency(name):
        return False
    return is_agency(name) or not (_NEWSROOM.fullmatch(name) or len(name.split()) < 2)


def _squeeze(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))
