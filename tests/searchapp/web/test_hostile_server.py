"""A real server of several processes, and sixteen clients that send it everything of `hostile.py` at once.

Its queue is short, so that it fills. `python -m benchmarks.hostile` does the same at length.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import orjson
import pytest
from hostile import LONGEST_ADDRESS, PLAIN, all_addresses, made_queries, search_in
from served import Server

from benchmarks.speed.processes import weigh_tree

CLIENTS: Final = 16
MADE: Final = 300
#: A search has a second, its request another one to wait for its turn; the rest is room for a machine that has other
#: work. `benchmarks/hostile.py` measures how much of it is needed.
MOST_MS: Final = 5_000
TRIES: Final = 500
MOST_GROWTH: Final = 1.4


@pytest.fixture(scope="module")
def server(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("hostile") / "serve.log"
    started = Server(index_dir, log, serve_queue=2, slow_query_ms=1)
    yield started
    started.kill()


def allowed(address: str) -> frozenset[int]:
    if len(address) > LONGEST_ADDRESS:
        return frozenset({414})
    return frozenset({400, 404} if "/articles/" in address else {200, 400})


def ask_until_answered(server: Server, address: str) -> tuple[int, str]:
    """As clients should: again, where the queue was full."""
    for _ in range(TRIES):
        status, text = server.ask(address)
        if status != 503:
            return status, text
        assert "ore requests than can be answered or wait here" in text, text
    pytest.fail(f"never answered: {address[:100]}")


def send_all(server: Server, addresses: Sequence[str]) -> list[tuple[str, int]]:
    """What was answered otherwise than it may be."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = clients.map(lambda address: ask_until_answered(server, address)[0], addresses)
        return [
            (address[:100], status)
            for address, status in zip(addresses, answers, strict=True)
            if status not in allowed(address)
        ]


def repeat(ended: threading.Event, ask: Callable[[], int], seen: list[int]) -> None:
    while not ended.wait(0.05):
        seen.append(ask())


def test_one_at_a_time_each_is_answered(server: Server) -> None:
    for address in all_addresses():
        status, _ = server.ask(address)
        assert status in allowed(address), (status, address[:100])


def test_sixteen_at_a_time_stop_neither_a_plain_query_nor_a_look_at_its_health(server: Server) -> None:
    made = [search_in("/api/v1/search", query) for query in made_queries(1916, MADE)]
    addresses = [*all_addresses(), *made]
    assert send_all(server, addresses) == []
    before = weigh_tree(server.process.pid)
    plain: list[int] = []
    health: list[int] = []
    ended = threading.Event()

    def ask_plain() -> int:
        status, text = ask_until_answered(server, f"/api/v1/search?q={PLAIN}")
        return orjson.loads(text)["total"] if status == 200 else -status

    watching = [
        threading.Thread(target=repeat, args=(ended, ask_plain, plain)),
        threading.Thread(target=repeat, args=(ended, lambda: server.ask("/healthz")[0], health)),
    ]
    for thread in watching:
        thread.start()
    try:
        assert send_all(server, addresses) == []
    finally:
        ended.set()
        for thread in watching:
            thread.join()
    after = weigh_tree(server.process.pid)
    assert plain
    assert min(plain) > 0
    assert health
    assert set(health) == {200}
    # Threads that had nothing to do before bring buffers of their own.
    assert after.own_mb < before.own_mb * MOST_GROWTH
    assert after.files <= before.files + CLIENTS
    assert server.process.poll() is None


def test_no_answer_took_longer_than_its_time_and_none_failed(server: Server) -> None:
    logged = server.logged("broadsheet.requests")
    assert len(logged) > MADE
    assert [line for line in logged if line["took_ms"] > MOST_MS or line["status"] == 500] == []
    assert server.started() == len(server.workers()), "no process has ended and was started again"


def test_it_has_told_what_happened(server: Server) -> None:
    answered = {line["request_id"]: line for line in server.logged("broadsheet.requests")}
    slow = server.logged("broadsheet.slow")
    assert slow
    for line in slow:
        assert line["took_ms"] >= 1
        assert {"q", "understood", "timed_out", "index_generation"} <= line.keys()
        assert line["route"] == answered[line["request_id"]]["route"]
    assert server.metric("broadsheet_searches_slow_total") == len(slow)
    late = server.metric("broadsheet_searches_timed_out_total")
    assert late >= sum(line["timed_out"] for line in slow)
    assert server.metric("broadsheet_searches_total") > MADE
    ready = orjson.loads(server.ask("/readyz")[1])
    assert server.metric("broadsheet_index_generation") == ready["index_generation"]
    assert server.metric("broadsheet_index_writing") == 0
    counted = server.ask("/metrics")[1]
    assert 'broadsheet_request_seconds_bucket{le="+Inf",route="api.search"}' in counted
    assert 'broadsheet_requests_total{route="api.search",status="503"}' in counted
