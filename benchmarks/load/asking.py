"""wrk asks a service: one thread, some connections, the requests of a file in turn."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

_SCRIPT: Final = Path(__file__).with_name("ask.lua")
#: An answer that takes longer counts as failed.
_PATIENCE_S: Final = 30


class CannotMeasureError(Exception):
    """Says what is missing and what would bring it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `content` is the body of a POST."""

    path: str
    content: bytes = b""

    @property
    def method(self) -> str:
        return "POST" if self.content else "GET"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a service took. `refused` counts answers of 400 and more, `failed` those that did not come."""

    requests: int
    seconds: float
    median_ms: float
    p99_ms: float
    worst_ms: float
    refused: int
    failed: int

    @property
    def per_s(self) -> float:
        return self.requests / self.seconds


def find_wrk() -> str:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise CannotMeasureError("there is no wrk, which asks the services; on Debian: apt-get install wrk")
    return wrk


def write_requests(path: Path, asked: Sequence[Asked]) -> None:
    """For ask.lua."""
    lines = (b"\t".join((each.method.encode(), each.path.encode(), each.content)) for each in asked)
    path.write_bytes(b"\n".join(lines) + b"\n")


def ask_for_a_time(url: str, requests: Path, connections: int, seconds: int) -> Taken:
    """`requests` is a file that write_requests made. Raises RuntimeError where wrk fails."""
    timing = ("-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{_PATIENCE_S}s")
    done = subprocess.run(
        [find_wrk(), *timing, "-s", _SCRIPT, url, "--", requests],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 2 * _PATIENCE_S,
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise RuntimeError(f"wrk failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return Taken(**orjson.loads(lines[-1]))
