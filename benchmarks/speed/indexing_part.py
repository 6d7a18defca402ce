"""How many articles a second go into an index: writers fed with ready articles, and whole programs that read files.

Each measurement runs in a process of its own, ours and tantivy's in turn, twice; the better of the two counts, since
nothing but the machine can make a run slower than the program is.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.processes import Ran, run_child, run_watched
from benchmarks.speed.results import IndexingResult, Rate
from benchmarks.speed.search_part import SMALL

REPEATS: Final = 2
#: Above so many articles only programs are run, and once: a writer's ready articles would not fit into memory.
LARGE: Final = 200_000
_COMMAND: Final = ("-c", "from searchapp.cli import main; main()", "index")
_BESIDE: Final = "benchmarks.speed.tantivy_program"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of indexing: who, what (`writer` or `command`), with how many threads or processes."""

    engine: str
    task: str
    workers: int


def ways_to_index(articles: int) -> Iterator[Way]:
    """In the order in which they are run: those that are compared stand side by side."""
    for task in ("writer", "command") if articles <= LARGE else ("command",):
        for workers in (1, 2):
            yield Way("Broadsheet", task, workers)
            yield Way("tantivy", task, workers)
    if articles <= LARGE:
        yield Way("SQLite FTS5", "command", 1)
    if articles <= SMALL:
        yield Way("stock Whoosh", "command", 1)
        yield Way("bm25s", "command", 1)


def index_corpus(corpus: Corpus, work: Path) -> IndexingResult:
    best: dict[Way, Rate] = {}
    for _ in range(REPEATS if corpus.articles <= LARGE else 1):
        for way in ways_to_index(corpus.articles):
            rate = measure_way(way, corpus, work / "indexing")
            if way not in best or rate.took_s < best[way].took_s:
                best[way] = rate
            print(
                f"{corpus.name}: {way.engine}, {way.task}, {way.workers}: {rate.articles_per_s:,.0f} articles/s, ",
                end="",
            )
            print(f"peak {rate.peak_mb:,.0f} MB, without files {rate.peak_own_mb:,.0f} MB", flush=True)
    return IndexingResult(corpus.name, corpus.articles, tuple(best.values()))


def measure_way(way: Way, corpus: Corpus, folder: Path) -> Rate:
    """`folder` is wiped before and after."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ran = _run(way, corpus, folder / "index")
    shutil.rmtree(folder, ignore_errors=True)
    took_s, cpu_s = (ran.said["took_s"], ran.said["cpu_s"]) if way.task == "writer" else (ran.took_s, ran.cpu_s)
    return Rate(way.engine, way.task, way.workers, corpus.articles, took_s, cpu_s, ran.peak_mb, ran.peak_own_mb)


def _run(way: Way, corpus: Corpus, index: Path) -> Ran:
    options = {"path": str(corpus.path), "folder": str(index)}
    match way.engine, way.task:
        case "Broadsheet", "command":
            workers = ("--workers", str(way.workers))
            return run_watched([sys.executable, *_COMMAND, str(corpus.path), "--index-dir", str(index), *workers])
        case "Broadsheet", _:
            return run_child("write-broadsheet", {**options, "articles": corpus.articles, "workers": way.workers})
        case "tantivy", "command":
            return run_watched([sys.executable, "-m", _BESIDE, str(corpus.path), str(index), str(way.workers)])
        case "tantivy", _:
            return run_child("write-tantivy", {**options, "articles": corpus.articles, "threads": way.workers})
        case _:
            return run_child("build-other", {**options, "engine": way.engine, "articles": corpus.articles})
