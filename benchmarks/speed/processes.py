"""Runs a measurement in a process of its own and watches the memory of that process and of those that it starts.

Memory is the sum of proportional set sizes (PSS) of the process tree, so that what processes share counts once. `own`
leaves out pages of files, which the system takes back when it needs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import orjson

from benchmarks.speed.results import PROJECT

_EVERY_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Ran:
    """`said` is what a child printed as JSON on its last line, None for other programs. Peaks are in MB; `cpu_s` is
    the time that processors worked for it and for those that it started."""

    took_s: float
    cpu_s: float
    peak_mb: float
    peak_own_mb: float
    said: Any


def run_child(task: str, options: Mapping[str, object]) -> Ran:
    """A task of `children.py`."""
    return run_watched([sys.executable, "-m", "benchmarks.speed.children", task, orjson.dumps(options).decode()])


def run_watched(command: Sequence[str]) -> Ran:
    """Raises RuntimeError with the last lines of what the program said when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    started, worked = perf_counter(), _children_cpu_s()
    child = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    watch = _Watch(child.pid)
    watch.start()
    printed, complained = child.communicate()
    took_s, cpu_s = perf_counter() - started, _children_cpu_s() - worked
    watch.stop()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)[:200]} failed:\n{complained.decode(errors='replace')[-2000:]}")
    lines = printed.splitlines()
    said = orjson.loads(lines[-1]) if lines and lines[-1].startswith(b"{") else None
    return Ran(took_s, cpu_s, watch.peak_mb, watch.peak_own_mb, said)


def own_cpu_s() -> float:
    """Processor time of this process and of those children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def memory_of(pid: int) -> Mapping[str, int]:
    """The lines of `smaps_rollup` in bytes; empty for a process that has ended."""
    found: dict[str, int] = {}
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return found
    for line in text.splitlines()[1:]:
        name, _, size = line.partition(":")
        found[name] = int(size.split()[0]) * 1024
    return found


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process and all that descend from it hold: memory that is no file's, open files, threads."""

    own_mb: float
    files: int
    threads: int


def weigh_tree(root: int) -> Weight:
    pids = process_tree(root)
    found = [memory_of(pid) for pid in pids]
    own = sum(each.get("Pss", 0) - each.get("Pss_File", 0) for each in found)
    return Weight(own / 1e6, sum(_count(pid, "fd") for pid in pids), sum(_count(pid, "task") for pid in pids))


def _count(pid: int, what: str) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/{what}").iterdir())
    except OSError:  # it has just ended
        return 0


def run_task(tasks: Mapping[str, Callable[..., object]]) -> None:
    """In a child: the task that the command line names, with its options; prints what it gives, as JSON."""
    task, options = sys.argv[1:]
    plain: dict[str, Any] = orjson.loads(options)
    print(orjson.dumps(tasks[task](**plain)).decode())


def process_tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    pids = [root]
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                pids.extend(int(child) for child in thread.read_text(encoding="ascii").split())
            except OSError:  # it has just ended
                continue
    return pids


class _Watch(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak_mb = 0.0
        self.peak_own_mb = 0.0

    def run(self) -> None:
        while not self._ended.wait(_EVERY_S):
            found = [memory_of(pid) for pid in process_tree(self._pid)]
            total = sum(each.get("Pss", 0) for each in found)
            files = sum(each.get("Pss_File", 0) for each in found)
            self.peak_mb = max(self.peak_mb, total / 1e6)
            self.peak_own_mb = max(self.peak_own_mb, (total - files) / 1e6)

    def stop(self) -> None:
        self._ended.set()
        self.join()
