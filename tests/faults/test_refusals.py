"""A disk that is full, a disk that fails, too many open files, at every operation of a commit: a plain error, nothing
lost, and the next commit works when the trouble is over."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import scripted_writing as script
from interposed import CHANGING, NEEDS_ROOM, OPENING, FailAt, interposed
from nursery import Nursery
from test_kills import TOLD_BATCHES, assert_nothing_is_left_over

from indexer.article import Article
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.errors import ArchiveError
from indexer.run_memory import RunMemory


@dataclass(frozen=True, slots=True)
class Trouble:
    code: int
    kinds: frozenset[str]
    lasts: bool


TROUBLES = {
    "a full disk": Trouble(errno.ENOSPC, NEEDS_ROOM, lasts=True),
    "no room for a moment": Trouble(errno.ENOSPC, NEEDS_ROOM, lasts=False),
    "a failing disk": Trouble(errno.EIO, CHANGING | OPENING, lasts=True),
    "a disk that failed once": Trouble(errno.EIO, CHANGING | OPENING, lasts=False),
    "a failing fsync": Trouble(errno.EIO, frozenset({"fsync"}), lasts=False),
    "too many open files": Trouble(errno.EMFILE, OPENING | {"create"}, lasts=True),
    "too many open files for a moment": Trouble(errno.EMFILE, OPENING | {"create"}, lasts=False),
}


def refuse_at(folder: Path, number: int, hook: FailAt, *, from_opening: bool) -> str:
    """Write a batch with this trouble; then, when it is over, again with the same writer, and the next with another.
    Gives how the first ended."""
    ended = "written"
    if from_opening:
        try:
            with interposed(folder, hook), WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
                script.write_batch(writer, number)
        except ArchiveError as error:
            ended = str(error)
    else:
        with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
            try:
                with interposed(folder, hook):
                    script.write_batch(writer, number)
            except ArchiveError as error:
                ended = str(error)
            demand_whole(folder, number, ended)
            try:
                script.write_batch(writer, number)
            except ArchiveError as error:
                # Whether the commit is there this writer cannot tell; another can.
                assert "may be there or not" in str(error)  # noqa: PT017
    demand_whole(folder, number, ended)
    with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
        for each in (number, number + 1):
            script.write_batch(writer, each)
    assert script.read_state(folder) == script.state_after(number + 1)
    assert_nothing_is_left_over(folder)
    return ended


def demand_whole(folder: Path, number: int, ended: str) -> None:
    script.demand_state(folder, number if ended == "written" else number - 1, number)
    assert verify_index(folder).damages == ()


def refuse_everywhere(tmp_path: Path, number: int, trouble: Trouble, *, step: int, from_opening: bool) -> int:
    """How many operations were refused, one at a time, until the batch had no more of them."""
    before, folder = tmp_path / "before", tmp_path / "index"
    script.write_batches(before, number - 1)
    for refused, operation in enumerate(range(0, 10_000, step)):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(before, folder)
        hook = FailAt(operation, trouble.code, trouble.kinds, lasts=trouble.lasts)
        ended = refuse_at(folder, number, hook, from_opening=from_opening)
        if not hook.failed:
            assert ended == "written"
            return refused
        if ended != "written":
            assert os.strerror(trouble.code) in ended or "is missing" in ended, ended
    raise AssertionError("it never ended")


@pytest.mark.parametrize("name", TROUBLES)
def test_a_refused_commit_is_a_plain_error_and_the_next_one_works(tmp_path: Path, name: str) -> None:
    assert refuse_everywhere(tmp_path, 2, TROUBLES[name], step=4, from_opening=False) > 0


def test_a_refused_opening_is_a_plain_error_and_the_next_one_works(tmp_path: Path) -> None:
    assert refuse_everywhere(tmp_path, 6, TROUBLES["a disk that failed once"], step=2, from_opening=True) > 0


@pytest.mark.slow
@pytest.mark.parametrize("from_opening", [False, True], ids=["writing", "opening"])
@pytest.mark.parametrize("number", TOLD_BATCHES)
@pytest.mark.parametrize("name", TROUBLES)
def test_every_operation_can_be_refused(tmp_path: Path, name: str, number: int, from_opening: bool) -> None:
    refused = refuse_everywhere(tmp_path, number, TROUBLES[name], step=1, from_opening=from_opening)
    print(f"{name}, batch {number}: {refused} operations refused, 0 lost")
    assert refused > 5


# The limits of the system itself


def test_with_too_few_files_to_open_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    before, folder = tmp_path / "before", tmp_path / "index"
    script.write_batches(before, 10)
    ends = set()
    for files in range(0, 40, 4):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(before, folder)
        said = nursery.run("write_with_files", folder=folder, number=11, files=files)
        assert said[-1].startswith("refused ") or said[-1] == "written", said
        assert "ulimit -n" in said[-1] or said[-1] == "written"
        found = script.demand_state(folder, 11 if "done 11" in said else 10, 11)
        script_goes_on(folder, found)
        ends.add(said[-1].partition(" ")[0])
    assert ends == {"refused", "written"}


def script_goes_on(folder: Path, found: int) -> None:
    with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
        script.write_batch(writer, found + 1)
    assert script.read_state(folder) == script.state_after(found + 1)


@contextmanager
def small_disk(kind: str, tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB that programs take their temporary folder from, too."""
    folder = tmp_path / "disk"
    folder.mkdir()
    commands = [["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]]
    if kind == "ext4":
        image = tmp_path / "disk.img"
        with image.open("wb") as file:
            file.truncate(8 << 20)
        commands = [["mkfs.ext4", "-q", "-F", str(image)], ["mount", "-o", "loop", str(image), str(folder)]]
    try:
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a {kind} of 8 MB cannot be mounted here ({error}); refusals that are made up stand in")
    try:
        yield folder
    finally:
        import gc

        gc.collect()
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def make_article(chosen: random.Random) -> Article:
    return Article(title="Noise", body=chosen.randbytes(20_000).hex(), external_id=f"{chosen.random()}")


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_on_a_disk_that_is_really_full_nothing_is_lost(tmp_path: Path, kind: str, monkeypatch) -> None:
    chosen = random.Random(8)
    with small_disk(kind, tmp_path) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        (disk / "filler").write_bytes(bytes(4 << 20))
        folder = disk / "index"
        WhooshIndex.create(folder)
        held: dict[str, Article] = {}
        for _ in range(3):
            assert "free some space" in write_more(folder, 1000, held, chosen)
            there = {found.id: found.article for found in WhooshIndex.open(folder).articles()}
            assert there.items() >= held.items()
            # A commit that was made, and merged in vain, was not acknowledged and is there.
            assert len(there) - len(held) in {0, 4}
            assert verify_index(folder).damages == ()
            held = there
        (disk / "filler").unlink()
        assert write_more(folder, 2, held, chosen) == ""
        assert {found.id: found.article for found in WhooshIndex.open(folder).articles()} == held
        assert len(held) > 12


def write_more(folder: Path, commits: int, held: dict[str, Article], chosen: random.Random) -> str:
    """Note in `held` what was acknowledged; gives the error that stopped it."""
    try:
        with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
            for _ in range(commits):
                new = [make_article(chosen) for _ in range(4)]
                for article in new:
                    writer.write(make_draft(article, "/news"))
                writer.commit()
                held.update({article.id: article for article in new})
    except ArchiveError as error:
        return str(error)
    return ""


def test_where_nothing_can_be_remembered_that_is_an_error_of_ours(monkeypatch) -> None:
    with RunMemory() as memory:
        memory._database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(ArchiveError, match="free some space"):
            memory.remember_all("/news", [f"{number:016d}" for number in range(10_000)], range(10_000))
