"""What an archive holds, as whoever walks it sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.readers.streams import DamagedError, PieceReader

NOT_REGULAR = "not a regular file"


@dataclass(frozen=True, slots=True)
class Member:
    """`refusal` says why it cannot be read (reason and detail), None where it can. `pieces` are to be read before the
    next member is asked for; what is left of them is passed over."""

    name: str
    pieces: Iterator[bytes]
    refusal: tuple[str, str] | None = None


def refuse_member(name: str, reason: str, detail: str = "") -> Member:
    return Member(name, iter(()), (reason, detail))


def fail_archive(reader: PieceReader, error: DamagedError) -> DamagedError:
    """The archive itself has failed, not what lies in it: nobody can read on."""
    reader.failure = error
    return error


def exactly(reader: PieceReader, size: int, archive: str) -> Iterator[bytes]:
    """So many bytes of an archive as they come. Raises DamagedError ("truncated zip") where it ends before."""
    got = 0
    for piece in reader.pieces(size):
        got += len(piece)
        yield piece
    if got < size:
        raise fail_archive(reader, DamagedError(f"truncated {archive}"))
