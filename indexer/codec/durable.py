r"""Whoosh's file storage with the two promises it does not make: a commit survives a power cut, and a table of contents
cannot run code.

Whoosh renames a new table of contents into place without a single fsync, so after a power cut the name may be there
and what it names may not. Here every file written since the last commit reaches the disk before the rename, and the
rename itself after it.

A pickle cannot tell that a byte of it has flipped. So a table of contents ends, behind everything that Whoosh reads of
it, in a seal of 12 bytes: the CRC-32 of all before it (uint32, little-endian) and `BSHTOC1\n`.
"""

from __future__ import annotations

import io
import os
import pickle
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from indexer.errors import IndexBusyError, IndexDamagedError

#: What the segment list of a table of contents is made of. Everything else that a pickle can name is refused.
_ALLOWED = frozenset(
    {
        ("builtins", "object"),
        ("builtins", "set"),
        ("builtins", "int"),
        ("builtins", "long"),
        ("__builtin__", "set"),
        ("__builtin__", "int"),
        ("__builtin__", "object"),
        ("collections", "defaultdict"),
        ("copy_reg", "_reconstructor"),
        ("copyreg", "_reconstructor"),
        ("whoosh.codec.whoosh3", "W3Segment"),
        ("whoosh.codec.whoosh3", "W3Codec"),
        ("indexer.codec.whoosh_codec", "BroadsheetSegment"),
    }
)


CONTENTS_SUFFIX: Final = ".toc"
_SEAL_MAGIC: Final = b"BSHTOC1\n"
_SEAL_BYTES: Final = 4 + len(_SEAL_MAGIC)


class DurableStorage(FileStorage):  # type: ignore[misc]
    """A folder of index files. `rename_file`, which is how Whoosh commits, first makes durable what was created.

    `sealed` tells that a table of contents without its seal is a damaged one; before version 3 of the schema none had
    a seal.
    """

    def __init__(self, folder: Path, *, sealed: bool = True) -> None:
        super().__init__(str(folder))
        self._is_sealed = sealed
        self._unsynced: set[str] = set()
        self._opened: list[BinaryIO] | None = None

    def create_file(self, name: str, **options: Any) -> Any:  # noqa: ANN401 Whoosh's options and file
        self._unsynced.add(name)
        return super().create_file(name, **options)

    def open_file(self, name: str, **options: Any) -> Any:  # noqa: ANN401 Whoosh's options and file
        path = Path(self._fpath(name))
        # Whoosh forgets to close a table of contents that it cannot read, so it gets one that needs no closing.
        file: BinaryIO = io.BytesIO(self._read_contents(path)) if path.suffix == CONTENTS_SUFFIX else path.open("rb")
        if self._opened is not None:
            self._opened.append(file)
        return _CheckedFile(file, name=name, **options)

    @contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """Whoosh leaves files open when it cannot make a reader of them; whatever was opened inside is closed then."""
        self._opened = []
        try:
            yield
        except BaseException:
            for file in self._opened:
                file.close()
            raise
        finally:
            self._opened = None

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        if newname.endswith(CONTENTS_SUFFIX):
            append_seal(Path(self._fpath(oldname)))
        for name in self._unsynced:
            path = Path(self._fpath(name))
            if path.exists():  # the parts of a compound segment are gone by now
                sync_path(path)
        self._unsynced.clear()
        super().rename_file(oldname, newname, safe=safe)
        sync_path(Path(self.folder))

    def _read_contents(self, path: Path) -> bytes:
        content = path.read_bytes()
        if self._is_sealed and not has_whole_seal(content):
            raise IndexDamagedError(
                f"{path} is damaged in bytes 0 to {len(content)}; restore it from a backup", (0, len(content))
            )
        return content


def append_seal(path: Path) -> None:
    """End a file that is written otherwise in its checksum."""
    checksum = zlib.crc32(path.read_bytes())
    with path.open("ab") as file:
        file.write(checksum.to_bytes(4, "little") + _SEAL_MAGIC)


def has_whole_seal(content: bytes) -> bool:
    """Whether this is, byte for byte, what was sealed."""
    sealed, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    return seal == zlib.crc32(sealed).to_bytes(4, "little") + _SEAL_MAGIC


def sync_path(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def take_lock(lock: Any, folder: Path) -> None:  # noqa: ANN401 Whoosh's lock
    """Raises IndexBusyError at once where another process has it; the system frees it when that process ends."""
    if not lock.acquire():
        raise IndexBusyError(f"another process is writing to {folder}; wait until it has finished")


class _AllowListed(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:  # noqa: ANN401 any class of the list
        if (module_name, global_name) not in _ALLOWED:
            message = f"an index file names {module_name}.{global_name}, which no index needs"
            raise pickle.UnpicklingError(message)
        return super().find_class(module_name, global_name)


class _CheckedFile(StructFile):  # type: ignore[misc]
    file: BinaryIO

    def read_pickle(self) -> Any:  # noqa: ANN401 Whoosh's lists and dicts
        return _AllowListed(self.file).load()
