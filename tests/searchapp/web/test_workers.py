"""A server of several processes over one index."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]
WITHIN_S = 60.0
WORKERS = 2


def write(path: Path, first: int, last: int) -> None:
    path.write_bytes(
        b"".join(
            orjson.dumps({"id": str(number), "title": f"Lantern {number}", "body": "Light.", "lang": "en"}) + b"\n"
            for number in range(first, last)
        )
    )


def index(*arguments: object) -> None:
    subprocess.run([*RUN, "index", *map(str, arguments)], check=True, capture_output=True)


class Server:
    def __init__(self, folder: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [*RUN, "serve", "--index-dir", str(folder), "--port", str(self.port), "--workers", str(WORKERS)],
                stderr=errors,
                start_new_session=True,
                env=os.environ | {"BROADSHEET_LOG": "json"},
            )
        self.wait_until(lambda: self.log.read_text().count("Broadsheet is at") == WORKERS)

    def wait_until(self, is_so: Any) -> None:
        until = time.monotonic() + WITHIN_S
        while not is_so():
            assert time.monotonic() < until, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def ask(self, path: str) -> tuple[int, str]:
        """Over a connection of its own, so that each goes to whichever process takes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error)
        finally:
            connection.close()

    def metric(self, name: str) -> float:
        return float(re.findall(rf"^{re.escape(name)} (\S+)$", self.ask("/metrics")[1], re.MULTILINE)[0])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Path]]:
    top = tmp_path_factory.mktemp("workers")
    (top / "articles").mkdir()
    write(top / "articles" / "some.jsonl", 0, 40)
    index(top / "articles", "--index-dir", top / "index")
    server = Server(top / "index", top / "serve.log")
    yield server, top / "articles", top / "index"
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(timeout=10)


def test_several_processes_answer_and_count_together(served) -> None:
    server, _, _ = served
    before = (
        server.metric("broadsheet_searches_total") if "broadsheet_searches_total" in server.ask("/metrics")[1] else 0
    )
    for number in range(40):
        status, _ = server.ask(f"/api/v1/search?q=lantern&per_page={number + 1}")
        assert status == 200
    for _ in range(10):
        assert server.metric("broadsheet_searches_total") == before + 40
    logged = [json.loads(line) for line in server.log.read_text().splitlines()]
    ids = {each["request_id"].partition("-")[0] for each in logged if each["logger"] == "broadsheet.requests"}
    assert len(ids) == WORKERS


def test_a_cursor_is_followed_by_any_of_them_across_a_commit(served) -> None:
    server, articles, folder = served
    found = json.loads(server.ask("/api/v1/search?q=lantern&sort=oldest&per_page=7")[1])
    write(articles / "more.jsonl", 100, 120)
    index(articles, "--index-dir", folder)
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


def test_commits_while_many_search_cost_no_request(served) -> None:
    server, articles, folder = served
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

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(4):
        write(articles / f"commit{number}.jsonl", 1000 * (number + 1), 1000 * (number + 1) + 30)
        index(articles, "--index-dir", folder)
    ended.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert answered > 20


def test_a_worker_that_is_killed_is_replaced(served) -> None:
    server, _, _ = served
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not children.exists():
        pytest.skip("the system does not list the children of a process")

    def workers() -> set[str]:
        # Beside the workers there may be a process that Python tracks what they share with.
        return {
            pid
            for pid in children.read_text().split()
            if "resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_text()
        }

    before = workers()
    assert len(before) == WORKERS
    os.kill(int(min(before)), signal.SIGKILL)
    server.wait_until(lambda: len(workers() - before) == 1)
    server.wait_until(lambda: server.log.read_text().count("Broadsheet is at") == WORKERS + 1)
    assert {server.ask("/api/v1/search?q=lantern")[0] for _ in range(20)} == {200}
