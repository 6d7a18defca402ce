"""A zip archive -> its members: name and content of each, one after the other, in memory that does not grow with it.

Where the file can be sought in, the directory at its end is walked, which alone says what the archive holds. Where it
cannot (inside another archive, from standard input) or the end is missing, members are taken as they go by. The
standard library holds the whole directory, and reads nothing of an archive without one.

Layout: PKWARE's APPNOTE 6.3, sections 4.3 to 4.5.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from indexer.readers.members import NOT_REGULAR, Member, exactly, fail_archive, refuse_member
from indexer.readers.streams import PIECE_BYTES, BombError, DamagedError, Meter, PieceReader

ZIP_START: Final = b"PK\x03\x04"
EMPTY_ZIP: Final = b"PK\x05\x06"
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_MAX_COMMENT: Final = 65_535
_DIRECTORY_BUFFER: Final = 65_536
_WHOLE_32: Final = 0xFFFFFFFF
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_UNIX: Final = 3
_AFTER_MEMBER: Final = (b"PK\x03\x04", b"PK\x01\x02", b"PK\x06\x06", b"PK\x05\x06", b"PK\x06\x08")
#: Descriptors behind a member, longest first: with and without their own mark, with sizes of 8 and of 4 bytes.
_DESCRIPTORS: Final = (24, 20, 16, 12)


@dataclass(frozen=True, slots=True)
class _Header:
    """A member by its header; `packed_bytes` is None where it follows the content. `is_link` only a directory knows."""

    name: str
    flags: int
    method: int
    crc: int
    packed_bytes: int | None
    offset: int = 0
    is_link: bool = False

    @property
    def refusal(self) -> tuple[str, str] | None:
        if self.is_link:
            return NOT_REGULAR, "a link"
        if self.flags & _ENCRYPTED:
            return "encrypted", "only whoever has the password can read it"
        if self.method not in {_STORED, _DEFLATED}:
            return "packed by a method that is not read", f"zip method {self.method}"
        return None


def read_zip_file(file: BinaryIO, meter: Meter) -> Iterator[Member] | None:
    """The members of an archive that can be sought in; None where it has no directory at its end, as one that was cut
    off. Raises DamagedError while it is walked."""
    size = file.seek(0, 2)
    found = _find_directory(file, size)
    return None if found is None else _walk_directory(file, size, *found, meter)


def read_zip_stream(reader: PieceReader, meter: Meter) -> Iterator[Member]:
    """The members as they go by. Raises DamagedError where the archive ends too early, or nobody can tell where a
    member ends; those before it have been given."""
    while True:
        start = reader.read(_LOCAL.size)
        if start[:4] in {b"PK\x01\x02", b"PK\x06\x06", EMPTY_ZIP, b"PK\x06\x08"}:
            return  # the directory begins: all members are behind us
        if len(start) < _LOCAL.size:
            raise fail_archive(reader, DamagedError("truncated zip"))
        if not start.startswith(ZIP_START):
            raise fail_archive(reader, DamagedError("damaged zip", f"no member where one should begin: {start[:4]!r}"))
        header = _read_local(reader, start)
        if header.name.endswith("/") and not header.packed_bytes and not header.flags & _SIZES_FOLLOW:
            continue
        yield from _give(reader, header, meter)


# A directory at the end


def _find_directory(file: BinaryIO, size: int) -> tuple[int, int, int] | None:
    """Where it begins, where it ends, and what stands before the archive, in bytes."""
    start = max(0, size - _MAX_COMMENT - _END.size)
    file.seek(start)
    tail = file.read(size - start)
    at = tail.rfind(EMPTY_ZIP)
    if at < 0 or len(tail) - at < _END.size:
        return None
    _, _, _, _, _, length, offset, _ = _END.unpack_from(tail, at)
    end = start + at
    if end >= _LOCATOR_64.size:
        file.seek(end - _LOCATOR_64.size)
        mark, _, at_64, _ = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
        if mark == b"PK\x06\x07":
            file.seek(min(at_64, size))
            content = file.read(_END_64.size)
            if len(content) < _END_64.size or not content.startswith(b"PK\x06\x06"):
                return None
            fields = _END_64.unpack(content)
            length, offset, end = fields[8], fields[9], at_64
    before = end - length - offset
    return None if before < 0 else (end - length, end, before)


def _walk_directory(file: BinaryIO, size: int, at: int, end: int, before: int, meter: Meter) -> Iterator[Member]:
    claimed = 0
    held, held_at = b"", at
    while at < end:
        if at + _CENTRAL.size + 3 * _MAX_COMMENT > held_at + len(held) < end:
            file.seek(at)
            held, held_at = file.read(min(end - at, _DIRECTORY_BUFFER + 4 * _MAX_COMMENT)), at
        header, length = _read_central(held, at - held_at)
        at += length
        claimed += header.packed_bytes or 0
        if claimed > size:
            raise BombError("its members claim more bytes than the file has: they overlap")
        if header.name.endswith("/"):
            continue
        refusal = header.refusal
        if refusal is not None:
            yield refuse_member(header.name, *refusal)
        else:
            yield Member(header.name, _unpack(_sought(file, before + header.offset, header, meter), header, meter))


def _read_central(held: bytes, at: int) -> tuple[_Header, int]:
    """The header at `at`, and its length."""
    if len(held) - at < _CENTRAL.size or not held.startswith(b"PK\x01\x02", at):
        raise DamagedError("damaged zip", "its directory does not add up")
    fields = _CENTRAL.unpack_from(held, at)
    made_by, flags, method, crc, packed, plain = fields[1], fields[3], fields[4], fields[7], fields[8], fields[9]
    name_length, extra_length, comment_length, attributes, offset = (*fields[10:13], fields[15], fields[16])
    name_at = at + _CENTRAL.size
    extra = held[name_at + name_length : name_at + name_length + extra_length]
    wide = _read_wide(extra, tuple(value == _WHOLE_32 for value in (plain, packed, offset)))
    is_link = made_by >> 8 == _UNIX and stat.S_ISLNK(attributes >> 16)
    header = _Header(
        *(_decode_name(held[name_at : name_at + name_length], flags), flags, method, crc),
        packed_bytes=packed if wide[1] is None else wide[1],
        offset=offset if wide[2] is None else wide[2],
        is_link=is_link,
    )
    return header, _CENTRAL.size + name_length + extra_length + comment_length


def _sought(file: BinaryIO, at: int, header: _Header, meter: Meter) -> Iterator[bytes]:
    """The packed content. The name stands once more before it, at another length."""
    file.seek(at)
    start = file.read(_LOCAL.size)
    if len(start) < _LOCAL.size or not start.startswith(ZIP_START):
        raise DamagedError("damaged zip", "the member is not where the directory says")
    name_length, extra_length = _LOCAL.unpack(start)[-2:]
    at += _LOCAL.size + name_length + extra_length
    left = header.packed_bytes or 0
    while left:
        # Others may have read elsewhere in the file since.
        file.seek(at)
        piece = file.read(min(left, PIECE_BYTES))
        if not piece:
            raise DamagedError("truncated zip")
        at += len(piece)
        left -= len(piece)
        meter.read_bytes += len(piece)
        yield piece


# Members as they go by


def _read_local(reader: PieceReader, start: bytes) -> _Header:
    fields = _LOCAL.unpack(start)
    flags, method, crc, packed, plain, name_length, extra_length = (*fields[2:4], *fields[6:11])
    content = reader.read(name_length + extra_length)
    if len(content) < name_length + extra_length:
        raise fail_archive(reader, DamagedError("truncated zip"))
    wide = _read_wide(content[name_length:], (plain == _WHOLE_32, packed == _WHOLE_32, False))
    packed_bytes = packed if wide[1] is None else wide[1]
    follows = flags & _SIZES_FOLLOW and not packed_bytes
    return _Header(_decode_name(content[:name_length], flags), flags, method, crc, None if follows else packed_bytes)


def _give(reader: PieceReader, header: _Header, meter: Meter) -> Iterator[Member]:
    refusal = header.refusal
    if header.packed_bytes is not None:
        end = reader.tell() + header.packed_bytes
        if refusal is not None:
            yield refuse_member(header.name, *refusal)
        else:
            yield Member(header.name, _unpack(exactly(reader, header.packed_bytes, "zip"), header, meter))
        for _ in exactly(reader, end - reader.tell(), "zip"):
            pass
        if header.flags & _SIZES_FOLLOW:
            _read_descriptor(reader)
    elif refusal is not None or header.method != _DEFLATED:
        yield refuse_member(
            header.name, *(refusal or ("size not known", "it was stored without saying how long it is"))
        )
        raise fail_archive(reader, DamagedError("damaged zip", f"nobody can tell where {header.name} ends"))
    else:
        pieces = _unpack_to_its_end(reader, meter)
        yield Member(header.name, pieces)
        for _ in pieces:
            pass
        _read_descriptor(reader)


def _unpack_to_its_end(reader: PieceReader, meter: Meter) -> Iterator[bytes]:
    """Of a member whose size follows: deflate knows its end by itself."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = b""
    is_over = False
    while not is_over:
        packed = packed or reader.next_piece()
        if not packed:
            raise fail_archive(reader, DamagedError("truncated zip"))
        try:
            unpacked = unpacker.decompress(packed, PIECE_BYTES * 4)
        except zlib.error as error:
            raise fail_archive(reader, DamagedError("damaged zip", str(error))) from error
        meter.count(len(unpacked))
        packed, is_over = unpacker.unconsumed_tail, unpacker.eof
        if is_over:
            reader.give_back(unpacker.unused_data)
        if unpacked:
            yield unpacked


