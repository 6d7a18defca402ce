"""What a query costs on a cluster, by shards and by articles; and what that comes to for up to a billion articles.

    python -m benchmarks.cluster_queries measure > build/cluster_queries.jsonl
    python -m benchmarks.cluster_queries size build/cluster_queries.jsonl --bytes-per-article 3000

`measure` loads made articles into an index of one shard, on three nodes of this machine, once a quarter of them and
once all; has the cluster split it into more and more shards, which costs next to nothing; and asks each the same
queries, one at a time, as `broadsheet search` asks them (ten hits with the exact total, `rank=bm25` and `default`): two
words that stand in a hundredth to a tenth of the articles. A query is asked in several rounds, each with a reader who
has just opened the index and has counted nothing yet.

Told are the processor time of the nodes' own threads and of who asks, which are worth something beside other work too,
and the time until an answer is here, which is not. `size` fits

    ms = fixed + per_shard * shards + per_article * articles

to the nodes' processor time, and draws with the spread that was measured how long a query waits for the slowest of its
shards, each of which has a core of its own and its part of the articles.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.cluster_loading import load
from benchmarks.speed.generator import write_articles
from indexer.analysis.analyzer import Analyzer
from indexer.backends.opensearch_connection import ClusterAddress, OpenSearchConnection
from indexer.codec.stored import decode_article
from searchapp.backends.cluster.opened import Opened
from searchapp.backends.cluster.point import PointInTime
from searchapp.query.parser import parse_query
from searchapp.search.plan import Plan
from searchapp.search.planner import plan_search
from searchapp.search.request import SearchRequest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "cluster"))

from opensearch_nodes import Cluster, Node, loopback_addresses

_QUERIES = 40
_ROUNDS = 2
_WARMING = 3
_WORDS = 40
_SHARD_BYTES = 40e9
_DRAWS = 4000
_WITHIN_S = 300
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_ANALYZER = Analyzer()


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a query: processor time of the nodes and of who asks, the same where the best hits are ranked again,
    and until the answer is here without that: the median, and how widely single queries spread around it (standard
    deviation of the logarithm)."""

    articles: int
    shards: int
    nodes_ms: float
    asker_ms: float
    again_nodes_ms: float
    again_asker_ms: float
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
    measuring.add_argument("--articles", type=int, default=40_000)
    measuring.add_argument("--shards", default="1,2,4,8,16", help="each a multiple of the one before")
    sizing = parts.add_parser("size")
    sizing.add_argument("file", type=Path)
    sizing.add_argument("--bytes-per-article", type=float, required=True)
    given = parser.parse_args()
    if given.part == "measure":
        for cost in measure(given.articles, [int(each) for each in given.shards.split(",")]):
            print(json.dumps(asdict(cost)), flush=True)
    else:
        lines = given.file.read_text(encoding="utf-8").splitlines()
        print_sizes([Cost(**json.loads(line)) for line in lines], given.bytes_per_article)


