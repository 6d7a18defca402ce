"""Which crew a run gets: as many processes as it is told to, or none where they cannot be forked off."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from indexer.analyst import Analyst
from indexer.backends.port import IndexWriter
from indexer.backends.words import load_kernels
from indexer.readers.read import ReadOptions
from indexer.workers.crew import Crew, LocalCrew
from indexer.workers.process_crew import ProcessCrew

#: Articles wait by the thousand and hold no circles: looking through them again and again takes a tenth of the time.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 500_000

#: Elsewhere a forked process may not use what the system has loaded, and one that starts afresh shares nothing.
CAN_FORK = sys.platform == "linux"


@contextmanager
def hire_crew(writer: IndexWriter, options: ReadOptions, workers: int) -> Iterator[Crew]:
    """`workers` counts processes beside this one; with fewer than two of them this one does it all. To be entered
    before any thread is started."""
    with _rarely_collected():
        yield from _hire(writer, options, workers)


def _hire(writer: IndexWriter, options: ReadOptions, workers: int) -> Iterator[Crew]:
    if workers < 2 or not CAN_FORK:
        yield LocalCrew(Analyst(writer, writer.packer(), options))
        return

    def make_analyst(number: int) -> Analyst:
        return Analyst(writer, writer.packer(workers, learns=number == 0), options)

    load_kernels()
    with ProcessCrew(workers, make_analyst, writer.detach) as crew:
        yield crew


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Here and in what is forked off meanwhile."""
    thresholds = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
