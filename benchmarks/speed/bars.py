"""The bars that Broadsheet is to clear, as ratios to tantivy in the same run, and whether it does.

A figure that was not measured gives no bar. Bars of searching count every class that tantivy and Broadsheet both have;
a class that Broadsheet cannot answer misses its bar.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.speed.results import read_rates, read_timings
from benchmarks.speed.timing import Timing, ratios

OURS: Final = "Broadsheet"
THEIRS: Final = "tantivy"
_FAST_MS: Final = 0.1
_MOST_FAST_MS: Final = 0.15
_MOST_RATIO: Final = 2.0
_SNIPPET_MS: Final = 0.05
_OR_CLASSES: Final = ("OR of 2", "OR of 3", "headline")


@dataclass(frozen=True, slots=True)
class Bar:
    """`wanted` and `found` are for people."""

    what: str
    corpus: str
    wanted: str
    found: str
    is_met: bool


def geometric_mean(values: Iterable[float]) -> float:
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def search_bars(result: Mapping[str, Any]) -> Iterator[Bar]:
    corpus, uncounted = result["corpus"], set(result["uncounted"])
    top_ten = [each for each in read_timings(result["top_ten"]) if each.query_class not in uncounted]
    pages = [each for each in read_timings(result["whole_page"]) if each.query_class not in uncounted]
    missing = [each.query_class for each in top_ten if each.engine == OURS and each.cannot]
    found = ratios(top_ten, OURS, THEIRS)
    if found:
        mean = geometric_mean(found.values())
        lacking = f"; not answered: {', '.join(missing)}" if missing else ""
        yield Bar(
            "top ten, geometric mean over classes",
            corpus,
            "at most 1.0",
            f"{mean:.2f}{lacking}",
            mean <= 1 and not missing,
        )
        slow = slow_classes(top_ten)
        yield Bar(
            "top ten, each class",
            corpus,
            f"at most {_MOST_RATIO}, or {_MOST_FAST_MS} ms where tantivy takes under {_FAST_MS} ms",
            "; ".join(slow) or f"worst {max(found.values()):.2f}",
            not slow and not missing,
        )
    paged = ratios(pages, OURS, THEIRS)
    if paged:
        mean = geometric_mean(paged.values())
        yield Bar("whole page, geometric mean over classes", corpus, "at most 1.0", f"{mean:.2f}", mean <= 1)
        snippet_ms = snippet_cost_ms(top_ten, pages)
        yield Bar(
            "a snippet, with its article",
            corpus,
            f"at most {_SNIPPET_MS} ms",
            f"{snippet_ms:.3f} ms",
            snippet_ms <= _SNIPPET_MS,
        )


def slow_classes(timings: Sequence[Timing]) -> list[str]:
    """Classes over their bar, with the figures."""
    ours = {each.query_class: each.median_ms for each in timings if each.engine == OURS and not each.cannot}
    slow = []
    for each in timings:
        took = ours.get(each.query_class)
        if each.engine != THEIRS or each.cannot or took is None:
            continue
        if each.median_ms >= _FAST_MS:
            if took > _MOST_RATIO * each.median_ms:
                slow.append(f"{each.query_class} {took / each.median_ms:.1f}")
        elif took > _MOST_FAST_MS:
            slow.append(f"{each.query_class} {took:.2f} ms")
    return slow


def snippet_cost_ms(top_ten: Sequence[Timing], pages: Sequence[Timing]) -> float:
    """The median over classes with ten hits and more of what a page takes beyond its answer, for one hit."""
    answers = {each.query_class: each for each in top_ten if each.engine == OURS and not each.cannot}
    costs = sorted(
        (page.median_ms - answers[page.query_class].median_ms) / 10
        for page in pages
        if page.engine == OURS and not page.cannot and answers[page.query_class].matched >= 10
    )
    return costs[len(costs) // 2] if costs else math.nan


def indexing_bars(result: Mapping[str, Any]) -> Iterator[Bar]:
    rates = {(each.engine, each.task, each.workers): each for each in read_rates(result["rates"])}
    for task, least, words in (("writer", 1.0, "writer fed with articles"), ("command", 0.7, "broadsheet index FILE")):
        for workers in (1, 2):
            ours, theirs = rates.get((OURS, task, workers)), rates.get((THEIRS, task, workers))
            if ours and theirs:
                ratio = ours.articles_per_s / theirs.articles_per_s
                yield Bar(
                    f"articles a second, {words}, {workers} against {workers}",
                    result["corpus"],
                    f"at least {least}",
                    f"{ratio:.2f} ({ours.articles_per_s:,.0f} against {theirs.articles_per_s:,.0f})",
                    ratio >= least,
                )
    if result["articles"] >= 1_000_000:
        for workers in (1, 2):
            if ours := rates.get((OURS, "command", workers)):
                yield Bar(
                    f"peak memory while indexing, {workers} at work",
                    result["corpus"],
                    "at most 1,000 MB",
                    f"{ours.peak_mb:,.0f} MB ({ours.peak_own_mb:,.0f} without pages of files)",
                    ours.peak_mb <= 1000,
                )


def commit_bars(results: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    found = {result["articles"]: cost for result in results for cost in result["costs"] if cost["engine"] == OURS}
    names = {result["articles"]: result["corpus"] for result in results}
    smaller = found.get(100_000)
    if smaller:
        is_met = smaller["median_ms"] <= 20 or smaller["fsyncs"] <= 6
        figure = f"{smaller['median_ms']:.1f} ms, {smaller['fsyncs']:.1f} syncs of {smaller['fsync_ms']:.2f} ms"
        yield Bar("durable commit of one article", names[100_000], "at most 20 ms or 6 syncs", figure, is_met)
    larger = found.get(1_000_000)
    if smaller and larger:
        ratio = larger["median_ms"] / smaller["median_ms"]
        wanted = "no slower than at 100,000 (1.1 for noise)"
        yield Bar("durable commit of one article", names[1_000_000], wanted, f"{ratio:.2f} times", ratio <= 1.1)


def size_bars(result: Mapping[str, Any]) -> Iterator[Bar]:
    for what, ours, theirs, most in (
        ("index size, id, title, body, date and positions", "alike_bytes", "tantivy_alike_bytes", 0.8),
        ("index size, the whole", "whole_bytes", "tantivy_whole_bytes", 1.1),
    ):
        if result[theirs]:
            ratio = result[ours] / result[theirs]
            yield Bar(what, result["corpus"], f"at most {most}", f"{ratio:.2f}", ratio <= most)


def memory_bars(results: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    for each in results:
        if each["engine"] == OURS:
            figure = f"{each['own_mb']:.0f} MB ({each['before_mb']:.0f} of it before the index was opened)"
            yield Bar(
                "memory of its own while searching", each["corpus"], "at most 100 MB", figure, each["own_mb"] <= 100
            )


def growth_bars(results: Sequence[Mapping[str, Any]]) -> Iterator[Bar]:
    """From 10,000 made articles to 1,000,000."""
    known = {
        result["articles"]: {
            each.query_class: each.median_ms
            for each in read_timings(result["top_ten"])
            if each.engine == OURS and not each.cannot
        }
        for result in results
        if result["corpus"].startswith("made-")
    }
    small, large = known.get(10_000, {}), known.get(1_000_000, {})
    grown = {name: large[name] / small[name] for name in _OR_CLASSES if name in small and name in large}
    if grown:
        mean = geometric_mean(grown.values())
        each = ", ".join(f"{name} {factor:.1f}" for name, factor in grown.items())
        yield Bar(
            "growth of OR queries from 10,000 to 1,000,000", "made", "below 12 times", f"{mean:.1f} ({each})", mean < 12
        )
