"""The words of a batch: articles go in one by one and come out inverted, ready to be packed."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.bulk import BulkAnalyzer
from indexer.article import Article
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.inverting import InvertedBatch, invert_documents
from indexer.codec.packing import pack_postings
from indexer.document import TextAnalyzer, make_document

#: What a character of text takes as tokens and postings that are Python objects.
_PLAIN_BYTES: Final = 100


class WordCollector(Protocol):
    """Numbers documents in the order in which they are added since the last `invert` or `clear`."""

    def add(self, article: Article) -> None: ...

    def invert(self) -> InvertedBatch: ...

    def clear(self) -> None: ...

    def memory_bytes(self) -> int:
        """What the articles taken hold."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether what is known of words, beside the articles, has outgrown its room: `invert` makes room."""
        ...


class PlainCollector:
    """Article by article through the analyzer: slow, and the specification of what is faster."""

    def __init__(self, analyzer: TextAnalyzer) -> None:
        self._analyzer = analyzer
        self._articles: list[Article] = []
        self._chars = 0

    def add(self, article: Article) -> None:
        self._articles.append(article)
        self._chars += len(article.title) + len(article.body)

    def invert(self) -> InvertedBatch:
        articles = self._articles
        self.clear()
        return invert_documents([make_document(article, "", self._analyzer) for article in articles])

    def clear(self) -> None:
        self._articles = []
        self._chars = 0

    def memory_bytes(self) -> int:
        return self._chars * _PLAIN_BYTES

    @property
    def is_full(self) -> bool:
        return False


def choose_collector(table_bytes: int) -> WordCollector:
    """The fastest there is here, with so much room for what it knows of words."""
    return BulkAnalyzer(table_bytes) if HAS_NUMBA else PlainCollector(Analyzer())


def load_kernels() -> None:
    """Have what is compiled loaded in this process, so that the ones that are forked off share it. Half a second."""
    if HAS_NUMBA:
        words = BulkAnalyzer()
        words.add(Article(title="Well-known words", body="in U.S. lines", author=("A. B.",), lang="en"))
        inverted = words.invert()
        gain = np.ones(1, np.float32)
        for stretch in inverted.text.stretches:
            pack_postings(stretch.postings, gain, gain)
