"""What a power cut leaves on a disk that keeps no more than it must: of everything that was not synced some is there,
some is not, and some is there in part, in whatever order.

A file keeps what was synced of it; of later writes any of the 512-byte sectors may be there, the others hold what
was there before, or zeros where the file has grown. A name (made, changed or taken away) is kept when its folder
was synced, and otherwise may be there or not, whatever became of others. A rename is one change: the new name leads
to the whole file or to what it led to before.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from interposed import Operation

SECTOR = 512
#: Of many changes that were not synced: none, all, the first so many, or any.
FATES = ("none", "all", "first", "any")


@dataclass
class _File:
    synced: bytes = b""
    now: bytearray = field(default_factory=bytearray)

    def write(self, offset: int, content: bytes) -> None:
        if offset > len(self.now):
            self.now.extend(bytes(offset - len(self.now)))
        self.now[offset : offset + len(content)] = content


#: New names, or None for a name that is taken away.
_Change = tuple[tuple[str, int | None], ...]


class ForgetfulDisk:
    """Takes what was done to the folder below `root`, which was not there before."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}
        self._synced_names: dict[str, int] = {}
        self._changes: list[tuple[str, _Change]] = []
        self._folder_change = False
        self._folder_synced = False

    def take(self, operation: Operation) -> None:
        match operation.kind:
            case "create":
                self._files[operation.file] = _File()
                self._change(operation.path, ((operation.path, operation.file),))
            case "write":
                self._files[operation.file].write(operation.offset, operation.content)
            case "fsync" if operation.file:
                file = self._files[operation.file]
                file.synced = bytes(file.now)
            case "fsync":
                self._sync_folder(operation.path)
            case "rename":
                number = self._names[operation.path]
                self._change(operation.other, ((operation.other, number), (operation.path, None)))
            case "unlink":
                if operation.path in self._names:
                    self._change(operation.path, ((operation.path, None),))
            case "mkdir":
                self._folder_change = True

    def _change(self, path: str, change: _Change) -> None:
        self._apply(self._names, change)
        self._changes.append((os.path.dirname(path), change))

    def _apply(self, names: dict[str, int], change: _Change) -> None:
        for name, number in change:
            if number is None:
                names.pop(name, None)
            else:
                names[name] = number

    def _sync_folder(self, path: str) -> None:
        if path == os.path.dirname(self._root):
            self._folder_synced = self._folder_change
        for folder, change in self._changes:
            if folder == path:
                self._apply(self._synced_names, change)
        self._changes = [(folder, change) for folder, change in self._changes if folder != path]

    def now(self) -> dict[str, bytes]:
        """By name what a program sees, of files that were made here."""
        return {os.path.basename(name): bytes(self._files[number].now) for name, number in self._names.items()}

    def cut(self, chosen: random.Random, target: Path) -> None:
        """Make `target` what may be left of the folder when the power goes now."""
        if not self._folder_synced and chosen.random() < 0.5:
            return  # the folder itself is forgotten
        target.mkdir()
        names = dict(self._synced_names)
        for _, change in _keep_some(chosen, self._changes):
            self._apply(names, change)
        for name, number in names.items():
            (target / os.path.basename(name)).write_bytes(_keep_of(chosen, self._files[number]))


def _keep_some(chosen: random.Random, changes: Sequence[tuple[str, _Change]]) -> list[tuple[str, _Change]]:
    match chosen.choice(FATES):
        case "none":
            return []
        case "all":
            return list(changes)
        case "first":
            return list(changes[: chosen.randint(0, len(changes))])
    return [change for change in changes if chosen.random() < 0.5]


def _keep_of(chosen: random.Random, file: _File) -> bytes:
    now = bytes(file.now)
    if now == file.synced:
        return now
    match chosen.choice(FATES):
        case "none":
            return file.synced
        case "all":
            return now
        case "first":
            return now[: chosen.randint(0, len(now))]
    before = file.synced.ljust(len(now), b"\0")
    sectors = range(0, len(now), SECTOR)
    return b"".join((now if chosen.random() < 0.5 else before)[at : at + SECTOR] for at in sectors)
