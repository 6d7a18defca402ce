"""Times several engines over the same queries, side by side: each query on each engine in turn, several rounds.

A query's time is the median of its rounds: what a person who asks meets, while a single hiccup of the machine, which
may hit any engine, counts for nothing. Engines take turns within every query, so a slow minute slows all alike; who
begins changes from round to round. A class's figures are the median and the 95th percentile over its queries.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns
from typing import Final

from benchmarks.speed.peers.port import Answer, CannotError, Peer, Shown
from benchmarks.speed.queries import Query, QueryClass

ROUNDS: Final = 5
#: After so many seconds in a class an engine is asked no further queries of it, once it has answered a few.
PATIENCE_S: Final = 4.0
_LEAST_QUERIES: Final = 5
_WARM_QUERIES: Final = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """An engine over a class. Times are in milliseconds; `cannot` says why there are none. `matched` is the median
    number of articles found, which shows whether engines searched for the same thing. `queries` is how many of the
    class were answered in time, `rounds` how often the first of them."""

    engine: str
    query_class: str
    queries: int = 0
    median_ms: float = 0.0
    p95_ms: float = 0.0
    matched: float = 0.0
    rounds: int = 0
    cannot: str = ""


@dataclass(slots=True)
class _Lane:
    """One engine's timed calls for a class, and what they took: a list of rounds for each query."""

    engine: str
    calls: list[Callable[[], Answer | Shown]]
    took_ms: list[list[float]]
    totals: list[int]
    spent_s: float = 0.0
    cannot: str = ""

    def is_patient(self, number: int, at: int) -> bool:
        return self.spent_s < PATIENCE_S or (number == 0 and at < _LEAST_QUERIES)


def time_class(
    peers: Sequence[Peer], query_class: QueryClass, *, whole_page: bool, rounds: int = ROUNDS
) -> tuple[Timing, ...]:
    """One `Timing` an engine, in their order."""
    lanes = [_prepare(peer, query_class.queries, whole_page=whole_page) for peer in peers]
    able = [lane for lane in lanes if not lane.cannot]
    gc.collect()
    for number in range(rounds):
        for at in range(len(query_class.queries)):
            running = [lane for lane in able if lane.is_patient(number, at)]
            shift = (number + at) % max(1, len(running))
            for lane in (*running[shift:], *running[:shift]):
                _time_one(lane, at)
    return tuple(_sum_up(lane, query_class) for lane in lanes)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, of those that are there."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratios(timings: Sequence[Timing], engine: str, other: str) -> Mapping[str, float]:
    """Median of `engine` over median of `other`, by class, where both have one."""
    found = {(each.engine, each.query_class): each.median_ms for each in timings if not each.cannot}
    return {
        name: took / found[other, name]
        for (who, name), took in found.items()
        if who == engine and found.get((other, name))
    }


def _prepare(peer: Peer, queries: Sequence[Query], *, whole_page: bool) -> _Lane:
    lane = _Lane(peer.name, [], [], [])
    try:
        lane.calls = [peer.show(query) if whole_page else peer.ask(query) for query in queries]
        for call in lane.calls[:_WARM_QUERIES]:
            call()
    except CannotError as error:
        lane.cannot = str(error)
    except NotImplementedError as error:
        lane.cannot = f"not yet: {error}"
    lane.took_ms = [[] for _ in lane.calls]
    lane.totals = [0 for _ in lane.calls]
    return lane


def _time_one(lane: _Lane, at: int) -> None:
    call = lane.calls[at]
    started = perf_counter_ns()
    answer = call()
    took_ms = (perf_counter_ns() - started) / 1e6
    lane.took_ms[at].append(took_ms)
    lane.spent_s += took_ms / 1000
    lane.totals[at] = answer.answer.total if isinstance(answer, Shown) else answer.total


def _sum_up(lane: _Lane, query_class: QueryClass) -> Timing:
    if lane.cannot:
        return Timing(lane.engine, query_class.name, cannot=lane.cannot)
    medians = [median(took) for took in lane.took_ms if took]
    return Timing(
        lane.engine,
        query_class.name,
        len(medians),
        median(medians),
        percentile(medians, 0.95),
        median(total for total, took in zip(lane.totals, lane.took_ms, strict=True) if took),
        max(len(took) for took in lane.took_ms),
    )
