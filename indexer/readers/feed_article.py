"""Entries of feeds -> articles: the whole text before the summary, markup cleaned as that of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin

from indexer.article import Place, ReadArticle, Skipped
from indexer.readers.fields import FieldOptions, read_fields
from indexer.readers.pieces import FeedEntry, FeedHead, FeedPiece

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]{0,4000}>")
SUMMARY_ONLY: Final = "feed entry with a summary alone"


def read_feed(piece: FeedPiece, options: FieldOptions) -> Iterator[ReadArticle | Skipped]:
    """One outcome for every entry."""
    for entry in piece.entries:
        yield _read_entry(entry, piece.head, Place(piece.place.path, entry.number, piece.place.member), options)


def _read_entry(entry: FeedEntry, head: FeedHead, place: Place, options: FieldOptions) -> ReadArticle | Skipped:
    # The longer of two is the article: some feeds put it into the description.
    content = _read_markup(entry.content)
    summary = _read_markup(entry.summary)
    body = content or summary
    if len(summary) > 2 * len(content):
        body = summary
    members: dict[str, object] = {
        "title": " ".join(_read_markup(entry.title).split()),
        "body": body,
        "author": list(entry.authors) or None,
        "url": urljoin(head.address, entry.url) if entry.url else None,
        "date": entry.published or entry.updated,
        "source": entry.source or head.title or None,
        "lang": entry.lang or head.lang or None,
        "tags": list(entry.tags) or None,
        "id": entry.external_id or None,
    }
    outcome = read_fields({key: value for key, value in members.items() if value}, place, options)
    if isinstance(outcome, Skipped) or content:
        return outcome
    return ReadArticle(place, outcome.article, (*outcome.notes, SUMMARY_ONLY))


def _read_markup(text: str) -> str:
    """Text and markup alike; where there is no tag, entities alone are resolved."""
    if _MARKUP.search(text):
        from indexer.readers.html_page import html_fragment_text  # noqa: PLC0415 takes a while to be loaded

        return html_fragment_text(text)
    return html.unescape(text).strip()
