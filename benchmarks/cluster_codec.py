"""What it costs a cluster to compress what it stores: in the quick way, which is its own, and in the thorough one.

    python -m benchmarks.cluster_codec --articles 1500 --rounds 4

Each round writes the same made articles to an index of either kind, three shards with one copy on three nodes of this
machine, one kind after the other; told is the processor time of the nodes. The first rounds warm the nodes up.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from benchmarks.cluster_loading import processor_s
from benchmarks.speed.generator import write_articles
from indexer.article import Article
from indexer.backends.opensearch_connection import ClusterAddress, OpenSearchConnection
from indexer.backends.opensearch_index import IndexLayout, OpenSearchIndex
from indexer.document import make_draft

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "cluster"))

from opensearch_nodes import Cluster, loopback_addresses

_CODECS = ("default", "best_compression")
_MEMORY_MB = 256
_TIMEOUT_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    articles = make_articles(given.articles)
    print("| round | codec | nodes, ms an article | bytes an article, one copy, not merged |")
    print("|---|---|---|---|")
    with Cluster(loopback_addresses(3), flags=()) as cluster:
        for number in range(given.rounds):
            for codec in _CODECS:
                nodes_s, size = load(cluster, articles, f"{codec.replace('_', '-')}-{number}", codec)
                print(
                    f"| {number} | {codec} | {nodes_s * 1000 / len(articles):.2f} | {size / len(articles):,.0f} |",
                    flush=True,
                )


def make_articles(count: int) -> list[Article]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        write_articles(path, count)
        lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [
        Article(title=each["title"], body=each["body"], source=each["source"], lang="en", external_id=each["id"])
        for each in lines
    ]


def load(cluster: Cluster, articles: Sequence[Article], name: str, codec: str) -> tuple[float, int]:
    """Seconds of the nodes, and bytes of the first copies."""
    connection = OpenSearchConnection(ClusterAddress(tuple(cluster.urls.split(",")), timeout_s=_TIMEOUT_S))
    index = OpenSearchIndex.open_or_create(connection, IndexLayout(name, shards=3, replicas=1))
    real = index.real_index()
    cluster.call("POST", f"/{real}/_close", timeout_s=_TIMEOUT_S)
    cluster.call("PUT", f"/{real}/_settings", {"index.codec": codec})
    cluster.call("POST", f"/{real}/_open", timeout_s=_TIMEOUT_S)
    cluster.wait_until_green()
    began = sum(map(processor_s, cluster.nodes))
    with index.writer(_MEMORY_MB) as writer:
        for article in articles:
            writer.write(make_draft(article, "/archive/made.jsonl"))
        writer.commit()
    cluster.call("POST", f"/{real}/_flush", timeout_s=_TIMEOUT_S)
    spent = sum(map(processor_s, cluster.nodes)) - began
    size: int = cluster.call("GET", f"/{real}/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"]
    cluster.call("DELETE", f"/{real}")
    return spent, size


if __name__ == "__main__":
    main()
