"""Sends a real server what breaks parsers and servers, and says what became of it.

    python -m benchmarks.hostile INDEX [--made 100000] [--clients 16]

The table of `tests/searchapp/web/hostile.py` and as many made queries go to the endpoint, first one at a time, then
from so many clients at once. Told are the answers by status, the slowest answer beyond the deadline, what `/healthz`
took meanwhile, whether a plain query among them was answered, and what the server weighed before and after: memory,
open files, threads. Who was told 503 waits as long as `Retry-After` says, as clients should. Ends with 1 where a
promise is broken.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

from benchmarks.load.services import broadsheet_command, find_port, start_server
from benchmarks.speed.processes import weigh_tree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "searchapp" / "web"))
from hostile import ARGUMENTS, QUERIES, made_queries

#: What a server may take beyond the deadline of a search, in seconds.
OVER_S: Final = 0.2
DEADLINE_S: Final = 1.0
HEALTH_S: Final = 0.1
_SEED: Final = 20261
_TIMEOUT_S: Final = 30.0


@dataclass
class Told:
    """Answers by status; the slowest with the start of what was asked; what `/healthz` took, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""
    slow: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: int, took_s: float, asked: str) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.slow += took_s > DEADLINE_S + OVER_S
            if took_s > self.slowest_s:
                self.slowest_s, self.slowest = took_s, asked[:80]


class Client:
    """One connection, opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> tuple[int, float, float]:
        """Status, what it took in seconds, and how long to wait before the next one."""
        started = time.perf_counter()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)
            self._connection.request("GET", address)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return 0, time.perf_counter() - started, 0.0
        return answer.status, time.perf_counter() - started, float(answer.headers.get("Retry-After", 0))


def addresses(made: int) -> Iterator[str]:
    for arguments in ARGUMENTS.values():
        yield f"/api/v1/search?{arguments}"
    for query in (*QUERIES.values(), *islice(made_queries(_SEED, made), made)):
        yield f"/api/v1/search?q={quote_plus(query.encode('utf-8', 'surrogatepass'))}"


def send_all(port: int, asked: Sequence[str], clients: int) -> Told:
    told, waiting, lock = Told(), iter(asked), threading.Lock()

    def work() -> None:
        client = Client(port)
        while True:
            with lock:
                address = next(waiting, None)
            if address is None:
                return
            while True:
                status, took_s, wait_s = client.get(address)
                told.add(status, took_s, address)
                if status != 503:
                    break
                time.sleep(min(max(wait_s, 0.05), 2.0))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


class Watcher(threading.Thread):
    """Asks one address again and again while others are sent."""

    def __init__(self, port: int, address: str) -> None:
        super().__init__(daemon=True)
        self._client, self._address = Client(port), address
        self._ended = threading.Event()
        self.told = Told()
        self.took_s: list[float] = []

    def run(self) -> None:
        while not self._ended.wait(0.25):
            status, took_s, _ = self._client.get(self._address)
            self.told.add(status, took_s, self._address)
            self.took_s.append(took_s)

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def __str__(self) -> str:
        ordered = sorted(self.took_s) or [0.0]
        at_99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        return (
            f"{self._address}: {dict(self.told.statuses)}, median {ordered[len(ordered) // 2] * 1000:.1f} ms, "
            f"99th percentile {at_99 * 1000:.1f} ms, slowest {ordered[-1] * 1000:.1f} ms"
        )


def measure(port: int, pid: int, asked: Sequence[str], clients: int, plain: str) -> bool:
    """Print what happened; whether every promise was kept."""
    health, question = Watcher(port, "/healthz"), Watcher(port, f"/api/v1/search?q={quote_plus(plain)}")
    before = weigh_tree(pid)
    for watcher in (health, question):
        watcher.start()
    started = time.monotonic()
    told = send_all(port, asked, clients)
    took_s = time.monotonic() - started
    for watcher in (health, question):
        watcher.stop()
    after = weigh_tree(pid)
    print(f"{clients} at a time: {len(asked):,} in {took_s:,.0f} s: {dict(sorted(told.statuses.items()))}")
    print(f"  slowest {told.slowest_s:.2f} s ({told.slowest!r}), {told.slow} beyond {DEADLINE_S + OVER_S:.1f} s")
    print(f"  {health}\n  {question}")
    print(f"  before {before}\n  after  {after}", flush=True)
    allowed = {200, 400, 414} | ({503} if clients > 1 else set())
    return set(told.statuses) <= allowed and question.told.statuses[200] > 0 and not told.slow


def main() -> None:
    parser = argparse.ArgumentParser(description="send a server what breaks servers")
    parser.add_argument("index", type=Path)
    parser.add_argument("--made", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--plain", default="government", help="a plain query that is to be answered among them")
    given = parser.parse_args()
    asked = list(addresses(given.made))
    port = given.port or find_port()
    with tempfile.TemporaryDirectory() as folder:
        command = broadsheet_command("serve", "--index-dir", given.index, "--port", port)
        log = Path(folder) / "server.log"
        with start_server(command, log, f"http://127.0.0.1:{port}", "/readyz") as (server, _):
            kept = measure(port, server.pid, asked, 1, given.plain)
            kept &= measure(port, server.pid, asked, given.clients, given.plain)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
