"""The first stage of reading: paths -> pieces of files, in a stable order, each file's format told by its content.

It is cheap: bytes are unpacked and cut where lines, members or files end, and understood by nobody. What a piece says
is read by `read.py`, in the same process or in another. Nothing stops the run but a path that does not exist.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from indexer.article import Place, Skipped
from indexer.readers.contents import Layer, cut_file
from indexer.readers.fields import NO_MAP, FieldMap
from indexer.readers.pieces import STANDARD_INPUT, FileDone, Piece
from indexer.readers.streams import DamagedError, Meter
from indexer.readers.walk import UNREADABLE, VANISHED, FoundFile, walk_files, walk_some

_BEFORE_DAMAGE = "what came before the damage was read"


def cut_files(
    paths: Sequence[Path], on_position: Callable[[int], None] | None = None, *, field_map: FieldMap = NO_MAP
) -> Iterator[Piece | Skipped | FileDone]:
    """Every file's pieces in order, then its FileDone. Raises UsageError at once, before anything is read, when a path
    does not exist. `on_position` is told how many bytes of the file in hand were read so far: for a progress bar."""
    return _cut_found(walk_files(paths), on_position, field_map)


def cut_some(
    paths: Sequence[Path], some: Sequence[str], *, field_map: FieldMap = NO_MAP
) -> Iterator[Piece | Skipped | FileDone]:
    """The same for some files alone, by their real paths, which lie under these paths or are one of them."""
    return _cut_found(walk_some(paths, some), None, field_map)


def _cut_found(
    found_files: Iterator[FoundFile | Skipped],
    on_position: Callable[[int], None] | None,
    field_map: FieldMap = NO_MAP,
) -> Iterator[Piece | Skipped | FileDone]:
    for found in found_files:
        if isinstance(found, Skipped):
            yield found
            continue
        yield from _cut_file(found, on_position, field_map)
        yield FileDone(str(found.path), found.real_path, found.size_bytes)


def _cut_file(
    found: FoundFile, on_position: Callable[[int], None] | None, field_map: FieldMap
) -> Iterator[Piece | Skipped]:
    place = Place(str(found.path))
    try:
        with _open(found) as file:
            before = os.fstat(file.fileno())
            try:
                for piece in cut_file(file, Layer(place, found.path.name, Meter(), field_map)):
                    if on_position is not None and file.seekable():
                        on_position(file.tell())
                    yield piece
            except DamagedError as error:
                yield Skipped(
                    place, str(error), f"{error.detail}; {_BEFORE_DAMAGE}" if error.detail else _BEFORE_DAMAGE
                )
            after = os.fstat(file.fileno())
            if place.path != STANDARD_INPUT and _is_another(before, after):
                yield Skipped(place, "changed while it was read", "index it again when it is complete")
    except FileNotFoundError:
        yield Skipped(place, VANISHED)
    except OSError as error:
        yield Skipped(place, UNREADABLE, error.strerror or str(error))


def _is_another(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def _open(found: FoundFile) -> BinaryIO:
    """Never waits for a file: a pipe that took its name since it was found is refused. Standard input may be anything,
    and stays open."""
    if str(found.path) == STANDARD_INPUT:
        return os.fdopen(os.dup(0), "rb")
    descriptor = os.open(found.real_path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file any more")
    return os.fdopen(descriptor, "rb")
