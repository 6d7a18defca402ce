"""How many articles a second go into an index: writers fed with ready articles, and whole programs that read files.

Each measurement runs in a process of its own, ours and tantivy's in turn, twice; the better of the two counts, since
nothing but the machine can make a run slower than the program is. A large corpus is indexed once, and stays for the
other parts.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.speed.articles import Corpus
from benchmarks.speed.corpora import made_corpus
from benchmarks.speed.indexes import keep_index
from benchmarks.speed.limits import LARGE, SMALL
from benchmarks.speed.processes import Ran, run_child, run_watched
from benchmarks.speed.results import IndexingResult, Rate

REPEATS: Final = 2
#: Who is run twice.
_COMPARED: Final = ("Broadsheet", "tantivy")
_COMMAND: Final = ("-c", "from searchapp.cli import main; main()", "index")
_BESIDE: Final = "benchmarks.speed.tantivy_program"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of indexing: who, what (`writer` or `command`), with how many threads or processes."""

    engine: str
    task: str
    workers: int


def ways_to_index(articles: int) -> Iterator[Way]:
    """In the order in which they are run: those that are compared stand side by side, one after the other."""
    if articles > LARGE:
        yield Way("Broadsheet", "command", 2)
        yield Way("tantivy", "command", 2)
        return
    for task in ("writer", "command"):
        for workers in (1, 2):
            yield Way("Broadsheet", task, workers)
            yield Way("tantivy", task, workers)
    yield Way("SQLite FTS5", "command", 1)
    if articles <= SMALL:
        yield Way("stock Whoosh", "command", 1)
        yield Way("bm25s", "command", 1)


def index_corpus(corpus: Corpus, work: Path) -> IndexingResult:
    best: dict[Way, Rate] = {}
    for number in range(REPEATS):
        for way in ways_to_index(corpus.articles):
            if number and (corpus.articles > LARGE or way.engine not in _COMPARED):
                continue
            rate = measure_way(way, corpus, work)
            if way not in best or rate.took_s < best[way].took_s:
                best[way] = rate
            print(
                f"{corpus.name}: {way.engine}, {way.task}, {way.workers}: {rate.articles_per_s:,.0f} articles/s, "
                f"of processors {rate.cpu_s:.1f} s, peak {rate.peak_mb:,.0f} MB, "
                f"without files {rate.peak_own_mb:,.0f} MB",
                flush=True,
            )
    return IndexingResult(corpus.name, corpus.articles, tuple(best.values()))


def prime_kernels(work: Path) -> None:
    """Kernels are compiled once for a version; nobody's first run is to be measured."""
    folder = work / "priming"
    shutil.rmtree(folder, ignore_errors=True)
    corpus = made_corpus(folder, 300)
    _run(Way("Broadsheet", "command", 1), corpus, folder / "index")
    _run(Way("Broadsheet", "command", 2), corpus, folder / "index")
    shutil.rmtree(folder)


def measure_way(way: Way, corpus: Corpus, work: Path) -> Rate:
    """The index is thrown away, but a large one is kept to be searched."""
    folder = work / "indexing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ran = _run(way, corpus, folder / "index")
    if corpus.articles > LARGE:
        keep_index(way.engine, corpus, work, folder / "index")
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
