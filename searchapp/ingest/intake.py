"""Where requests hand in what they want of the index, and wait until it is on the disk and can be searched.

One thread writes for all of them. What queues while it writes goes into its next commit together, so that many who
write at once do not wait for as many commits. The index is free for other writers whenever nobody queues, and for a
moment every few seconds when somebody always does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from indexer.backends.choosing import open_or_create_index
from indexer.backends.port import IndexWriter
from indexer.errors import ArchiveError
from indexer.settings import Settings
from searchapp.ingest.group import GroupWriter, leading_group
from searchapp.ingest.jobs import Done, Job

#: Requests that may wait for their commit in one process: more would take the threads that searches need.
MOST_INGESTING: Final = 8
#: How long another writer is waited for.
_WAIT_FOR_WRITER_S: Final = 5.0
_MOST_HELD_S: Final = 5.0
_LEFT_FREE_S: Final = 0.3

_log = logging.getLogger("broadsheet.ingest")


class _HandedIn:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.finished = threading.Event()
        self.done: Done | None = None
        self.error: Exception | None = None


class Intake:
    """Safe to share between threads. `refresh` has the service of this process search what was just committed."""

    def __init__(self, settings: Settings, refresh: Callable[[], None]) -> None:
        self._settings = settings
        self._refresh = refresh
        self._changed = threading.Condition()
        self._waiting: deque[_HandedIn] = deque()
        self._thread: threading.Thread | None = None
        #: When nobody queued the last time.
        self._freed = time.monotonic()

    @property
    def queued(self) -> int:
        """Jobs that wait for their commit."""
        return len(self._waiting)

    def hand_in(self, job: Job) -> Done:
        """Do it, and come back when it is durable. Raises IndexBusyError where another process goes on writing, and
        other ArchiveErrors; then nothing of it was done, on a cluster perhaps a part: handed in again, it is done."""
        handed_in = _HandedIn(job)
        with self._changed:
            self._waiting.append(handed_in)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="broadsheet-intake", daemon=True)
                self._thread.start()
        handed_in.finished.wait()
        if handed_in.error is not None:
            raise handed_in.error
        assert handed_in.done is not None, "what has not failed is done"
        return handed_in.done

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
            try:
                self._write_for_a_while()
            except Exception as error:  # noqa: BLE001 told to whoever waits, and logged where nobody does
                _log.warning("not written: %s", error)
                _fail(self._take_all(), error)
            # Others ask after the writer from time to time: where somebody always queues here, they would never get it.
            if not self._waiting:
                self._freed = time.monotonic()
            elif time.monotonic() - self._freed >= _MOST_HELD_S:
                time.sleep(_LEFT_FREE_S)
                self._freed = time.monotonic()

    def _write_for_a_while(self) -> None:
        until = time.monotonic() + _MOST_HELD_S
        group: list[_HandedIn] = []
        try:
            with self._wait_for_writer() as writer:
                group_writer = GroupWriter(writer)
                while time.monotonic() < until and (group := self._take_group()):
                    self._finish(group, group_writer.write([each.job for each in group]))
                    group = []
                group_writer.tidy()
        except ArchiveError as error:
            _fail(group, error)
            raise
        except Exception as error:
            if not group:
                raise
            if len(group) == 1:
                _fail(group, error)
            else:
                self._write_one_by_one(group)

    def _write_one_by_one(self, group: list[_HandedIn]) -> None:
        """One of them has brought the others down: it has to fail alone."""
        for each in group:
            try:
                with self._wait_for_writer() as writer:
                    self._finish([each], GroupWriter(writer).write([each.job]))
            except Exception as error:  # noqa: BLE001 told to whoever waits
                _fail([each], error)

    def _finish(self, group: list[_HandedIn], done: tuple[Done, ...]) -> None:
        try:
            self._refresh()
        except Exception:  # noqa: BLE001 what is committed is committed; the service looks for it again in a moment
            _log.exception("committed, and could not be opened")
        for each, its in zip(group, done, strict=True):
            each.done = its
            each.finished.set()

    def _take_group(self) -> list[_HandedIn]:
        with self._changed:
            count = leading_group(each.job for each in self._waiting)
            return [self._waiting.popleft() for _ in range(count)]

    def _take_all(self) -> list[_HandedIn]:
        with self._changed:
            return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _wait_for_writer(self) -> IndexWriter:
        index = open_or_create_index(self._settings)
        return index.writer(self._settings.writer_memory_mb, wait_s=_WAIT_FOR_WRITER_S)


def _fail(group: list[_HandedIn], error: Exception) -> None:
    for each in group:
        each.error = error
        each.finished.set()
