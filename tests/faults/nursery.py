"""A process that has everything loaded and compiled, and forks off a new one for each task: real processes, to be
killed by the thousand, that cost no import.

Tasks come as lines of JSON on standard input. Every line that a task says goes to standard output, between `started
PID` and `ended STATUS`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

PROJECT = Path(__file__).resolve().parents[2]
KILLED = signal.SIGKILL
_READY = "ready"


class Task:
    """A forked process and what it says."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self.said: list[str] = []
        #: As `waitstatus_to_exitcode` has it: an exit code, or a signal below zero.
        self.ended: int | None = None

    def read_line(self) -> str | None:
        """The next line that it says; None when it has ended."""
        if self.ended is not None:
            return None
        line = self._nursery.read_line()
        if line.startswith("ended "):
            self.ended = int(line.split()[1])
            return None
        self.said.append(line)
        return line

    def wait(self) -> int:
        while self.read_line() is not None:
            pass
        assert self.ended is not None
        return self.ended

    def kill(self, number: int = KILLED) -> None:
        with suppress(ProcessLookupError):  # it has ended, and the nursery has not said so yet
            os.kill(self.pid, number)


class Nursery:
    def __init__(self) -> None:
        paths = os.pathsep.join([str(PROJECT), str(PROJECT / "tests/faults"), str(PROJECT / "tests/oracle")])
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": paths},
            cwd=PROJECT,
        )
        self._last: Task | None = None
        assert self.read_line() == _READY

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._end_last()
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def read_line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery has ended"
        return line.rstrip("\n")

    def start(self, call: str, **arguments: Any) -> Task:
        """Call this function of `tasks.py` in a new process."""
        assert self._process.stdin is not None
        self._end_last()
        order = {"call": call, "arguments": {name: _plain(value) for name, value in arguments.items()}}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        # Of a run that was killed, a worker may say its last word now.
        while not (line := self.read_line()).startswith("started "):
            pass
        self._last = Task(self, int(line.split()[1]))
        return self._last

    def _end_last(self) -> None:
        """Of a test that failed, the process is still there, and the nursery waits for it."""
        if self._last is not None and self._last.ended is None:
            self._last.kill()
            self._last.wait()

    def run(self, call: str, **arguments: Any) -> list[str]:
        """The same; gives what it said when it has ended well."""
        task = self.start(call, **arguments)
        assert task.wait() == 0, task.said
        return task.said


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def say(line: str) -> None:
    """One line, at once and whole, whatever becomes of the process afterwards."""
    os.write(1, f"{line}\n".encode())


@contextmanager
def _lines() -> Iterator[Iterator[str]]:
    # Not through a buffer: what it held would be in every process that is forked off.
    def read() -> Iterator[str]:
        waiting = b""
        while content := os.read(0, 65536):
            waiting += content
            *lines, waiting = waiting.split(b"\n")
            yield from (line.decode() for line in lines)

    yield read()


def main() -> None:
    import tasks

    tasks.warm_up()
    say(_READY)
    with _lines() as lines:
        for line in lines:
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                _run(getattr(tasks, order["call"]), order["arguments"])
            _, status = os.waitpid(pid, 0)
            say(f"ended {os.waitstatus_to_exitcode(status)}")


def _run(call: Any, arguments: dict[str, Any]) -> None:
    code = 1
    try:
        say(f"started {os.getpid()}")
        call(**arguments)
        code = 0
    except BaseException:  # noqa: BLE001 the process ends here
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
