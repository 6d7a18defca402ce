"""What was measured, on disk and as a table: requests a second, times, ratios and the bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.load.asking import Taken
from benchmarks.speed.results import Machine

BEGIN: Final = "<!-- bench-http: what follows is written by `make bench-http` -->"
END: Final = "<!-- bench-http: to here -->"
OURS: Final = "Broadsheet"
THEIRS: Final = "OpenSearch"
_LEAST_FASTER: Final = 4.0
_MOST_OF_P99: Final = 0.25
_HEAD: Final = (
    "| service | asked for | connections | requests/s | median, ms | 99th percentile, ms | worst | refused | found |",
    "|---|---|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """`found` is the median of the totals of some answers that were read before, `hits` and `marked` their mean."""

    service: str
    kind: str
    connections: int
    taken: Taken
    found: int
    hits: float
    marked: float


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was measured at one go."""

    command: str
    corpus: str
    articles: int
    queries: int
    seconds: int
    machine: Machine
    versions: tuple[str, ...]
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """Ours by theirs. `faster` is of requests a second, `of_p99` of the 99th percentile."""

    kind: str
    connections: int
    faster: float
    of_p99: float

    @property
    def is_faster(self) -> bool:
        return self.faster >= _LEAST_FASTER

    @property
    def is_steadier(self) -> bool:
        return self.of_p99 <= _MOST_OF_P99


def bars_of(measured: Sequence[Measured]) -> Iterator[Bar]:
    theirs = {(each.kind, each.connections): each.taken for each in measured if each.service == THEIRS}
    for each in measured:
        other = theirs.get((each.kind, each.connections))
        if each.service == OURS and other is not None:
            faster = each.taken.per_s / other.per_s
            yield Bar(each.kind, each.connections, faster, each.taken.p99_ms / other.p99_ms)


def save_run(path: Path, run: Run) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(asdict(run), option=orjson.OPT_INDENT_2) + b"\n")


def make_report(run: Run) -> Iterator[str]:
    """Lines of Markdown."""
    machine = run.machine
    yield f"    {run.command}"
    yield ""
    yield (
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB, {machine.system}, "
        f"Python {machine.python}; {', '.join(run.versions)}; revision {machine.revision}, {machine.began_at[:10]}. "
        f"Load of the machine when it began: {machine.load}. {run.articles:,} articles ({run.corpus}), "
        f"{run.queries:,} different queries, {run.seconds} s each."
    )
    yield ""
    yield from _HEAD
    for each in run.measured:
        taken = each.taken
        yield (
            f"| {each.service} | {each.kind} | {each.connections} | {taken.per_s:,.0f} | {taken.median_ms:.1f} "
            f"| {taken.p99_ms:.1f} | {taken.worst_ms:.1f} | {taken.refused + taken.failed} | {each.found:,} |"
        )
    yield ""
    yield f"| Broadsheet by {THEIRS} | connections | requests/s | wanted | | 99th percentile | wanted | |"
    yield "|---|---|---|---|---|---|---|---|"
    for bar in bars_of(run.measured):
        yield (
            f"| {bar.kind} | {bar.connections} | {bar.faster:.1f} times | at least {_LEAST_FASTER:g} "
            f"| {_say(met=bar.is_faster)} | {bar.of_p99:.2f} | at most {_MOST_OF_P99:g} | {_say(met=bar.is_steadier)} |"
        )
    yield ""


def fill_page(run: Run, page: Path) -> None:
    """Put the report between the markers of `page`. Raises ValueError where it has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no line {BEGIN!r} and {END!r} behind it")
    report = "\n".join(make_report(run))
    page.write_text(f"{before}{BEGIN}\n\n{report}\n{END}{after}", encoding="utf-8")


def _say(*, met: bool) -> str:
    return "met" if met else "**missed**"
