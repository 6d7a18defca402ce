"""Results -> the tables of docs/performance.md, between its markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.speed.bars import (
    OURS,
    THEIRS,
    Bar,
    commit_bars,
    geometric_mean,
    growth_bars,
    indexing_bars,
    memory_bars,
    search_bars,
    size_bars,
)
from benchmarks.speed.results import Machine, load_results, read_rates, read_timings
from benchmarks.speed.timing import Timing, ratios

BEGIN: Final = "<!-- bench: what follows is written by `make bench` -->"
END: Final = "<!-- bench: end -->"
_PARTS: Final = ("search", "indexing", "commit", "size", "memory", "reading")

Found = Mapping[str, list[tuple[Machine, Any]]]


def load_all(out: Path) -> Found:
    return {part: load_results(out, part) for part in _PARTS}


def all_bars(found: Found) -> tuple[Bar, ...]:
    plain = {part: [result for _, result in results] for part, results in found.items()}
    bars: list[Bar] = []
    for result in plain["search"]:
        bars += search_bars(result)
    bars += growth_bars(plain["search"])
    for result in plain["indexing"]:
        bars += indexing_bars(result)
    bars += commit_bars(plain["commit"])
    for result in plain["size"]:
        bars += size_bars(result)
    for result in plain["memory"]:
        bars += memory_bars(result)
    return tuple(bars)


def fill_page(found: Found, page: Path, picture: str) -> None:
    """Put the report between the markers of `page`. Raises ValueError where it has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no line {BEGIN!r} and {END!r} behind it")
    report = "\n".join(make_report(found, picture))
    page.write_text(f"{before}{BEGIN}\n\n{report}\n{END}{after}", encoding="utf-8")


def make_report(found: Found, picture: str) -> Iterator[str]:
    """Lines of Markdown."""
    yield from _describe(found)
    bars = all_bars(found)
    yield from ("## Bars", "", *bar_table(bars), "")
    if found["search"]:
        yield from (f"![Median time of the top ten by class and engine]({picture})", "")
    for _, result in found["search"]:
        title = f"{result['corpus']}, {result['articles']:,} articles"
        uncounted = frozenset(result["uncounted"])
        yield from (f"## Top ten: {title}", "", *timing_table(read_timings(result["top_ten"]), uncounted), "")
        if result["left_out"]:
            yield from (f"Left out of the queries: {', '.join(result['left_out'])}.", "")
        if result["whole_page"]:
            yield from (f"## Whole page: {title}", "", *timing_table(read_timings(result["whole_page"]), uncounted), "")
    if found["indexing"]:
        yield from ("## Indexing", "", *indexing_table([result for _, result in found["indexing"]]), "")
    if found["commit"]:
        yield from ("## Commit of one article", "", *commit_table([result for _, result in found["commit"]]), "")
    if found["size"]:
        yield from ("## Size", "", *size_table([result for _, result in found["size"]]), "")
    if found["memory"]:
        yield from ("## Memory while searching", "", *memory_table([result for _, result in found["memory"]]), "")

    for _, result in found["reading"]:
        yield from ("## Reading", "", *reading_table(result), "", *reading_memory_table(result), "")


def bar_table(bars: Sequence[Bar]) -> Iterator[str]:
    yield from _table(
        ("what", "over", "wanted", "found", ""),
        ((bar.what, bar.corpus, bar.wanted, bar.found, "met" if bar.is_met else "**missed**") for bar in bars),
    )


def timing_table(timings: Sequence[Timing], uncounted: frozenset[str]) -> Iterator[str]:
    """Milliseconds, median and 95th percentile; the number of articles that Broadsheet and tantivy found."""
    engines = list(dict.fromkeys(each.engine for each in timings))
    cells = {(each.engine, each.query_class): each for each in timings}
    found = ratios(timings, OURS, THEIRS)
    names = list(dict.fromkeys(each.query_class for each in timings))
    rows = [
        (
            f"{name} (not counted)" if name in uncounted else name,
            *(_timing_cell(cells[engine, name]) for engine in engines),
            f"{found[name]:.2f}" if name in found else "",
            f"{cells[OURS, name].matched:,.0f} / {cells[THEIRS, name].matched:,.0f}",
        )
        for name in names
    ]
    counted = [found[name] for name in names if name in found and name not in uncounted]
    if counted:
        rows.append(("**geometric mean**", *("" for _ in engines), f"**{geometric_mean(counted):.2f}**", ""))
    yield from _table(("class", *engines, "ratio to tantivy", "found"), rows)


