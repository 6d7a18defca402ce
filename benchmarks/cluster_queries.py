"""What a query costs on a cluster, by shards and by articles; and what that comes to for up to a billion articles.

    python -m benchmarks.cluster_queries measure --articles 60000 --shards 1,3,6,12,24 > build/cluster_queries.jsonl
    python -m benchmarks.cluster_queries size build/cluster_queries.jsonl --bytes-per-article 3000

`measure` loads the same made articles into indexes of so many shards on three nodes of this machine, and asks each the
same queries, one at a time, of words in a hundredth to a tenth of the articles: the ten best with the exact total.
`size` fits  ms = fixed + per_shard * shards + per_article * articles  to the medians, and draws with the spread
that was measured: a query waits for the slowest of its shards, each with its part of the articles on a core of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.cluster_loading import load_with_broadsheet
from benchmarks.speed.generator import write_articles
from indexer.analysis.analyzer import Analyzer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "cluster"))

from opensearch_nodes import Cluster, loopback_addresses

_QUERIES = 60
_ROUNDS = 3
_WORDS = 40
_SHARD_BYTES = 40e9
_DRAWS = 4000


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds until the answer is here: the median, and how widely single queries spread around it (standard
    deviation of the logarithm)."""

    articles: int
    shards: int
    median_ms: float
    p95_ms: float
    spread: float


@dataclass(frozen=True, slots=True)
class Fit:
    fixed_ms: float
    per_shard_ms: float
    per_article_ms: float
    spread: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    measuring = parts.add_parser("measure")
    measuring.add_argument("--articles", type=int, default=60_000)
    measuring.add_argument("--shards", default="1,3,6,12,24")
    sizing = parts.add_parser("size")
    sizing.add_argument("file", type=Path)
    sizing.add_argument("--bytes-per-article", type=float, required=True)
    given = parser.parse_args()
    if given.part == "measure":
        for cost in measure(given.articles, [int(each) for each in given.shards.split(",")]):
            print(json.dumps(asdict(cost)), flush=True)
    else:
        lines = given.file.read_text(encoding="utf-8").splitlines()
        print_sizes(fit([Cost(**json.loads(line)) for line in lines]), given.bytes_per_article)


def measure(articles: int, shards: Sequence[int]) -> list[Cost]:
    costs = []
    with tempfile.TemporaryDirectory() as folder, Cluster(loopback_addresses(3), flags=()) as cluster:
        for count in (articles // 4, articles):
            path = Path(folder) / f"{count}.jsonl"
            write_articles(path, count)
            for number in shards:
                name = f"a{count}s{number}"
                load_with_broadsheet(cluster, path, name, number, 0)
                costs.append(ask(cluster, f"ours-{name}", count, number))
    return costs


def ask(cluster: Cluster, index: str, articles: int, shards: int) -> Cost:
    words = frequent_words(cluster, index, articles)
    drawn = random.Random(7)
    pairs = [drawn.sample(words, 2) for _ in range(_QUERIES)]
    took: list[float] = []
    for number in range(_ROUNDS + 1):
        for pair in pairs:
            body = {
                "size": 10,
                "_source": False,
                "track_total_hits": True,
                "query": {"combined_fields": {"query": " ".join(pair), "fields": ["title_terms_0^2", "body_terms_0"]}},
            }
            began = time.perf_counter()
            cluster.call("POST", f"/{index}/_search?request_cache=false", body)
            if number:  # the first round warms up
                took.append((time.perf_counter() - began) * 1000)
    logs = [math.log(each) for each in took]
    return Cost(
        articles, shards, round(statistics.median(took), 3), round(float(np.percentile(took, 95)), 3),
        round(statistics.stdev(logs), 3),
    )  # fmt: skip


def frequent_words(cluster: Cluster, index: str, articles: int) -> list[str]:
    """Terms of some articles that stand in a hundredth to a tenth of all."""
    hits = cluster.call("POST", f"/{index}/_search", {"size": 5, "_source": ["article"]})["hits"]["hits"]
    analyzer = Analyzer()
    texts = [(hit["_source"]["article"][1], hit["_source"]["article"][9]) for hit in hits]
    terms = {token.terms[0] for body, lang in texts for token in analyzer.analyse(body, lang).tokens}
    found = []
    for term in sorted(terms):
        held = cluster.call("POST", f"/{index}/_count", {"query": {"term": {"body_terms_0": term}}})["count"]
        if articles / 100 <= held <= articles / 10:
            found.append(term)
        if len(found) == _WORDS:
            break
    if len(found) < 2:
        raise SystemExit(f"{index} has too few frequent words: index more than {articles} articles")
    return found


def fit(costs: Sequence[Cost]) -> Fit:
    """Least squares; nothing costs less than nothing."""
    rows = np.array([[1, cost.shards, cost.articles] for cost in costs], float)
    found, *_ = np.linalg.lstsq(rows, np.array([cost.median_ms for cost in costs]), rcond=None)
    fixed, per_shard, per_article = (max(float(each), 0.0) for each in found)
    return Fit(fixed, per_shard, per_article, statistics.median(cost.spread for cost in costs))


def print_sizes(fitted: Fit, bytes_per_article: float) -> None:
    print(
        f"{fitted.fixed_ms:.2f} ms a query, {fitted.per_shard_ms:.3f} ms a shard, "
        f"{fitted.per_article_ms * 1e6:.2f} ms a million articles on one core, spread {fitted.spread:.2f}\n"
    )
    print("| articles | GB | with one replica, GB | shards | articles a shard | median, ms | 99th percentile, ms |")
    print("|---|---|---|---|---|---|---|")
    drawn = np.random.default_rng(7)
    for power in range(6, 10):
        articles = 10**power
        size = articles * bytes_per_article
        shards = max(1, math.ceil(size / _SHARD_BYTES))
        own = fitted.per_article_ms * articles / shards
        slowest = own * np.exp(drawn.normal(0, fitted.spread, (_DRAWS, shards))).max(axis=1)
        took = fitted.fixed_ms + fitted.per_shard_ms * shards + slowest
        median, late = np.percentile(took, [50, 99])
        print(
            f"| {articles:,} | {size / 1e9:,.1f} | {2 * size / 1e9:,.1f} | {shards} | {articles // shards:,} "
            f"| {median:,.0f} | {late:,.0f} |"
        )


if __name__ == "__main__":
    main()
