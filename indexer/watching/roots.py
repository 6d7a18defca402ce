"""The paths that are watched, and whether they are there: a disk may be unmounted, a folder replaced by another."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path


class Presence(Enum):
    SAME = "same"
    GONE = "gone"
    #: There again, or another than before under the same name.
    NEW = "new"


class Root:
    """`given` is the path as it was named, `real` the same without links, as the index knows it."""

    def __init__(self, given: Path) -> None:
        self.given = given
        self.real = os.path.realpath(given)
        self._identity = self._identify()

    @property
    def is_unchanged(self) -> bool:
        """Whether it is there, and the same as at the last look."""
        return self._identity is not None and self._identity == self._identify()

    @property
    def is_file(self) -> bool:
        return os.path.isfile(self.real)  # noqa: PTH113 beside the rest

    @property
    def folder(self) -> str:
        """The folder that a file lies in."""
        return os.path.dirname(self.real)  # noqa: PTH120 beside the rest

    @property
    def holds_something(self) -> bool:
        """An empty folder may be the place where a disk was."""
        if self.is_file:
            return True
        try:
            with os.scandir(self.real) as entries:
                return any(True for _ in entries)
        except OSError:
            return False

    def look(self) -> Presence:
        """What has become of it since the last time."""
        before, real_before = self._identity, self.real
        self.real = os.path.realpath(self.given)
        self._identity = self._identify()
        if self._identity is None:
            return Presence.GONE if before is not None else Presence.SAME
        return Presence.SAME if (before, real_before) == (self._identity, self.real) else Presence.NEW

    def holds(self, path: str) -> bool:
        return path == self.real or path.startswith(self.real.rstrip(os.sep) + os.sep)

    def _identify(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self.real)  # noqa: PTH116 beside the rest
        except OSError:
            return None
        # A file is replaced by another whenever it is written anew, and stays the same root.
        return (status.st_dev, status.st_ino if os.path.isdir(self.real) else 0)  # noqa: PTH112 beside the rest
