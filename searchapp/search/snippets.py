"""What a hit shows of its article: passages of the stored body with the matches marked, escaped once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from searchapp.search.highlight import (
    Mark,
    Spans,
    Wanted,
    clip_spans,
    find_marks,
    mark_text,
    spans_of,
    split_paragraphs,
)
from searchapp.search.passages import Passage, choose_passages
from searchapp.search.request import Snippet

PASSAGES_A_HIT = 3
ELLIPSIS = "…"

#: A newspaper page has 25,000 characters and is looked at whole; a book is looked at a piece at a time (0.5 ms for
#: 1,000 characters), and its first million characters say enough for a snippet.
PIECE_CHARS = 60_000
MOST_CHARS = 1_000_000

_WHITE_SPACE = re.compile(r"\s")


def cut_snippets(
    article: Article, wanted: Wanted, rarity: Sequence[float], analyzer: Analyzer, count: int = PASSAGES_A_HIT
) -> tuple[Snippet, ...]:
    """The passages of an article that say most about the query; the lead where its body has no match.

    `rarity[i]` is the worth of clause i. Empty only for an article without a body.
    """
    paragraphs = split_paragraphs(article.body)
    marks = _find_body_marks(article, wanted, analyzer) if wanted else ()
    spans = spans_of(marks)
    return tuple(
        _print(article.body, passage, spans, len(paragraphs))
        for passage in choose_passages(article.body, paragraphs, marks, rarity, count)
    )


def _find_body_marks(article: Article, wanted: Wanted, analyzer: Analyzer) -> tuple[Mark, ...]:
    """The marks of a body, of a very long one only as far as it takes to see every clause once."""
    body = article.body
    marks: list[Mark] = []
    start = position = 0
    while start < min(len(body), MOST_CHARS):
        end = piece_end(body, start)
        analysed = analyzer.analyse(body[start:end], article.lang)
        marks += [
            Mark(mark.start + start, mark.end + start, mark.position + position, mark.clause)
            for mark in find_marks(analysed, wanted, "body")
        ]
        if len({mark.clause for mark in marks}) == len(wanted):
            break
        start, position = end, position + analysed.length
    return tuple(marks)


def piece_end(body: str, start: int) -> int:
    """Where a piece of about `PIECE_CHARS` ends: at the end of a paragraph, a line or a word where it can."""
    wanted = start + PIECE_CHARS
    if wanted >= len(body):
        return len(body)
    for gap in ("\n\n", "\n", " "):
        found = body.find(gap, wanted, wanted + PIECE_CHARS)
        if found >= 0:
            return found
    return wanted


def _print(body: str, passage: Passage, spans: Spans, paragraphs: int) -> Snippet:
    before = f"{ELLIPSIS} " if passage.cut_before else ""
    after = f" {ELLIPSIS}" if passage.cut_after else ""
    # One blank for each white space character, so that offsets stay what they are.
    text = before + _WHITE_SPACE.sub(" ", body[passage.start : passage.end]) + after
    shifted = tuple(
        (start + len(before), end + len(before)) for start, end in clip_spans(spans, passage.start, passage.end)
    )
    return Snippet(text, shifted, mark_text(text, shifted), passage.paragraph, paragraphs)
