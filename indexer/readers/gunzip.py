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
class LineRun:
    """Whole lines, one after the other; `number` is the first one's, 1-based. `content` is None where it stands for one
    line that is longer than the limit."""

    number: int
    content: bytes | None


def read_pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content, told gzipped or plain by its first bytes. Raises GzipDamagedError after the last good piece."""
    first = file.read(_PIECE_BYTES)
    raw = _raw_pieces(first, file)
    yield from _unpack(raw) if first.startswith(GZIP_START) else raw


def cut_lines(pieces: Iterable[bytes], max_line_bytes: int, run_bytes: int) -> Iterator[LineRun]:
    """All lines in runs of at least `run_bytes`, which hold no line over the limit that is not inside one piece. When
    the pieces end in damage, the line that was cut off is not given."""
    cutter = _LineCutter(max_line_bytes)
    try:
        for piece in pieces:
            yield from cutter.take(piece)
            if cutter.whole_bytes >= run_bytes:
                yield from cutter.give_run()
    except Exception:
        yield from cutter.give_run()
        raise
    yield from cutter.finish()


class _LineCutter:
    """Holds whole lines that wait to be given, and the line that has begun and whose end is yet to come."""

    def __init__(self, max_line_bytes: int) -> None:
        self._max_line_bytes = max_line_bytes
        self._number = 1
        self._whole: list[bytes] = []
        self._begun: list[bytes] = []
        self._begun_bytes = 0
        self.whole_bytes = 0

    def take(self, piece: bytes) -> Iterator[LineRun]:
        ended = piece.rfind(b"\n") + 1
        if ended:
            first_end = piece.index(b"\n")
            if self._begun_bytes + first_end > self._max_line_bytes:
                yield from self._give_long_line()
                self._add(piece[first_end + 1 : ended])
            else:
                self._whole += self._begun
                self.whole_bytes += self._begun_bytes
                self._add(piece[:ended])
            self._begun, self._begun_bytes = [], 0
        rest = piece[ended:]
        self._begun_bytes += len(rest)
        if self._begun_bytes > self._max_line_bytes:
            self._begun.clear()
        elif rest:
            self._begun.append(rest)

    def give_run(self) -> Iterator[LineRun]:
        if self._whole:
            content = b"".join(self._whole)
            yield LineRun(self._number, content)
            self._number += content.count(b"\n")
            self._whole, self.whole_bytes = [], 0

    def finish(self) -> Iterator[LineRun]:
        """The last line needs no end."""
        if self._begun_bytes > self._max_line_bytes:
            yield from self._give_long_line()
        else:
            self._whole += self._begun
            yield from self.give_run()

    def _give_long_line(self) -> Iterator[LineRun]:
        yield from self.give_run()
        yield LineRun(self._number, None)
        self._number += 1

    def _add(self, lines: bytes) -> None:
        if lines:
            self._whole.append(lines)
            self.whole_bytes += len(lines)


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
