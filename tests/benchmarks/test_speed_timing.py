"""Timing side by side, over engines that only count how often they are asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.speed.articles import Corpus
from benchmarks.speed.peers.port import Answer, CannotError, Shown
from benchmarks.speed.queries import Form, Query, QueryClass
from benchmarks.speed.timing import Timing, percentile, ratios, time_class


class CountingPeer:
    def __init__(self, name: str, cannot: str = "") -> None:
        self.name = name
        self.asked: list[Query] = []
        self._cannot = cannot

    def build(self, corpus: Corpus, folder: Path) -> None: ...

    def open(self, folder: Path) -> None: ...

    def ask(self, query: Query) -> Callable[[], Answer]:
        if self._cannot:
            raise CannotError(self._cannot)

        def answer() -> Answer:
            self.asked.append(query)
            return Answer(("a",), (1.0,), len(query.words))

        return answer

    def show(self, query: Query) -> Callable[[], Shown]:
        ask = self.ask(query)
        return lambda: Shown(ask(), ("title",), ("snippet",))

    def close(self) -> None: ...


QUERIES = QueryClass("OR", tuple(Query(Form.ANY, ("x",) * size) for size in (1, 2, 3)))


def test_every_query_is_asked_of_every_engine_in_every_round() -> None:
    peers = (CountingPeer("one"), CountingPeer("two"))
    one, two = time_class(peers, QUERIES, whole_page=False, rounds=4)
    for peer, timing in zip(peers, (one, two), strict=True):
        warming = len(QUERIES.queries)
        assert peer.asked[warming:] == list(QUERIES.queries) * 4
        assert (timing.queries, timing.rounds, timing.matched) == (3, 4, 2)
        assert 0 < timing.median_ms <= timing.p95_ms


def test_what_an_engine_cannot_is_said_and_costs_the_others_nothing() -> None:
    able, unable = time_class((CountingPeer("a"), CountingPeer("b", "no words")), QUERIES, whole_page=True)
    assert unable == Timing("b", "OR", cannot="no words")
    assert able.queries == 3


def test_percentile_by_hand() -> None:
    assert percentile(range(1, 101), 0.95) == 96
    assert percentile([7.0], 0.95) == 7.0


def test_ratio_needs_both_engines() -> None:
    timings = (
        Timing("ours", "a", 1, 2.0),
        Timing("theirs", "a", 1, 4.0),
        Timing("ours", "b", 1, 1.0),
        Timing("theirs", "b", cannot="no"),
    )
    assert ratios(timings, "ours", "theirs") == {"a": 0.5}
