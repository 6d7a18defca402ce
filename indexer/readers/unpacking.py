"""Pieces of gzip and zstandard -> pieces of what is in them, bounded however well it was packed.

Pieces that could be unpacked are always given before damage is told: what a broken download still holds is read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from indexer.readers.streams import PIECE_BYTES, DamagedError, Meter

GZIP_START: Final = b"\x1f\x8b"
ZSTD_START: Final = b"\x28\xb5\x2f\xfd"
#: A block of 128 KB may be packed into four bytes: so little at once becomes 32 MB at most.
_ZSTD_STEP: Final = 1024
#: What the zstd program itself unpacks without being asked to.
_ZSTD_WINDOW: Final = 2**27


def unpack_gzip(pieces: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    """Members one after another. Raises DamagedError after the last good piece."""
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
                unpacked = unpacker.decompress(packed, PIECE_BYTES * 4)
            except zlib.error as error:
                raise DamagedError("damaged gzip") from error
            if unpacked:
                meter.count(len(unpacked))
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
        raise DamagedError("damaged gzip") from error
    if not unpacker.eof:
        raise DamagedError("truncated gzip")


def unpack_zstd(pieces: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    """Frames one after another. Raises DamagedError after the last good piece."""
    import zstandard  # noqa: PLC0415 most runs meet none

    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    unpacker = decompressor.decompressobj()
    is_between = False
    ready: list[bytes] = []
    ready_bytes = 0
    for piece in pieces:
        for start in range(0, len(piece), _ZSTD_STEP):
            packed = piece[start : start + _ZSTD_STEP]
            while packed:
                if is_between:
                    unpacker = decompressor.decompressobj()
                try:
                    ready.append(unpacker.decompress(packed))
                except zstandard.ZstdError as error:
                    yield b"".join(ready)
                    raise DamagedError("damaged zstandard", str(error)) from error
                meter.count(len(ready[-1]))
                ready_bytes += len(ready[-1])
                packed = unpacker.unused_data if unpacker.eof else b""
                is_between = unpacker.eof
            if ready_bytes >= PIECE_BYTES:
                yield b"".join(ready)
                ready, ready_bytes = [], 0
    yield b"".join(ready)
    if not is_between:
        raise DamagedError("truncated zstandard")
