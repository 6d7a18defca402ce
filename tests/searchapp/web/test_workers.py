"""A server of several processes over one index."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from served import WITHIN_S, WORKERS, Server, ask_over, commit_lanterns


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    top = tmp_path_factory.mktemp("workers")
    commit_lanterns(top / "index", 0, 40)
    server = Server(top / "index", top / "serve.log")
    yield server, top / "index"
    server.kill()


def test_several_processes_answer_and_count_together(served) -> None:
    server, _ = served
    before = server.metric("broadsheet_searches_total")
    for number in range(40):
        status, _ = server.ask(f"/api/v1/search?q=lantern&per_page={number + 1}")
        assert status == 200
    for _ in range(10):
        assert server.metric("broadsheet_searches_total") == before + 40
    assert len({each["request_id"].partition("-")[0] for each in server.logged("broadsheet.requests")}) == WORKERS


def test_a_cursor_is_followed_by_any_of_them_across_a_commit(served) -> None:
    server, folder = served
    found = json.loads(server.ask("/api/v1/search?q=lantern&sort=oldest&per_page=7")[1])
    commit_lanterns(folder, 100, 120)
    until = time.monotonic() + WITHIN_S
    while {json.loads(server.ask("/readyz")[1])["articles"] for _ in range(10)} != {60}:
        assert time.monotonic() < until
        time.sleep(0.1)
    seen = [hit["external_id"] for hit in found["results"]]
    while found["next"]:
        status, text = server.ask(found["next"])
        assert status == 200, text
        found = json.loads(text)
        seen += [hit["external_id"] for hit in found["results"]]
    assert sorted(seen, key=int) == [str(number) for number in range(40)]


class Clients:
    """Ask what they are given again and again, each in a thread of its own, until they are joined."""

    def __init__(self, asking: list[Callable[[str], tuple[int, str]]]) -> None:
        self.failed: list[tuple[int, str]] = []
        self.answered = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(ask,)) for ask in asking]
        for thread in self._threads:
            thread.start()

    def _ask(self, ask: Callable[[str], tuple[int, str]]) -> None:
        while not self._ended.is_set():
            for path in ("/api/v1/search?q=lantern", "/?q=light", "/api/v1/search?q=title:lan*&sort=newest"):
                status, text = ask(path)
                with self._lock:
                    self.answered += 1
                    if status != 200:
                        self.failed.append((status, text))

    def join(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def test_commits_and_new_workers_while_many_search_cost_no_request(served) -> None:
    server, folder = served

    def commit(number: int) -> None:
        first = 1000 * (number + 1)
        commit_lanterns(folder, first, first + 30)

    def all_find(number: int) -> bool:
        asked = [server.ask(f"/api/v1/search?q=title:{1000 * (number + 1) + 7}")[1] for _ in range(6)]
        return all(json.loads(text)["total"] == 1 for text in asked)

    kept = [server.connect() for _ in range(3)]
    clients = Clients([server.ask] * 3 + [partial(ask_over, connection) for connection in kept])
    try:
        for round_number in range(2):
            before = server.workers()
            server.process.send_signal(signal.SIGHUP)
            commit(2 * round_number)
            commit(2 * round_number + 1)
            server.wait_until(lambda before=before: not before & server.workers())
        commit(4)
        server.wait_until(lambda: all(map(all_find, range(5))))
    finally:
        clients.join()
        for connection in kept:
            connection.close()
    assert clients.failed == []
    assert clients.answered > 20
    assert server.process.poll() is None


def test_a_worker_that_is_killed_is_replaced_and_so_is_the_one_in_its_place_at_once(served) -> None:
    server, _ = served
    victim = min(server.workers())
    for _ in range(3):
        before, started = server.workers(), server.started()
        assert len(before) == WORKERS
        os.kill(victim, signal.SIGKILL)
        server.wait_until(lambda before=before: len(server.workers() - before) == 1)
        server.wait_until(lambda started=started: server.started() == started + 1)
        assert {server.ask("/api/v1/search?q=lantern")[0] for _ in range(20)} == {200}
        (victim,) = server.workers() - before
