"""Serve and index at once for a while: are memory, files and threads flat, and does any request fail?

    python -m benchmarks.load.soak --minutes 30        (make soak)

Two workers serve made articles and are asked by wrk without a pause, the page and the endpoint by turns; every minute
`broadsheet index` brings a small file of which some articles have changed. Looked at every five seconds: memory of the
server's processes that is no file's (proportional set size), open files, threads. The first fifth of the time warms up;
what is compared are the medians of the fifth after it and of the last.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.asking import Asked, CannotMeasureError, Taken, ask_for_a_time, find_wrk, write_requests
from benchmarks.load.queries import queries_in_turn
from benchmarks.load.services import Broadsheet, broadsheet_command, fetch, find_port, start_server
from benchmarks.speed.articles import Corpus
from benchmarks.speed.corpora import made_corpus
from benchmarks.speed.processes import Weight, weigh_tree
from benchmarks.speed.results import PROJECT

_CONNECTIONS: Final = 8
_LOOK_EVERY_S: Final = 5.0
_INDEX_EVERY_S: Final = 60.0
_CHANGED: Final = 200
_MOST_GROWTH: Final = 0.05


@dataclass(frozen=True, slots=True)
class Growth:
    what: str
    before: float
    after: float

    @property
    def is_flat(self) -> bool:
        return self.after <= self.before * (1 + _MOST_GROWTH)


class Watch(threading.Thread):
    """Looks until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.looks: list[Weight] = []

    def run(self) -> None:
        while not self._ended.wait(_LOOK_EVERY_S):
            self.looks.append(weigh_tree(self._pid))

    def stop(self) -> None:
        self._ended.set()
        self.join()


class Indexing(threading.Thread):
    """Brings a file every minute; `failures` are what the command said where it failed."""

    def __init__(self, folder: Path, index: Path, articles: Sequence[bytes]) -> None:
        super().__init__(daemon=True)
        self._path = folder / "changed.jsonl"
        self._index = index
        self._articles = articles
        self._ended = threading.Event()
        self.runs = 0
        self.failures: list[str] = []

    def run(self) -> None:
        while not self._ended.wait(_INDEX_EVERY_S):
            self.runs += 1
            self._path.write_bytes(b"".join(change(line, self.runs) for line in self._articles))
            done = subprocess.run(
                broadsheet_command("index", self._path, "--index-dir", self._index),
                cwd=PROJECT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                self.failures.append(done.stderr[-500:])

    def stop(self) -> None:
        self._ended.set()
        self.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "soak")
    given = parser.parse_args()
    try:
        find_wrk()
    except CannotMeasureError as error:
        sys.exit(str(error))
    given.out.mkdir(parents=True, exist_ok=True)
    sys.exit(soak(made_corpus(given.out, given.articles), given.out, given.minutes * 60))


def soak(corpus: Corpus, out: Path, seconds: float) -> int:
    """1 where something failed or grew."""
    queries = queries_in_turn(corpus)
    service = Broadsheet()
    requests = out / "soak.requests"
    write_requests(requests, [service.ask(query, kind) for query in queries for kind in ("endpoint", "page")])
    with corpus.path.open("rb") as file:
        changed = [line for line, _ in zip(file, range(_CHANGED), strict=False)]
    with tempfile.TemporaryDirectory(dir=out) as folder:
        index, port = Path(folder) / "index", find_port()
        subprocess.run(
            broadsheet_command("index", corpus.path, "--index-dir", index), cwd=PROJECT, check=True, capture_output=True
        )
        command = broadsheet_command("serve", "--index-dir", index, "--port", port, "--workers", 2)
        with start_server(command, out / "soak.log", f"http://127.0.0.1:{port}", "/readyz") as (server, url):
            watch, indexing = Watch(server.pid), Indexing(Path(folder), index, changed)
            watch.start()
            indexing.start()
            taken = [ask_for_a_time(url, requests, _CONNECTIONS, round(seconds))]
            indexing.stop()
            watch.stop()
            generation = orjson.loads(fetch(url, Asked("/readyz")))["index_generation"]
    return report(out, taken, watch.looks, indexing, generation)


def report(out: Path, taken: Sequence[Taken], looks: Sequence[Weight], indexing: Indexing, generation: object) -> int:
    grown = compare(looks)
    (out / "soak.json").write_bytes(orjson.dumps({"taken": taken, "looks": looks, "grown": grown}))
    refused, failed = sum(each.refused for each in taken), sum(each.failed for each in taken)
    requests, seconds = sum(each.requests for each in taken), sum(each.seconds for each in taken)
    print(f"{requests:,} requests in {seconds:,.0f} s, {refused} refused, {failed} failed")
    print(f"{indexing.runs} times indexed, {len(indexing.failures)} failed; generation {generation} at the end")
    for failure in indexing.failures:
        print(failure)
    for each in grown:
        print(f"{each.what}: {each.before:,.0f}, then {each.after:,.0f}: {'flat' if each.is_flat else 'GROWN'}")
    return int(bool(refused or failed or indexing.failures or not all(each.is_flat for each in grown)))


def compare(looks: Sequence[Weight]) -> tuple[Growth, ...]:
    """The second fifth of the looks and the last. Raises ValueError where there are fewer than five."""
    fifth = len(looks) // 5
    if not fifth:
        raise ValueError(f"{len(looks)} looks are too few to compare; soak for longer")
    early, late = looks[fifth : 2 * fifth], looks[-fifth:]
    return tuple(
        Growth(
            what,
            statistics.median(getattr(each, name) for each in early),
            statistics.median(getattr(each, name) for each in late),
        )
        for what, name in (("memory, MB", "own_mb"), ("open files", "files"), ("threads", "threads"))
    )


def change(line: bytes, number: int) -> bytes:
    """The same article with a sentence more, another one each time."""
    article = orjson.loads(line)
    article["body"] += f"\n\nCorrected for the {number}. time."
    return orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    main()
