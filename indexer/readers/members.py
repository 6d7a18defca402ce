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
