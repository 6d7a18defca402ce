"""How fast a cluster is loaded: `broadsheet index` beside a plain loop of `helpers.bulk` and OpenSearch's own analysis.

    python -m benchmarks.cluster_loading --articles 20000 --java /path/to/a/full/jdk/bin/java

Three nodes run on this machine, for both sides the same ones, one after the other: figures are worth something as a
ratio. The plain loop reads the same JSON Lines and sends them as they are, to an index with the analyzer `english` on
title and body, positions, keywords and a date; that analyzer is in the module `analysis-common`, which is fetched for
it. Needs what tests on a cluster need (`make opensearch`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from opensearchpy import OpenSearch, helpers

from benchmarks.speed.generator import write_articles

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "cluster"))

from opensearch_jars import HOME, VERSION, find_maven  # noqa: E402 found by the line above
from opensearch_nodes import Cluster, Node, loopback_addresses  # noqa: E402

_LET_GO_S = 70
_REMOVED = 50
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_DESCRIPTOR = f"""\
description=analyzers
version={VERSION}
name=analysis-common
classname=org.opensearch.analysis.common.CommonAnalysisModulePlugin
java.version=21
opensearch.version={VERSION}
has.native.controller=false
"""


@dataclass(frozen=True, slots=True)
class Loading:
    """`nodes_s` is processor time of the three nodes, `loader_s` that of who loads them."""

    name: str
    articles: int
    took_s: float
    articles_per_s: float
    loader_s: float
    nodes_s: float
    size_bytes: int  # of the first copies, each merged into one segment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--file", type=Path, help="JSON Lines of one's own instead of made ones")
    parser.add_argument("--java", type=Path, help="a full JDK's, for the module analysis-common")
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2, help="the first one warms the nodes up")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.file or Path(folder) / "articles.jsonl"
        if given.file is None:
            write_articles(path, given.articles)
        home = with_analysis(Path(folder) / "home")
        with Cluster(loopback_addresses(3), home=home, java=given.java, flags=()) as cluster:
            for number in range(given.rounds):
                for load in (load_plainly, load_with_broadsheet):
                    found = load(cluster, path, f"round{number}", given.shards, given.replicas)
                    print(json.dumps(asdict(found)), flush=True)


def load_plainly(cluster: Cluster, path: Path, name: str, shards: int, replicas: int) -> Loading:
    index = f"plain-{name}"
    client = OpenSearch(cluster.urls.split(","), timeout=120)
    text = {"type": "text", "analyzer": "english"}
    keyword = {"type": "keyword"}
    properties = {"title": text, "body": text, "author": keyword, "source": keyword, "date": {"type": "date"}}
    settings = {"number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "-1"}
    client.indices.create(index=index, body={"settings": settings, "mappings": {"properties": properties}})
    watch = Watch(cluster)
    helpers.bulk(client, plain_actions(path, index))
    client.indices.refresh(index=index)
    return watch.read("helpers.bulk, english", cluster, index)


def plain_actions(path: Path, index: str) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            article = orjson.loads(line)
            yield {"_index": index, "_id": article["id"], "_source": article}


def load_with_broadsheet(cluster: Cluster, path: Path, name: str, shards: int, replicas: int) -> Loading:
    index = f"ours-{name}"
    watch = Watch(cluster)
    load(cluster, path, index, shards, replicas)
    return watch.read("broadsheet index", cluster, index)


def load(cluster: Cluster, path: Path, index: str, shards: int, replicas: int) -> None:
    """By a `broadsheet index` of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "BROADSHEET_OPENSEARCH_INDEX": index,
        "BROADSHEET_OPENSEARCH_SHARDS": str(shards),
        "BROADSHEET_OPENSEARCH_REPLICAS": str(replicas),
    }
    options = ["--engine", "opensearch", "--opensearch-urls", cluster.urls]
    run = [sys.executable, "-c", "from searchapp.cli import main; main()", "index", str(path), *options]
    subprocess.run(run, env=environment, check=True, stdout=subprocess.DEVNULL)


class Watch:
    """From now on."""

    def __init__(self, cluster: Cluster) -> None:
        self._nodes_s = sum(map(processor_s, cluster.nodes))
        self._loader_s = loader_s()
        self._began = time.perf_counter()

    def read(self, name: str, cluster: Cluster, index: str) -> Loading:
        took_s = time.perf_counter() - self._began
        nodes_s, spent_s = sum(map(processor_s, cluster.nodes)) - self._nodes_s, loader_s() - self._loader_s
        # Merged alike, so that sizes can be compared; and after what copies may have to catch up with was let go, which
        # the nodes look at every half minute, and which takes as much as what was sent. Some articles are taken out,
        # so that every shard is written again.
        for hit in cluster.call("POST", f"/{index}/_search", {"size": _REMOVED, "_source": False})["hits"]["hits"]:
            cluster.call("DELETE", f"/{hit['_index']}/_doc/{hit['_id']}?refresh=true")
        cluster.call("POST", f"/{index}/_flush", timeout_s=60)
        time.sleep(_LET_GO_S)
        cluster.call("POST", f"/{index}/_forcemerge?max_num_segments=1", timeout_s=600)
        cluster.call("POST", f"/{index}/_refresh")  # or what was merged is held open, and counts
        cluster.call("POST", f"/{index}/_flush", timeout_s=60)
        stats = cluster.call("GET", f"/{index}/_stats/docs,store")["_all"]["primaries"]
        articles = stats["docs"]["count"] + _REMOVED
        return Loading(
            name, articles, round(took_s, 2), round(articles / took_s, 1), round(spent_s, 2), round(nodes_s, 2),
            stats["store"]["size_in_bytes"],
        )  # fmt: skip


def processor_s(node: Node) -> float:
    assert node.process is not None
    fields = Path(f"/proc/{node.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def loader_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def with_analysis(home: Path) -> Path:
    """The installed home and one module more."""
    module = home / "modules" / "analysis-common"
    module.mkdir(parents=True)
    (home / "lib").symlink_to(HOME / "lib")
    (home / "modules" / "transport-netty4").symlink_to(HOME / "modules" / "transport-netty4")
    artifact = f"org.opensearch.plugin:analysis-common:{VERSION}"
    get = "org.apache.maven.plugins:maven-dependency-plugin:2.8"
    for goal in ((f"{get}:get", "-Dtransitive=false"), (f"{get}:copy", f"-DoutputDirectory={module}")):
        subprocess.run([find_maven(), "-q", "-B", *goal, f"-Dartifact={artifact}"], check=True, capture_output=True)
    (module / "plugin-descriptor.properties").write_text(_DESCRIPTOR, encoding="ascii")
    return home


if __name__ == "__main__":
    main()
