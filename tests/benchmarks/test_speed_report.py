"""Bars and report, from results made by hand."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.speed.bars import commit_bars, geometric_mean, growth_bars, indexing_bars, search_bars, size_bars
from benchmarks.speed.report import BEGIN, END, all_bars, fill_page, load_all, make_report
from benchmarks.speed.results import (
    CommitCost,
    CommitResult,
    IndexingResult,
    Machine,
    MemoryResult,
    Rate,
    ReadingMemory,
    ReadingRate,
    ReadingResult,
    SearchResult,
    SizeLine,
    SizeResult,
    save_result,
)
from benchmarks.speed.timing import Timing

MACHINE = Machine("a processor", 2, 8, "Linux", "3.11", ("tantivy 1",), "abc", "2026-01-01T00:00:00+00:00", 0.1)


def timed(ours_ms: dict[str, float], theirs_ms: dict[str, float]) -> tuple[Timing, ...]:
    return tuple(
        Timing(engine, name, 50, took_ms, took_ms * 2, 20.0, 5)
        for engine, took in (("Broadsheet", ours_ms), ("tantivy", theirs_ms))
        for name, took_ms in took.items()
    )


def searched(top_ten: tuple[Timing, ...], corpus: str = "made-10000", articles: int = 10_000) -> SearchResult:
    return SearchResult(corpus, articles, top_ten, (), (), ())


def met(bars) -> list[bool]:
    return [bar.is_met for bar in bars]


def test_geometric_mean_by_hand() -> None:
    assert geometric_mean([0.5, 2.0, 1.0, 1.0]) == pytest.approx(1.0)


def test_slow_class_is_named_though_the_mean_is_good() -> None:
    result = searched(timed({"AND": 0.5, "prefix": 0.2}, {"AND": 0.2, "prefix": 2.0}))
    mean, each = search_bars(asdict(result))
    assert (mean.is_met, each.is_met) == (True, False)
    assert each.found == "AND 2.5"


def test_below_a_tenth_of_a_millisecond_only_the_time_counts() -> None:
    fine = searched(timed({"rare term": 0.14}, {"rare term": 0.02}))
    slow = searched(timed({"rare term": 0.16}, {"rare term": 0.02}))
    assert met(search_bars(asdict(fine)))[1]
    assert not met(search_bars(asdict(slow)))[1]


def test_class_that_is_not_answered_misses_both_bars() -> None:
    timings = (*timed({"AND": 0.1}, {"AND": 0.2, "fuzzy": 1.0}), Timing("Broadsheet", "fuzzy", cannot="not yet"))
    assert met(search_bars(asdict(searched(timings)))) == [False, False]


def test_snippet_costs_a_tenth_of_what_a_page_takes_beyond_its_answer() -> None:
    result = SearchResult("x", 1, timed({"AND": 0.2}, {"AND": 0.2}), timed({"AND": 0.6}, {"AND": 0.7}), (), ())
    *_, page, snippet = search_bars(asdict(result))
    assert page.is_met
    assert (snippet.found, snippet.is_met) == ("0.040 ms", True)


def test_growth_needs_both_sizes() -> None:
    small = asdict(searched(timed({"OR of 2": 0.1, "OR of 3": 0.2}, {})))
    large = asdict(searched(timed({"OR of 2": 1.0, "OR of 3": 3.2}, {}), "made-1000000", 1_000_000))
    assert list(growth_bars([small])) == []
    (bar,) = growth_bars([small, large])
    assert bar.found.startswith("12.6")
    assert not bar.is_met


def test_indexing_is_compared_task_by_task() -> None:
    rates = (
        Rate("Broadsheet", "writer", 1, 1000, 1.0, 1.0, 10, 5),
        Rate("tantivy", "writer", 1, 1000, 1.1, 1.0, 10, 5),
        Rate("Broadsheet", "command", 2, 1000, 2.0, 1.0, 10, 5),
        Rate("tantivy", "command", 2, 1000, 1.0, 1.0, 10, 5),
        Rate("tantivy", "writer", 2, 1000, 1.0, 1.0, 10, 5),
    )
    assert met(indexing_bars(asdict(IndexingResult("x", 1000, rates)))) == [True, False]


def test_commit_may_take_long_where_syncs_do() -> None:
    slow_disk = CommitResult("made-100000", 100_000, (CommitCost("Broadsheet", 60, 50.0, 60.0, 70.0, 10.0, 5.0),))
    slow = CommitResult("made-100000", 100_000, (CommitCost("Broadsheet", 60, 50.0, 60.0, 70.0, 1.0, 50.0),))
    assert met(commit_bars([asdict(slow_disk)])) == [True]
    assert met(commit_bars([asdict(slow)])) == [False]


def test_report_has_every_part_and_leaves_the_page_around_it(tmp_path: Path) -> None:
    rates = (
        Rate("Broadsheet", "writer", 1, 1000, 1.0, 1.0, 10, 5),
        Rate("tantivy", "writer", 1, 1000, 1.0, 1.0, 10, 5),
    )
    cost = CommitCost("Broadsheet", 60, 5.0, 6.0, 7.0, 1.0, 5.0)
    reading = (ReadingRate("trafilatura alone", "pages", 1, 181, 10.0), ReadingRate("Broadsheet", "pages", 2, 181, 5.0))
    results = {
        "search": searched(timed({"AND": 0.1}, {"AND": 0.2})),
        "indexing": IndexingResult("made-10000", 10_000, rates),
        "commit": CommitResult("made-10000", 10_000, (cost,)),
        "size": SizeResult("made-10000", 10_000, 10, 8, 10, 11, 10, (SizeLine("ids", 8, alike=True),)),
        "memory": (MemoryResult("made-10000", 10_000, "Broadsheet", 50.0, 90.0, 10.0),),
        "reading": ReadingResult("pages", 181, reading, (ReadingMemory("csv", 2000, 10_000, 40.0, 123.0),)),
    }
    for part, result in results.items():
        save_result(tmp_path / "out", part, "made-10000", result, MACHINE)
    found = load_all(tmp_path / "out")
    assert len(all_bars(found)) == 6
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    fill_page(found, page, "picture.svg")
    written = page.read_text(encoding="utf-8")
    assert written.startswith("before\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "old" not in written
    assert "\n".join(make_report(found, "picture.svg")) in written
    for heading in ("## Bars", "## Top ten", "## Indexing", "## Commit", "## Size", "## Memory", "## Reading"):
        assert heading in written
    assert "| pages | Broadsheet | 2 | 36 | 2.00 |" in written
    assert "| csv | 2,000 | 10,000 | 40 | 123 |" in written


def test_page_without_markers_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="has no line"):
        fill_page({part: [] for part in ("search", "indexing", "commit", "size", "memory", "reading")}, page, "")
    assert page.read_text(encoding="utf-8") == "no markers"


def test_sizes_are_ratios() -> None:
    result = SizeResult("x", 1, 10, 9, 10, 11, 10, ())
    assert [(bar.found, bar.is_met) for bar in size_bars(asdict(result))] == [("0.90", False), ("1.10", True)]
