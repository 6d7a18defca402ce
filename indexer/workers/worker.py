"""One process that reads and packs for a run. It ends when the process of the run does, or closes its connection."""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection

from indexer.analyst import Analyst
from indexer.backends.merge_job import run_merge
from indexer.errors import BroadsheetError
from indexer.units import Unit
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


def run_worker(connection: Connection[FromWorker, ToWorker], analyst: Analyst, slots: Sequence[Slot]) -> None:
    """Never returns. Signals are the run's to answer: a worker goes on until it is told otherwise."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    worker = _Worker(connection, analyst, slots)
    try:
        while True:
            worker.answer(connection.recv())
    except (EOFError, ConnectionError):  # the run is over, or its process has gone
        os._exit(0)
    except Exception as error:  # noqa: BLE001 told to who started this process
        told = error if isinstance(error, BroadsheetError) else RuntimeError(traceback.format_exc())
        connection.send(Failed(told))
        os._exit(1)


class _Worker:
    def __init__(self, connection: Connection[FromWorker, ToWorker], analyst: Analyst, slots: Sequence[Slot]) -> None:
        self._connection = connection
        self._analyst = analyst
        self._packer = analyst.packer
        self._slots = slots
        self._is_full = False
        self._told_dictionary = self._packer.dictionary

    def answer(self, message: ToWorker) -> None:
        match message:
            case Work(number, slot, size):
                unit: Unit = pickle.loads(self._slots[slot].get(size))  # noqa: S301 from the process that made this one
                self._connection.send(ReadUnit(number, slot, self._analyst.read(unit)))
            case Settle(dropped):
                self._analyst.settle(dropped)
                self._tell_dictionary()
                if self._packer.is_full and not self._is_full:
                    self._is_full = True
                    self._connection.send(Full())
            case Paused():
                self._packer.pack()
                self._is_full = False
                self._connection.send(Resumed())
            case Learn(dictionary):
                self._packer.use_dictionary(dictionary)
                self._told_dictionary = self._packer.dictionary
            case Finish():
                self._connection.send(Finished(self._packer.finish()))
            case Merge(job):
                run_merge(job)
                self._connection.send(Merged(job))

    def _tell_dictionary(self) -> None:
        if self._packer.dictionary != self._told_dictionary:
            self._told_dictionary = self._packer.dictionary
            self._connection.send(Learnt(self._told_dictionary))
