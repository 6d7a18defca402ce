"""What a hit shows of its article: passages of the stored body with the matches marked, escaped once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from searchapp.search.highlight import Spans, Wanted, clip_spans, find_marks, mark_text, spans_of, split_paragraphs
from searchapp.search.passages import Passage, choose_passages
from searchapp.search.request import Snippet

PASSAGES_A_HIT = 2
ELLIPSIS = "…"

_WHITE_SPACE = re.compile(r"\s")


def cut_snippets(
    article: Article, wanted: Wanted, rarity: Sequence[float], analyzer: Analyzer, count: int = PASSAGES_A_HIT
) -> tuple[Snippet, ...]:
    """The passages of an article that say most about the query; the lead where its body has no match.

    `rarity[i]` is the worth of clause i. Empty only for an article without a body.
    """
    paragraphs = split_paragraphs(article.body)
    marks = find_marks(analyzer.analyse(article.body, article.lang), wanted, "body") if wanted else ()
    spans = spans_of(marks)
    return tuple(
        _print(article.body, passage, spans, len(paragraphs))
        for passage in choose_passages(article.body, paragraphs, marks, rarity, count)
    )


def _print(body: str, passage: Passage, spans: Spans, paragraphs: int) -> Snippet:
    before = f"{ELLIPSIS} " if passage.cut_before else ""
    after = f" {ELLIPSIS}" if passage.cut_after else ""
    # One blank for each white space character, so that offsets stay what they are.
    text = before + _WHITE_SPACE.sub(" ", body[passage.start : passage.end]) + after
    shifted = tuple(
        (start + len(before), end + len(before)) for start, end in clip_spans(spans, passage.start, passage.end)
    )
    return Snippet(text, shifted, mark_text(text, shifted), passage.paragraph, paragraphs)
