r"""Whoosh's file storage with the two promises it does not make: a commit survives a power cut, and a table of contents
cannot run code.

Whoosh renames a new table of contents into place without a single fsync, so after a power cut the name may be there
and what it names may not. Here it is gathered in memory, written and synced under another name, and renamed; then the
folder is synced. Segment files are synced by those who write them, and named by nobody before.

A pickle cannot tell that a byte of it has flipped. So a table of contents ends, behind everything that Whoosh reads of
it, in a seal of 12 bytes: the CRC-32 of all before it (uint32, little-endian) and `BSHTOC1\n`.
"""

from __future__ import annotations

import ctypes
import errno
import io
import os
import pickle
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from indexer.errors import IndexDamagedError

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
#: `AT_FDCWD` and `RENAME_EXCHANGE` of Linux.
_HERE: Final = -100
_EXCHANGE: Final = 2


class DurableStorage(FileStorage):  # type: ignore[misc]
    """A folder of index files. `rename_file`, which is how Whoosh commits, makes a table of contents durable.

    `sealed` tells that a table of contents without its seal is a damaged one; before version 3 of the schema none had
    a seal.
    """

    def __init__(self, folder: Path, *, sealed: bool = True) -> None:
        super().__init__(str(folder))
        self._is_sealed = sealed
        #: Tables of contents that have no name yet.
        self._unnamed: dict[str, bytes] = {}
        self._opened: list[BinaryIO] | None = None

    def list(self) -> Sequence[str]:
        """Raises OSError, where Whoosh would take the folder for an empty one and count generations from 0 again."""
        return [path.name for path in Path(self.folder).iterdir()]

    def create_file(self, name: str, **_: Any) -> Any:  # noqa: ANN401 Whoosh's options and file
        """A table of contents: nothing else is written through Whoosh."""

        def keep(file: Any) -> None:  # noqa: ANN401 Whoosh's file
            self._unnamed[name] = file.file.getvalue()

        return StructFile(io.BytesIO(), name=name, onclose=keep)

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
        content = self._unnamed.pop(oldname)
        path = Path(self._fpath(oldname))
        write_synced(path, content + _seal_of(content))
        try:
            super().rename_file(oldname, newname, safe=safe)
        except BaseException:
            _remove_quietly(path)
            raise
        sync_path(Path(self.folder))

    def _read_contents(self, path: Path) -> bytes:
        content = path.read_bytes()
        if self._is_sealed and not has_whole_seal(content):
            raise IndexDamagedError(
                f"{path} is damaged in bytes 0 to {len(content)}; restore it from a backup", (0, len(content))
            )
        return content


def write_synced(path: Path, content: bytes) -> None:
    """Make a file of this content, on the disk when this returns; its name is not yet. Where that fails no file is left
    behind. Raises OSError."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        _remove_quietly(path)
        raise


def make_folder(path: Path) -> None:
    """Make a folder and those above it, so that their names survive a power cut. Raises OSError."""
    above = path.parent
    if not above.exists():
        make_folder(above)
    path.mkdir(exist_ok=True)
    if os.access(above, os.R_OK):  # in a folder that may not be read, nothing can be synced
        sync_path(above)


def exchange_names(one: Path, other: Path) -> bool:
    """Have each lie where the other lay, in one step: nobody ever sees neither. False where the system cannot do that.
    Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):  # Linux has it
        return False
    if library.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS}:  # this file system does not
        return False
    raise OSError(code, os.strerror(code), str(other))


def has_whole_seal(content: bytes) -> bool:
    """Whether this is, byte for byte, what was sealed."""
    sealed, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    return seal == _seal_of(sealed)


def _seal_of(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little") + _SEAL_MAGIC


def _remove_quietly(path: Path) -> None:
    """What cannot be removed now is swept by the next writer; the failure before it is the one to tell."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def sync_path(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unpickle_plain(content: bytes) -> Any:  # noqa: ANN401 whatever stands there
    """Text, numbers, lists and the like. Raises UnpicklingError for everything that has a name."""
    return _AllowListed(io.BytesIO(content), frozenset()).load()


class _AllowListed(pickle.Unpickler):
    def __init__(self, file: BinaryIO, allowed: frozenset[tuple[str, str]]) -> None:
        super().__init__(file)
        self._allowed = allowed

    def find_class(self, module_name: str, global_name: str, /) -> Any:  # noqa: ANN401 any class of the list
        if (module_name, global_name) not in self._allowed:
            message = f"an index file names {module_name}.{global_name}, which no index needs"
            raise pickle.UnpicklingError(message)
        return super().find_class(module_name, global_name)


class _CheckedFile(StructFile):  # type: ignore[misc]
    file: BinaryIO

    def read_pickle(self) -> Any:  # noqa: ANN401 Whoosh's lists and dicts
        return _AllowListed(self.file, _ALLOWED).load()
