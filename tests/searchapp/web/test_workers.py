"""A server of several processes over one index."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import WITHIN_S, WORKERS, Server, commit_lanterns


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


def test_commits_and_new_workers_while_many_search_cost_no_request(served) -> None:
    server, folder = served
    failed: list[tuple[int, str]] = []
    answered = 0
    ended = threading.Event()
    lock = threading.Lock()

    def search() -> None:
        nonlocal answered
        while not ended.is_set():
            for path in ("/api/v1/search?q=lantern", "/?q=light", "/api/v1/search?q=title:lan*&sort=newest"):
                status, text = server.ask(path)
                with lock:
                    answered += 1
                    if status != 200:
                        failed.append((status, text))

    def commit(number: int) -> None:
        first = 1000 * (number + 1)
        commit_lanterns(folder, first, first + 30)

    def all_find(number: int) -> bool:
        asked = [server.ask(f"/api/v1/search?q=title:{1000 * (number + 1) + 7}")[1] for _ in range(6)]
        return all(json.loads(text)["total"] == 1 for text in asked)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
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
        ended.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert answered > 20
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
