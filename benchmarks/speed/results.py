"""What was measured, on disk: a JSON file a part and corpus, so that a bench can be run in parts and reported whole."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.speed.timing import Timing

PROJECT: Final = Path(__file__).resolve().parents[2]
_MEASURED: Final = ("whoosh3", "tantivy", "bm25s", "numba", "numpy")


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured. `load` is the machine's own load average when the part began."""

    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    versions: tuple[str, ...]
    revision: str
    began_at: str
    load: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`top_ten` is the answer alone, `whole_page` with ten titles and snippets. `snippets` counts those of a page."""

    corpus: str
    articles: int
    top_ten: tuple[Timing, ...]
    whole_page: tuple[Timing, ...]
    uncounted: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Articles a second of one way of indexing. `engine` is who, `task` is `writer` (ready articles to a searchable
    commit) or `command` (a process that reads JSON Lines), `workers` its threads or processes. `cpu_s` is
    processor time, which a busy machine changes less. `peak_own_mb` is the peak of memory without pages of files."""

    engine: str
    task: str
    workers: int
    articles: int
    took_s: float
    cpu_s: float
    peak_mb: float
    peak_own_mb: float

    @property
    def articles_per_s(self) -> float:
        return self.articles / self.took_s if self.took_s else 0.0


@dataclass(frozen=True, slots=True)
class IndexingResult:
    corpus: str
    articles: int
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class CommitCost:
    """Commits of one article each, in milliseconds; `fsync_ms` is the median of syncs between them, of 4 KB."""

    engine: str
    commits: int
    median_ms: float
    p95_ms: float
    worst_ms: float
    fsync_ms: float
    fsyncs: float


@dataclass(frozen=True, slots=True)
class CommitResult:
    corpus: str
    articles: int
    costs: tuple[CommitCost, ...]


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A part of Broadsheet's index; `alike` where tantivy's has the same."""

    part: str
    size_bytes: int
    alike: bool


@dataclass(frozen=True, slots=True)
class SizeResult:
    """`alike` counts id, title, body, date and positions on both sides, 0 where it was not measured; `whole` is
    everything of the ordinary index."""

    corpus: str
    articles: int
    text_bytes: int
    alike_bytes: int
    tantivy_alike_bytes: int
    whole_bytes: int
    tantivy_whole_bytes: int
    lines: tuple[SizeLine, ...]


@dataclass(frozen=True, slots=True)
class MemoryResult:
    """Of a process that has searched, in MB: `own_mb` is private and no file's, of which `before_mb` were there before
    the index was opened; `mapped_mb` are pages of files."""

    corpus: str
    articles: int
    engine: str
    before_mb: float
    own_mb: float
    mapped_mb: float


@dataclass(frozen=True, slots=True)
class ReadingRate:
    """`reader` is who, `what` it reads (pages, records), `processes` how many were at work."""

    reader: str
    what: str
    processes: int
    read: int
    took_s: float

    @property
    def per_s(self) -> float:
        return self.read / self.took_s if self.took_s else 0.0


@dataclass(frozen=True, slots=True)
class ReadingMemory:
    """The most that one process held while it read a file of `size_mb` in this form, its libraries included."""

    form: str
    size_mb: int
    read: int
    took_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class ReadingResult:
    corpus: str
    articles: int
    rates: tuple[ReadingRate, ...]
    memory: tuple[ReadingMemory, ...]


Result = SearchResult | IndexingResult | CommitResult | SizeResult | ReadingResult | tuple[MemoryResult, ...]


def save_result(out: Path, part: str, corpus: str, result: Result, machine: Machine) -> None:
    out.mkdir(parents=True, exist_ok=True)
    content = orjson.dumps({"machine": machine, "result": result}, option=orjson.OPT_INDENT_2)
    (out / f"{part}-{corpus}.json").write_bytes(content + b"\n")


def load_results(out: Path, part: str) -> list[tuple[Machine, Any]]:
    """Of every corpus that the part was measured over, the smallest first; results as plain JSON."""
    found = [orjson.loads(path.read_bytes()) for path in sorted(out.glob(f"{part}-*.json"))]
    found.sort(key=_articles_of)
    return [(_read_machine(each["machine"]), each["result"]) for each in found]


def read_timings(timings: Iterable[dict[str, Any]]) -> tuple[Timing, ...]:
    return tuple(Timing(**each) for each in timings)


def read_rates(rates: Iterable[dict[str, Any]]) -> tuple[Rate, ...]:
    return tuple(Rate(**each) for each in rates)


def describe_machine() -> Machine:
    processor = platform.processor()
    for line in _read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        processor=processor,
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(memory / 2**30),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        versions=(*(f"{name} {_version(name)}" for name in _MEASURED), f"SQLite {sqlite3.sqlite_version}"),
        revision=_revision(),
        began_at=datetime.now(UTC).isoformat(timespec="seconds"),
        load=round(os.getloadavg()[0], 2),
    )


def _articles_of(found: dict[str, Any]) -> int:
    result = found["result"]
    return int((result[0] if isinstance(result, list) else result)["articles"])


def _read_machine(plain: dict[str, Any]) -> Machine:
    return Machine(**{**plain, "versions": tuple(plain["versions"])})


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "missing"


def _revision() -> str:
    run = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(run, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