def indexing_table(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _table(
        (
            "corpus",
            "engine",
            "what",
            "at work",
            "articles/s",
            "took s",
            "of processors s",
            "peak MB",
            "without files MB",
        ),
        (
            (
                result["corpus"],
                rate.engine,
                rate.task,
                str(rate.workers),
                f"{rate.articles_per_s:,.0f}",
                f"{rate.took_s:.1f}",
                f"{rate.cpu_s:.1f}",
                f"{rate.peak_mb:,.0f}",
                f"{rate.peak_own_mb:,.0f}",
            )
            for result in results
            for rate in read_rates(result["rates"])
        ),
    )


def commit_table(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _table(
        ("index", "engine", "median ms", "95th percentile", "worst", "a sync, ms", "in syncs"),
        (
            (
                result["corpus"],
                cost["engine"],
                *(f"{cost[name]:.1f}" for name in ("median_ms", "p95_ms", "worst_ms")),
                f"{cost['fsync_ms']:.2f}",
                f"{cost['fsyncs']:.1f}",
            )
            for result in results
            for cost in result["costs"]
        ),
    )


def size_table(results: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """MB; the last rows are the parts of Broadsheet's index."""
    rows = [
        ("JSON Lines", *(f"{each['text_bytes'] / 1e6:.1f}" for each in results)),
        ("alike: Broadsheet", *(f"{each['alike_bytes'] / 1e6:.1f}" for each in results)),
        ("alike: tantivy", *(f"{each['tantivy_alike_bytes'] / 1e6:.1f}" for each in results)),
        ("whole: Broadsheet", *(f"{each['whole_bytes'] / 1e6:.1f}" for each in results)),
        ("whole: tantivy", *(f"{each['tantivy_whole_bytes'] / 1e6:.1f}" for each in results)),
    ]
    parts = dict.fromkeys(line["part"] for each in results for line in each["lines"])
    for part in parts:
        sizes = [{line["part"]: line["size_bytes"] for line in each["lines"]} for each in results]
        rows.append((f"of it {part}", *(f"{each.get(part, 0) / 1e6:.1f}" for each in sizes)))
    yield from _table(("MB", *(each["corpus"] for each in results)), rows)


def memory_table(results: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    yield from _table(
        ("index", "engine", "own MB", "before the index was opened", "pages of files in memory"),
        (
            (each["corpus"], each["engine"], *(f"{each[name]:.0f}" for name in ("own_mb", "before_mb", "mapped_mb")))
            for result in results
            for each in result
        ),
    )


def reading_table(result: Mapping[str, Any]) -> Iterator[str]:
    """Each reader beside the first one that read the same, which is somebody else's."""
    firsts: dict[str, float] = {}
    rows = []
    for rate in result["rates"]:
        per_s = rate["read"] / rate["took_s"]
        first = firsts.setdefault(rate["what"], per_s)
        rows.append((rate["what"], rate["reader"], str(rate["processes"]), f"{per_s:,.0f}", f"{per_s / first:.2f}"))
    yield from _table(("what", "reader", "at work", "a second", "of the first"), rows)


def reading_memory_table(result: Mapping[str, Any]) -> Iterator[str]:
    yield from _table(
        ("form", "file, MB", "articles", "s", "peak MB"),
        (
            (
                each["form"],
                f"{each['size_mb']:,}",
                f"{each['read']:,}",
                f"{each['took_s']:.0f}",
                f"{each['peak_mb']:.0f}",
            )
            for each in result["memory"]
        ),
    )


def _describe(found: Found) -> Iterator[str]:
    machines = [machine for results in found.values() for machine, _ in results]
    if not machines:
        yield from ("Nothing has been measured.", "")
        return
    latest = max(machines, key=lambda each: each.began_at)
    revisions = ", ".join(sorted({each.revision for each in machines}))
    loads = max(each.load for each in machines)
    where = f"{latest.processor}, {latest.cores} cores, {latest.memory_gb} GB, {latest.system}, Python {latest.python}"
    with_what = f"{', '.join(latest.versions)}; revision {revisions}, {latest.began_at[:10]}"
    yield from (f"{where}; {with_what}. Load of the machine when a part began: at most {loads}.", "")


def _timing_cell(timing: Timing) -> str:
    if timing.cannot:
        return timing.cannot
    return f"{timing.median_ms:.3f} · {timing.p95_ms:.3f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
