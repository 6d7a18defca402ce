"""The thread beside the reading: it comes when there is work, does it in order, and goes when there is none."""

from __future__ import annotations

import threading
import time

import pytest

from indexer.backends import side_thread
from indexer.backends.side_thread import SideThread

WITHIN_S = 60.0


def test_a_thread_without_work_ends_and_another_comes_with_the_next_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_thread, "_IDLE_S", 0.05)
    before = threading.active_count()
    doers = [SideThread() for _ in range(5)]
    done: list[int] = []
    for turn in range(3):
        for number, doer in enumerate(doers):
            doer.do(lambda number=number: done.append(number), 1)
            doer.wait()
        assert done == list(range(5)) * (turn + 1)
        until = time.monotonic() + WITHIN_S
        while threading.active_count() > before:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_what_a_task_raised_is_raised_where_it_is_waited_for() -> None:
    doer = SideThread()

    def fail() -> None:
        raise ValueError("no room")

    doer.do(fail, 1)
    with pytest.raises(ValueError, match="no room"):
        doer.wait()
    doer.do(lambda: None, 1)
    doer.wait()
