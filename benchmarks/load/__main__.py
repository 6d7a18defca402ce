"""Measure requests a second and their times over HTTP, beside Datasette and OpenSearch: `make bench-http`.

Services run one after the other, each alone. Each is read before it is measured: an answer without ten hits where
there are ten, or without marks, ends the run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.load.asking import CannotMeasureError, ask_for_a_time, find_wrk, write_requests
from benchmarks.load.opensearch import OpenSearchNode
from benchmarks.load.queries import queries_in_turn
from benchmarks.load.results import Measured, Run, fill_page, make_report, save_run
from benchmarks.load.services import KINDS, Broadsheet, Datasette, Seen, Service, fetch
from benchmarks.speed import corpora
from benchmarks.speed.articles import Corpus
from benchmarks.speed.queries import Query
from benchmarks.speed.results import PROJECT, describe_machine

_SERVICES: Final[dict[str, type[Service]]] = {
    "broadsheet": Broadsheet,
    "opensearch": OpenSearchNode,
    "datasette": Datasette,
}
_ARTICLES: Final = 100_000
_READ: Final = 40
#: By so many a service is asked before it is measured: compilers and caches warm up.
_WARM_CONNECTIONS: Final = 8


def main() -> None:
    options = read_options(sys.argv[1:])
    work = options.out / "work"
    work.mkdir(parents=True, exist_ok=True)
    machine = describe_machine()
    try:
        find_wrk()
        corpus = corpora.other_corpus(work, options.articles) if options.articles else _made(work)
        services = [_SERVICES[name]() for name in options.services]
        for service in services:
            service.prepare(corpus, work)
    except CannotMeasureError as error:
        sys.exit(str(error))
    queries = queries_in_turn(corpus)
    measured: list[Measured] = []
    for service in services:
        for each in measure(service, corpus, queries, work, options):
            measured.append(each)
            print(_tell(each), flush=True)
    run = Run(
        f"make bench-http SECONDS={options.seconds}",
        corpus.name,
        corpus.articles,
        len(queries),
        options.seconds,
        machine,
        tuple(service.version() for service in services),
        tuple(measured),
    )
    save_run(options.out / "http.json", run)
    report = options.out / "http.md"
    report.write_text("\n".join(make_report(run)) + "\n", encoding="utf-8")
    if options.docs:
        fill_page(run, PROJECT / "docs" / "load.md")
    print(f"report: {report}")


def measure(
    service: Service, corpus: Corpus, queries: Sequence[Query], work: Path, options: argparse.Namespace
) -> Iterator[Measured]:
    with service.running(corpus, work) as url:
        seen = [read_once(service, url, query) for query in queries[:_READ]]
        found = int(statistics.median(each.total for each in seen))
        hits, marked = statistics.fmean(each.hits for each in seen), statistics.fmean(each.marked for each in seen)
        for kind in KINDS:
            requests = work / f"{service.name.lower()}-{kind}.requests"
            write_requests(requests, [service.ask(query, kind) for query in queries])
            ask_for_a_time(url, requests, _WARM_CONNECTIONS, options.warm)
            for connections in options.connections:
                # Whoever is slow still works on what nobody waits for any more.
                fetch(url, service.ask(queries[0], kind))
                taken = ask_for_a_time(url, requests, connections, options.seconds)
                yield Measured(service.name, kind, connections, taken, found, hits, marked)


def read_once(service: Service, url: str, query: Query) -> Seen:
    """Raises RuntimeError where the answer is not whole, or the page shows nothing marked."""
    seen = service.read(fetch(url, service.ask(query, "endpoint")))
    if seen.hits != min(10, seen.total) or (seen.total and not seen.marked):
        raise RuntimeError(f"{service.name} answers {query.words} by {seen}")
    if seen.total and b"mark" not in fetch(url, service.ask(query, "page")):
        raise RuntimeError(f"{service.name} marks nothing in its page of {query.words}")
    return seen


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "bench-http", help="results, corpus, indexes")
    parser.add_argument("--articles", type=Path, help="over this JSON Lines file instead of made articles")
    parser.add_argument("--seconds", type=int, default=20, help="of each measurement")
    parser.add_argument("--warm", type=int, default=15, help="seconds that a service is asked before")
    parser.add_argument("--connections", type=_numbers, default=[8, 32], help="by comma")
    parser.add_argument("--services", type=lambda text: text.split(","), default=list(_SERVICES), help="by comma")
    parser.add_argument("--docs", action="store_true", help="write the report into docs/load.md as well")
    options = parser.parse_args(arguments)
    if unknown := set(options.services) - set(_SERVICES):
        parser.error(f"no such service: {', '.join(sorted(unknown))}; there are {', '.join(_SERVICES)}")
    return options


def _tell(measured: Measured) -> str:
    taken = measured.taken
    return (
        f"{measured.service:<11} {measured.kind:<9} {measured.connections:>3} connections: "
        f"{taken.per_s:8,.0f} requests/s, median {taken.median_ms:.1f} ms, 99th percentile {taken.p99_ms:.1f} ms, "
        f"{taken.refused} refused, {taken.failed} failed"
    )


def _made(work: Path) -> Corpus:
    return corpora.made_corpus(work, _ARTICLES)


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


if __name__ == "__main__":
    main()
