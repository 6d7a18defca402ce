"""`python -m benchmarks.speed`: measure, part by part, and report. `make bench` runs all of it.

Every part that is measured replaces its own results under OUT; the report is of all that lies there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.speed import corpora
from benchmarks.speed.articles import Corpus
from benchmarks.speed.commit_part import measure_commits
from benchmarks.speed.indexing_part import index_corpus, prime_kernels
from benchmarks.speed.made_queries import make_classes, take_sample
from benchmarks.speed.memory_part import measure_memory
from benchmarks.speed.plot import draw_search
from benchmarks.speed.queries import QueryClass
from benchmarks.speed.query_files import read_query_file
from benchmarks.speed.reading_part import measure_reading
from benchmarks.speed.report import all_bars, fill_page, load_all, make_report
from benchmarks.speed.results import PROJECT, Machine, Result, describe_machine, save_result
from benchmarks.speed.search_part import search_corpus
from benchmarks.speed.size_part import measure_sizes
from benchmarks.speed.timing import ROUNDS

PARTS: Final = ("indexing", "search", "memory", "size", "commit", "reading")
#: Measured once, over the pages of the test data, and not over each corpus.
_ONCE: Final = "reading"
_PICTURE: Final = "performance.svg"
_SIZES: Final = "10000,100000,1000000"


def main() -> None:
    options = read_options(sys.argv[1:])
    machine = describe_machine()
    if _ONCE in options.parts:
        options.parts.remove(_ONCE)
        read_once(options, machine)
    if options.parts:
        prime_kernels(options.work)
    for corpus in choose_corpora(options) if options.parts else ():
        print(f"{corpus.name}: {corpus.articles:,} articles, {corpus.text_bytes / 1e6:,.0f} MB", flush=True)
        for part in options.parts:
            result = measure(part, corpus, options)
            save_result(options.out, part, corpus.name, result, machine)
    report(options)


def read_once(options: argparse.Namespace, machine: Machine) -> None:
    if (options.data / "pages").is_dir():
        save_result(options.out, _ONCE, "pages", measure_reading(options.data, options.work), machine)
    else:
        print(f"reading is left out: there is no {options.data / 'pages'}; say where with --data", file=sys.stderr)


def measure(part: str, corpus: Corpus, options: argparse.Namespace) -> Result:
    match part:
        case "indexing":
            return index_corpus(corpus, options.work)
        case "search":
            classes, left_out = choose_queries(corpus, options.queries)
            return search_corpus(corpus, classes, options.work, left_out, options.rounds)
        case "memory":
            return measure_memory(corpus, options.work)
        case "size":
            return measure_sizes(corpus, options.work)
        case _:
            return measure_commits(corpus, options.work)


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "bench", help="results, a JSON file each")
    parser.add_argument("--work", type=Path, help="corpora and indexes; may be removed  [default: OUT/work]")
    parser.add_argument("--data", type=Path, default=PROJECT.parent / "shared" / "data", help="news/ lies in it")
    parser.add_argument("--corpora", default="reuters,newspapers,made", help="which, by comma")
    parser.add_argument("--sizes", default=_SIZES, help="articles of the made corpora, by comma")
    parser.add_argument("--articles", type=Path, help="measure over this JSON Lines file alone")
    parser.add_argument("--queries", type=Path, help="search for these, not for queries made from the corpus")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure, by comma; empty: report")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each query is asked")
    parser.add_argument("--docs", action="store_true", help="write the report into docs/performance.md as well")
    options = parser.parse_args(arguments)
    options.work = options.work or options.out / "work"
    options.parts = [part for part in options.parts.split(",") if part]
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return options


def report(options: argparse.Namespace) -> None:
    """The bars on the terminal, all of it in OUT/report.md, and with `--docs` in the documentation."""
    found = load_all(options.out)
    searches = [result for _, result in found["search"]]
    if searches:
        draw_search(searches, options.out / _PICTURE)
    (options.out / "report.md").write_text("\n".join(make_report(found, _PICTURE)) + "\n", encoding="utf-8")
    if options.docs:
        if searches:
            draw_search(searches, PROJECT / "docs" / "images" / _PICTURE)
        fill_page(found, PROJECT / "docs" / "performance.md", f"images/{_PICTURE}")
    for bar in all_bars(found):
        print(f"{'met' if bar.is_met else 'MISSED':7}{bar.corpus:16}{bar.what}: {bar.found} (wanted: {bar.wanted})")
    print(f"report: {options.out / 'report.md'}")


def choose_corpora(options: argparse.Namespace) -> Iterator[Corpus]:
    if options.articles:
        yield corpora.other_corpus(options.work, options.articles)
        return
    named = options.corpora.split(",")
    for name, make in (("reuters", corpora.reuters), ("newspapers", corpora.newspapers)):
        if name not in named:
            continue
        if (options.data / "news").is_dir():
            yield make(options.work, options.data)
        else:
            print(f"{name} is left out: there is no {options.data / 'news'}; say where with --data", file=sys.stderr)
    if "made" in named:
        for size in options.sizes.split(","):
            yield corpora.made_corpus(options.work, int(size))


def choose_queries(corpus: Corpus, path: Path | None) -> tuple[tuple[QueryClass, ...], tuple[str, ...]]:
    if path is not None:
        found = read_query_file(path)
        return found.classes, found.left_out
    return make_classes(take_sample(corpus)), ()


if __name__ == "__main__":
    main()
