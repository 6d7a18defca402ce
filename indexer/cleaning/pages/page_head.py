"""What a page tells machines about itself: meta elements, title element, links, JSON-LD."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from indexer.cleaning.pages.json_ld import SaidArticle, clean_said, read_json_ld

_MAX_CONTENT_CHARS = 5000
_MAX_TITLE_CHARS = 1000


@dataclass(frozen=True, slots=True)
class PageHead:
    """`metas` are (name or property in lower case, content) in the page's order; `title` is the title element's."""

    title: str
    metas: tuple[tuple[str, str], ...]
    canonical: str
    lang: str
    said: SaidArticle

    def all_of(self, *names: str) -> tuple[str, ...]:
        """The contents of metas of these names, in the order of the names; none twice."""
        found = (content for name in names for key, content in self.metas if key == name)
        return tuple(dict.fromkeys(found))

    def first_of(self, *names: str) -> str:
        return next(iter(self.all_of(*names)), "")


def read_page_head(root: etree._Element) -> PageHead:
    metas: list[tuple[str, str]] = []
    for meta in root.iter("meta"):
        content = clean_said((meta.get("content") or "")[:_MAX_CONTENT_CHARS])
        if not content:
            continue
        keys = (meta.get(attribute) for attribute in ("name", "property", "itemprop", "http-equiv"))
        metas.extend((key.strip().lower(), content) for key in keys if key and key.strip())
    title = next(
        (clean_said("".join(each.itertext())[:_MAX_TITLE_CHARS]) for each in root.iter("title") if _is_of_page(each)),
        "",
    )
    canonical = next(
        (link.get("href") for link in root.iter("link") if "canonical" in (link.get("rel") or "").lower().split()), None
    )
    lang = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    return PageHead(title, tuple(metas), (canonical or "").strip(), lang, read_json_ld(root))


def find_address(head: PageHead, address: str) -> str | None:
    """The page's own address: canonical link, og:url, JSON-LD, else the one that it was found at; http and https only.
    A canonical link to the front page is a mistake that many sites make, and is passed over."""
    base = address if is_web_address(address) else next(filter(is_web_address, head.all_of("og:url")), "")
    for said in (head.canonical, *head.all_of("og:url", "twitter:url"), head.said.url):
        if not said:
            continue
        try:
            whole = urljoin(base, said) if base else said
        except ValueError:
            continue
        if is_web_address(whole) and (urlsplit(whole).path.strip("/") or urlsplit(whole).query):
            return whole
    return address if is_web_address(address) else None


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, text))


def _is_of_page(element: etree._Element) -> bool:
    """Not the title of a picture (svg) inside it."""
    parent = element.getparent()
    return parent is None or parent.tag in {"head", "html", "body"}
