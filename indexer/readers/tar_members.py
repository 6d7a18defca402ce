"""A tar archive, as it goes by -> its members: name and content of each, one after the other.

Headers are read by the standard library; the walk is our own, because what `tarfile` remembers of every member grows
with the archive, and what it reads of a long name is as long as the archive says.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import Final

from indexer.readers.members import NOT_REGULAR, Member, exactly, fail_archive, refuse_member
from indexer.readers.streams import DamagedError, PieceReader

_BLOCK: Final = 512
_MAX_NAME_BYTES: Final = 1024 * 1024
_LONG_NAME, _LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_PAX, _PAX_GLOBAL, _PAX_SOLARIS = tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE
_NOTES = frozenset({_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _PAX_SOLARIS})
_KINDS: Final = {
    tarfile.LNKTYPE: "a link to another member",
    tarfile.SYMTYPE: "a link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a file with holes",
}


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar archive: its first header adds up."""
    if len(head) < _BLOCK or not head[:_BLOCK].strip(b"\0"):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def read_tar(reader: PieceReader) -> Iterator[Member]:
    """Members that are files, and what else was found in their place. Raises DamagedError where the archive ends too
    early or a header does not add up; the members before it have been given."""
    name, size = "", None
    while (header := _read_header(reader)) is not None:
        if header.type in _NOTES:
            content = _read_note(reader, header.size)
            if header.type == _LONG_NAME:
                name = content.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif header.type in {_PAX, _PAX_SOLARIS}:
                name, size = _read_pax(content, name)
            continue
        size_bytes = header.size if size is None else size
        shown = name or header.name
        name, size = "", None
        if header.type == tarfile.DIRTYPE:
            continue
        kind = _KINDS.get(header.type)
        content_end = reader.tell() + size_bytes
        end = reader.tell() + -(-size_bytes // _BLOCK) * _BLOCK
        if kind is not None:
            yield refuse_member(shown, NOT_REGULAR, kind)
            if header.type != tarfile.GNUTYPE_SPARSE:
                continue  # whatever size a link says it has, nothing follows it
        else:
            yield Member(shown, exactly(reader, size_bytes, "tar"))
        _pass_over(reader, content_end - reader.tell())
        reader.skip(end - reader.tell())


def _read_header(reader: PieceReader) -> tarfile.TarInfo | None:
    """None at the end, which is an empty block: an archive that was cut off between two members has none."""
    block = reader.read(_BLOCK)
    if block and not block.strip(b"\0"):
        return None
    if len(block) < _BLOCK:
        raise _truncated(reader)
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise fail_archive(reader, DamagedError("damaged tar", f"a header that does not add up: {error}")) from error
    if header.size < 0:
        raise fail_archive(reader, DamagedError("damaged tar", "a member with less than nothing in it"))
    return header


def _read_note(reader: PieceReader, size: int) -> bytes:
    if size > _MAX_NAME_BYTES:
        raise fail_archive(reader, DamagedError("damaged tar", f"a name of {size:,} bytes"))
    padded = -(-size // _BLOCK) * _BLOCK
    content = reader.read(padded)
    if len(content) < padded:
        raise _truncated(reader)
    return content[:size]


def _read_pax(content: bytes, name: str) -> tuple[str, int | None]:
    """The path and the size that a list of `LENGTH KEY=VALUE` lines gives the next member."""
    size: int | None = None
    at = 0
    while at < len(content):
        length, _, _ = content[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) <= len(length) + 2:
            break
        key, _, value = content[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        if key == b"path":
            name = value.decode("utf-8", "surrogateescape")
        elif key == b"size" and value.isdigit() and len(value) < 20:
            size = int(value)
        at += int(length)
    return name, size


def _pass_over(reader: PieceReader, size: int) -> None:
    if size > 0 and reader.skip(size) < size:
        raise _truncated(reader)


def _truncated(reader: PieceReader) -> DamagedError:
    return fail_archive(reader, DamagedError("truncated tar"))
