"""`backup` and `restore`: one generation, whole, whatever is written meanwhile, and nothing replaced by accident."""

from __future__ import annotations

import errno
import json
import shutil
import threading
from pathlib import Path

import pytest
import scripted_writing as script
from click.testing import CliRunner, Result
from interposed import CHANGING, OPENING, FailAt, interposed
from nursery import Nursery

from indexer.backends import copying
from indexer.backends.copying import CopyOptions, copy_index
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backup import backup, restore
from indexer.errors import ArchiveError, IndexBusyError, IndexNotFoundError, UsageError
from searchapp.backends.whoosh_searcher import WhooshEngine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    script.write_batches(folder, 12)
    return folder


def content_of(folder: Path) -> dict[str, bytes]:
    """Files by name, without the lock, which is not copied."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "MAIN_WRITELOCK"}


def run(command, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


def test_a_backup_is_the_index_and_a_restored_one_too(folder: Path, tmp_path: Path) -> None:
    saved, back = tmp_path / "saved" / "monday", tmp_path / "back" / "index"
    done = run(backup, saved, "--index-dir", folder)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "every checksum holds" in done.stdout
    assert content_of(saved) == content_of(folder)
    assert verify_index(saved, deep=True).damages == ()
    done = run(restore, saved, "--index-dir", back, "--json")
    assert done.exit_code == 0
    contents = WhooshIndex.open(folder).contents()
    assert json.loads(done.stdout) == {
        "index_generation": contents.generation,
        "articles": contents.live_count,
        "files": len(content_of(folder)),
        "size_bytes": sum(map(len, content_of(folder).values())),
    }
    assert content_of(back) == content_of(folder)
    assert script.read_state(back) == script.state_after(12)
    assert {path.name for path in tmp_path.iterdir()} == {"index", "saved", "back"}


def test_an_index_can_go_on_from_its_backup(folder: Path, tmp_path: Path) -> None:
    copy_index(folder, tmp_path / "saved", CopyOptions())
    with WhooshIndex.open(tmp_path / "saved").writer(script.MEMORY_MB) as writer:
        script.write_batch(writer, 13)
    assert script.read_state(tmp_path / "saved") == script.state_after(13)
    assert script.read_state(folder) == script.state_after(12)


def test_a_linked_backup_shares_files_and_keeps_them_when_the_index_goes_on(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    assert run(backup, saved, "--link", "--index-dir", folder).exit_code == 0
    before = content_of(saved)
    assert before == content_of(folder)
    for path in saved.glob("*.seg"):
        assert path.stat().st_ino == (folder / path.name).stat().st_ino
    with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
        for number in range(13, 25):
            script.write_batch(writer, number)
        writer.purge()
    assert content_of(saved) == before
    assert script.read_state(saved) == script.state_after(12)


def test_where_no_files_can_be_shared_they_are_copied(folder: Path, tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(copying.os, "link", refuse)
    copy_index(folder, tmp_path / "saved", CopyOptions(links=True))
    assert content_of(tmp_path / "saved") == content_of(folder)


@pytest.mark.parametrize("links", [False, True])
def test_backups_of_an_index_that_is_written_and_merged_restore_equal(nursery: Nursery, tmp_path, links: bool) -> None:
    folder = tmp_path / "index"
    task = nursery.start("write", folder=folder, first=1, last=100_000)
    while task.read_line() != "done 3":
        pass
    seen = set()
    for number in range(12):
        saved, back = tmp_path / f"saved{number}", tmp_path / f"back{number}"
        copy_index(folder, saved, CopyOptions(links=links))
        copy_index(saved, back, CopyOptions())
        found = script.read_state(back)
        assert found.articles == script.state_after(found.number).articles
        assert {
            name: each for name, each in content_of(saved).items() if not name.endswith(".toc")
        }.items() <= content_of(back).items()
        assert WhooshIndex.open(saved).contents().generation == WhooshIndex.open(back).contents().generation
        assert verify_index(back, deep=True).damages == ()
        seen.add(found.number)
    task.kill()
    task.wait()
    assert len(seen) > 3


def test_nothing_is_replaced_unless_that_is_wanted(folder: Path, tmp_path: Path) -> None:
    saved, other = tmp_path / "saved", tmp_path / "other"
    copy_index(folder, saved, CopyOptions())
    script.write_batches(other, 2)
    before = content_of(other)
    done = run(restore, saved, "--index-dir", other)
    assert done.exit_code == 2
    assert done.stderr == (
        f"error: there is an index in {other}; choose another folder, or replace it with --overwrite\n"
    )
    assert content_of(other) == before
    assert run(restore, saved, "--overwrite", "--index-dir", other).exit_code == 0
    assert script.read_state(other) == script.state_after(12)


def test_what_is_no_index_is_never_replaced(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("a year of work")
    for destination in (other, other / "thesis.txt"):
        with pytest.raises(UsageError, match="holds what is no index"):
            copy_index(folder, destination, CopyOptions(overwrites=True))
    assert (other / "thesis.txt").read_text() == "a year of work"


def test_folders_inside_each_other_are_refused(folder: Path, tmp_path: Path) -> None:
    for destination in (folder, folder / "saved", tmp_path):
        with pytest.raises(UsageError, match="is not apart from"):
            copy_index(folder, destination, CopyOptions(overwrites=True))


def test_where_there_is_no_index_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError):
        copy_index(tmp_path / "nothing", tmp_path / "saved", CopyOptions())
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_index_is_replaced_by_its_backup(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    copy_index(folder, saved, CopyOptions())
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    (folder / "broadsheet.json").unlink()
    copy_index(saved, folder, CopyOptions(overwrites=True))
    assert script.read_state(folder) == script.state_after(12)


def test_a_server_sees_what_was_restored_though_it_is_older(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    copy_index(folder, saved, CopyOptions())
    with WhooshIndex.open(folder).writer(script.MEMORY_MB) as writer:
        script.write_batch(writer, 13)
    engine = WhooshEngine(folder)
    mark = script.article_id(script.MARK)
    assert engine.fetch((mark,))[0].article == script.article(script.MARK, 13)
    copy_index(saved, folder, CopyOptions(overwrites=True))
    assert engine.refresh()
    assert engine.fetch((mark,))[0].article == script.article(script.MARK, 12)


def test_an_index_that_is_written_to_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    copy_index(folder, saved, CopyOptions())
    with WhooshIndex.open(folder).writer(script.MEMORY_MB), pytest.raises(IndexBusyError):
        copy_index(saved, folder, CopyOptions(overwrites=True))
    copy_index(saved, folder, CopyOptions(overwrites=True))


@pytest.mark.parametrize("overwrites", [False, True])
def test_a_copy_that_fails_at_any_operation_leaves_the_old_index_or_the_new(tmp_path: Path, overwrites: bool) -> None:
    source, older, destination = tmp_path / "source", tmp_path / "older", tmp_path / "there" / "index"
    script.write_batches(source, 3)
    script.write_batches(older, 1)
    ends = set()
    for operation in range(10_000):
        shutil.rmtree(destination.parent, ignore_errors=True)
        destination.parent.mkdir()
        if overwrites:
            shutil.copytree(older, destination)
        hook = FailAt(operation, errno.EIO, CHANGING | OPENING, lasts=False)
        try:
            with interposed(destination.parent, hook):
                copy_index(source, destination, CopyOptions(overwrites=overwrites))
        except ArchiveError:
            ends.add(script.read_state(destination).number if destination.exists() else None)
        else:
            assert script.read_state(destination) == script.state_after(3)
            if not hook.failed:
                break
    assert operation > 10
    assert ends <= {3, 1 if overwrites else None}
    assert {path.name for path in destination.parent.iterdir()} == {"index"}


def test_where_names_cannot_be_exchanged_an_index_is_replaced_all_the_same(folder, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(copying, "exchange_names", lambda *_: False)
    saved = tmp_path / "saved"
    copy_index(folder, saved, CopyOptions())
    for _ in range(2):
        copy_index(saved, folder, CopyOptions(overwrites=True))
    assert script.read_state(folder) == script.state_after(12)
    assert {path.name for path in tmp_path.iterdir()} == {"index", "saved"}
    # Cut off between its two names.
    (tmp_path / "index").rename(tmp_path / ".index.replaced")
    (tmp_path / ".index.partial").mkdir()
    with pytest.raises(UsageError, match="there is an index"):
        copy_index(saved, folder, CopyOptions())
    assert script.read_state(folder) == script.state_after(12)
    copy_index(saved, folder, CopyOptions(overwrites=True))
    assert {path.name for path in tmp_path.iterdir()} == {"index", "saved"}


def test_searches_go_on_while_an_index_is_replaced(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    copy_index(folder, saved, CopyOptions())
    ended = threading.Event()
    failures: list[Exception] = []
    engine = WhooshEngine(folder)
    mark = script.article_id(script.MARK)

    def search() -> None:
        while not ended.is_set():
            try:
                engine.refresh()
                assert engine.fetch((mark,))[0].article == script.article(script.MARK, 12)
            except Exception as error:  # noqa: BLE001 told by the test
                failures.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    for _ in range(10):
        copy_index(saved, folder, CopyOptions(overwrites=True))
    ended.set()
    thread.join()
    assert failures == []
