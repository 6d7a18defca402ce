"""A web page, saved or scraped -> an article: its text, headline, writers, day, outlet, address, tags and language.

Nothing is fetched and no script runs. What the page shows and the article does not hold is kept in its original, a
line for a line of the page, each with the reason why it was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import numpy as np
from lxml import etree

from indexer.article import Article, OriginalLine, Place, ReadArticle, Skipped
from indexer.cleaning.bylines import FoundByline, find_byline, find_lead_bylines
from indexer.cleaning.datelines import FoundDay, find_day
from indexer.cleaning.language import UNDETERMINED, identify_language, normalise_lang
from indexer.cleaning.line_features import Flags
from indexer.cleaning.line_model import load_line_model
from indexer.cleaning.outlets import FoundOutlet, find_outlet
from indexer.cleaning.page_lines import PageLines, find_date_lines, fold_line
from indexer.cleaning.pages.block_model import load_block_model
from indexer.cleaning.pages.blocks import Block, read_page_blocks
from indexer.cleaning.pages.page_authors import choose_authors
from indexer.cleaning.pages.page_body import (
    HeadLines,
    JudgedPage,
    PageModels,
    find_longer_body,
    judge_page,
    name_reasons,
)
from indexer.cleaning.pages.page_dates import choose_date
from indexer.cleaning.pages.page_head import PageHead, find_address, read_page_head
from indexer.cleaning.pages.page_titles import find_page_title, fold_words, head_titles
from indexer.cleaning.pages.tree import MAX_BLOCKS, NoPage, parse_markup, parse_page

#: Says in an article's `extra` that it was read from a page's markup, which its original no longer has.
FROM_HTML: Final = '{"format":"html"}'
_MAX_ORIGINAL_LINES: Final = 4000
_MAX_ORIGINAL_CHARS: Final = 400_000
_TOO_MANY: Final = "too many lines"
_LANGUAGE_CHARS: Final = 4000
_FEW_WORDS: Final = 20
_MAX_TAGS: Final = 30
_MAX_TAG_CHARS: Final = 80
_HEAD_LINES: Final = 30
_TAIL_LINES: Final = 15


def read_html_page(
    content: bytes,
    place: Place,
    *,
    address: str = "",
    charset: str = "",
    today: date | None = None,
    models: PageModels | None = None,
) -> ReadArticle | Skipped:
    """One article from one page; Skipped with its reason where there is none in it. Never raises.

    `address` is where the page was found, for pages that do not name their own; `charset` what the header said;
    `today` refuses dates that are yet to come. `models` is for measuring models that have not seen a page.
    """
    root = parse_page(content, charset)
    if isinstance(root, NoPage):
        return Skipped(place, root.reason, root.detail)
    blocks = read_page_blocks(root, MAX_BLOCKS)
    head = read_page_head(root)
    if len(blocks) > MAX_BLOCKS:
        return Skipped(place, "page too large", f"it has more than {MAX_BLOCKS} paragraphs")
    if not any(any(map(str.isalnum, block.text)) for block in blocks):
        return Skipped(
            place, "no text", "the page shows no word" + (": it is made by a script" if _has_script(root) else "")
        )
    judged = judge_page(blocks, head, head_titles(head), models or _load_models())
    return _write(root, blocks, head, judged, place, address, today)


def html_fragment_text(fragment: str) -> str:
    """The text of a piece of a page, such as feeds carry: a paragraph a block, an empty line between two."""
    root = parse_markup(f"<div>{fragment}</div>")
    if isinstance(root, NoPage):
        return ""
    return "\n\n".join(block.text for block in read_page_blocks(root))


@lru_cache(maxsize=1)
def _load_models() -> PageModels:
    return PageModels(load_line_model(), load_block_model())


def _has_script(root: etree._Element) -> bool:
    return next(root.iter("script"), None) is not None


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page's own lines say of the article, read as those of a scraped text."""

    lines: PageLines
    title: int | None
    byline: FoundByline | None
    day: FoundDay | None
    outlet: FoundOutlet | None


def _write(
    root: etree._Element,
    blocks: list[Block],
    head: PageHead,
    judged: JudgedPage,
    place: Place,
    address: str,
    today: date | None,
) -> ReadArticle:
    url = find_address(head, address)
    shown = _read_shown(judged)
    source = _find_source(head, shown.outlet, url)
    title = find_page_title(root, head, judged.texts, source)
    near = frozenset(
        blocks[at].element
        for at in range(max(0, judged.title_at - 2), min(len(blocks), judged.title_at + 6))
        if judged.title_at >= 0
    )
    dated = choose_date(root, head, shown.day, url or address, today, near=near)
    authors = choose_authors(root, head, shown.byline, judged.texts, title)
    body = _leave_out_head(judged, title, shown)
    text = "\n\n".join(blocks[at].text for at in np.flatnonzero(body))
    longer = find_longer_body(text, head.said.body)
    fields = HeadLines(
        fields=frozenset(
            each
            for each in (judged.title_at, shown.byline.at if shown.byline else -1, shown.day.at if shown.day else -1)
            if each >= 0
        ),
        title=title,
        byline=judged.texts[shown.byline.at] if shown.byline else "",
        outlet=source,
        dates=frozenset(shown.lines.dates),
    )
    reasons = name_reasons(blocks, judged, body, fields)
    notes = [*dated.notes, *(["text from the page's data"] if longer else [])]
    article = Article(
        title=title,
        body=longer or text,
        author=authors,
        source=source,
        url=url,
        published=dated.published,
        lang=_find_lang(head, title, longer or text),
        tag=tuple(_find_tags(head)),
        original=_write_original(blocks, reasons, longer),
        extra_json=FROM_HTML,
    )
    return ReadArticle(place, article, tuple(notes))


