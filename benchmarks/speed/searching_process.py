"""Answers every query and shows every page once, then says what memory that took; loads the one engine alone.

python -m benchmarks.speed.searching_process ENGINE FOLDER QUERIES
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Final

import orjson

from benchmarks.speed.peers.port import CannotError, Peer
from benchmarks.speed.processes import memory_of
from benchmarks.speed.queries import load_queries

_PEERS: Final = {"Broadsheet": ("broadsheet", "BroadsheetPeer"), "tantivy": ("tantivy_peer", "TantivyPeer")}


def main() -> None:
    engine, folder, path = sys.argv[1:]
    module, name = _PEERS[engine]
    queries = load_queries(Path(path))
    peer: Peer = getattr(importlib.import_module(f"benchmarks.speed.peers.{module}"), name)()
    before = memory_of(os.getpid())["Anonymous"]
    peer.open(Path(folder))
    for query in queries:
        for prepare in (peer.ask, peer.show):
            try:
                prepare(query)()
            except CannotError:
                continue
    gc.collect()
    found = memory_of(os.getpid())
    own, mapped = found["Anonymous"], found["Rss"] - found["Anonymous"]
    print(orjson.dumps({"before": before, "own": own, "mapped": mapped}).decode())


if __name__ == "__main__":
    main()
