"""What a process needs to search, in memory of its own beside the mapped pages of the index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.indexes import prepare_index
from benchmarks.speed.made_queries import make_classes, take_sample
from benchmarks.speed.peers.broadsheet import BroadsheetPeer
from benchmarks.speed.peers.tantivy_peer import TantivyPeer
from benchmarks.speed.processes import run_watched
from benchmarks.speed.queries import save_queries
from benchmarks.speed.results import MemoryResult

_PROCESS: Final = "benchmarks.speed.searching_process"


def measure_memory(corpus: Corpus, work: Path) -> tuple[MemoryResult, ...]:
    results = []
    queries = work / "queries.json"
    save_queries(queries, make_classes(take_sample(corpus)))
    for peer in (BroadsheetPeer(), TantivyPeer()):
        folder = prepare_index(peer, corpus, work)
        ran = run_watched([sys.executable, "-m", _PROCESS, peer.name, str(folder), str(queries)])
        said = ran.said
        result = MemoryResult(
            corpus.name,
            corpus.articles,
            peer.name,
            said["before"] / 1e6,
            said["own"] / 1e6,
            said["mapped"] / 1e6,
        )
        results.append(result)
        print(
            f"{corpus.name}: {result.engine}, memory of its own after searching: {result.own_mb:.0f} MB, "
            f"{result.before_mb:.0f} of it before the index was opened",
            flush=True,
        )
    return tuple(results)
