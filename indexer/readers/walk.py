"""Paths given on the command line -> files to read, in a stable order, each real file once.

Folders are read in place, names in order of their bytes. Nothing is passed over in silence: what is not given on to be
read comes out as skipped. Only regular files are ever opened by those who read them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.article import Place, Skipped
from indexer.errors import UsageError
from indexer.readers.pieces import EMPTY, HIDDEN, LEFTOVER, STANDARD_INPUT

SAME_FILE = "same file again"
UNREADABLE = "cannot be read"
VANISHED = "vanished before it was read"

_LEFTOVER_ENDINGS = ("~", ".swp", ".swo", ".bak", ".tmp", ".part", ".crdownload")
_LEFTOVER_NAMES = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file with something in it. `path` is as given, or below a folder as given; `real_path` is absolute
    and without links: what pruning goes by."""

    path: Path
    real_path: Path
    size_bytes: int


def walk_files(paths: Sequence[Path]) -> Iterator[FoundFile | Skipped]:
    """Raises UsageError at once, before anything is read, when a path does not exist or none is given."""
    if not paths:
        raise UsageError("nothing to read: name at least one file or folder")
    demand_there(paths)
    return _Walk(paths).files()


def walk_some(paths: Sequence[Path], some: Sequence[str]) -> Iterator[FoundFile | Skipped]:
    """The same for some files alone, by their real paths, which lie under these paths or are one of them."""
    return _Walk(paths).some(some)


def demand_there(paths: Sequence[Path]) -> None:
    """Raises UsageError when a path does not exist."""
    missing = [str(path) for path in paths if not os.path.exists(path)]  # noqa: PTH110 Path.exists raises on odd names
    if missing:
        raise UsageError(f"there is no {' and no '.join(missing)}; nothing was read")


class _Walk:
    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._roots = [os.path.realpath(path) for path in paths]
        # Only where one file can be met twice are files remembered: a million of them would cost 100 MB.
        self._remember_all = any(
            _is_within(one, other)
            for position, one in enumerate(self._roots)
            for other in self._roots[:position] + self._roots[position + 1 :]
        )
        self._seen: set[tuple[int, int]] = set()

    def files(self) -> Iterator[FoundFile | Skipped]:
        for path, root in zip(self._paths, self._roots, strict=True):
            if str(path) == STANDARD_INPUT:
                yield FoundFile(path, path, 0)
                continue
            # A link given by name is followed: it was asked for.
            yield from self._tree(path, root)

    def some(self, real_paths: Sequence[str]) -> Iterator[FoundFile | Skipped]:
        for real in real_paths:
            holding = [pair for pair in zip(self._paths, self._roots, strict=True) if _is_within(real, pair[1])]
            folder = os.path.dirname(real)  # noqa: PTH120 hot path
            if not holding or os.path.realpath(folder) != folder:
                # What was a folder when the file was seen is a link by now.
                yield Skipped(Place(real), VANISHED, "a folder above it has become a link")
                continue
            path, root = holding[0]
            yield from self._tree(path if real == root else path / os.path.relpath(real, root), real)

    def _tree(self, top: Path, real_top: str) -> Iterator[FoundFile | Skipped]:
        pending = [(top, real_top)]
        while pending:
            path, real = pending.pop()
            if real != real_top and (reason := passed_over(path.name)):
                yield Skipped(Place(str(path)), reason)
                continue
            try:
                status = os.lstat(real)
                if stat.S_ISDIR(status.st_mode):
                    names = sorted((entry.name for entry in os.scandir(real)), key=os.fsencode, reverse=True)
                    pending.extend((path / name, os.path.join(real, name)) for name in names)  # noqa: PTH118 hot path
                    continue
                outcome = (
                    self._take_link(path, real) if stat.S_ISLNK(status.st_mode) else self._take(path, real, status)
                )
            except FileNotFoundError:
                outcome = Skipped(Place(str(path)), VANISHED)
            except OSError as error:
                outcome = Skipped(Place(str(path)), UNREADABLE, error.strerror or str(error))
            yield outcome

    def _take(self, path: Path, real: str, status: os.stat_result, *, via_link: bool = False) -> FoundFile | Skipped:
        place = Place(str(path))
        if not stat.S_ISREG(status.st_mode):
            return Skipped(place, "not a regular file", _kind(status.st_mode))
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return Skipped(place, SAME_FILE, f"is {real}")
        if self._remember_all or via_link or status.st_nlink > 1:
            self._seen.add(identity)
        if status.st_size == 0:
            return Skipped(place, EMPTY)
        if not os.access(real, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            return Skipped(place, UNREADABLE, "permission denied")
        return FoundFile(path, Path(real), status.st_size)

    def _take_link(self, path: Path, link: str) -> FoundFile | Skipped:
        place = Place(str(path))
        real = os.path.realpath(link)
        try:
            status = Path(real).stat()
        except OSError as error:  # ELOOP too: links that lead to each other
            return Skipped(place, "broken link", f"{real}: {error.strerror}")
        roots = [root for root in self._roots if _is_within(real, root)]
        if not roots:
            return Skipped(place, "link out of the given paths", f"leads to {real}; name it to have it read")
        if stat.S_ISDIR(status.st_mode):
            return Skipped(
                place, "link loop" if _is_within(link, real) else "link to a folder", f"{real} is read where it is"
            )
        if any(_is_walked(real, root) for root in roots):
            return Skipped(place, SAME_FILE, f"{real} is read where it is")
        return self._take(path, real, status, via_link=True)


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_walked(real: str, root: str) -> bool:
    """Whether a file below a root is met under its own name: neither it nor a folder above it is passed over."""
    return not any(map(passed_over, Path(real).relative_to(root).parts))


def passed_over(name: str) -> str:
    """Why a name inside a folder is not read, "" if it is."""
    if name.startswith("."):
        return HIDDEN
    if name in _LEFTOVER_NAMES or name.endswith(_LEFTOVER_ENDINGS) or (name.startswith("#") and name.endswith("#")):
        return LEFTOVER
    return ""


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
