"""Elements of RSS and Atom -> what they say, whatever namespace a feed took them from."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from lxml import etree

from indexer.readers.pieces import FeedEntry, FeedHead

_ATOM: Final = "http://www.w3.org/2005/Atom"
_OLD_ATOM: Final = "http://purl.org/atom/ns#"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_MEDIA: Final = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_CONTENTS: Final = frozenset({"encoded", "content"})
_AUTHORS: Final = frozenset({"creator", "author"})
_TAGS: Final = frozenset({"category", "subject"})


def split_tag(tag: str) -> tuple[str, str]:
    """Namespace and name of an element's tag."""
    space, brace, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return (space, name) if brace else ("", tag)


def read_head(head: FeedHead, element: etree._Element) -> FeedHead:
    """The head with what one more child of the feed says."""
    space, name = split_tag(element.tag)
    if space in _MEDIA or space == _ITUNES:
        return head
    if name == "title" and not head.title:
        return replace(head, title=_plain(element))
    if name == "language" and not head.lang:
        return replace(head, lang=_exact(element))
    if name == "link" and not head.address:
        return replace(head, address=_link(element) or head.address)
    return head


def read_entry(entry: etree._Element, number: int) -> FeedEntry:
    """Everything that an entry says; of texts the raw markup, which somebody else reads."""
    said = _Said()
    for child in entry:
        if isinstance(child.tag, str):
            space, name = split_tag(child.tag)
            if space not in _MEDIA and space != _ITUNES:
                said.take(child, space, name)
    first = said.first
    guid = first.get("guid", "")
    return FeedEntry(
        number=number,
        external_id=first.get("id") or entry.get(_ABOUT, ""),
        title=first.get("title", ""),
        content=max(said.contents, key=len, default=""),
        summary=first.get("summary", ""),
        authors=tuple(said.authors),
        url=first.get("original") or first.get("link") or (guid if guid.startswith(("http://", "https://")) else ""),
        published=first.get("published") or first.get("date", ""),
        updated=first.get("updated", ""),
        source=first.get("source", ""),
        lang=first.get("lang") or entry.get(_XML_LANG) or _lang_around(entry),
        tags=tuple(said.tags),
    )


class _Said:
    """What the children of an entry say: of one kind the first that says something, or all."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.contents: list[str] = []
        self.authors: dict[str, None] = {}
        self.tags: dict[str, None] = {}

    def take(self, child: etree._Element, space: str, name: str) -> None:
        if name in _CONTENTS and (name != "encoded" or space == _CONTENT):
            self.contents.append(_markup(child))
        elif name in _AUTHORS:
            self.authors.update(dict.fromkeys(_names(child)))
        elif name in _TAGS:
            self.tags.update(dict.fromkeys(_tags(child)))
        elif (found := _READERS.get(name)) is not None:
            kind, read = found
            if kind not in self.first and (text := read(child)):
                self.first[kind] = text
            if name == "guid" and child.get("isPermaLink", "true").lower() == "true":
                self.first.setdefault("guid", _exact(child))


def _lang_around(entry: etree._Element) -> str:
    return next((lang for parent in entry.iterancestors() if (lang := parent.get(_XML_LANG))), "")


def _text(element: etree._Element) -> str:
    return "".join(element.itertext())


def _exact(element: etree._Element) -> str:
    return " ".join(_text(element).split())


def _plain(element: etree._Element) -> str:
    """A name that may have been escaped twice."""
    return " ".join(html.unescape(_text(element)).split())


def _markup(element: etree._Element) -> str:
    """The text of an element as HTML. RSS does not say whether it is text or markup; Atom does, and text is made safe
    to be read as the other."""
    space, _ = split_tag(element.tag)
    if space in {_ATOM, _OLD_ATOM}:
        kind = element.get("type", "text").lower()
        if kind in {"xhtml", "application/xhtml+xml"} or element.get("mode") == "xml":
            return "".join(_inner_markup(element))
        if kind in {"text", "text/plain"} and element.get("mode") != "escaped":
            return html.escape(html.unescape(_text(element)), quote=False)
        if "html" not in kind:
            return ""  # a picture, a film, or a link to what is elsewhere
        return _text(element)
    if any(isinstance(child.tag, str) for child in element):  # markup that was not escaped
        return "".join(_inner_markup(element))
    return _text(element)


def _inner_markup(element: etree._Element) -> Iterator[str]:
    yield html.escape(element.text or "", quote=False)
    for child in element:
        yield etree.tostring(child, encoding="unicode", method="html", with_tail=True)


def _names(element: etree._Element) -> Iterator[str]:
    """Atom names each author inside; RSS has an address with the name in brackets, or the name alone."""
    inner = [child for child in element if isinstance(child.tag, str) and split_tag(child.tag)[1] == "name"]
    for each in inner or [element]:
        said = _plain(each)
        address, bracket, name = said.partition("(")
        if bracket and "@" in address:
            said = name.rstrip(" )")
        if said and "@" not in said:
            yield said


def _tags(element: etree._Element) -> Iterator[str]:
    said = element.get("label") or element.get("term") or _plain(element)
    if said:
        yield " ".join(said.split())


def _link(element: etree._Element) -> str:
    """An address that leads to the article; "" for one that leads to a picture, a comment or the feed itself."""
    href = element.get("href")
    if href is None:
        return _exact(element)
    kind = element.get("type", "text/html").lower()
    return href.strip() if element.get("rel", "alternate") == "alternate" and "html" in kind else ""


def _source(element: etree._Element) -> str:
    """RSS names the outlet that a piece was taken from; Atom has the other feed's title inside."""
    inner = [child for child in element if isinstance(child.tag, str) and split_tag(child.tag)[1] == "title"]
    return _plain(inner[0] if inner else element)


#: Name of an element -> what it says, and who reads it. `origLink` is FeedBurner's: the article itself, where the link
#: leads through a counter.
_READERS: Final[Mapping[str, tuple[str, Callable[[etree._Element], str]]]] = {
    "title": ("title", _markup),
    "summary": ("summary", _markup),
    "description": ("summary", _markup),
    "link": ("link", _link),
    "origLink": ("original", _exact),
    "guid": ("id", _exact),
    "id": ("id", _exact),
    "pubDate": ("published", _exact),
    "published": ("published", _exact),
    "issued": ("published", _exact),
    "date": ("date", _exact),
    "created": ("date", _exact),
    "updated": ("updated", _exact),
    "modified": ("updated", _exact),
    "source": ("source", _source),
    "language": ("lang", _exact),
}
