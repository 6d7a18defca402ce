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
from pathlib import Path
from typing import Any

import pytest

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
    archive = tmp_path / "articles"
    archive.mkdir()
    for count, title in enumerate(("First lantern", "Second lantern"), start=1):
        (archive / f"{count}.jsonl").write_text(f'{{"id": "{count}", "title": "{title}", "body": "Light."}}\n')
        subprocess.run([*RUN, "index", str(archive), "--index-dir", str(folder)], check=True, capture_output=True)
        wait_for(f"{address}/api/v1/articles/{article_id(folder, title)}", 200, within_s=60)
    assert server.poll() is None


def test_a_cursor_outlives_commits_and_no_restart(start: Start, tmp_path: Path):
    folder, archive = tmp_path / "walked", tmp_path / "articles"
    archive.mkdir()
    server, address = start(folder)
    index = [*RUN, "index", str(archive), "--index-dir", str(folder)]
    lines = [f'{{"id": "{number}", "title": "Lantern {number}", "body": "Light."}}\n' for number in range(30)]
    (archive / "some.jsonl").write_text("".join(lines[:20]))
    subprocess.run(index, check=True, capture_output=True)
    wait_for(f"{address}/readyz", 200, within_s=60)
    found = read_in_time(f"{address}/api/v1/search?per_page=12")
    (archive / "some.jsonl").write_text("".join(lines[5:]))
    subprocess.run([*index, "--prune", "--yes"], check=True, capture_output=True)
    deadline = time.monotonic() + 10
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
    until = time.monotonic() + 10
    while (found := read(address))["timed_out"]:
        assert time.monotonic() < until
    return found


def article_id(folder: Path, title: str) -> str:
    command = [*RUN, "search", f'title:"{title}"', "--json", "--index-dir", str(folder)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return found.partition('"id":')[2].partition('"')[2].partition('"')[0]


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
