"""`broadsheet serve` with several processes, as tests start it, ask it and look at what it logs."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft

RUN: Final = (sys.executable, "-c", "from searchapp.cli import main; main()")
WITHIN_S: Final = 60.0
WORKERS: Final = 2


def commit_lanterns(folder: Path, first: int, last: int) -> None:
    """Into the index in this folder come articles whose headlines and ids are these numbers, in one commit."""
    with WhooshIndex.open_or_create(folder).writer(16) as writer:
        for number in range(first, last):
            article = Article(title=f"Lantern {number}", body="Light.", external_id=str(number), lang="en")
            writer.write(make_draft(article, "/lanterns"))
        writer.commit()


class Server:
    """Logs by lines of JSON to `log`, one for each request. To be killed by whoever started it."""

    def __init__(self, folder: Path, log: Path, **settings: object) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.log = log
        given = {f"BROADSHEET_{name.upper()}": str(value) for name, value in settings.items()}
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [*RUN, "serve", "--index-dir", str(folder), "--port", str(self.port), "--workers", str(WORKERS)],
                stderr=errors,
                start_new_session=True,
                env=os.environ | {"BROADSHEET_LOG": "json"} | given,
            )
        self.wait_until(lambda: self.started() == WORKERS)

    def started(self) -> int:
        """How many processes have said that they are there."""
        return self.log.read_text().count("Broadsheet is at")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + WITHIN_S
        while not is_so():
            assert time.monotonic() < until, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)

    def ask(self, path: str) -> tuple[int, str]:
        """Status and text, 0 and why where there is no answer. Over a connection of its own, so that each goes to
        whichever process takes it."""
        connection = self.connect()
        try:
            return ask_over(connection, path)
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """May be asked again and again; opens anew where the last answer said so."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def metric(self, name: str) -> float:
        """0 where nothing was counted yet."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.ask("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0.0

    def logged(self, logger: str) -> list[dict[str, Any]]:
        """What it has logged under this name."""
        lines = map(orjson.loads, self.log.read_text().splitlines())
        return [line for line in lines if line["logger"] == logger]

    def workers(self) -> frozenset[int]:
        """Their process ids. Beside them there may be a process that Python tracks what they share with."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return frozenset(int(pid) for pid in children if _is_worker(pid))

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def ask_over(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    """Status and text, 0 and why where there is no answer."""
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return 0, repr(error)


def _is_worker(pid: str) -> bool:
    try:
        return "resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return False