def _read_shown(judged: JudgedPage) -> _Shown:
    at = np.flatnonzero(judged.chosen)
    start, end = int(at[0]), int(at[-1]) + 1
    title = judged.title_at if judged.title_at >= 0 else None
    if title is not None and title >= start:
        start = min(title + 1, end - 1) if title + 1 < end else start
    around = (
        range(start - _HEAD_LINES, start + 3),
        range(end - 2, end + _TAIL_LINES),
        range(title - 4, title + 8) if title is not None else range(0),
    )
    lines = PageLines(
        judged.texts, tuple(map(fold_line, judged.texts)), judged.features, judged.furniture, start, end,
        find_date_lines(judged.texts, around),
    )  # fmt: skip
    leads = find_lead_bylines(lines)
    outlet = find_outlet(lines, leads)
    byline = find_byline(lines, leads, title, outlet.at if outlet else None)
    day = find_day(lines, title, byline.at if byline else None)
    return _Shown(lines, title, byline, day, outlet)


def _leave_out_head(judged: JudgedPage, title: str, shown: _Shown) -> Flags:
    """The body without blocks that became fields, or say the same again; never left with nothing."""
    body = judged.chosen.copy()
    folded_title = fold_words(title)
    byline = shown.lines.folded[shown.byline.at] if shown.byline is not None else None
    for number in np.flatnonzero(body):
        at = int(number)
        is_title = bool(folded_title) and fold_words(judged.texts[at]) == folded_title
        if (
            is_title
            or shown.lines.is_date_line(at)
            or (shown.lines.folded[at] == byline and not shown.lines.is_sentence(at))
        ):
            body[at] = False
    return body if body.any() else judged.chosen


def _find_source(head: PageHead, outlet: FoundOutlet | None, url: str | None) -> str:
    """The site's name as the page tells or shows it, else the host of its address."""
    said = (
        *head.all_of("og:site_name"),
        head.said.publisher,
        *head.all_of("application-name", "dc.publisher", "publisher"),
    )
    named = next((name for name in said if name and not name.startswith("http") and len(name) <= _MAX_TAG_CHARS), "")
    if named.strip("@ "):
        return named.strip("@ ")
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url is not None else ""
    return outlet.name if outlet is not None else host


def _find_lang(head: PageHead, title: str, body: str) -> str:
    """The language of the text; of a few words, or where nobody can tell, what the page says of itself."""
    declared = (head.lang, head.first_of("og:locale"), head.said.lang, head.first_of("content-language", "dc.language"))
    said = next(filter(None, map(normalise_lang, declared)), UNDETERMINED).split("-")[0]
    if len(body.split()) < _FEW_WORDS and said != UNDETERMINED:
        return said
    found = identify_language(f"{title}\n{body[:_LANGUAGE_CHARS]}")
    return found if found != UNDETERMINED else said


def _find_tags(head: PageHead) -> Iterator[str]:
    listed = [
        *head.all_of("article:tag", "og:article:tag", "parsely-tags", "news_keywords", "sailthru.tags"),
        *head.said.keywords,
    ]
    listed += [*head.all_of("article:section", "parsely-section")]
    tags: dict[str, str] = {}
    for text in listed or head.all_of("keywords"):
        for part in text.split(","):
            tag = " ".join(part.split())
            if tag and len(tag) <= _MAX_TAG_CHARS:
                tags.setdefault(tag.casefold(), tag)
    yield from list(tags.values())[:_MAX_TAGS]


def _write_original(blocks: list[Block], reasons: list[str], longer: str) -> tuple[OriginalLine, ...]:
    """The page's lines with their marks. Of a page of very many the lines that were left out are cut off, with a line
    that says how many."""
    lines: list[OriginalLine] = []
    chars = dropped = 0
    for block, reason in zip(blocks, reasons, strict=True):
        for line in block.text.split("\n"):
            if reason and (len(lines) >= _MAX_ORIGINAL_LINES or chars >= _MAX_ORIGINAL_CHARS):
                dropped += 1
                continue
            chars += len(line)
            lines.append(OriginalLine(line, reason))
    if longer:
        shown = {line.text for line in lines if not line.left_out}
        lines += [OriginalLine(line) for line in longer.split("\n\n") if line not in shown]
    if dropped:
        lines.append(OriginalLine(f"… {dropped} more lines", _TOO_MANY))
    return tuple(lines)
