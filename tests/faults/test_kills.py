"""`kill -9` at moments that nobody chose, and at every file operation of a commit: what was said to be committed is
there, nothing is there by half, and the next run goes on from there."""

from __future__ import annotations

import random
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
import scripted_writing as script
from nursery import KILLED, Nursery

from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex

LATEST_KILL_S = 0.4
ARCHIVE_ARTICLES = 3_000
#: Batches that do different things: the tenth merges, the thirteenth purges, the fifth lays a tombstone.
TOLD_BATCHES = (5, 11, 13)
COMMITTED = re.compile(r"committed generation \d+: (\d+) articles")


@dataclass
class Tally:
    kills: int = 0
    commits: int = 0
    fetched: int = 0
    acknowledged_only_afterwards: int = 0
    notes: list[str] = field(default_factory=list)


def kill_at_random(nursery: Nursery, folder: Path, kills: int, seed: int) -> Tally:
    """Runs that commit without a pause, each killed; whatever the state, the next one goes on from it."""
    chosen = random.Random(seed)
    tally = Tally()
    number = begun = 0
    while tally.kills < kills:
        task = nursery.start("write", folder=folder, first=number + 1, last=number + 10_000)
        acknowledged = number  # and begun is perhaps the next, whose tombstones are laid
        if chosen.random() < 0.8:  # or while it still opens the index
            task.read_line()
        time.sleep(chosen.uniform(0, LATEST_KILL_S))
        task.kill()
        assert task.wait() == -KILLED
        for word, _, told in (line.partition(" ") for line in task.said):
            if word == "begin":
                begun = int(told)
            else:
                acknowledged = int(told)
        tally.kills += 1
        tally.commits += acknowledged - number
        found = script.demand_state(folder, acknowledged, begun)
        tally.acknowledged_only_afterwards += found - acknowledged
        tally.fetched += len(script.state_after(found).articles)
        assert verify_index(folder).damages == ()
        number = found
    nursery.run("write", folder=folder, first=number + 1, last=number + 1)
    assert script.read_state(folder) == script.state_after(number + 1)
    assert_nothing_is_left_over(folder)
    return tally


def assert_nothing_is_left_over(folder: Path) -> None:
    index = WhooshIndex.open(folder)
    contents = index.contents()
    needed = {segment.file_name for segment in contents.segments} | {f"_MAIN_{contents.generation}.toc"}
    small = {"broadsheet.json", "tombstones.json", "furniture.json", "MAIN_WRITELOCK"}
    there = {path.name for path in folder.iterdir()}
    assert needed <= there
    assert there <= needed | small


def test_kills_at_random_moments_lose_nothing(nursery: Nursery, folder: Path) -> None:
    tally = kill_at_random(nursery, folder, 15, seed=1)
    assert tally.commits > 15


@pytest.mark.slow
def test_nine_hundred_kills_at_random_moments_lose_nothing(nursery: Nursery, folder: Path) -> None:
    print(kill_at_random(nursery, folder, 900, seed=time.time_ns()))


# The command itself


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "news.jsonl"
    chosen = random.Random(2)
    words = [f"word{number}" for number in range(400)]
    with path.open("wb") as file:
        for number in range(ARCHIVE_ARTICLES):
            body = " ".join(chosen.choices(words, k=60))
            told = {"id": str(number), "title": f"Story {number}", "body": body, "lang": "en"}
            file.write(orjson.dumps(told) + b"\n")
    return path


def keys(folder: Path) -> list[int]:
    return sorted(int(held.article.external_id or "") for held in WhooshIndex.open(folder).articles())


