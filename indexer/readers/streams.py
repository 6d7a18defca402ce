"""A file's bytes on their way through what they are packed in: pieces of bounded size, and what may go wrong with them.

A file is never unpacked to disk, and never held whole unless its form has to be: it goes by in pieces, through as many
layers as it is wrapped in. What could be unpacked is always given before damage is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

PIECE_BYTES: Final = 262_144
#: So much may come of any file, however small it is.
_FREE_BYTES: Final = 1024**3
#: Beyond that, no more than this for each byte of the file. Deflate packs 1,032 bytes into one at most; what comes of
#: more is packed twice, or made to come to no end.
_MOST_RATIO: Final = 2000


class DamagedError(Exception):
    """`str()` of it is the short reason, such as "truncated gzip"; `detail` says more, or is empty."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.detail = detail


class BombError(DamagedError):
    """More comes out of a file than any archive holds: nothing more of it is read."""

    def __init__(self, detail: str) -> None:
        super().__init__("decompression bomb", detail)


class Meter:
    """How much of a file was read, and how much came of it in all layers together."""

    def __init__(self) -> None:
        self.read_bytes = 0
        self.unpacked_bytes = 0

    def count(self, unpacked_bytes: int) -> None:
        """Raises BombError."""
        self.unpacked_bytes += unpacked_bytes
        if self.unpacked_bytes > _FREE_BYTES:
            allowed = max(self.read_bytes, PIECE_BYTES) * _MOST_RATIO
            if self.unpacked_bytes > allowed:
                raise BombError(f"{self.read_bytes:,} bytes of it have become {self.unpacked_bytes:,}")


def read_raw(file: BinaryIO, meter: Meter) -> Iterator[bytes]:
    """The file as it lies there, from where it stands to its end."""
    while piece := file.read(PIECE_BYTES):
        meter.read_bytes += len(piece)
        yield piece


def take_head(pieces: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, at least `size` where there are as many, and all pieces with them. Damage behind them is told
    to who goes on."""
    first = next(pieces, b"")
    if len(first) >= size:
        return first, chain((first,), pieces)
    held = [first]
    held_bytes = len(first)
    try:
        for piece in pieces:
            held.append(piece)
            held_bytes += len(piece)
            if held_bytes >= size:
                break
    except DamagedError as error:
        head = b"".join(held)
        return head, _head_and_damage(head, error)
    head = b"".join(held)
    return head, chain((head,), pieces)


def _head_and_damage(head: bytes, error: DamagedError) -> Iterator[bytes]:
    yield head
    raise error


class PieceReader:
    """Pieces read as a file that goes forward only. `failure` is what its pieces have raised, once they have."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._at = 0
        self._before = 0
        self.failure: DamagedError | None = None

    def tell(self) -> int:
        return self._before + self._at

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end. Without a size all that are left: for what is known to be small."""
        wanted = size if size >= 0 else 2**63
        parts = []
        while wanted and self._fill():
            part = self._piece[self._at : self._at + wanted]
            self._at += len(part)
            wanted -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readline(self, size: int = 65_536) -> bytes:
        """A line with its end, or as much of it as `size`: whoever writes longer ones means no good."""
        parts: list[bytes] = []
        left = size
        while left > 0 and self._fill():
            end = self._piece.find(b"\n", self._at, self._at + left) + 1
            part = self._piece[self._at : end or self._at + left]
            self._at += len(part)
            left -= len(part)
            parts.append(part)
            if end:
                break
        return b"".join(parts)

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next so many bytes as they come; fewer only at the end."""
        left = size
        while left > 0 and self._fill():
            part = self._piece[self._at : self._at + left]
            self._at += len(part)
            left -= len(part)
            yield part

    def next_piece(self) -> bytes:
        """What lies ready, or comes next; nothing at the end."""
        if not self._fill():
            return b""
        part = self._piece[self._at :]
        self._at = len(self._piece)
        return part

    def give_back(self, content: bytes) -> None:
        """Bytes that were read last are to be read again."""
        self._piece = content + self._piece[self._at :]
        self._before += self._at - len(content)
        self._at = 0

    def skip(self, size: int) -> int:
        """How many of the next so many bytes there were."""
        return sum(map(len, self.pieces(size)))

    def _fill(self) -> bool:
        if self.failure is not None:
            raise self.failure
        while self._at >= len(self._piece):
            self._before += len(self._piece)
            self._at = 0
            self._piece = b""
            try:
                piece = next(self._pieces, None)
            except DamagedError as error:
                self.failure = error
                raise
            if piece is None:
                return False
            self._piece = piece
        return True
