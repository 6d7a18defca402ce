"""A crew of processes, forked from that of the run, so that they share what is loaded and see the index as it was.

Whatever they do, units come back in the order in which they were given. A worker that ends ends the run, with a word on
what it was at; nothing that was committed is lost by it.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Final, Self

from indexer.analyst import Analyst
from indexer.article import Place
from indexer.backends.port import MergeJob, Packed
from indexer.errors import WorkerLostError
from indexer.readers.pieces import FileDone
from indexer.units import Unit, UnitReading
from indexer.workers.messages import (
    Failed,
    Finish,
    Finished,
    FromWorker,
    Full,
    Learn,
    Learnt,
    Merge,
    Merged,
    Paused,
    ReadUnit,
    Resumed,
    Settle,
    ToWorker,
    Work,
)
from indexer.workers.slots import Slot
from indexer.workers.worker import run_worker

#: Units that a worker has in hand: one that it reads, one that waits, one that is on its way.
_IN_HAND: Final = 3
_LAST_WORD_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.1


class ProcessCrew:
    """Implements `Crew`. To be entered before any thread is started."""

    def __init__(self, workers: int, make_analyst: Callable[[int], Analyst], detach: Callable[[], None]) -> None:
        """`make_analyst` is called in each new process with its number, from 0; then `detach`, which lets go there of
        what only the process of the run may hold."""
        self._slots = tuple(Slot() for _ in range(workers * _IN_HAND))
        self._free_slots = list(range(len(self._slots)))
        self._workers: list[_Worker] = []
        self._given = 0
        self._returned = 0
        #: Units that are out, by number; and which of them came back before their turn.
        self._out: dict[int, tuple[Unit, _Worker]] = {}
        self._early: dict[int, UnitReading] = {}
        self._to_settle: deque[_Worker] = deque()
        self._merged: list[MergeJob] = []
        gc.collect()
        gc.freeze()  # or the collector would touch, and so copy, every page that the processes share
        for number in range(workers):
            self._workers.append(_Worker(number, make_analyst, detach, self._slots, self._workers))
        gc.unfreeze()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end(at_once=kind is not None or worker.merging is not None)
        for slot in self._slots:
            slot.close()

    def give(self, unit: Unit) -> Iterator[tuple[Unit, UnitReading]]:
        while (worker := self._find_free()) is None:
            self._listen()
            yield from self._in_turn()
        slot = self._free_slots.pop()
        content = pickle.dumps(unit)
        self._slots[slot].put(content)
        self._out[self._given] = unit, worker
        worker.in_hand += 1
        worker.send(Work(self._given, slot, len(content)), self._place_of)
        self._given += 1
        self._listen(timeout_s=0)
        yield from self._in_turn()

    def rest(self) -> Iterator[tuple[Unit, UnitReading]]:
        yield from self._in_turn()
        while self._returned < self._given:
            self._listen()
            yield from self._in_turn()

    def settle(self, dropped: AbstractSet[int]) -> None:
        self._to_settle.popleft().send(Settle(frozenset(dropped)), self._place_of)

    def finish(self) -> tuple[Packed, ...]:
        # Who merges has packed before, and got nothing since.
        packers = [worker for worker in self._workers if worker.merging is None]
        for worker in packers:
            worker.packed = None
            worker.send(Finish(), self._place_of)
        while any(worker.packed is None for worker in packers):
            self._listen()
        return tuple(packed for worker in packers for packed in worker.packed or ())

    def can_merge(self, *, units_follow: bool) -> bool:
        merging = sum(worker.merging is not None for worker in self._workers)
        return merging < 1 if units_follow else merging < len(self._workers)

    def merge(self, job: MergeJob) -> None:
        worker = next(worker for worker in self._workers if worker.merging is None)
        worker.merging = job
        worker.send(Merge(job), self._place_of)

    def take_merged(self) -> tuple[MergeJob, ...]:
        self._listen(timeout_s=0)
        merged, self._merged = self._merged, []
        return tuple(merged)

    def wait_for_merge(self, cut_off: Callable[[], bool]) -> bool:
        while not self._merged:
            if cut_off() or all(worker.merging is None for worker in self._workers):
                return False
            self._listen(timeout_s=_LOOK_EVERY_S)
        return True

    def _find_free(self) -> _Worker | None:
        """The worker that has the least in hand, where one may have more."""
        free = [worker for worker in self._workers if worker.in_hand < _IN_HAND and worker.has_time]
        return min(free, key=lambda worker: worker.in_hand, default=None)

    def _in_turn(self) -> Iterator[tuple[Unit, UnitReading]]:
        while (reading := self._early.pop(self._returned, None)) is not None:
            unit, worker = self._out.pop(self._returned)
            self._returned += 1
            self._to_settle.append(worker)
            yield unit, reading

    def _listen(self, timeout_s: float | None = None) -> None:
        """Take what the workers say; without a time limit, wait until one of them says something."""
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection), timeout_s):
            worker = by_connection[connection]  # type: ignore[index]
            self._hear(worker, worker.receive(self._place_of))

    def _hear(self, worker: _Worker, message: FromWorker) -> None:
        match message:
            case ReadUnit(number, slot, reading):
                worker.in_hand -= 1
                self._free_slots.append(slot)
                self._early[number] = reading
            case Full():
                worker.is_paused = True
                worker.send(Paused(), self._place_of)
            case Resumed():
                worker.is_paused = False
            case Learnt(dictionary):
                for other in self._workers:
                    if other is not worker:
                        other.send(Learn(dictionary), self._place_of)
            case Finished(packed):
                worker.packed = packed
            case Merged(job):
                worker.merging = None
                self._merged.append(job)
            case Failed(error):
                raise error

    def _place_of(self, worker: _Worker) -> str:
        """What a worker was at: where its oldest unit begins."""
        for unit, holder in self._out.values():
            if holder is worker:
                return f", at {_place_of(unit)}"
        return ""


class _Worker:
    """A worker as the process of the run sees it."""

    def __init__(
        self,
        number: int,
        make_analyst: Callable[[int], Analyst],
        detach: Callable[[], None],
        slots: Sequence[Slot],
        others: Sequence[_Worker],
    ) -> None:
        mine: Connection[ToWorker, FromWorker]
        mine, its = multiprocessing.Pipe()
        self.connection = mine
        self.in_hand = 0
        self.is_paused = False
        self.packed: tuple[Packed, ...] | None = None
        self.merging: MergeJob | None = None

        def start() -> None:
            # Held open here, they would never tell the others that the process of the run has gone.
            for connection in (mine, *(other.connection for other in others)):
                connection.close()
            analyst = make_analyst(number)
            detach()
            run_worker(its, analyst, slots)

        self._process = multiprocessing.get_context("fork").Process(target=start, daemon=True)
        self._process.start()
        its.close()

    @property
    def has_time(self) -> bool:
        """For units: it neither packs nor merges."""
        return not self.is_paused and self.merging is None

    def send(self, message: ToWorker, place_of: Callable[[_Worker], str]) -> None:
        try:
            self.connection.send(message)
        except ConnectionError:
            if self.connection.poll():  # it said why
                self.receive(place_of)
            raise self._lost(place_of) from None

    def receive(self, place_of: Callable[[_Worker], str]) -> FromWorker:
        try:
            return self.connection.recv()
        except (EOFError, ConnectionError):
            raise self._lost(place_of) from None

    def end(self, *, at_once: bool) -> None:
        self.connection.close()
        if at_once:
            self._process.kill()
        self._process.join(_LAST_WORD_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _lost(self, place_of: Callable[[_Worker], str]) -> WorkerLostError:
        self._process.join(_LAST_WORD_S)
        code = self._process.exitcode
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with {code}"
        return WorkerLostError(
            f"worker process {self._process.pid} {how}{place_of(self)}; what was committed is safe: run the command "
            "again, with a lower writer_memory_mb or index_workers where memory is short"
        )


def _place_of(unit: Unit) -> Place:
    for step in unit:
        return Place(step.path) if isinstance(step, FileDone) else step.place
    raise AssertionError("a unit has a step")
