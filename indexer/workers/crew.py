"""What a run may ask of those who read and analyse for it, and the crew of one: the process itself."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Protocol

from indexer.analyst import Analyst
from indexer.backends.port import Packed
from indexer.units import Unit, UnitReading


class Crew(Protocol):
    """Units come back in the order in which they were given, and each is settled as soon as it has come back."""

    def give(self, unit: Unit) -> Iterator[tuple[Unit, UnitReading]]:
        """Have a unit read. Waits while too many are being read; gives those that are next to be settled."""
        ...

    def rest(self) -> Iterator[tuple[Unit, UnitReading]]:
        """All units that have not come back yet."""
        ...

    def settle(self, dropped: AbstractSet[int]) -> None:
        """Analyse the articles of the unit that came back last, but those of these numbers."""
        ...

    def finish(self) -> tuple[Packed, ...]:
        """Pack what was kept; nothing is being read. All that was packed since the last time, for a commit."""
        ...


class LocalCrew:
    """Implements `Crew` without anybody else."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    def give(self, unit: Unit) -> Iterator[tuple[Unit, UnitReading]]:
        yield unit, self._analyst.read(unit)

    def rest(self) -> Iterator[tuple[Unit, UnitReading]]:
        return iter(())

    def settle(self, dropped: AbstractSet[int]) -> None:
        self._analyst.settle(dropped)
        if self._analyst.packer.is_full:
            self._analyst.packer.pack()

    def finish(self) -> tuple[Packed, ...]:
        return self._analyst.packer.finish()
