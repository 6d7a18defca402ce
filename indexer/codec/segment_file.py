r"""One file a segment: named arrays, aligned, mapped, each with checksums.

    offset 0     magic `BSHSEG1\n`, then zeros up to 64
    64 ...       the sections, each starting at a multiple of 64 bytes, little-endian, zeros between them
    ...          the directory: JSON with `version`, `facts` (what the writer wants to say) and `sections`, a list of
                 `name`, `offset`, `size` (bytes), `dtype`, `shape`, `checksums` (CRC-32 of each `CHUNK` bytes)
    last 24      length of the directory (uint64), its CRC-32 (uint64), magic again

The sections of a segment are those of group.py, key_terms.py, columns.py, stored.py and stories.py; its facts are
`documents` (how many it holds, deleted ones included), `title_average` and `body_average` (lengths in positions, over
all of these).

A segment file is written once, synced, and never changed. Opening reads the directory alone and checks it and the
file's length, so that it takes no longer for a large one. A section of at most `CHUNK` bytes is checked when it is
first asked for; longer ones by `check`, which reads everything, and by `check_some`, which goes on where it was.
Nothing in the file is code: sections are numbers and bytes.
"""

from __future__ import annotations

import math
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import orjson

from indexer.errors import IndexDamagedError, IndexVersionError

