"""Which crew a run gets: as many processes as it is told to, or none where they cannot be forked off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.analyst import Analyst
from indexer.backends.whoosh_writer import WhooshIndexWriter
from indexer.backends.words import load_kernels
from indexer.readers.read import ReadOptions
from indexer.workers.crew import Crew, LocalCrew
from indexer.workers.process_crew import ProcessCrew

#: Elsewhere a forked process may not use what the system has loaded, and one that starts afresh shares nothing.
CAN_FORK = sys.platform == "linux"


@contextmanager
def hire_crew(writer: WhooshIndexWriter, options: ReadOptions, workers: int) -> Iterator[Crew]:
    """`workers` counts processes beside this one; with fewer than two of them this one does it all. To be entered
    before any thread is started."""
    if workers < 2 or not CAN_FORK:
        yield LocalCrew(Analyst(writer, writer.packer(), options))
        return

    def make_analyst(number: int) -> Analyst:
        return Analyst(writer, writer.packer(workers, learns=number == 0), options)

    load_kernels()
    with ProcessCrew(workers, make_analyst, writer.detach) as crew:
        yield crew
