"""The server as a process: how it starts, ends, and meets an index that is not there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from served import commit_lanterns

from indexer.article import Article
from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.storage import write_sealed
from indexer.backends.whoosh_index import WhooshIndex

WITHIN_S = 60
RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]

Start = Callable[[Path], tuple[subprocess.Popen[bytes], str]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    servers: list[subprocess.Popen[bytes]] = []

    def start_server(index_dir: Path) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        with (tmp_path / "serve.log").open("ab") as log:
            server = subprocess.Popen(
                [*RUN, "serve", "--index-dir", str(index_dir), "--port", str(port)], stderr=log, start_new_session=True
            )
        servers.append(server)
        return server, f"http://127.0.0.1:{port}"

    yield start_server
    for server in servers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(timeout=60)


def status(address: str) -> int:
    """The status of an answer, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            found: int = answer.status
            return found
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def wait_for(address: str, wanted: int, within_s: float = WITHIN_S) -> float:
    started = time.monotonic()
    while (found := status(address)) != wanted:
        assert time.monotonic() - started < within_s, f"{address} answers {found}, not {wanted}"
        time.sleep(0.05)
    return time.monotonic() - started


def group_is_empty(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well_and_leaves_no_process(start: Start, index_dir: Path, number: signal.Signals):
    server, address = start(index_dir)
    wait_for(f"{address}/readyz", 200)
    os.killpg(server.pid, number) if number == signal.SIGINT else server.send_signal(number)
    assert server.wait(timeout=60) == 0
    assert group_is_empty(server.pid)


def test_a_killed_supervisor_takes_its_worker_along(start: Start, index_dir: Path):
    server, address = start(index_dir)
    wait_for(f"{address}/readyz", 200)
    server.kill()
    server.wait(timeout=60)
    wait_for(f"{address}/healthz", 0, within_s=60)


def test_an_index_that_comes_later_and_commits_are_shown(start: Start, tmp_path: Path):
    folder = tmp_path / "later"
    server, address = start(folder)
    wait_for(f"{address}/?q=lantern", 503)
    assert status(f"{address}/healthz") == 200
    assert why_not_ready(address) == "no_index"
    for number in range(2):
        commit_lanterns(folder, number, number + 1)
        wait_for(f"{address}/api/v1/articles/{Article(external_id=str(number)).id}", 200)
    assert server.poll() is None


def test_an_index_of_another_version_is_told_from_none_and_shown_when_it_is_rebuilt(start: Start, tmp_path: Path):
    folder, kept = tmp_path / "old", tmp_path / "kept"
    commit_lanterns(kept, 0, 3)
    versions = kept / META_FILE
    now = versions.read_bytes()
    write_sealed(versions, {**asdict(current_meta()), "schema_version": 1})
    _, address = start(folder)
    wait_for(f"{address}/readyz", 503)
    assert why_not_ready(address) == "no_index"
    kept.rename(folder)
    until = time.monotonic() + WITHIN_S
    while (why := why_not_ready(address)) != "index_outdated":
        assert why == "no_index"
        assert time.monotonic() < until
        time.sleep(0.1)
    (folder / META_FILE).write_bytes(now)
    wait_for(f"{address}/readyz", 200)


def why_not_ready(address: str) -> str:
    """The code of the problem."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return str(json.load(error)["code"])


def test_a_cursor_outlives_commits_and_no_restart(start: Start, tmp_path: Path):
    folder = tmp_path / "walked"
    server, address = start(folder)
    commit_lanterns(folder, 0, 20)
    wait_for(f"{address}/readyz", 200)
    found = read_in_time(f"{address}/api/v1/search?per_page=12")
    with WhooshIndex.open(folder).writer(16) as writer:
        for number in range(5):
            writer.remove(Article(external_id=str(number)).id)
        writer.commit()
    commit_lanterns(folder, 20, 30)
    deadline = time.monotonic() + WITHIN_S
    while read(f"{address}/api/v1/search")["total"] != 25:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    rest = read_in_time(f"{address}{found['next']}")
    assert len({hit["external_id"] for hit in found["results"] + rest["results"]}) == rest["total"] == 20
    assert rest["index_generation"] == found["index_generation"]
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=60)
    _, address = start(folder)
    wait_for(f"{address}/readyz", 200)
    assert status(f"{address}{found['next']}") == 410


def read(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


def read_in_time(address: str) -> Any:
    """A search's answer; of a late one, as a busy machine gives, nothing follows."""
    until = time.monotonic() + WITHIN_S
    while (found := read(address))["timed_out"]:
        assert time.monotonic() < until
    return found


def test_a_port_that_is_taken_is_said_so(index_dir: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [*RUN, "serve", "--index-dir", str(index_dir), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr


def test_a_damaged_index_is_named_and_not_served(index_dir: Path, tmp_path: Path):
    damaged = tmp_path / "damaged"
    shutil.copytree(index_dir, damaged)
    (damaged / "broadsheet.json").write_text("{")
    command = [*RUN, "serve", "--index-dir", str(damaged), "--port", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 1
    assert "broadsheet.json" in done.stderr
    assert "Traceback" not in done.stderr
