"""What runs in a process of its own: `python -m benchmarks.speed.children TASK OPTIONS`, where options are JSON.

Each task prints its figures as a line of JSON. Articles are ready in memory before the clock of a writer starts.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import tantivy

from benchmarks.speed.articles import BenchArticle, Corpus, read_corpus
from benchmarks.speed.peers import broadsheet_writing, tantivy_peer
from benchmarks.speed.processes import own_cpu_s, run_task
from benchmarks.speed.search_part import choose_peers
from benchmarks.speed.timing import percentile
from indexer.backends.port import Draft
from indexer.backends.whoosh_index import WhooshIndex
from indexer.settings import Settings

_FSYNC_BYTES: Final = 4096
_WARMING: Final = 300


def write_broadsheet(path: str, folder: str, articles: int, workers: int) -> Mapping[str, object]:
    """Ready articles to a committed, searchable index, by so many processes."""
    ready = list(islice(broadsheet_writing.read_ready_articles(Path(path)), articles))
    broadsheet_writing.write_articles(Path(folder + "-warm"), ready[:_WARMING], workers)  # loads the compiled kernels
    _settle()
    started, worked = perf_counter(), own_cpu_s()
    written = broadsheet_writing.write_articles(Path(folder), ready, workers)
    return {"took_s": perf_counter() - started, "cpu_s": own_cpu_s() - worked, "articles": written}


def write_tantivy(path: str, folder: str, articles: int, threads: int) -> Mapping[str, object]:
    ready = list(islice(_read(path), articles))
    _settle()
    started, worked = perf_counter(), own_cpu_s()
    tantivy_peer.write_articles(Path(folder), ready, threads)
    return {"took_s": perf_counter() - started, "cpu_s": own_cpu_s() - worked, "articles": len(ready)}


def build_other(engine: str, path: str, folder: str, articles: int) -> Mapping[str, object]:
    """Another engine from JSON Lines to its index, as the search bench builds it."""
    peer = next(peer for peer in choose_peers(0) if peer.name == engine)
    peer.build(Corpus("", Path(path), articles), Path(folder))
    return {}


def commit_broadsheet(folder: str, commits: int) -> Mapping[str, object]:
    """One article a commit into an index that is there, the writer open, a sync of 4 KB between them."""
    template = next(broadsheet_writing.read_ready_articles(Path(folder).parent / "template.jsonl")).article
    with WhooshIndex.open(Path(folder)).writer(Settings().writer_memory_mb) as writer:

        def commit(number: int) -> None:
            article = replace(template, external_id=f"late-{number}", title=f"Late news {number}")
            writer.write(Draft(article.id, article.content_hash, "late", article))
            writer.commit()

        return _time_commits(Path(folder), commit, commits)


def commit_tantivy(folder: str, commits: int) -> Mapping[str, object]:
    template = next(_read(str(Path(folder).parent / "template.jsonl")))
    writer = tantivy.Index(tantivy_peer.make_schema(), path=folder).writer(tantivy_peer.MEMORY_BYTES, 1)

    def commit(number: int) -> None:
        writer.add_document(tantivy_peer.make_document(replace(template, id=f"late-{number}", key=2**40 + number)))
        writer.commit()

    return _time_commits(Path(folder), commit, commits)


def _read(path: str) -> Iterator[BenchArticle]:
    return read_corpus(Corpus("", Path(path), 0))


def _settle() -> None:
    """What is there before the clock starts is nobody's garbage."""
    gc.collect()
    gc.freeze()


def _time_commits(folder: Path, commit: Callable[[int], None], commits: int) -> Mapping[str, object]:
    os.sync()  # what was written before, large indexes among it, does not wait in front of these commits
    commit(0)
    took_ms, sync_ms = [], []
    with (folder.parent / "synced").open("wb") as file:
        for number in range(1, commits + 1):
            started = perf_counter()
            commit(number)
            took_ms.append((perf_counter() - started) * 1000)
            file.write(os.urandom(_FSYNC_BYTES))
            file.flush()
            started = perf_counter()
            os.fsync(file.fileno())
            sync_ms.append((perf_counter() - started) * 1000)
    return {
        "median_ms": median(took_ms),
        "p95_ms": percentile(took_ms, 0.95),
        "worst_ms": max(took_ms),
        "fsync_ms": median(sync_ms),
    }


TASKS: Final[Mapping[str, Callable[..., Mapping[str, object]]]] = {
    "write-broadsheet": write_broadsheet,
    "write-tantivy": write_tantivy,
    "build-other": build_other,
    "commit-broadsheet": commit_broadsheet,
    "commit-tantivy": commit_tantivy,
}


if __name__ == "__main__":
    run_task(TASKS)