def _read_descriptor(reader: PieceReader) -> None:
    """Checksum and sizes behind a member: of four lengths, the one behind which something begins."""
    content = reader.read(_DESCRIPTORS[0] + 4)
    for length in _DESCRIPTORS:
        has_mark = length in {16, 24}
        if content[length : length + 4] in _AFTER_MEMBER and content.startswith(b"PK\x07\x08") == has_mark:
            reader.give_back(content[length:])
            return
    raise fail_archive(reader, DamagedError("truncated zip" if len(content) < 28 else "damaged zip"))


# Both


def _unpack(packed: Iterator[bytes], header: _Header, meter: Meter) -> Iterator[bytes]:
    """The content, held to its checksum at the end. Raises DamagedError, which is the member's own."""
    crc = 0
    for piece in packed if header.method == _STORED else _inflate(packed):
        meter.count(len(piece))
        crc = zlib.crc32(piece, crc)
        yield piece
    if crc != header.crc and not (header.flags & _SIZES_FOLLOW and not header.crc):
        raise DamagedError("damaged zip member", "its checksum does not fit")


def _inflate(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            rest = piece
            while rest and not unpacker.eof:
                if unpacked := unpacker.decompress(rest, PIECE_BYTES * 4):
                    yield unpacked
                rest = unpacker.unconsumed_tail
        if unpacked := unpacker.flush():
            yield unpacked
    except zlib.error as error:
        raise DamagedError("damaged zip member", str(error)) from error
    if not unpacker.eof:
        raise DamagedError("damaged zip member", "it ends too early")


def _read_wide(extra: bytes, wanted: tuple[bool, ...]) -> tuple[int | None, ...]:
    """The numbers of 8 bytes that stand in for those marked as wanted, in their order (APPNOTE 4.5.3)."""
    found: list[int | None] = [None] * len(wanted)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = extra[at + 4 : at + 4 + length]
            place = 0
            for number, is_wanted in enumerate(wanted):
                if is_wanted and place + 8 <= len(values):
                    (found[number],) = struct.unpack_from("<Q", values, place)
                    place += 8
            break
        at += 4 + length
    return tuple(found)


def _decode_name(name: bytes, flags: int) -> str:
    """Many tools write UTF-8 without saying so."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")
