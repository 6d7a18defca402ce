"""Articles over the endpoint of a real server: what it has acknowledged is there, also after it was killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
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

from indexer.backends.whoosh_index import WhooshIndex

RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]
TOKEN = "only-for-this-test-0123456789"
WITHIN_S = 60.0


class Server:
    def __init__(self, index_dir: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*RUN, "serve", "--index-dir", str(index_dir), "--port", str(self.port)],
                stderr=errors,
                start_new_session=True,
                env=os.environ | {"BROADSHEET_INGEST_TOKEN": TOKEN},
            )
        until = time.monotonic() + WITHIN_S
        while self.ask("GET", "/healthz")[0] != 200:
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def ask(self, method: str, path: str, body: bytes | Iterator[bytes] | None = None) -> tuple[int, Any]:
        """Status and answer; 0 where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/x-ndjson"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "serve.log"


def line(key: str) -> bytes:
    return orjson.dumps({"id": key, "title": f"Title {key}", "body": "Light over the harbour.", "lang": "en"}) + b"\n"


def test_what_was_acknowledged_survives_a_sudden_end(tmp_path: Path, log: Path) -> None:
    folder = tmp_path / "index"
    acknowledged: set[str] = set()
    deleted: set[str] = set()
    for round_number in range(2):
        server = Server(folder, log)

        def bring(who: int, server: Server = server, round_number: int = round_number) -> None:
            for number in range(10_000):
                keys = [f"{round_number}-{who}-{number}-{part}" for part in range(3)]
                status, answer = server.ask("POST", "/api/v1/articles", b"".join(map(line, keys)))
                if status != 200:
                    return
                acknowledged.update(keys)
                if number % 5 == 4:
                    gone = answer["articles"][0]["id"]
                    if server.ask("DELETE", f"/api/v1/articles/{gone}")[0] != 200:
                        acknowledged.discard(keys[0])  # asked for and not answered: either is right
                        return
                    deleted.add(keys[0])

        threads = [threading.Thread(target=bring, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        before = len(acknowledged)
        until = time.monotonic() + WITHIN_S
        while len(acknowledged) < before + 60:
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.3))
        server.kill()
        for thread in threads:
            thread.join()
        held = {each.article.external_id for each in WhooshIndex.open(folder).articles()}
        assert acknowledged - deleted <= held
        assert not deleted & held


def test_index_and_the_endpoint_write_in_turn(tmp_path: Path, log: Path) -> None:
    folder, news = tmp_path / "index", tmp_path / "news.jsonl"
    server = Server(folder, log)
    try:
        news.write_bytes(b"".join(line(f"file-{number}") for number in range(50)))
        assert server.ask("POST", "/api/v1/articles", line("brought"))[0] == 200
        subprocess.run([*RUN, "index", str(news), "--index-dir", str(folder)], check=True, capture_output=True)
        assert server.ask("POST", "/api/v1/articles", iter([line("in"), line("chunks")]))[1]["added"] == 2
        subprocess.run(
            [*RUN, "index", str(news), "--prune", "--index-dir", str(folder)], check=True, capture_output=True
        )
        held = {each.article.external_id for each in WhooshIndex.open(folder).articles()}
        assert held == {"brought", "in", "chunks", *(f"file-{number}" for number in range(50))}
        status, found = server.ask("GET", "/api/v1/search?q=harbour")
        assert (status, found["total"]) == (200, 53)
    finally:
        server.kill()


def test_the_token_is_printed_nowhere(tmp_path: Path, log: Path) -> None:
    server = Server(tmp_path / "index", log)
    server.ask("POST", "/api/v1/articles", b"{")
    server.kill()
    assert TOKEN not in log.read_text()
    shown = subprocess.run(
        [*RUN, "settings"],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"BROADSHEET_INGEST_TOKEN": TOKEN},
    ).stdout
    assert "ingest_token = (set)  [BROADSHEET_INGEST_TOKEN]" in shown
    assert TOKEN not in shown
    refused = subprocess.run(
        [*RUN, "settings"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"BROADSHEET_INGEST_TOKEN": "short secret"},
    )
    assert (refused.returncode, "at least 16" in refused.stderr, "short secret" in refused.stderr) == (2, True, False)
