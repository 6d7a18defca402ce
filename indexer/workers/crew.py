"""What a run may ask of those who read and analyse for it, and the crew of one: the process itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Protocol

from indexer.analyst import Analyst
from indexer.backends.merge_job import run_merge
from indexer.backends.port import MergeJob, Packed
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

    def can_merge(self, *, units_follow: bool) -> bool:
        """Whether somebody has time for a merge; with all units read that may be everybody."""
        ...

    def merge(self, job: MergeJob) -> None:
        """Have a merge done while other work goes on. Nothing is in hand: `finish` has just been called."""
        ...

    def take_merged(self) -> tuple[MergeJob, ...]:
        """The merges that have been done since the last time."""
        ...

    def wait_for_merge(self, cut_off: Callable[[], bool]) -> bool:
        """Wait until a merge has been done; False where none is being done, or `cut_off` says that it is enough."""
        ...


class LocalCrew:
    """Implements `Crew` without anybody else."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._merged: list[MergeJob] = []

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

    def can_merge(self, *, units_follow: bool) -> bool:  # noqa: ARG002 it has always time, and takes it
        return not self._merged

    def merge(self, job: MergeJob) -> None:
        run_merge(job)
        self._merged.append(job)

    def take_merged(self) -> tuple[MergeJob, ...]:
        merged, self._merged = self._merged, []
        return tuple(merged)

    def wait_for_merge(self, cut_off: Callable[[], bool]) -> bool:
        return bool(self._merged) and not cut_off()
