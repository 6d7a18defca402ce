"""How long cursors keep which generation, told among the processes of a server: one gives a cursor, another follows it.

A small file that all of them map, a place for a generation: its number (int64) and until when it is kept (float64,
seconds of the clock that all processes share). An update that is lost between two processes costs a cursor its last
moments, and never anything else.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Final

#: Generations that are pinned at a time are far fewer; one that is this much younger takes the place.
_PLACES: Final = 1024
_PIN: Final = struct.Struct("<qd")


class Pins:
    def __init__(self, table: Path) -> None:
        with table.open("r+b") as file:
            self._table = mmap.mmap(file.fileno(), _PLACES * _PIN.size)

    @staticmethod
    def make_table(path: Path) -> None:
        path.write_bytes(_PIN.pack(-1, 0.0) * _PLACES)

    def pin(self, generation: int, until: float) -> None:
        if until > self.until(generation):
            _PIN.pack_into(self._table, self._place(generation), generation, until)

    def until(self, generation: int) -> float:
        """0 where nobody has pinned it."""
        pinned, until = _PIN.unpack_from(self._table, self._place(generation))
        return float(until) if pinned == generation else 0.0

    @staticmethod
    def _place(generation: int) -> int:
        return generation % _PLACES * _PIN.size
