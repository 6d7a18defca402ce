"""One writes at a time. Who comes second waits as long as it was told to, and then says who holds the lock."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
import scripted_writing as script
from click.testing import CliRunner
from nursery import Nursery

from indexer.backends.whoosh_index import WhooshIndex
from indexer.cli import delete
from indexer.errors import IndexBusyError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    script.write_batches(folder, 1)
    return folder


def write_one(folder: Path, **waiting) -> None:
    with WhooshIndex.open(folder).writer(script.MEMORY_MB, **waiting) as writer:
        script.write_batch(writer, 2)


def test_the_second_writer_waits_and_then_writes(nursery: Nursery, folder: Path) -> None:
    task = nursery.start("hold_lock", folder=folder, seconds=0.5)
    assert task.read_line() == "holding"
    said: list[str] = []
    write_one(folder, wait_s=60, say=said.append)
    assert len(said) == 1
    assert said[0].startswith(f"waiting for process {task.pid} (nursery.py), since ")
    assert task.wait() == 0
    assert script.read_state(folder) == script.state_after(2)


def test_at_the_end_of_its_patience_it_says_who_holds_the_lock(nursery: Nursery, folder: Path) -> None:
    task = nursery.start("hold_lock", folder=folder, seconds=60)
    assert task.read_line() == "holding"
    for wait_s in (0, 0.3):
        before = time.monotonic()
        with pytest.raises(IndexBusyError, match="another process is writing to") as caught:
            write_one(folder, wait_s=wait_s)
        assert time.monotonic() - before >= wait_s
        assert caught.value.holder.startswith(f"process {task.pid} (nursery.py), since 20")
        assert caught.value.holder in str(caught.value)
    task.kill()
    task.wait()


def test_the_lock_of_a_killed_writer_is_free_and_its_note_names_nobody(nursery: Nursery, folder: Path) -> None:
    task = nursery.start("hold_lock", folder=folder, seconds=60)
    assert task.read_line() == "holding"
    task.kill()
    task.wait()
    assert str(task.pid) in (folder / "MAIN_WRITELOCK").read_text()
    # Another that took the lock, and has not said who it is.
    lock = WhooshIndex.open(folder).storage.lock("MAIN_WRITELOCK")
    assert lock.acquire()
    with pytest.raises(IndexBusyError, match=r"another process is writing to [^:]*; wait") as caught:
        write_one(folder)
    assert caught.value.holder == ""
    lock.release()
    write_one(folder)
    assert (folder / "MAIN_WRITELOCK").read_bytes() == b""
    assert script.read_state(folder) == script.state_after(2)


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"pid": "x"}', b'{"pid": 1}', b"\xff\xfe", b"null"])
def test_a_note_that_says_nothing_stops_nobody(folder: Path, note: bytes) -> None:
    lock = WhooshIndex.open(folder).storage.lock("MAIN_WRITELOCK")
    assert lock.acquire()
    os.pwrite(lock.fd, note, 0)
    with pytest.raises(IndexBusyError, match="another process is writing"):
        write_one(folder)
    lock.release()
    write_one(folder)


def test_a_copied_index_is_not_locked_by_the_note_in_it(folder: Path, tmp_path: Path) -> None:
    with WhooshIndex.open(folder).writer(script.MEMORY_MB):
        copied = Path(shutil.copytree(folder, tmp_path / "copy"))
    write_one(copied)


def test_commands_wait_as_long_as_the_setting_says(nursery: Nursery, folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("BROADSHEET_LOCK_WAIT_S", "0.2")
    task = nursery.start("hold_lock", folder=folder, seconds=60)
    assert task.read_line() == "holding"
    done = CliRunner().invoke(delete, [script.article_id(script.MARK), "--index-dir", str(folder)])
    assert done.exit_code == 1
    waiting, error = done.stderr.splitlines()
    assert waiting.startswith(f"waiting for process {task.pid} (nursery.py), since ")
    assert error.startswith(f"error: another process is writing to {folder}: process {task.pid} (nursery.py), since ")
    task.kill()
    task.wait()
