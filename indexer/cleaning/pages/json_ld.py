"""What a page says about its article in JSON-LD (schema.org), the block of data that it carries for machines.

Broken JSON is mended where the break is a common one, and else left alone. Of several articles (a list of teasers) the
one is taken that has most to say.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

_ARTICLE_TYPES: Final = re.compile(
    r"(?:News|Reportage|Opinion|Analysis|Review|Report|Advertiser|Satirical|Scholarly|Tech|Background|AskPublic)*(?:Article|NewsArticle)"
    r"|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report|Recipe|Review|Posting|DiscussionForumPosting|MedicalWebPage"
)
_PAGE_TYPES: Final = re.compile(
    r"(?:Web|Item|About|Profile|FAQ|QA)?Page|CreativeWork|VideoObject|Podcast\w*|RadioEpisode|AudioObject"
)
#: Below these stand other articles, or parts of this one that have an author and a date of their own.
_OTHERS: Final = frozenset(
    "itemListElement hasPart isPartOf comment comments citation mentions about relatedLink video image potentialAction "
    "review reviews liveBlogUpdate suggestedAnswer acceptedAnswer aggregateRating".split()
)
_MAX_NODES = 20_000
_MAX_SCRIPT_CHARS = 2_000_000
_COMMENT = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|\]\]>|/\*\]\]>\*/)\s*$|;\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class SaidArticle:
    """The article's members; "" and () where nothing is said."""

    headlines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    publisher: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()
    lang: str = ""
    url: str = ""


NOTHING_SAID: Final = SaidArticle()


def read_json_ld(root: etree._Element) -> SaidArticle:
    """The article that the page's JSON-LD describes; NOTHING_SAID where there is none. Never raises."""
    nodes: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_walk(_load(script.text[:_MAX_SCRIPT_CHARS])))
    by_id = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    articles = [node for node in nodes if _is_of(node, _ARTICLE_TYPES)]
    # A shop's page, a film's, a bare web page: they too say who and when.
    articles = articles or [node for node in nodes if _is_of(node, _PAGE_TYPES)]
    if not articles:
        return NOTHING_SAID
    best = max(articles, key=_count_said)
    site = next((node for node in nodes if _is_of(node, re.compile("WebSite|(?:News)?(?:Media)?Organization"))), {})
    return SaidArticle(
        headlines=_texts(best, "headline", "name", "alternativeHeadline"),
        authors=tuple(_names(best.get("author", best.get("creator")), by_id)),
        published=_texts(best, "datePublished", "dateCreated"),
        modified=_texts(best, "dateModified"),
        publisher=next(iter(_names(best.get("publisher"), by_id)), "") or next(iter(_texts(site, "name")), ""),
        body=_body(best),
        keywords=tuple(_keywords(best.get("keywords"))),
        lang=next(iter(_texts(best, "inLanguage")), ""),
        url=_address(best),
    )


def _load(text: str) -> Any:  # noqa: ANN401 whatever the page says
    text = _COMMENT.sub("", _COMMENT.sub("", text)).strip()
    for mended in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text) if "&quot;" in text else ""):
        try:
            return json.loads(mended, strict=False)
        except (ValueError, RecursionError):
            continue
    try:  # a second object behind the first, or a stray end
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _walk(said: object) -> Iterator[dict[str, Any]]:
    """The objects of it, save those of other articles; nested ones after those that hold them."""
    waiting: list[object] = [said]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0) if len(waiting) < 100 else waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.extend(
                value for key, value in node.items() if isinstance(value, dict | list) and key not in _OTHERS
            )


def _types(node: dict[str, Any]) -> list[str]:
    said = node.get("@type")
    listed = said if isinstance(said, list) else [said]
    return [str(each).rpartition("/")[2] for each in listed]


def _is_of(node: dict[str, Any], types: re.Pattern[str]) -> bool:
    return any(types.fullmatch(each) for each in _types(node))


def _count_said(node: dict[str, Any]) -> int:
    return sum(
        2 if key in {"headline", "datePublished"} else 1
        for key in ("headline", "datePublished", "author", "articleBody", "publisher")
        if node.get(key)
    )


def _texts(node: dict[str, Any], *keys: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in keys:
        value = node.get(key)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                each = each.get("@value", each.get("name"))  # noqa: PLW2901
            if isinstance(each, str | int) and not isinstance(each, bool) and (text := clean_said(str(each))):
                found.setdefault(text)
    return tuple(found)


def _body(node: dict[str, Any]) -> str:
    """Its text, a paragraph a line."""
    value = node.get("articleBody", node.get("text"))
    if not isinstance(value, str):
        return ""
    value = re.sub(r"(?i)</p>|<br\s?/?>|</h\d>|</li>", "\n", html.unescape(value) if "&" in value else value)
    return "\n".join(filter(None, map(clean_said, value.split("\n"))))


def _names(value: object, by_id: dict[str, dict[str, Any]], depth: int = 0) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield clean_said(each)
        elif isinstance(each, dict) and depth < 4:
            if "name" not in each and "@id" in each and len(each) <= 2:
                each = by_id.get(str(each["@id"]), {})  # noqa: PLW2901
            name = each.get("name")
            if isinstance(name, str | list):
                yield from _names(name, by_id, depth + 1)
            elif isinstance(name, dict):
                yield from _texts(name, "@value", "name")


def _keywords(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str):
            yield from (clean_said(part) for part in (each.split(",") if not isinstance(value, list) else [each]))


def _address(node: dict[str, Any]) -> str:
    for key in ("url", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id", value.get("url"))
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def clean_said(text: str) -> str:
    """One line without markup; entities are resolved, twice where they were written twice."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = re.sub(r"</?[A-Za-z][^<>]{0,300}>", " ", text)
    return " ".join(text.split())
