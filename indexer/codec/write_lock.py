"""Who may write: one process at a time, by a lock that the system frees when its holder ends, however it ends.

The lock lies on a file, and in this file its holder leaves a note that says who it is, for those who wait. The note
decides nothing: that of a process which was killed stays until the next holder writes its own over it.
"""

from __future__ import annotations

import os
import shlex
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from indexer.codec.durable import DurableStorage
from indexer.errors import IndexBusyError

_LOOK_EVERY_S: Final = 0.02
_MOST_COMMAND_CHARS: Final = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that writes. `since` is RFC 3339, in UTC."""

    pid: int
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"process {self.pid}{where} ({self.command}), since {self.since}"


class WriteLock:
    """For one process; what is forked off it calls `detach`."""

    def __init__(self, storage: DurableStorage, name: str) -> None:
        self._folder = storage.folder
        self._path = Path(storage.folder) / name
        self._lock: Any = storage.lock(name)

    def acquire(self, wait_s: float = 0.0, say: Callable[[str], None] | None = None) -> None:
        """`say` is told that there is somebody to be waited for. Raises IndexBusyError, which names the holder, where
        another still has it when the wait is over."""
        until = time.monotonic() + wait_s
        is_told = False
        while not self._lock.acquire():
            left_s = until - time.monotonic()
            if left_s <= 0:
                holder = self._name_holder()
                who = f": {holder}" if holder else ""
                raise IndexBusyError(
                    f"another process is writing to {self._folder}{who}; wait until it has finished", holder
                )
            if say is not None and not is_told:
                say(f"waiting for {self._name_holder() or 'another process'} to finish writing ...")
                is_told = True
            time.sleep(min(left_s, _LOOK_EVERY_S))
        self._write_note(orjson.dumps(asdict(_this_process())))

    def release(self) -> None:
        self._write_note(b"")
        self._lock.release()

    def detach(self) -> None:
        """In a process that was forked off: leave the lock to the one that took it."""
        os.close(self._lock.fd)

    def _write_note(self, content: bytes) -> None:
        # On a full disk there is no note, and the lock is as good: to make room, something must be deleted first.
        with suppress(OSError):
            os.ftruncate(self._lock.fd, 0)
            os.pwrite(self._lock.fd, content, 0)

    def _name_holder(self) -> str:
        """Nothing where it has not said who it is, or where the note is that of a process which is gone."""
        try:
            said = orjson.loads(self._path.read_bytes())
            holder = Holder(int(said["pid"]), str(said["host"]), str(said["command"]), str(said["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        is_here = holder.host == socket.gethostname()
        return "" if is_here and not _is_running(holder.pid) else str(holder)


def _this_process() -> Holder:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    if len(command) > _MOST_COMMAND_CHARS:
        command = f"{command[:_MOST_COMMAND_CHARS]}..."
    return Holder(os.getpid(), socket.gethostname(), command, datetime.now(UTC).isoformat(timespec="seconds"))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
