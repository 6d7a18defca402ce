"""What the process of a run and its workers say to each other; every message is small, so that nobody waits to send.

    to a worker                         from a worker
    Work      read the unit in a slot   ReadUnit   what it says: the slot is free again
    Settle    keep the oldest unit      Full       about to pack: no more work, please
    Paused    no work will come now     Resumed    packed: work is welcome
    Learn     compress with this        Learnt     compress with this, all of you
    Finish    pack what you have        Finished   all that was packed since the last time
    Merge     make one segment of some  Merged     it is done
                                        Failed     an error that ends the run

Before a worker packs, which takes a second or two, it reads what it has been given: units are settled in their order,
and the others would wait for those that lie unread in its slots.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.backends.port import MergeJob, Packed
from indexer.units import UnitReading


@dataclass(frozen=True, slots=True)
class Work:
    """`size` in bytes."""

    number: int
    slot: int
    size: int


@dataclass(frozen=True, slots=True)
class Settle:
    dropped: frozenset[int]


@dataclass(frozen=True, slots=True)
class Paused:
    pass


@dataclass(frozen=True, slots=True)
class Learn:
    dictionary: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    pass


@dataclass(frozen=True, slots=True)
class Merge:
    job: MergeJob


@dataclass(frozen=True, slots=True)
class ReadUnit:
    number: int
    slot: int
    reading: UnitReading


@dataclass(frozen=True, slots=True)
class Full:
    pass


@dataclass(frozen=True, slots=True)
class Resumed:
    pass


@dataclass(frozen=True, slots=True)
class Learnt:
    dictionary: bytes


@dataclass(frozen=True, slots=True)
class Finished:
    packed: tuple[Packed, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    job: MergeJob


@dataclass(frozen=True, slots=True)
class Failed:
    """`error` is one of ours where it is fit to be shown, else a report for who mends it."""

    error: Exception


ToWorker = Work | Settle | Paused | Learn | Finish | Merge
FromWorker = ReadUnit | Full | Resumed | Learnt | Finished | Merged | Failed
