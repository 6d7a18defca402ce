"""Stands between a program and the file system: sees every file operation below a folder, and may refuse it, end the
process in the middle of it, or write it down.

Writing is seen as the system sees it: not what a program hands to a buffer, but each write that a buffer makes.
"""

from __future__ import annotations

import builtins
import errno
import io
import mmap
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

OPENING = frozenset({"open", "create", "list", "map"})
NEEDS_ROOM = frozenset({"create", "write", "mkdir", "rename", "link"})
CHANGING = NEEDS_ROOM | {"fsync", "unlink", "rmdir"}


@dataclass(frozen=True, slots=True)
class Operation:
    """`file` tells files apart whatever they are called meanwhile; 0 where none is open. `half` does the first half
    of a write."""

    kind: str
    path: str
    other: str = ""
    file: int = 0
    offset: int = 0
    content: bytes = b""
    half: Callable[[], object] | None = field(default=None, compare=False)


class Hook(Protocol):
    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any: ...


class Count:
    """Lets everything through."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any:
        self.seen.append(operation.kind)
        return do()


class EndAt:
    """Ends the process, as `kill -9` does, at the operation of this number; a write is half done then."""

    def __init__(self, number: int) -> None:
        self._left = number

    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any:
        if self._left == 0:
            if operation.half:
                operation.half()
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        return do()


class FailAt:
    """Refuses the operation of this number among those of these kinds, and all after it where the trouble `lasts`."""

    def __init__(self, number: int, code: int, kinds: frozenset[str], *, lasts: bool) -> None:
        self._left = number
        self._code = code
        self._kinds = kinds
        self._lasts = lasts
        self.failed = 0

    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any:
        if operation.kind not in self._kinds:
            return do()
        self._left -= 1
        if self._left == -1 or (self._left < 0 and self._lasts):
            self.failed += 1
            if operation.half and self._code == errno.ENOSPC:
                operation.half()
            raise OSError(self._code, os.strerror(self._code), operation.path)
        return do()


class Record:
    """Writes down what has been done, in the order in which it was."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any:
        done = do()
        self.operations.append(operation)
        return done

    def note(self, kind: str, number: int) -> None:
        self.operations.append(Operation(kind, "", offset=number))


@contextmanager
def interposed(folder: Path, hook: Hook) -> Iterator[None]:
    """While this lasts, operations below `folder` (and the making of it) go through `hook`."""
    with pytest.MonkeyPatch.context() as patch:
        _Patches(folder, hook).apply(patch)
        yield


class _Patches:
    def __init__(self, folder: Path, hook: Hook) -> None:
        self._root = str(folder.absolute())
        self._hook = hook
        self._paths: dict[int, tuple[str, int]] = {}
        self._files = 0

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        opened = self._open(io.open)
        patch.setattr(io, "open", opened)
        patch.setattr(builtins, "open", opened)
        patch.setattr(os, "open", self._os_open(os.open))
        patch.setattr(os, "fsync", self._fsync(os.fsync))
        patch.setattr(os, "listdir", self._one_path("list", os.listdir))
        patch.setattr(os, "mkdir", self._one_path("mkdir", os.mkdir))
        patch.setattr(os, "rmdir", self._one_path("rmdir", os.rmdir))
        patch.setattr(os, "unlink", self._one_path("unlink", os.unlink))
        patch.setattr(os, "rename", self._two_paths("rename", os.rename))
        patch.setattr(os, "replace", self._two_paths("rename", os.replace))
        patch.setattr(os, "link", self._two_paths("link", os.link))
        patch.setattr(mmap, "mmap", self._map(mmap.mmap))

    def is_below(self, path: object) -> bool:
        if not isinstance(path, str | os.PathLike):
            return False
        text = os.path.abspath(os.fspath(path))
        return text == self._root or text.startswith(f"{self._root}/")

    def perform(self, operation: Operation, do: Callable[[], Any]) -> Any:
        return self._hook.perform(operation, do)

    def _open(self, really: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
            if not self.is_below(path):
                return really(path, mode, *args, **options)
            name = os.path.abspath(path)
            if not set(mode) & set("wxa+"):
                return self.perform(Operation("open", name), lambda: really(path, mode, *args, **options))
            assert "b" in mode, "only bytes are written"
            self._files += 1
            number = self._files
            raw = self.perform(Operation("create", name, file=number), lambda: _SeenFile(path, mode, self, number))
            self._paths[raw.fileno()] = name, number
            return io.BufferedWriter(raw)

        return opened

    def _os_open(self, really: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Any, flags: int, *args: Any, **options: Any) -> int:
            if not self.is_below(path):
                return really(path, flags, *args, **options)
            name = os.path.abspath(path)
            descriptor: int = self.perform(Operation("open", name), lambda: really(path, flags, *args, **options))
            self._paths[descriptor] = name, 0
            return descriptor

        return opened

    def _fsync(self, really: Callable[[int], None]) -> Callable[[int], None]:
        def synced(descriptor: int) -> None:
            if descriptor not in self._paths:
                return really(descriptor)
            name, number = self._paths[descriptor]
            self.perform(Operation("fsync", name, file=number), lambda: really(descriptor))
            return None

        return synced

    def _one_path(self, kind: str, really: Callable[..., Any]) -> Callable[..., Any]:
        def done(path: Any = ".", *args: Any, **options: Any) -> Any:
            if options.get("dir_fd") is not None or not self.is_below(path):
                return really(path, *args, **options)
            return self.perform(Operation(kind, os.path.abspath(path)), lambda: really(path, *args, **options))

        return done

    def _two_paths(self, kind: str, really: Callable[..., Any]) -> Callable[..., Any]:
        def done(source: Any, target: Any, *args: Any, **options: Any) -> Any:
            if not self.is_below(target):
                return really(source, target, *args, **options)
            operation = Operation(kind, os.path.abspath(source), os.path.abspath(target))
            return self.perform(operation, lambda: really(source, target, *args, **options))

        return done

    def _map(self, really: Callable[..., Any]) -> Callable[..., Any]:
        def mapped(descriptor: int, *args: Any, **options: Any) -> Any:
            if descriptor < 0 or not self.is_below(path := os.readlink(f"/proc/self/fd/{descriptor}")):
                return really(descriptor, *args, **options)
            return self.perform(Operation("map", path), lambda: really(descriptor, *args, **options))

        return mapped


class _SeenFile(io.FileIO):
    def __init__(self, path: Any, mode: str, patches: _Patches, number: int) -> None:
        super().__init__(path, mode.replace("b", ""))
        self._path = os.path.abspath(path)
        self._patches = patches
        self._number = number

    def write(self, content: Any) -> int:
        plain = bytes(content)
        half = plain[: len(plain) // 2]
        operation = Operation(
            "write", self._path, file=self._number, offset=self.tell(), content=plain,
            half=lambda: super(_SeenFile, self).write(half),
        )  # fmt: skip
        written: int = self._patches.perform(operation, lambda: super(_SeenFile, self).write(plain))
        return written
