"""What the service counts and measures, for Prometheus to fetch at `/metrics`.

What is measured in a request costs it a few microseconds; what is only asked for when somebody fetches costs nothing
before. Several worker processes add up what they counted in files that they share, where the library is told a folder
for them (`PROMETHEUS_MULTIPROC_DIR`, set by `broadsheet serve`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from indexer.errors import ArchiveError
from searchapp.search.port import IndexFacts
from searchapp.search.request import Page

METRICS_ADDRESS: Final = "/metrics"
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
#: In seconds: from what an answer out of memory takes to the time limit of a search, and beyond.
_BUCKETS: Final = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 1.25, 2.5)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to ask for what is so at the moment. `facts` may raise ArchiveError; `is_writing` is None where the system
    does not tell."""

    facts: Callable[[], IndexFacts]
    is_writing: Callable[[], bool | None]
    queued_jobs: Callable[[], int]
    waiting: Callable[[], int]
    compiled: bool


class Metrics:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._seconds = Histogram(
            "broadsheet_request_seconds",
            "Time from the request to the answer, by route.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._own,
        )
        self._requests = Counter(
            "broadsheet_requests", "Requests answered, by route and status.", ["route", "status"], registry=self._own
        )
        self._searches = Counter("broadsheet_searches", "Searches run.", registry=self._own)
        self._late = Counter(
            "broadsheet_searches_timed_out", "Searches that ended at their time limit.", registry=self._own
        )
        self._slow = Counter(
            "broadsheet_searches_slow", "Searches that took as long as the slow-query log asks.", registry=self._own
        )
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self._own)
        # Looked up by labels each time, they would take as long as the rest.
        self._by_route: dict[str, Callable[[float], None]] = {}
        self._by_status: dict[tuple[str, int], Callable[[], None]] = {}

    def note_request(self, route: str, status: int, seconds: float) -> None:
        """`route` is the name of a view, never what somebody typed: there are only so many."""
        observe = self._by_route.get(route)
        if observe is None:
            observe = self._by_route[route] = self._seconds.labels(route).observe
        count = self._by_status.get((route, status))
        if count is None:
            count = self._by_status[route, status] = self._requests.labels(route, str(status)).inc
        observe(seconds)
        count()

    def note_search(self, page: Page, *, is_slow: bool) -> None:
        self._searches.inc()
        if page.timed_out:
            self._late.inc()
        if is_slow:
            self._slow.inc()

    def print(self, sources: Sources) -> bytes:
        """In the format that Prometheus reads."""
        now = CollectorRegistry()
        now.register(_Now(sources))
        counted = self._own
        if SHARED_FOLDER in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(now)


class _Now(Collector):
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        sources = self._sources
        try:
            facts = sources.facts()
        except ArchiveError:
            yield GaugeMetricFamily("broadsheet_ready", "Whether there is an index that can be searched.", 0)
        else:
            yield GaugeMetricFamily("broadsheet_ready", "Whether there is an index that can be searched.", 1)
            yield GaugeMetricFamily("broadsheet_index_generation", "The commit that is searched.", facts.generation)
            yield GaugeMetricFamily("broadsheet_articles", "Articles in it.", facts.articles)
        is_writing = sources.is_writing()
        if is_writing is not None:
            yield GaugeMetricFamily(
                "broadsheet_index_writing", "Whether some process holds the writer of the index.", int(is_writing)
            )
        yield GaugeMetricFamily(
            "broadsheet_ingest_queued", "Requests that wait for their articles to be committed.", sources.queued_jobs()
        )
        yield GaugeMetricFamily(
            "broadsheet_requests_waiting", "Requests that wait for their turn in this process.", sources.waiting()
        )
        yield GaugeMetricFamily(
            "broadsheet_compiled",
            "Whether kernels search; without them the answers are the same and slow.",
            int(sources.compiled),
        )


def make_metrics(metrics: Metrics, sources: Sources) -> Blueprint:
    blueprint = Blueprint("metrics", __name__)

    @blueprint.get(METRICS_ADDRESS)
    def show_metrics() -> Response:
        return Response(metrics.print(sources), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return blueprint
