"""A file's bytes in pieces of bounded size, unpacked where they are gzipped, and the lines in them.

Pieces that could be unpacked are always given before damage is told: what a broken download still holds is read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

GZIP_START = b"\x1f\x8b"
_PIECE_BYTES = 262_144


class GzipDamagedError(Exception):
    """`str()` of it is the short reason: "truncated gzip" or "damaged gzip"."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is 1-based. `content` is without its line end, None where the line is longer than the limit."""

    number: int
    content: bytes | None


def read_pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content, told gzipped or plain by its first bytes. Raises GzipDamagedError after the last good piece."""
    first = file.read(_PIECE_BYTES)
    raw = _raw_pieces(first, file)
    yield from _unpack(raw) if first.startswith(GZIP_START) else raw


def split_lines(pieces: Iterable[bytes], max_line_bytes: int) -> Iterator[Line]:
    """Lines as they come, whatever the pieces' bounds. When the pieces end in damage, the line that was cut off is
    not given."""
    number = 1
    held: list[bytes] = []
    held_bytes = 0
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        held_bytes += len(first)
        if held_bytes <= max_line_bytes:
            held.append(first)
        else:
            held.clear()
        for following in rest:
            yield Line(number, b"".join(held) if held_bytes <= max_line_bytes else None)
            number += 1
            held_bytes = len(following)
            held = [following] if held_bytes <= max_line_bytes else []
    if held_bytes:
        yield Line(number, b"".join(held) if held_bytes <= max_line_bytes else None)


def _raw_pieces(first: bytes, file: BinaryIO) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = file.read(_PIECE_BYTES)


def _unpack(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Members one after another, each piece of output bounded however well it was packed."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    is_between = False
    for piece in pieces:
        packed = piece
        while packed:
            if is_between:
                packed = packed.lstrip(b"\x00")  # padding that tapes and some tools leave
                if not packed:
                    break
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
                is_between = False
            try:
                unpacked = unpacker.decompress(packed, _PIECE_BYTES * 4)
            except zlib.error as error:
                raise GzipDamagedError("damaged gzip") from error
            if unpacked:
                yield unpacked
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            is_between = unpacker.eof
    if not is_between:
        yield from _drain(unpacker)


def _drain(unpacker: zlib._Decompress) -> Iterator[bytes]:
    try:
        if unpacked := unpacker.flush():
            yield unpacked
    except zlib.error as error:
        raise GzipDamagedError("damaged gzip") from error
    if not unpacker.eof:
        raise GzipDamagedError("truncated gzip")
