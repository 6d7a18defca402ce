"""What it costs to make one more article durable, in milliseconds and in syncs of the same file system."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.indexes import copy_index, prepare_index
from benchmarks.speed.peers.broadsheet import BroadsheetPeer
from benchmarks.speed.peers.tantivy_peer import TantivyPeer
from benchmarks.speed.processes import run_child
from benchmarks.speed.results import CommitCost, CommitResult

COMMITS: Final = 60


def measure_commits(corpus: Corpus, work: Path) -> CommitResult:
    """Into copies of the indexes that are searched, which stay as they are."""
    folder = work / "commits"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with corpus.path.open("rb") as file:
        (folder / "template.jsonl").write_bytes(b"".join(islice(file, 1)))
    costs = []
    for peer in (BroadsheetPeer(), TantivyPeer()):
        copy_index(prepare_index(peer, corpus, work), folder / "index")
        ran = run_child(f"commit-{peer.name.lower()}", {"folder": str(folder / "index"), "commits": COMMITS})
        figures = ran.said
        cost = CommitCost(peer.name, COMMITS, **figures, fsyncs=figures["median_ms"] / figures["fsync_ms"])
        costs.append(cost)
        print(
            f"{corpus.name}: {cost.engine}, commit of one article: {cost.median_ms:.1f} ms, 95th percentile "
            f"{cost.p95_ms:.1f}, {cost.fsyncs:.1f} syncs of {cost.fsync_ms:.2f} ms",
            flush=True,
        )
    shutil.rmtree(folder, ignore_errors=True)
    return CommitResult(corpus.name, corpus.articles, tuple(costs))
