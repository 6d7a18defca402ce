"""What a page of hits shows of its articles: titles and passages with the matches marked, escaped once.

By compiled loops over all articles of the page at once; where numba is missing, article by article as `highlight.py`
and `snippets.py` have it, which is what the loops are held to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.atoms import join_texts
from indexer.analysis.finding import FormFinder
from indexer.article import Article
from indexer.codec.compiled import HAS_NUMBA
from searchapp.search.highlight import Highlighted, Mark, Wanted, find_marks, highlight_article, mark_text, spans_of
from searchapp.search.marking import IN_BODY, IN_TITLE, Marks, SoughtRuns, find_all_marks, seek_runs
from searchapp.search.page_printing import F64, ShownArticle, page_scopes, print_page
from searchapp.search.snippets import MOST_CHARS, PIECE_CHARS, cut_snippets, piece_end


class Showing(Protocol):
    """Safe to share between threads."""

    def show(self, articles: Sequence[Article], wanted: Wanted, rarity: Sequence[float]) -> tuple[ShownArticle, ...]:
        """`rarity[i]` is the worth of clause i."""
        ...

    def highlight(self, article: Article, wanted: Wanted) -> Highlighted:
        """Everything in title and body that the query's words and phrases match."""
        ...


def make_showing(analyzer: Analyzer, *, compiled: bool = HAS_NUMBA) -> Showing:
    """The quicker of both ways that is to be had."""
    return CompiledShowing() if compiled else PlainShowing(analyzer)


class PlainShowing:
    """Implements `Showing` by the analyzer."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def show(self, articles: Sequence[Article], wanted: Wanted, rarity: Sequence[float]) -> tuple[ShownArticle, ...]:
        return tuple(self._show(article, wanted, rarity) for article in articles)

    def highlight(self, article: Article, wanted: Wanted) -> Highlighted:
        return highlight_article(article, wanted, self._analyzer)

    def _show(self, article: Article, wanted: Wanted, rarity: Sequence[float]) -> ShownArticle:
        title = self._analyzer.analyse(article.title, article.lang)
        spans = spans_of(find_marks(title, wanted, "title"))
        snippets = cut_snippets(article, wanted, rarity, self._analyzer)
        return ShownArticle(spans, mark_text(article.title, spans), snippets)


class CompiledShowing:
    """Implements `Showing` by kernels."""

    def __init__(self) -> None:
        self._finder = FormFinder()

    def show(self, articles: Sequence[Article], wanted: Wanted, rarity: Sequence[float]) -> tuple[ShownArticle, ...]:
        sought = seek_runs(wanted)
        worth = np.array(rarity, np.float64)
        if all(len(article.body) <= PIECE_CHARS for article in articles):
            return self._show_page(articles, sought, worth)
        shown: list[ShownArticle] = []
        for article in articles:
            if len(article.body) <= PIECE_CHARS:
                shown += self._show_page((article,), sought, worth)
            else:
                shown.append(self._show_book(article, wanted, sought, worth))
        return tuple(shown)

    def highlight(self, article: Article, wanted: Wanted) -> Highlighted:
        texts = join_texts([article.title, article.body])
        scopes = np.array([IN_TITLE, IN_BODY], np.int64)
        marks = find_all_marks(texts, [article.lang] * 2, scopes, seek_runs(wanted), self._finder)
        of_texts = [
            spans_of(
                Mark(mark_start - start, mark_end - start, position, clause)
                for mark_start, mark_end, position, clause in marks.rows[
                    marks.first[text] : marks.first[text + 1]
                ].tolist()
            )
            for text, start in enumerate(texts.starts.tolist())
        ]
        return Highlighted(*of_texts)

    def _show_page(self, articles: Sequence[Article], sought: SoughtRuns, rarity: F64) -> tuple[ShownArticle, ...]:
        langs = [article.lang for article in articles]
        texts = join_texts([*(article.body for article in articles), *(article.title for article in articles)])
        scopes = page_scopes(len(articles))
        return print_page(articles, texts, find_all_marks(texts, langs * 2, scopes, sought, self._finder), rarity)

    def _show_book(self, article: Article, wanted: Wanted, sought: SoughtRuns, rarity: F64) -> ShownArticle:
        """The marks of a long body are looked for as `snippets.py` does: until every clause was seen."""
        body = article.body
        scope = np.array([IN_BODY], np.int64)
        rows = [np.empty((0, 4), np.int32)]
        seen: set[int] = set()
        start = position = 0
        while start < min(len(body), MOST_CHARS):
            end = piece_end(body, start)
            piece = find_all_marks(join_texts([body[start:end]]), [article.lang], scope, sought, self._finder)
            rows.append(piece.rows + np.array([start, start, position, 0], np.int32))
            seen.update(piece.rows[:, 3].tolist())
            if len(seen) == len(wanted):
                break
            start, position = end, position + int(piece.lengths[0])
        texts = join_texts([body, article.title])
        title = find_all_marks(
            join_texts([article.title]), [article.lang], np.array([IN_TITLE], np.int64), sought, self._finder
        )
        rows.append(title.rows + np.array([texts.starts[1], texts.starts[1], 0, 0], np.int32))
        counts = [0, sum(map(len, rows[:-1])), len(rows[-1])]
        marks = Marks(np.concatenate(rows), np.cumsum(counts), texts.stops)
        (shown,) = print_page((article,), texts, marks, rarity)
        return shown
