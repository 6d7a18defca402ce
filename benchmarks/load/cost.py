"""What a request costs the processor: milliseconds of its own time in this process, without network and neighbours.

    python -m benchmarks.load.cost [--out build/bench-http] [--rounds 2]

The queries of `make bench-http` over its articles, each asked once a round; of the rounds the least. Others on the
machine make the figures somewhat worse, by what they push out of its caches, and not by the time that they take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from werkzeug.test import create_environ

from benchmarks.load.queries import CLASSES, queries_in_turn
from benchmarks.load.services import KINDS, Broadsheet
from benchmarks.speed import corpora
from benchmarks.speed.indexes import prepare_index
from benchmarks.speed.peers.broadsheet import BroadsheetPeer
from benchmarks.speed.results import PROJECT
from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.readying import make_ready
from searchapp.search.service import SearchService

_ARTICLES = 100_000


def measure(folder: Path, paths: Sequence[str], rounds: int) -> list[float]:
    """Milliseconds of each, in their order."""
    service = SearchService(WhooshEngine(folder), Analyzer(), replace(Settings(), index_dir=folder), date.today)
    make_ready(service)
    app = create_app(service.settings, lambda: service)
    taken = [list(_ask_all(app, paths)) for _ in range(rounds)]
    return [min(each) for each in zip(*taken, strict=True)]


def _ask_all(app: Flask, paths: Sequence[str]) -> Iterator[float]:
    for path in paths:
        environ = create_environ(path, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        began = time.thread_time()
        b"".join(app.wsgi_app(environ, lambda *_: lambda _: None))
        yield (time.thread_time() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.cost", description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "bench-http", help="corpus and index")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    work = options.out / "work"
    work.mkdir(parents=True, exist_ok=True)
    corpus = corpora.made_corpus(work, _ARTICLES)
    folder = prepare_index(BroadsheetPeer(), corpus, work)
    queries = queries_in_turn(corpus)
    for kind in KINDS:
        taken = np.array(measure(folder, [Broadsheet().ask(query, kind).path for query in queries], options.rounds))
        for place, name in enumerate(CLASSES):
            print(f"{kind:<9} {name:<9} {_tell(taken[place :: len(CLASSES)])}", flush=True)
        print(f"{kind:<9} all       {_tell(taken)}", flush=True)


def _tell(taken: Any) -> str:  # noqa: ANN401 an array
    return (
        f"mean {taken.mean():6.2f} ms  99th percentile {np.percentile(taken, 99):6.2f} ms  worst {taken.max():6.2f} ms"
    )


if __name__ == "__main__":
    main()
