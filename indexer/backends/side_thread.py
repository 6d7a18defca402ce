"""Where a packer's compiled work is done: at once, or beside the reading in a thread of its own.

Compiled loops hold no lock of the interpreter, so one process keeps two cores busy: one reads, one analyses.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

Task = Callable[[], None]

#: A thread without work ends after so long: whoever writes a batch now and then must not gather threads.
_IDLE_S: Final = 2.0
#: What may wait for the thread, in characters of text: as much as it does in a few seconds.
MOST_WAITING: Final = 32_000_000


class Doer(Protocol):
    """Does tasks in the order in which they come."""

    def do(self, task: Task, weight: int) -> None:
        """`weight` is in characters of text that the task holds. Raises what an earlier task raised."""
        ...

    def wait(self) -> None:
        """Until all is done. Raises what a task raised."""
        ...


class AtOnce:
    """Implements `Doer` in the thread that asks."""

    def do(self, task: Task, weight: int) -> None:  # noqa: ARG002 nothing waits
        task()

    def wait(self) -> None:
        pass


class SideThread:
    """Implements `Doer` in a thread of its own, which starts with a task and ends when there has been none for long."""

    def __init__(self) -> None:
        self._tasks: deque[tuple[Task, int]] = deque()
        self._waiting = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def do(self, task: Task, weight: int) -> None:
        with self._changed:
            self._raise_failure()
            self._changed.wait_for(lambda: self._waiting <= MOST_WAITING)
            self._tasks.append((task, weight))
            self._waiting += weight
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="packer", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._tasks)
            self._raise_failure()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: bool(self._tasks), _IDLE_S):
                    self._thread = None
                    return
                task, weight = self._tasks[0]
            try:
                task()
            except BaseException as error:  # noqa: BLE001 raised where it is waited for
                self._failure = error
            del task
            with self._changed:
                self._tasks.popleft()
                self._waiting -= weight
                self._changed.notify_all()
