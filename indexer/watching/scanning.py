"""What lies under a root right now, told by names and numbers alone: nothing is opened, no link is followed.

Names that reading passes over (hidden ones, leftovers of programs) are passed over here; whether a file can be read is
said by whoever reads it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.readers.walk import passed_over


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it looked at a moment. `stamp` is another one when its content may be another."""

    path: str
    stamp: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Folder:
    path: str


def scan_root(root: str, without: str = "") -> Iterator[Look | Folder]:
    """All folders and files of a root, each folder before what is in it, but for one folder. What vanishes meanwhile
    is left out."""
    pending = [root]
    while pending:
        path = pending.pop()
        if path == without:
            continue
        try:
            status = os.lstat(path)
            if not stat.S_ISDIR(status.st_mode):
                if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                    yield _look(path, status)
                continue
            yield Folder(path)
            pending.extend(entry.path for entry in os.scandir(path) if not passed_over(entry.name))
        except OSError:  # gone by now, or not for us to see: reading the root says so
            continue


def look_at(path: str) -> Look | Folder | None:
    """None where nothing is there that could be read."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return Folder(path)
    return _look(path, status) if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode) else None


def is_passed_over(path: str, root: str) -> bool:
    """Whether a path below a root has a name, its own or a folder's, that is not read."""
    return path != root and any(map(passed_over, Path(path).relative_to(root).parts))


def _look(path: str, status: os.stat_result) -> Look:
    # Access rights change the time of the last change too, and with them whether it can be read.
    stamp = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
    return Look(path, stamp.encode(), status.st_size)