def measure(articles: int, shards: Sequence[int]) -> Iterator[Cost]:
    with tempfile.TemporaryDirectory() as folder, Cluster(loopback_addresses(3), flags=()) as cluster:
        for count in (articles // 4, articles):
            path = Path(folder) / f"{count}.jsonl"
            write_articles(path, count)
            name = f"a{count}"
            load(cluster, path, name, 1, 0)
            (source,) = cluster.call("GET", f"/_alias/{name}")
            cluster.call("PUT", f"/{source}/_settings", {"index.blocks.write": True})
            words = frequent_words(cluster, source, count)
            for number in shards:
                split = f"{name}-split-{number}"
                settings = {"index.number_of_shards": number, "index.number_of_replicas": 0}
                how = "_clone" if number == 1 else "_split"
                cluster.call("PUT", f"/{source}/{how}/{split}", {"settings": settings}, timeout_s=_WITHIN_S)
                cluster.wait_until_green()
                cluster.call("PUT", f"/{split}/_settings", {"index.blocks.write": None})
                # A shard that was split off forgets the articles of its siblings when it is merged.
                cluster.call("POST", f"/{split}/_forcemerge?max_num_segments=1", timeout_s=_WITHIN_S)
                cluster.call("POST", f"/{split}/_refresh")
                if count < articles and number == shards[0]:
                    # Nodes that have just started compile what they are asked for first.
                    for _ in range(_WARMING):
                        ask(cluster, split, words, count, number)
                yield ask(cluster, split, words, count, number)


def ask(cluster: Cluster, index: str, words: Sequence[str], articles: int, shards: int) -> Cost:
    drawn = random.Random(7)
    pairs = [" ".join(drawn.sample(words, 2)) for _ in range(_QUERIES)]
    connection = OpenSearchConnection(ClusterAddress(tuple(cluster.urls.split(",")), timeout_s=60.0))
    plain, again = _Spent(), _Spent()
    for number in range(_ROUNDS + 1):
        for rank, spent in (("bm25", plain), ("default", again)):
            opened = Opened(PointInTime(connection, lambda: index), generation=0)
            plans = [_plan(opened, pair, rank) for pair in pairs]
            nodes_began, asker_began = sum(map(own_s, cluster.nodes)), time.process_time()
            took: list[float] = []
            for plan in plans:
                began = time.perf_counter()
                found = opened.execute(plan)
                took.append((time.perf_counter() - began) * 1000)
                assert found.total_is_exact
            if number:  # the first round warms up
                spent.took += took
                spent.nodes_s += sum(map(own_s, cluster.nodes)) - nodes_began
                spent.asker_s += time.process_time() - asker_began
            opened.point.close()
    connection.close()
    logs = [math.log(each) for each in plain.took]
    return Cost(
        articles, shards, plain.nodes_ms, plain.asker_ms, again.nodes_ms, again.asker_ms,
        round(statistics.median(plain.took), 3), round(float(np.percentile(plain.took, 95)), 3),
        round(statistics.stdev(logs), 3),
    )  # fmt: skip


def own_s(node: Node) -> float:
    """Processor time of what a node does itself, in seconds: without its compiler, which goes on for minutes after the
    start, and without the collector of its garbage."""
    assert node.process is not None
    ticks = 0
    for task in Path(f"/proc/{node.process.pid}/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            name, _, fields = (task / "stat").read_text(encoding="utf-8").partition("(")[2].rpartition(")")
            if name.startswith("opensearch["):
                ticks += sum(map(int, fields.split()[11:13]))
    return ticks / _TICKS_A_SECOND


@dataclass(slots=True)
class _Spent:
    nodes_s: float = 0.0
    asker_s: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def nodes_ms(self) -> float:
        return round(self.nodes_s * 1000 / len(self.took), 3)

    @property
    def asker_ms(self) -> float:
        return round(self.asker_s * 1000 / len(self.took), 3)


def _plan(opened: Opened, typed: str, rank: Literal["bm25", "default"]) -> Plan:
    request = SearchRequest(q=typed, rank=rank)
    query = parse_query(typed, date(2021, 3, 20))
    return plan_search(query, request, opened.facts().langs, _ANALYZER, _WITHIN_S * 1000).plan


def frequent_words(cluster: Cluster, index: str, articles: int) -> list[str]:
    """Words of some articles that stand in a hundredth to a tenth of all."""
    hits = cluster.call("POST", f"/{index}/_search", {"size": 5, "_source": ["article"]})["hits"]["hits"]
    texts = [decode_article(json.dumps(hit["_source"]["article"]).encode(), b"") for hit in hits]
    words = {
        token.terms[0]: text.body[token.start : token.end]
        for text in texts
        for token in _ANALYZER.analyse(text.body, text.lang).tokens
    }
    found = []
    for term in sorted(words):
        held = cluster.call("POST", f"/{index}/_count", {"query": {"term": {"body_terms_0": term}}})["count"]
        if articles / 100 <= held <= articles / 10:
            found.append(words[term])
        if len(found) == _WORDS:
            break
    if len(found) < 2:
        raise SystemExit(f"{index} has too few frequent words: index more than {articles} articles")
    return found


def fit(costs: Sequence[Cost]) -> Fit:
    """Least squares; nothing costs less than nothing."""
    rows = np.array([[1, cost.shards, cost.articles] for cost in costs], float)
    found, *_ = np.linalg.lstsq(rows, np.array([cost.nodes_ms for cost in costs]), rcond=None)
    fixed, per_shard, per_article = (max(float(each), 0.0) for each in found)
    return Fit(fixed, per_shard, per_article, statistics.median(cost.spread for cost in costs))


def print_sizes(costs: Sequence[Cost], bytes_per_article: float) -> None:
    print("| articles | shards | nodes | who asks | ranked again: nodes | ranked again: who asks | until the answer |")
    print("|---|---|---|---|---|---|---|")
    for cost in costs:
        print(
            f"| {cost.articles:,} | {cost.shards} | {cost.nodes_ms:.1f} | {cost.asker_ms:.1f} | "
            f"{cost.again_nodes_ms:.1f} | {cost.again_asker_ms:.1f} | {cost.median_ms:.1f} |"
        )
    fitted = fit(costs)
    print(
        f"\n{fitted.fixed_ms:.2f} ms a query, {fitted.per_shard_ms:.3f} ms a shard, "
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
