"""The power goes at any moment, and the disk keeps no more than it was made to: what was acknowledged is there."""

from __future__ import annotations

import gc
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import scripted_writing as script
from forgetful import ForgetfulDisk
from interposed import Operation, Record, interposed
from nursery import Nursery
from test_kills import assert_nothing_is_left_over

from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex, is_vacant

BATCHES = 26
IMAGE_MB = 24


def record(folder: Path, batches: int) -> list[Operation]:
    """What making an index and writing these batches does to the disk, with notes of what was acknowledged."""
    log = Record()
    with interposed(folder.parent, log), WhooshIndex.open_or_create(folder).writer(script.MEMORY_MB) as writer:
        for number in range(1, batches + 1):
            log.note("begin", number)
            script.write_batch(writer, number)
            log.note("done", number)
    return log.operations


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Operation]]:
    folder = tmp_path_factory.mktemp("recorded") / "index"
    return folder, record(folder, BATCHES)


def cut_at_random(operations: list[Operation], root: Path, target: Path, chosen: random.Random) -> int:
    """Cut the power once, and demand of what is left all that was acknowledged; gives how many batches are there."""
    disk = ForgetfulDisk(root)
    acknowledged = begun = 0
    for operation in operations[: chosen.randint(1, len(operations))]:
        if operation.kind == "begin":
            begun = operation.offset
        elif operation.kind == "done":
            acknowledged = operation.offset
        else:
            disk.take(operation)
    disk.cut(chosen, target)
    if is_vacant(target):
        assert acknowledged == 0
        found = 0
    else:
        found = script.demand_state(target, acknowledged, begun)
        assert verify_index(target, deep=True).damages == ()
    with WhooshIndex.open_or_create(target).writer(script.MEMORY_MB) as writer:
        script.write_batch(writer, found + 1)
    assert script.read_state(target) == script.state_after(found + 1)
    assert_nothing_is_left_over(target)
    return found


def cut_often(recorded: tuple[Path, list[Operation]], tmp_path: Path, cuts: int, seed: int) -> None:
    root, operations = recorded
    chosen = random.Random(seed)
    held = []
    for number in range(cuts):
        target = tmp_path / str(number)
        held.append(cut_at_random(operations, root, target, chosen))
        shutil.rmtree(target)
    assert len(set(held)) > cuts // 10
    print(f"{cuts} cuts among {len(operations)} operations; {sum(held)} batches acknowledged before them, 0 lost")


def test_every_write_is_seen_by_what_records_them(recorded: tuple[Path, list[Operation]]) -> None:
    root, operations = recorded
    disk = ForgetfulDisk(root)
    for operation in operations:
        if operation.kind not in {"begin", "done"}:
            disk.take(operation)
    there = {path.name: path.read_bytes() for path in root.iterdir() if path.name != "MAIN_WRITELOCK"}
    assert disk.now() == there
    kinds = {operation.kind for operation in operations}
    assert {"create", "write", "fsync", "rename", "unlink", "mkdir"} <= kinds


def test_power_cuts_lose_nothing(recorded, tmp_path: Path) -> None:
    cut_often(recorded, tmp_path, 20, seed=7)


@pytest.mark.slow
def test_two_hundred_power_cuts_lose_nothing(recorded, tmp_path: Path) -> None:
    cut_often(recorded, tmp_path, 200, seed=time.time_ns())


@pytest.mark.parametrize("forgotten", ["file", "folder"])
def test_without_syncs_of_files_or_folders_such_cuts_do_lose(recorded, tmp_path: Path, forgotten: str) -> None:
    """So the disk of these tests is one on which they can fail."""
    root, operations = recorded
    unsynced = [each for each in operations if each.kind != "fsync" or bool(each.file) != (forgotten == "file")]
    chosen = random.Random(3)
    failed = 0
    for number in range(12):
        try:
            cut_at_random(unsynced, root, tmp_path / str(number), chosen)
        except Exception:  # noqa: BLE001 lost, damaged or not to be opened
            failed += 1
    assert failed > 3


# A real file system on a real block device, copied while it is written to


@cache
def mounts() -> str:
    """Why no file system can be mounted here, or nothing."""
    if os.geteuid() != 0:
        return "to mount a file system one must be root"
    tools = [tool for tool in ("mkfs.ext4", "mount", "umount") if shutil.which(tool) is None]
    if tools:
        return f"there is no {', '.join(tools)}"
    image, folder = Path("/tmp") / f"mounts-{os.getpid()}.img", Path("/tmp") / f"mounts-{os.getpid()}"
    folder.mkdir()
    try:
        make_image(image)
        with mounted(image, folder):
            return ""
    except subprocess.CalledProcessError as error:
        return f"loop devices cannot be mounted: {error.stderr.decode().strip()}"
    finally:
        folder.rmdir()
        image.unlink()


def make_image(image: Path) -> None:
    with image.open("wb") as file:
        file.truncate(IMAGE_MB << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True, capture_output=True)


@contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        gc.collect()  # maps of its files would keep it busy
        subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def cut_a_real_disk(nursery: Nursery, tmp_path: Path, cuts: int, seed: int) -> None:
    if why := mounts():
        pytest.skip(f"{why}; the forgetful disk of the other tests stands in")
    chosen = random.Random(seed)
    held = []
    mount, image, copied = tmp_path / "disk", tmp_path / "disk.img", tmp_path / "copied.img"
    mount.mkdir()
    for _ in range(cuts):
        make_image(image)
        with mounted(image, mount):
            task = nursery.start("write", folder=mount / "index", first=1, last=10_000)
            task.read_line()
            time.sleep(chosen.uniform(0, 0.6))
            # Stopped, it says nothing more: what it has said was durable before the device is copied.
            task.kill(signal.SIGSTOP)
            time.sleep(0.002)
            shutil.copyfile(image, copied)
            task.kill()
            task.wait()
        acknowledged = max((int(line[5:]) for line in task.said if line.startswith("done ")), default=0)
        begun = max((int(line[6:]) for line in task.said if line.startswith("begin ")), default=0)
        with mounted(copied, mount):
            index = mount / "index"
            found = 0 if is_vacant(index) else script.demand_state(index, acknowledged, begun)
            assert found >= acknowledged
            if found:
                assert verify_index(index, deep=True).damages == ()
        held.append(found)
    print(f"{cuts} cuts of a real disk, with {sum(held)} batches on it, 0 lost")


def test_a_real_disk_that_was_cut_off_has_what_was_acknowledged(nursery: Nursery, tmp_path: Path) -> None:
    cut_a_real_disk(nursery, tmp_path, 2, seed=5)


@pytest.mark.slow
def test_a_real_disk_that_was_cut_off_two_hundred_times_has_what_was_acknowledged(nursery, tmp_path: Path) -> None:
    cut_a_real_disk(nursery, tmp_path, 200, seed=time.time_ns())
