"""One archive in every place where it may live: on the disk, on a cluster, and as plain lists for brute force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brute_force import ListedArticle, RememberingBruteForce
from test_engine_against_brute_force import list_article

from indexer.article import Article
from indexer.backends.opensearch_connection import ClusterAddress, OpenSearchConnection
from indexer.backends.opensearch_index import IndexLayout, OpenSearchIndex
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.words import WordCollector
from indexer.document import TextAnalyzer, make_document, make_draft
from searchapp.backends.opensearch_searcher import OpenSearchEngine
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.port import Engine

#: What is written and what is removed, commit by commit.
Commits = Sequence[tuple[Sequence[Article], Sequence[str]]]
MEMORY_MB = 16


@dataclass(frozen=True)
class Told:
    """An archive as brute force sees it."""

    articles: dict[str, Article]
    oracle: RememberingBruteForce


def tell(commits: Commits, analyzer: TextAnalyzer) -> Told:
    held: dict[str, Article] = {}
    for written, removed in commits:
        held.update((article.id, article) for article in written)
        for article_id in removed:
            del held[article_id]
    listed: list[ListedArticle] = [list_article(make_document(each, "", analyzer)) for each in held.values()]
    return Told(held, RememberingBruteForce(listed))


def write_to_disk(folder: Path, commits: Commits, words: Callable[[int], WordCollector]) -> Engine:
    _write(WhooshIndex.create(folder), commits, words)
    return WhooshEngine(folder)


def write_to_cluster(urls: str, name: str, commits: Commits, words: Callable[[int], WordCollector]) -> Engine:
    index = open_or_create(urls, name)
    _write(index, commits, words)
    return OpenSearchEngine(open_or_create(urls, name))


def open_or_create(urls: str, name: str) -> OpenSearchIndex:
    """Of several shards, so that what each knows of words is not what all know."""
    address = ClusterAddress(tuple(urls.split(",")), timeout_s=60.0, patience_s=120.0)
    return OpenSearchIndex.open_or_create(OpenSearchConnection(address), IndexLayout(name, shards=3, replicas=1))


def _write(index: Any, commits: Commits, words: Callable[[int], WordCollector]) -> None:
    with index.writer(MEMORY_MB, words) as writer:
        for written, removed in commits:
            for article in written:
                writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
            for article_id in removed:
                assert writer.remove(article_id)
            writer.commit(tidy=False)
