"""What the tests of the write side share: the real analyzer, and short ways to write articles into an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.port import Commit
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft

MEMORY_MB = 16


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index_articles_of(folder: Path, analyzer: Analyzer) -> Callable[..., Commit]:
    """Write these articles in one commit, into an index that is made when it is missing."""

    def write(*articles: Article, origin: str = "/news/a.jsonl") -> Commit:
        with WhooshIndex.open_or_create(folder).writer(MEMORY_MB) as writer:
            for article in articles:
                writer.write(make_draft(article, origin))
            return writer.commit()

    return write
