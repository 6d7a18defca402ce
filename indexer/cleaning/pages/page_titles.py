"""The headline of a page: the heading that says what the page's head calls it, as the page prints it.

Never one that is the site's name, never one cut by "...", never shortened to a part of itself save by a site's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from indexer.cleaning.pages.blocks import INLINE_TAGS, UNSEEN_TAGS
from indexer.cleaning.pages.page_head import PageHead

_WORD = re.compile(r"\w+")
_BAR = re.compile(r"\s*[|»«›‹•·]\s*|\s+[-–—:]{1,2}\s+")
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*$")
_SECTION: Final = re.compile(
    r"^(?:opinion|analysis|exclusive|editorial|comment|commentary|watch|video|live|breaking|review|interview|podcast|perspective"
    r"|gastbeitrag|kommentar|meinung|analyse|tribune|opinión|opinião|opinione)\s*\|\s*",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(r"(?:www\.)?[a-z0-9-]{2,40}\.(?:com|net|org|info|[a-z]{2}|co\.uk|com\.au)")
#: Of the words of a heading and of what the head says, so much must be the same.
LEAST_SHARED: Final = 0.45
_MAX_CHARS: Final = 400
_NO_HEADLINES: Final = frozenset(
    {"home", "startseite", "error", "404", "not found", "untitled", "search", "blog", "news", "menu"}
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading element of the page: its level, its whole text, and the runs of text that its own elements part;
    `is_linked_home` where it leads to the front page."""

    level: int
    text: str
    runs: tuple[str, ...]
    is_linked_home: bool