def kill_the_command(nursery: Nursery, archive: Path, folder: Path, kills: int, commit_every_s: float) -> Tally:
    chosen = random.Random(kills)
    tally = Tally()
    while tally.kills < kills:
        shutil.rmtree(folder, ignore_errors=True)
        told = {"archive": archive, "folder": folder, "workers": chosen.choice([0, 2])}
        task = nursery.start("run_index", commit_every_s=commit_every_s, **told)
        if chosen.random() < 0.8:
            while (line := task.read_line()) is not None and not COMMITTED.search(line):
                pass
        time.sleep(chosen.uniform(0, 0.5))
        task.kill()
        if task.wait() != -KILLED:
            continue  # it was faster
        tally.kills += 1
        said = [int(each) for each in COMMITTED.findall("\n".join(task.said))]
        there = keys(folder) if said or ((folder / "broadsheet.json").exists() and _opens(folder)) else []
        assert len(there) >= (said[-1] if said else 0)
        assert there == list(range(len(there)))
        tally.commits += len(said)
        tally.fetched += len(there)
        output = nursery.run("run_index", commit_every_s=30, **told)
        report = orjson.loads(next(line for line in output if line.startswith("{")))
        assert (report["unchanged"], report["added"]) == (len(there), ARCHIVE_ARTICLES - len(there))
        assert keys(folder) == list(range(ARCHIVE_ARTICLES))
    return tally


def _opens(folder: Path) -> bool:
    """An index that was about to be made may be not there yet; then it is made anew."""
    return any(folder.glob("_MAIN_*.toc"))


def test_killed_runs_of_the_command_go_on_where_they_were(nursery: Nursery, archive: Path, folder: Path) -> None:
    kill_the_command(nursery, archive, folder, 2, 0.1)


@pytest.mark.slow
def test_a_hundred_killed_runs_of_the_command_go_on_where_they_were(nursery, archive: Path, folder: Path) -> None:
    print(kill_the_command(nursery, archive, folder, 100, 0.1))


# Every file operation


def kill_at_every_operation(nursery: Nursery, tmp_path: Path, number: int) -> int:
    """How many operations the batch took; the process was ended at each of them."""
    before = tmp_path / "before"
    script.write_batches(before, number - 1)
    folder = tmp_path / "index"
    shutil.copytree(before, folder)
    said = nursery.run("count_operations", folder=folder, number=number)
    operations = int(said[-1].partition(" ")[2])
    came = set()
    for operation in range(operations):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        task = nursery.start("write_until", folder=folder, number=number, operation=operation)
        assert task.wait() == -KILLED, (operation, task.said)
        acknowledged = number if f"done {number}" in task.said else number - 1
        found = script.demand_state(folder, acknowledged, number)
        came.add(found)
        assert verify_index(folder).damages == ()
        with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
            for each in range(found + 1, number + 2):
                script.write_batch(writer, each)
        assert script.read_state(folder) == script.state_after(number + 1)
        assert_nothing_is_left_over(folder)
    assert came == {number - 1, number}
    return operations


def test_a_kill_at_every_operation_of_a_commit_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    assert kill_at_every_operation(nursery, tmp_path, 2) > 15


@pytest.mark.slow
@pytest.mark.parametrize("number", TOLD_BATCHES)
def test_a_kill_at_every_operation_of_merges_purges_and_deletions_loses_nothing(nursery, tmp_path, number) -> None:
    print(f"batch {number}: {kill_at_every_operation(nursery, tmp_path, number)} operations")


@pytest.mark.slow
def test_a_kill_at_every_operation_of_making_an_index_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    operations = int(nursery.run("count_operations", folder=folder, number=1)[-1].partition(" ")[2])
    for operation in range(operations):
        shutil.rmtree(folder, ignore_errors=True)
        task = nursery.start("write_until", folder=folder, number=1, operation=operation)
        assert task.wait() == -KILLED, (operation, task.said)
        with WhooshIndex.open_or_create(folder).writer(script.MEMORY_MB) as writer:
            for number in (1, 2):
                script.write_batch(writer, number)
        assert script.read_state(folder) == script.state_after(2)
        assert_nothing_is_left_over(folder)
    print(f"{operations} operations")
