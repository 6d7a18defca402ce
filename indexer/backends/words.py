"""The words of a batch: articles go in one by one and come out inverted, ready to be packed."""

from __future__ import annotations

from typing import Protocol

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.bulk import BulkAnalyzer
from indexer.article import Article
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.inverting import InvertedBatch, invert_documents
from indexer.document import TextAnalyzer, make_document


class WordCollector(Protocol):
    """Numbers documents in the order in which they are added since the last `invert` or `clear`."""

    def add(self, article: Article) -> None: ...

    def invert(self) -> InvertedBatch: ...

    def clear(self) -> None: ...


class PlainCollector:
    """Article by article through the analyzer: slow, and the specification of what is faster."""

    def __init__(self, analyzer: TextAnalyzer) -> None:
        self._analyzer = analyzer
        self._articles: list[Article] = []

    def add(self, article: Article) -> None:
        self._articles.append(article)

    def invert(self) -> InvertedBatch:
        articles, self._articles = self._articles, []
        return invert_documents([make_document(article, "", self._analyzer) for article in articles])

    def clear(self) -> None:
        self._articles = []


def choose_collector() -> WordCollector:
    """The fastest there is here."""
    return BulkAnalyzer() if HAS_NUMBA else PlainCollector(Analyzer())
