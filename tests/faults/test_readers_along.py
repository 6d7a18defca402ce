"""One process writes, merges and purges; four others search, look for newer generations and open the index anew.
Whatever they find is one state of the story, whole, and never an older one than before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nursery import Nursery

from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex

READERS = 4
#: The whole is an hour; `BROADSHEET_SOAK_S` makes it another time.
SOAK_S = float(os.environ.get("BROADSHEET_SOAK_S", "3600"))


def read_along(nursery: Nursery, folder: Path, seconds: float, pause_s: float) -> tuple[int, list[tuple[int, int]]]:
    """How many batches were written; and for each reader how many answers were right, and of how many states."""
    WhooshIndex.create(folder)
    parts = [("write_for", {"folder": str(folder), "seconds": seconds, "pause_s": pause_s})]
    parts += [("read_along", {"folder": str(folder), "seed": seed}) for seed in range(READERS)]
    said = [line.split() for line in nursery.run("run_together", parts=parts)]
    assert verify_index(folder, deep=True).damages == ()
    (batches,) = [int(words[1]) for words in said if words[0] == "batches"]
    read = [(int(words[1]), int(words[3])) for words in said if words[0] == "answers"]
    assert len(read) == READERS
    return batches, read


def test_four_processes_read_along(nursery: Nursery, tmp_path: Path) -> None:
    batches, read = read_along(nursery, tmp_path / "index", 2, 0.0)
    assert batches >= 15
    assert all(answers > states > 0 for answers, states in read)


@pytest.mark.slow
def test_four_processes_read_along_for_an_hour(nursery: Nursery, tmp_path: Path) -> None:
    batches, read = read_along(nursery, tmp_path / "index", SOAK_S, 0.05)
    print(f"{SOAK_S:.0f} s: {batches} batches; answers and states of each reader: {read}; 0 wrong")