def read_headings(root: etree._Element) -> list[Heading]:
    """Every h1 and h2 that shows a text, in the page's order."""
    found: list[Heading] = []
    for element in root.iter("h1", "h2"):
        runs = _runs_of(element)
        text = " ".join("".join(runs).split())
        if text and len(text) <= _MAX_CHARS:
            parent = element.getparent()
            links = [*element.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
            whole = tuple(" ".join(run.split()) for run in runs)
            found.append(Heading(1 if element.tag == "h1" else 2, text, whole, any(map(_leads_home, links))))
    return found


def _leads_home(link: etree._Element) -> bool:
    address = (link.get("href") or "").strip()
    return address in {"/", "./", "#"} or re.fullmatch(r"(?:https?:)?//[^/]+/?", address) is not None


def _runs_of(element: etree._Element) -> list[str]:
    """The text of a heading, cut where an element begins or ends; a blank where one that is no span does."""
    runs: list[str] = []
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if each.tag in UNSEEN_TAGS:
                continue
            if each is not element and each.tag not in INLINE_TAGS:
                runs.append(" ")
            runs.append(each.text or "")
        elif each is not element:
            runs += [" ", each.tail or ""] if each.tag not in INLINE_TAGS else [each.tail or ""]
    return [run for run in runs if run]


def head_titles(head: PageHead, source: str = "") -> tuple[str, ...]:
    """What the page's head calls it, best first, none twice; the title element without the site's name."""
    said = [
        *head.said.headlines[:1], *head.all_of("og:title"), *head.all_of("twitter:title"),
        *head.all_of("headline", "title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "article:title"),
    ]  # fmt: skip
    names = site_names(head) | ({source.casefold()} if source else set())
    trimmed = [strip_site(title, names) for title in said]
    if head.title:
        trimmed.append(strip_title_element(head.title, names, said))
    return tuple(dict.fromkeys(title for title in trimmed if title))


def site_names(head: PageHead) -> set[str]:
    """The names that the page calls its site by, folded."""
    said = (
        *head.all_of("og:site_name", "application-name", "twitter:site", "publisher", "apple-mobile-web-app-title"),
        head.said.publisher,
    )
    return {name.lstrip("@").casefold() for name in said if name}


def strip_site(title: str, names: set[str]) -> str:
    """`Headline | Site` -> `Headline`, where that is the site's name."""
    for match in reversed(list(_BAR.finditer(title))):
        before, after = title[: match.start()].strip(), title[match.end() :].strip()
        if before and _is_site(after, names):
            return before
        if after and _is_site(before, names):
            return after
    return title.strip()


def _is_site(part: str, names: set[str]) -> bool:
    folded = part.casefold().strip(" .")
    if _DOMAIN.fullmatch(folded):
        return True
    return bool(folded) and any(folded == name or _squeeze(folded) == _squeeze(name) for name in names)


def _squeeze(text: str) -> str:
    text = re.sub(r"^(?:www\.|the\s)|\.(?:com|org|net|de|co\.uk|fr|es|it|at|ch|eu|info)$", "", text)
    return "".join(_WORD.findall(text))


def strip_title_element(title: str, names: set[str], said: list[str]) -> str:
    """The title element without what sites put around a headline: the part that another title says, else the longest."""
    stripped = strip_site(title, names)
    if stripped != title.strip():
        return stripped
    folded = {fold_words(each) for each in said}
    parts = [part for part in _BAR.split(title) if part.strip()]
    if len(parts) < 2:
        return stripped
    for end in range(len(parts), 0, -1):
        joined = _join_parts(title, parts, 0, end)
        if fold_words(joined) in folded:
            return joined
    last = parts[-1]
    rest = _join_parts(title, parts, 0, len(parts) - 1)
    if len(last.split()) <= 4 and len(rest.split()) >= len(last.split()):
        return rest
    first_rest = _join_parts(title, parts, 1, len(parts))
    if len(parts[0].split()) <= 2 and len(first_rest.split()) >= 4:
        return first_rest
    return stripped


def _join_parts(title: str, parts: list[str], first: int, end: int) -> str:
    start = title.find(parts[first])
    stop = title.rfind(parts[end - 1]) + len(parts[end - 1])
    return title[start:stop].strip()


def fold_words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def share_of_words(said: frozenset[str], wanted: frozenset[str]) -> float:
    """How much two sets of words have in common (Dice 1945): 0 to 1."""
    return 2 * len(said & wanted) / (len(said) + len(wanted)) if said and wanted else 0.0


def find_page_title(root: etree._Element, head: PageHead, texts: tuple[str, ...], source: str = "") -> str:
    """The headline, "" where neither heading nor head says one."""
    names = site_names(head) | ({source.casefold()} if source else set())
    titles = head_titles(head, source)
    headings = [each for each in read_headings(root) if not _is_site(each.text, names)]
    first = [each for each in headings if each.level == 1]
    wanted = [frozenset(_WORD.findall(title.casefold())) for title in titles]
    whole = tuple(title for title in titles if not _CUT.search(title))
    folded = {fold_words(text) for text in texts}
    heading = (
        _best_heading(first, wanted)
        or _sole_heading(first, head)
        or _best_heading([each for each in headings if each.level == 2], wanted)
    )
    if heading is not None and not _CUT.search(heading.text):
        return _finish(_run_of(heading, whole) or strip_site(heading.text, names), whole)
    seen = next((title for title in whole if fold_words(title) in folded), None)
    seen = seen or _part_seen(head.title, folded)
    if seen is not None:
        return _finish(seen, whole)
    usable = [title for title in (*whole, *titles) if fold_words(title) not in _NO_HEADLINES]
    return _finish(usable[0], whole) if usable else ""


def _sole_heading(headings: list[Heading], head: PageHead) -> Heading | None:
    """The only h1, whatever the head says; unless it is the site's name, which stands behind the title as well."""
    different = {fold_words(each.text): each for each in headings}
    if len(different) != 1:
        return None
    folded, heading = next(iter(different.items()))
    parts = [fold_words(part) for part in _BAR.split(head.title)]
    is_name = folded in parts[1:] or (len(parts) > 1 and heading.is_linked_home) or folded in _NO_HEADLINES
    return None if is_name or len(folded) < 2 else heading


def _run_of(heading: Heading, titles: tuple[str, ...]) -> str | None:
    """The one of a heading's parts (each in an element of its own) that a title of the head says, word for word."""
    said = {fold_words(title) for title in titles}
    if fold_words(heading.text) in said:
        return None
    return next((run for run in heading.runs if len(run.split()) >= 3 and fold_words(run) in said), None)


def _part_seen(title: str, folded: set[str]) -> str | None:
    """The longest part of the title element that is a line of the page as well."""
    parts = [part for part in _BAR.split(title) if part.strip()]
    seen = [
        joined
        for first in range(len(parts))
        for end in range(first + 1, len(parts) + 1)
        if fold_words(joined := _join_parts(title, parts, first, end)) in folded and len(joined.split()) >= 2
    ]
    return max(seen, key=len, default=None)


def _best_heading(headings: list[Heading], wanted: list[frozenset[str]]) -> Heading | None:
    best, best_share = None, LEAST_SHARED
    for heading in headings:
        said = frozenset(_WORD.findall(heading.text.casefold()))
        share = max((share_of_words(said, want) for want in wanted), default=0.0)
        if share > best_share + 1e-9:
            best, best_share = heading, share
    return best


def _finish(title: str, titles: tuple[str, ...]) -> str:
    """Without a section's name before it ("Opinion | ..."), in the wording that is not all capitals where there is one."""
    shorter = _SECTION.sub("", title)
    if shorter and len(shorter.split()) >= 2:
        title = shorter
    if title.isupper():
        folded = fold_words(title)
        title = next((each for each in titles if fold_words(each) == folded and not each.isupper()), title)
    return title
