"""Pieces of a file -> runs of whole lines, numbered, however the pieces were cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineRun:
    """Whole lines, one after the other; `number` is the first one's, 1-based. `content` is None where it stands for one
    line that is longer than the limit."""

    number: int
    content: bytes | None


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
