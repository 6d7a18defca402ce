"""Sends a real server what breaks parsers and servers, and says what became of it.

    python -m benchmarks.hostile INDEX [--made 100000] [--clients 16] [--minutes 25]

Everything of `tests/searchapp/web/hostile.py` goes to page and endpoint, and as many made queries, first one at a
time, then from so many clients at once; of the made ones every tenth goes to the page. Told are the answers by status,
the slowest answer and the slowest search by its own account, what `/healthz` took meanwhile, whether a plain query
among them was answered, and what the server weighed at the start, on the way and at the end: memory, open files,
threads. Who was told 503 waits as long as `Retry-After` says, as clients should. Each half ends after so many minutes,
and says how far it came. Ends with 1 where a promise is broken.
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
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

import orjson

from benchmarks.load.services import broadsheet_command, find_port, start_server
from benchmarks.speed.processes import weigh_tree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "searchapp" / "web"))
from hostile import LONGEST_ADDRESS, SEARCHED, all_addresses, made_queries, search_in

#: What a server may take beyond the deadline of a search, in seconds.
OVER_S: Final = 0.2
DEADLINE_S: Final = 1.0
HEALTH_S: Final = 0.1
_SEED: Final = 20261
_TIMEOUT_S: Final = 30.0
_TOLD_EVERY: Final = 10_000
_PAGE_EVERY: Final = 10


@dataclass
class Told:
    """Answers by status, the slowest with the start of what was asked, the slowest search by its own account, how many
    searches took longer than they may, an answer that should not be, how much was not sent."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: str = ""
    searched_s: float = 0.0
    searched: str = ""
    late: int = 0
    wrong: str = ""
    left: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answer: Answer, asked: str) -> None:
        with self.lock:
            self.statuses[answer.status] += 1
            self.late += answer.searched_s > DEADLINE_S + OVER_S
            if answer.took_s > self.slowest_s:
                self.slowest_s, self.slowest = answer.took_s, asked[:80]
            if answer.searched_s > self.searched_s:
                self.searched_s, self.searched = answer.searched_s, asked[:80]
            if answer.status not in _allowed(asked):
                self.wrong = f"{answer.status} for {asked[:80]!r}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Times are in seconds: until it was there, what the search took by its own account, how long to stay away."""

    status: int
    took_s: float
    searched_s: float = 0.0
    wait_s: float = 0.0


def _allowed(address: str) -> frozenset[int]:
    if len(address) > LONGEST_ADDRESS:
        return frozenset({414})
    return frozenset({400, 404, 503} if "/articles/" in address else {200, 400, 503})


class Client:
    """One connection, opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        started = time.perf_counter()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)
            self._connection.request("GET", address)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return Answer(0, time.perf_counter() - started)
        took_s = time.perf_counter() - started
        is_search = answer.status == 200 and address.startswith("/api/v1/search?")
        searched_s = orjson.loads(content)["took_ms"] / 1000 if is_search else 0.0
        return Answer(answer.status, took_s, searched_s, float(answer.headers.get("Retry-After", 0)))


def addresses(made: int) -> Iterator[str]:
    yield from all_addresses()
    for number, query in enumerate(made_queries(_SEED, made)):
        yield search_in(SEARCHED[number % _PAGE_EVERY == 0], query)


def send_all(port: int, pid: int, asked: Sequence[str], clients: int, until: float) -> Told:
    """`until` is when to stop, by the monotonic clock."""
    told, waiting, lock = Told(), iter(enumerate(asked)), threading.Lock()

    def work() -> None:
        client = Client(port)
        while True:
            with lock:
                number, address = next(waiting, (0, ""))
                if address and time.monotonic() > until:
                    told.left += 1
                    continue
            if not address:
                return
            if number % _TOLD_EVERY == 0:
                print(f"  {number:,} sent: {weigh_tree(pid)}", flush=True)
            while True:
                answer = client.get(address)
                told.add(answer, address)
                if answer.status != 503:
                    break
                time.sleep(min(max(answer.wait_s, 0.05), 2.0))

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
            answer = self._client.get(self._address)
            self.told.add(answer, self._address)
            self.took_s.append(answer.took_s)

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


def measure(port: int, pid: int, asked: Sequence[str], clients: int, plain: str, minutes: float) -> bool:
    """Print what happened; whether every promise was kept."""
    health, question = Watcher(port, "/healthz"), Watcher(port, f"/api/v1/search?q={quote_plus(plain)}")
    before = weigh_tree(pid)
    for watcher in (health, question):
        watcher.start()
    started = time.monotonic()
    told = send_all(port, pid, asked, clients, started + 60 * minutes)
    took_s = time.monotonic() - started
    for watcher in (health, question):
        watcher.stop()
    after = weigh_tree(pid)
    sent = len(asked) - told.left
    print(f"{clients} at a time: {sent:,} of {len(asked):,} in {took_s:,.0f} s: {dict(sorted(told.statuses.items()))}")
    print(f"  slowest answer {told.slowest_s:.2f} s ({told.slowest!r})")
    print(
        f"  slowest search {told.searched_s:.2f} s ({told.searched!r}), {told.late} beyond {DEADLINE_S + OVER_S:.1f} s"
    )
    print(f"  {health}\n  {question}")
    print(f"  before {before}\n  after  {after}", flush=True)
    if told.wrong:
        print(f"  not to be: {told.wrong}")
    may_be_full = clients > 1 or not told.statuses[503]
    return not told.wrong and may_be_full and question.told.statuses[200] > 0 and not told.late


def main() -> None:
    parser = argparse.ArgumentParser(description="send a server what breaks servers")
    parser.add_argument("index", type=Path)
    parser.add_argument("--made", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--plain", default="government", help="a plain query that is to be answered among them")
    parser.add_argument("--minutes", type=float, default=25.0, help="the longest that each half may take")
    given = parser.parse_args()
    asked = list(addresses(given.made))
    port = given.port or find_port()
    with tempfile.TemporaryDirectory() as folder:
        command = broadsheet_command("serve", "--index-dir", given.index, "--port", port)
        log = Path(folder) / "server.log"
        with start_server(command, log, f"http://127.0.0.1:{port}", "/readyz") as (server, _):
            kept = measure(port, server.pid, asked, 1, given.plain, given.minutes)
            kept &= measure(port, server.pid, asked, given.clients, given.plain, given.minutes)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
