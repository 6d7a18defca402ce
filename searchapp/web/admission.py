"""Who is let in: so many requests are answered at once, so many more wait, and the rest are told to come back.

A queue without an end would make everybody wait for longer than anybody does. What asks after the service's health is
let in always. Limits by client are off unless they are set.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import threading
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Final

from flask import Flask, Response, request

from indexer.settings import Settings
from searchapp.ingest.intake import MOST_INGESTING
from searchapp.search.service import SearchService
from searchapp.web.failures import RefusedError

#: What is not searched for: health, what is printed once, and what waits for a commit with a queue of its own.
_FREE: Final = frozenset({"health.healthz", "health.readyz", "metrics.show_metrics", "static"})
_INGEST: Final = frozenset({"ingest.ingest", "ingest.delete"})
#: A client may be ahead of its limit by so many seconds' worth of requests, or by the few that a page needs.
_BURST_S: Final = 10.0
_LEAST_BURST: Final = 10
_CLIENTS: Final = 1 << 16
#: Where it is noted in a request's environment which line it stands in, and how long it has to stay away.
_LINE: Final = "broadsheet.line"
_LEFT_S: Final = "broadsheet.left_s"
#: How long it waited in it, and what is no wait.
_WAITED_MS: Final = "broadsheet.waited_ms"
_AT_ONCE_MS: Final = 1.0
_TIME: Final = struct.Struct("<d")


class Queue:
    """`at_once` requests are in, `length` more wait for `wait_s` seconds at most, first come, first served: who leaves
    hands the place on. (A semaphore lets whoever comes at that moment overtake those that wait.) Safe to share between
    threads."""

    def __init__(self, at_once: int, length: int, wait_s: float) -> None:
        self._free = at_once
        self._length = length
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._line: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        return len(self._line)

    def enter(self) -> bool:
        """False where the queue is full, or the wait was too long."""
        with self._lock:
            if self._free:  # then nobody waits
                self._free -= 1
                return True
            if len(self._line) >= self._length:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._line.append(turn)
        if turn.acquire(timeout=self._wait_s):
            return True
        with self._lock:
            if turn in self._line:
                self._line.remove(turn)
                return False
        return True  # it was this one's turn at the last moment

    def leave(self) -> None:
        with self._lock:
            if self._line:
                self._line.popleft().release()
            else:
                self._free += 1


class RateLimit:
    """So many requests a minute from each client, evenly, with a burst to begin with.

    Of each client the time is kept at which it is level with its limit (the generic cell rate algorithm), in a table
    that all worker processes map: whichever of them a client meets, it is the same client. Two clients may share a
    place in the table, once in 65,536 pairs; an update may be lost between two processes, and lets one request more
    in. `clock` gives seconds, the same in every process.
    """

    def __init__(self, per_minute: int, table: Path | None, clock: Callable[[], float] = monotonic) -> None:
        self._interval_s = 60.0 / per_minute
        self._burst_s = max(_BURST_S, _LEAST_BURST * self._interval_s)
        self._clock = clock
        if table is None:
            self._table = mmap.mmap(-1, _CLIENTS * _TIME.size)
        else:
            with table.open("r+b") as file:
                self._table = mmap.mmap(file.fileno(), _CLIENTS * _TIME.size)
        self._lock = threading.Lock()

    @staticmethod
    def make_table(path: Path) -> None:
        path.write_bytes(bytes(_CLIENTS * _TIME.size))

    def take(self, client: str) -> float:
        """0 where the client may go on, else the seconds until it may."""
        place = int.from_bytes(hashlib.blake2b(client.encode("utf-8", "replace"), digest_size=2).digest()) * _TIME.size
        now = self._clock()
        with self._lock:
            (level,) = _TIME.unpack_from(self._table, place)
            level = max(level, now)
            if level - now > self._burst_s - self._interval_s:
                return float(level - now - self._burst_s + self._interval_s)
            _TIME.pack_into(self._table, place, level + self._interval_s)
        return 0.0


def take_off_wait(find_service: Callable[[], SearchService]) -> Callable[[], SearchService]:
    """The service as views find it: whoever waited for a place has the rest of the time that a search may take."""

    def find() -> SearchService:
        service = find_service()
        waited_ms = request.environ.get(_WAITED_MS, 0.0)
        return service if waited_ms < _AT_ONCE_MS else service.after(waited_ms)

    return find


def admit_requests(app: Flask, settings: Settings, queue: Queue, limits: Path | None) -> None:
    """`limits` is the table that worker processes share."""
    ingesting = Queue(MOST_INGESTING, 0, 0.0)
    rate = RateLimit(settings.rate_limit_per_minute, limits) if settings.rate_limit_per_minute else None
    header = settings.client_header

    def enter() -> None:
        endpoint = request.endpoint
        if endpoint in _FREE:
            return
        if rate is not None:
            # Of several proxies the nearest has seen the client that it names last.
            given = request.headers.get(header, "").rpartition(",")[2].strip() if header else ""
            left_s = rate.take(given or request.remote_addr or "")
            if left_s:
                request.environ[_LEFT_S] = left_s
                raise RefusedError(
                    "rate_limited", f"more than {settings.rate_limit_per_minute:,} requests a minute; try again later"
                )
        line = ingesting if endpoint in _INGEST else queue
        came = monotonic()
        if not line.enter():
            raise RefusedError("queue_full", "more requests than can be answered or wait here; try again in a moment")
        request.environ[_LINE] = line
        request.environ[_WAITED_MS] = (monotonic() - came) * 1000

    def leave(_: BaseException | None) -> None:
        line = request.environ.pop(_LINE, None)
        if line is not None:
            line.leave()

    def say_when(response: Response) -> Response:
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            left_s = request.environ[_LEFT_S]
            response.headers["Retry-After"] = str(max(1, -int(-left_s // 1)))
        return response

    app.before_request(enter)
    app.after_request(say_when)
    app.teardown_request(leave)
