"""A web page, saved or scraped -> an article: its text, headline, writers, day, outlet, address, tags and language.

Nothing is fetched and no script runs. What the page shows and the article does not hold is kept in its original, a
line a block, each with the reason why it was left out.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from indexer.article import Article, OriginalLine, Place, Published, ReadArticle, Skipped
from indexer.cleaning.authors import read_authors
from indexer.cleaning.dates import parse_date
from indexer.cleaning.language import identify_language
from indexer.cleaning.pages.blocks import read_page_blocks
from indexer.cleaning.pages.tree import NoPage, parse_markup, parse_page


def read_html_page(
    content: bytes, place: Place, *, address: str = "", charset: str = "", today: date | None = None
) -> ReadArticle | Skipped:
    """One article from one page; Skipped with its reason where there is none in it. Never raises.

    `address` is where the page was found, for pages that do not name their own; `charset` what the header said;
    `today` refuses dates that are yet to come.
    """
    import trafilatura  # noqa: PLC0415 takes a second to import, and most runs read no page

    root = parse_page(content, charset)
    if isinstance(root, NoPage):
        return Skipped(place, root.reason, root.detail)
    blocks = read_page_blocks(root)
    found = trafilatura.bare_extraction(root, include_comments=False, with_metadata=True, url=address or None)
    body = "" if found is None or isinstance(found, dict) else (found.text or "").replace("\n", "\n\n")
    if found is None or isinstance(found, dict) or not any(map(str.isalnum, body)):
        return Skipped(place, "no text", "no article was found in the page")
    published = parse_date(found.date or "", today=today) or Published()
    kept = set(body.split("\n"))
    original = tuple(
        OriginalLine(line, "" if line in kept else "not the article")
        for block in blocks
        for line in block.text.split("\n")
    )
    url = next((one for one in (found.url, address) if one and _is_web_address(one)), None)
    article = Article(
        title=found.title or "",
        body=body,
        author=read_authors(found.author or ""),
        source=found.sitename or "",
        url=url,
        published=published,
        lang=identify_language(f"{found.title or ''}\n{body[:2000]}"),
        tag=tuple(found.tags or ()),
        original=original,
    )
    return ReadArticle(place, article)


def html_fragment_text(fragment: str) -> str:
    """The text of a piece of a page, such as feeds carry: a paragraph a block, an empty line between two."""
    root = parse_markup(f"<div>{fragment}</div>")
    if isinstance(root, NoPage):
        return ""
    return "\n\n".join(block.text for block in read_page_blocks(root))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not any(map(str.isspace, text))
