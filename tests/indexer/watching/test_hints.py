"""Hints of the real system, and what is said where it gives none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.watching.hints import Hints

WITHIN_S = 60.0


def wait_for(hints: Hints, wanted: Path) -> set[str]:
    told: set[str] = set()
    until = time.monotonic() + WITHIN_S
    while str(wanted) not in told:
        assert time.monotonic() < until, told
        told |= hints.wait(0.2)
    return told


def test_what_happens_in_a_watched_folder_is_told_and_what_is_read_is_not(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    hints = Hints()
    hints.watch([str(folder)])
    assert hints.why_not == ""
    changes: list[tuple[Callable[[], object], Path]] = [
        (lambda: (folder / "a").write_text("x"), folder / "a"),
        (lambda: (folder / "a").rename(folder / "b"), folder / "b"),
        (lambda: (other / "c").write_text("x") and (other / "c").replace(folder / "b"), folder / "b"),
        ((folder / "new").mkdir, folder / "new"),
        ((folder / "b").unlink, folder / "b"),
    ]
    for change, told in changes:
        change()
        assert not {each for each in wait_for(hints, told) if each.startswith(str(other))}
    (folder / "d").write_text("x")
    wait_for(hints, folder / "d")
    while hints.wait(0.2):
        pass
    (folder / "d").read_text()
    assert hints.wait(0.3) == frozenset()
    hints.close()


def test_no_link_out_of_a_folder_is_watched(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    hints = Hints()
    hints.watch([str(folder)])
    (outside / "a").write_text("x")
    (folder / "b").write_text("x")
    assert wait_for(hints, folder / "b") == {str(folder / "b")}
    hints.close()


def test_what_happened_before_other_folders_are_watched_is_still_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    hints = Hints()
    hints.watch([str(tmp_path / "one")])
    (tmp_path / "one" / "a").write_text("x")
    time.sleep(0.2)  # the library is told by another thread
    hints.watch([str(tmp_path / "one"), str(tmp_path / "two"), str(tmp_path / "gone"), os.fsdecode(b"/\xff")])
    assert hints.why_not == ""
    wait_for(hints, tmp_path / "one" / "a")
    (tmp_path / "two" / "b").write_text("x")
    wait_for(hints, tmp_path / "two" / "b")
    hints.close()


WATCH_MANY = """
import sys
from indexer.watching.hints import Hints
hints = Hints()
hints.watch(sys.argv[1:])
print(hints.why_not or "watched")
"""


@pytest.mark.parametrize("limit", ["max_inotify_watches", "max_inotify_instances"])
def test_a_limit_of_the_system_is_said_in_its_words(tmp_path: Path, limit: str) -> None:
    folders = [tmp_path / str(number) for number in range(20)]
    for folder in folders:
        folder.mkdir()
    few = 5 if limit == "max_inotify_watches" else 0
    # A namespace of its own has limits of its own.
    limited = [
        "unshare",
        "--user",
        "--map-root-user",
        "sh",
        "-c",
        f'echo {few} > /proc/sys/user/{limit}; exec "$@"',
        "sh",
    ]
    try:
        subprocess.run([*limited, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("user namespaces are not allowed here (sysctl user.max_user_namespaces)")
    command = [*limited, sys.executable, "-c", WATCH_MANY, *map(str, folders)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path.cwd()).stdout
    assert "limit reached" in said if few else "Too many open files" in said