FORMAT_VERSION: Final = 2
#: What columns and stored articles can still be read of, for `rebuild`; its postings are not.
OLDEST_VERSION: Final = 1
CHUNK: Final = 1 << 20
_MAGIC: Final = b"BSHSEG1\n"
_ALIGNMENT: Final = 64
_TAIL: Final = 24
_ALLOWED_TYPES: Final = frozenset({"u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f4", "<f8", "|u1"})

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Section:
    """Where an array lies. `checksums` has the CRC-32 of each `CHUNK` bytes of it."""

    name: str
    offset: int
    size: int
    dtype: str
    shape: tuple[int, ...]
    checksums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Bytes of a file and their checksum; None where they are zeros."""

    first: int
    end: int
    checksum: int | None


class SegmentFileWriter:
    """Writes sections one after the other; `finish` makes the file whole and durable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")
        self._file.write(_MAGIC.ljust(_ALIGNMENT, b"\0"))
        self._sections: list[Section] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()  # which writes what is buffered, and fails on a full disk
        finally:
            if kind is not None:
                with suppress(OSError):  # swept by the next writer
                    self._path.unlink(missing_ok=True)

    def add(self, name: str, array: Array) -> None:
        """Append one array, little-endian whatever the machine."""
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        self._append(name, little.dtype.str, little.shape, (little,))

    def add_parts(self, name: str, dtype: npt.DTypeLike, parts: Iterable[Array]) -> None:
        """Append one flat array that comes in parts, so that none has to hold all of it."""
        kind = np.dtype(dtype).newbyteorder("<")
        self._append(name, kind.str, None, (np.ascontiguousarray(part, kind) for part in parts))

    def _append(self, name: str, dtype: str, shape: tuple[int, ...] | None, parts: Iterable[Array]) -> None:
        offset = self._file.tell()
        checksums: list[int] = []
        size = checksum = 0
        for part in parts:
            view = memoryview(part.reshape(-1).view(np.uint8).data) if part.size else memoryview(b"")
            while len(view):
                piece = view[: CHUNK - size % CHUNK]
                checksum = zlib.crc32(piece, checksum)
                self._file.write(piece)
                size += len(piece)
                view = view[len(piece) :]
                if size % CHUNK == 0:
                    checksums.append(checksum)
                    checksum = 0
        if size % CHUNK:
            checksums.append(checksum)
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNMENT))
        counted = (size // np.dtype(dtype).itemsize,) if shape is None else shape
        self._sections.append(Section(name, offset, size, dtype, counted, tuple(checksums)))

    def finish(self, facts: Mapping[str, object]) -> int:
        """Write the directory and sync; returns the size in bytes."""
        directory = orjson.dumps({"version": FORMAT_VERSION, "facts": facts, "sections": self._sections})
        self._file.write(directory)
        self._file.write(len(directory).to_bytes(8, "little") + zlib.crc32(directory).to_bytes(8, "little") + _MAGIC)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()


class SegmentFile:
    """A mapped segment. Arrays are read-only views of the map; they keep it open for as long as they live."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._identity = _identity_of(os.fstat(file.fileno()))
        except FileNotFoundError as error:
            raise IndexDamagedError(f"{path} is missing; restore it from a backup") from error
        except ValueError as error:
            raise IndexDamagedError(f"{path} is empty; restore it from a backup", (0, 0)) from error
        self.facts, self._sections = self._read_directory()
        #: Sections that were read whole and found to be what was written.
        self._sound: set[str] = set()
        #: How many stretches of the file `check_some` has read.
        self._read_stretches = 0
        self._is_checked = False

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def array(self, name: str) -> Array:
        """A section as an array of the shape and type that it was written with. Raises IndexDamagedError for a short
        one that is not what was written."""
        section = self._sections[name]
        if section.size <= CHUNK and name not in self._sound:
            for stretch in _cut(section):
                self._demand(stretch)
            self._sound.add(name)
        flat = np.frombuffer(self._map, section.dtype, offset=section.offset, count=int(np.prod(section.shape)))
        return flat.reshape(section.shape)

    def is_still_there(self) -> bool:
        """Whether its path leads to this file, and not to one that was restored in its place, or to none."""
        try:
            return _identity_of(self.path.stat()) == self._identity
        except FileNotFoundError:
            return False

    def release_pages(self) -> None:
        """Have this process hold no page of the map; what is read next comes from the system's cache or the disk."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def size_of(self, name: str) -> int:
        """Bytes of a section."""
        return self._sections[name].size

    def range_of(self, name: str) -> tuple[int, int]:
        """First byte of a section and the one after its last."""
        section = self._sections[name]
        return section.offset, section.offset + section.size

    def __len__(self) -> int:
        """Bytes of the file."""
        return len(self._map)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._sections)

    def damaged_ranges(self) -> Iterator[tuple[int, int]]:
        """First byte and the one after the last of every stretch whose checksum does not hold."""
        for stretch in self._stretches():
            if not self._is_sound(stretch):
                yield stretch.first, stretch.end

    def check(self) -> None:
        """Read the whole file, once in the life of this object. Raises IndexDamagedError at the first damage."""
        if not self._is_checked:
            for stretch in self._stretches():
                self._demand(stretch)
            self._is_checked = True

    def check_some(self, most_bytes: int) -> int:
        """Read on where this left off, about so many bytes at most; gives how many, 0 when all are read. Raises
        IndexDamagedError. For one thread at a time."""
        done = 0
        if not self._is_checked and most_bytes > 0:
            for stretch in islice(self._stretches(), self._read_stretches, None):
                self._demand(stretch)
                self._read_stretches += 1
                done += stretch.end - stretch.first
                if done >= most_bytes:
                    return done
            self._is_checked = True
        return done

    def copy_to(self, path: Path) -> None:
        """The same file under another name, which must not be there yet, synced; also of one that was removed
        meanwhile. Raises OSError."""
        with path.open("xb") as file:
            for first in range(0, len(self._map), CHUNK):
                last = min(first + CHUNK, len(self._map))
                file.write(self._map[first:last])
                self._release(first, last)
            file.flush()
            os.fsync(file.fileno())

    def _demand(self, stretch: _Stretch) -> None:
        if not self._is_sound(stretch):
            self._fail(stretch.first, stretch.end)

    def _is_sound(self, stretch: _Stretch) -> bool:
        content = self._map[stretch.first : stretch.end]
        if stretch.first == 0:
            return content == _MAGIC.ljust(_ALIGNMENT, b"\0")
        if stretch.checksum is None:
            return not any(content)
        self._release(stretch.first, stretch.end)
        return zlib.crc32(content) == stretch.checksum

    def _stretches(self) -> Iterator[_Stretch]:
        """Every byte in front of the directory, which was checked when the file was opened."""
        yield _Stretch(0, _ALIGNMENT, None)
        end = _ALIGNMENT
        for section in self._sections.values():
            yield _Stretch(end, section.offset, None)
            yield from _cut(section)
            end = section.offset + section.size
        yield _Stretch(end, self._directory_at, None)

    def _release(self, first: int, last: int) -> None:
        """Reading all of a file must not make the process look as large as the file."""
        if last - first == CHUNK and hasattr(mmap, "MADV_DONTNEED"):
            start = first - first % mmap.PAGESIZE
            self._map.madvise(mmap.MADV_DONTNEED, start, last - start)

    def _read_directory(self) -> tuple[Mapping[str, Any], dict[str, Section]]:
        size = len(self._map)
        tail = self._map[max(0, size - _TAIL) :]
        length = int.from_bytes(tail[:8], "little")
        if size < _ALIGNMENT + _TAIL or tail[16:] != _MAGIC or length > size - _ALIGNMENT - _TAIL:
            self._fail(max(0, size - _TAIL), size)
        first = size - _TAIL - length
        raw = self._map[first : size - _TAIL]
        if zlib.crc32(raw) != int.from_bytes(tail[8:16], "little"):
            self._fail(first, size)
        self._directory_at = first
        directory = orjson.loads(raw)
        self.version = directory["version"]
        if not OLDEST_VERSION <= self.version <= FORMAT_VERSION:
            raise IndexVersionError(
                f"{self.path} has segment format {self.version}, this is {FORMAT_VERSION}; run: broadsheet rebuild"
            )
        sections = {
            section["name"]: Section(
                section["name"],
                section["offset"],
                section["size"],
                section["dtype"],
                tuple(section["shape"]),
                tuple(section["checksums"]),
            )
            for section in directory["sections"]
        }
        for section in sections.values():
            fits = section.offset >= _ALIGNMENT and section.offset + section.size <= first
            if section.dtype not in _ALLOWED_TYPES or not fits or section.size != _bytes_of(section):
                self._fail(first, size)
        return directory["facts"], sections

    def _fail(self, first: int, last: int) -> None:
        raise IndexDamagedError(
            f"{self.path} is damaged in bytes {first} to {last}; restore it from a backup, or index its articles again",
            (first, last),
        )


def _identity_of(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _cut(section: Section) -> Iterator[_Stretch]:
    """A section as it is checksummed."""
    end = section.offset + section.size
    for number, checksum in enumerate(section.checksums):
        first = section.offset + number * CHUNK
        yield _Stretch(first, min(first + CHUNK, end), checksum)


def _bytes_of(section: Section) -> int:
    return math.prod(section.shape) * np.dtype(section.dtype).itemsize
