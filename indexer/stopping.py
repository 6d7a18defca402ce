"""Ctrl-C and SIGTERM: the first ends a run in good order, the second ends the process at once.

At once is safe: a commit is one rename, and what is not committed is swept by the next writer.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Self, TypeVar

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """While it is entered: `requested` is the number of the first signal, 0 while none has come.

    `until_stopped` passes values on until then. Waiting for the next value is cut short, or a reader that hangs on a
    pipe would hold the run for ever; what is done with a value is not.
    """

    def __init__(self) -> None:
        self.requested = 0
        self._is_waiting = False
        self._before: list[tuple[int, object]] = []

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = [(number, signal.signal(number, self._receive)) for number in _SIGNALS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before:
            signal.signal(number, handler)  # type: ignore[arg-type]

    def until_stopped(self, values: Iterable[T]) -> Iterator[T]:
        iterator = iter(values)
        while not self.requested:
            try:
                self._is_waiting = True
                value = next(iterator)
                self._is_waiting = False
            except StopIteration:
                return
            except KeyboardInterrupt:
                self.requested = self.requested or signal.SIGINT
                return
            finally:
                self._is_waiting = False
            yield value

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self.requested:
            sys.stderr.write("stopped at once; what was reported as committed is safe\n")
            sys.stderr.flush()
            os._exit(128 + number)
        self.requested = number
        if self._is_waiting:
            self._is_waiting = False
            raise KeyboardInterrupt
