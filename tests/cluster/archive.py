"""Articles for a cluster, and a look at what it holds of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from opensearch_nodes import Cluster

from indexer.article import Article, Published
from indexer.backends.opensearch_connection import OpenSearchConnection, cluster_address
from indexer.backends.opensearch_index import OpenSearchIndex, index_layout
from indexer.backends.port import Draft, IndexWriter
from indexer.document import make_draft
from indexer.settings import Settings

SYLLABLES = ("ba", "cor", "den", "fil", "gra", "hol", "ir", "ka", "lun", "mer", "no", "pas", "qui", "ros", "tan", "vel")


def settings_for(cluster: Cluster, name: str, **others: object) -> Settings:
    """As options would give them; answers of nodes are awaited for a short time, so that faults cost little of it."""
    defaults: dict[str, object] = {
        "engine": "opensearch",
        "opensearch_urls": cluster.urls,
        "opensearch_index": name,
        "opensearch_shards": 3,
        "opensearch_replicas": 1,
        "opensearch_timeout_s": 4.0,
        "opensearch_patience_s": 180.0,
    }
    return replace(Settings(), **{**defaults, **others})  # type: ignore[arg-type]


def environment_for(settings: Settings) -> Mapping[str, str]:
    names = (name for name in settings.__slots__ if name.startswith("opensearch") or name == "engine")
    return {f"BROADSHEET_{name.upper()}": str(getattr(settings, name)) for name in names}


def open_index(settings: Settings) -> OpenSearchIndex:
    return OpenSearchIndex.open_or_create(OpenSearchConnection(cluster_address(settings)), index_layout(settings))


def made_articles(count: int, *, words: int = 60, seed: int = 1) -> Iterator[Article]:
    """Different articles, always the same ones."""
    drawn = random.Random(seed)
    vocabulary = ["".join(drawn.choices(SYLLABLES, k=drawn.randint(1, 4))) for _ in range(2000)]
    for number in range(count):
        day = f"{1990 + number % 30}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        yield Article(
            title=f"Report {number} on {drawn.choice(vocabulary)}",
            body=" ".join(drawn.choices(vocabulary, k=words)) + ".",
            source=("Harbour Post", "Dune Gazette", "Vale Herald")[number % 3],
            author=(f"Reporter {number % 17}",),
            published=Published(day, None, "day", day),
            lang="en",
            external_id=f"made-{seed}-{number}",
        )


def drafts_of(articles: Iterable[Article]) -> Iterator[Draft]:
    return (make_draft(article, "/archive/made.jsonl") for article in articles)


def write_all(writer: IndexWriter, articles: Iterable[Article]) -> None:
    for draft in drafts_of(articles):
        writer.write(draft)
    writer.commit()


def hashes_held(index: OpenSearchIndex) -> dict[str, str]:
    """Content hash by id, of every article that readers see, made anew from what is stored."""
    return {held.id: held.article.content_hash for held in index.articles()}


def hashes_of(articles: Iterable[Article]) -> dict[str, str]:
    return {article.id: article.content_hash for article in articles}
