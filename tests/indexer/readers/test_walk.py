"""Folders on disk -> files in a stable order, each real file once, and every other thing named."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest

from indexer.article import Skipped
from indexer.errors import UsageError
from indexer.readers.walk import FoundFile, walk_files


def write(path: Path, text: str = "some words") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def walked(*paths: Path) -> list[str]:
    """Files by name, and what was skipped as `name: reason`."""
    return [
        outcome.path.name if isinstance(outcome, FoundFile) else f"{Path(outcome.place.path).name}: {outcome.reason}"
        for outcome in walk_files(paths)
    ]


def test_files_come_in_order_of_their_bytes_with_folders_in_place(tmp_path):
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt", "B.txt", "é.txt", "z.txt", "10.txt", "9.txt"):
        write(tmp_path / name)
    assert walked(tmp_path) == ["10.txt", "9.txt", "B.txt", "a.txt", "1.txt", "2.txt", "c.txt", "z.txt", "é.txt"]
    assert walked(tmp_path) == walked(tmp_path)


def test_path_is_as_given_and_real_path_is_absolute(tmp_path, monkeypatch):
    write(tmp_path / "news" / "a.txt", "four")
    monkeypatch.chdir(tmp_path)
    (found,) = walk_files([Path("news")])
    assert found == FoundFile(Path("news/a.txt"), (tmp_path / "news" / "a.txt").resolve(), 4)


def test_missing_path_stops_before_anything_is_read(tmp_path):
    write(tmp_path / "a.txt")
    with pytest.raises(UsageError, match=r"there is no .*nowhere"):
        walk_files([tmp_path, tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="nothing to read"):
        walk_files([])


def test_hidden_files_leftovers_and_empty_files_are_named(tmp_path):
    for name in (".git/config", ".hidden", "a.txt~", "#a.txt#", ".a.txt.swp", "Thumbs.db", "a.txt"):
        write(tmp_path / name)
    write(tmp_path / "void.txt", "")
    assert sorted(walked(tmp_path)) == [
        "#a.txt#: leftover of a program",
        ".a.txt.swp: hidden",
        ".git: hidden",
        ".hidden: hidden",
        "Thumbs.db: leftover of a program",
        "a.txt",
        "a.txt~: leftover of a program",
        "void.txt: empty file",
    ]


def test_hidden_file_given_by_name_is_read(tmp_path):
    hidden = write(tmp_path / ".hidden.txt")
    assert walked(hidden) == [".hidden.txt"]
    folder = write(tmp_path / ".folder" / "a.txt").parent
    assert walked(folder) == ["a.txt"]


def test_link_inside_the_folder_does_not_read_a_file_twice(tmp_path):
    write(tmp_path / "z.txt")
    (tmp_path / "a.txt").symlink_to(tmp_path / "z.txt")
    assert walked(tmp_path) == ["a.txt: same file again", "z.txt"]


def test_file_reached_only_by_links_is_read_once(tmp_path):
    write(tmp_path / ".store" / "real.txt")
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).symlink_to(tmp_path / ".store" / "real.txt")
    assert walked(tmp_path) == [".store: hidden", "a.txt", "b.txt: same file again"]


def test_hard_link_is_the_same_file(tmp_path):
    os.link(write(tmp_path / "a.txt"), tmp_path / "b.txt")
    assert walked(tmp_path) == ["a.txt", "b.txt: same file again"]


def test_overlapping_paths_read_each_file_once(tmp_path):
    inner = write(tmp_path / "in" / "a.txt")
    write(tmp_path / "b.txt")
    assert walked(inner, tmp_path, tmp_path / "in") == [
        "a.txt",
        "b.txt",
        "a.txt: same file again",
        "a.txt: same file again",
    ]


def test_links_out_loops_and_broken_links_are_named(tmp_path):
    outside = write(tmp_path / "outside" / "o.txt")
    root = tmp_path / "root"
    write(root / "sub" / "a.txt")
    (root / "sub" / "loop").symlink_to(root)
    (root / "sub" / "out.txt").symlink_to(outside)
    (root / "also").symlink_to(root / "sub")
    (root / "broken").symlink_to(root / "nowhere")
    (root / "self").symlink_to(root / "self")
    assert walked(root) == [
        "also: link to a folder",
        "broken: broken link",
        "self: broken link",
        "a.txt",
        "loop: link loop",
        "out.txt: link out of the given paths",
    ]


def test_link_given_by_name_is_followed(tmp_path):
    write(tmp_path / "real" / "a.txt")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    (found,) = walk_files([link])
    assert (found.path, found.real_path) == (link / "a.txt", (tmp_path / "real" / "a.txt").resolve())


def test_pipes_and_sockets_are_never_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # the name of a socket has 100 bytes at most
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert walked(tmp_path) == ["pipe: not a regular file", "socket: not a regular file"]


@pytest.fixture
def another_user():
    """Root may read everything, so these tests are somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_unreadable_file_and_folder_are_named(another_user):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a.txt").chmod(0)
        write(folder / "f" / "b.txt").parent.chmod(0)
        assert walked(folder) == ["a.txt: cannot be read", "f: cannot be read"]
        (folder / "f").chmod(0o700)


def test_name_that_is_no_text_is_walked(tmp_path):
    name = os.fsdecode(b"\xff\xfe.txt")
    write(tmp_path / name)
    assert walked(tmp_path) == [name]


def test_folders_may_be_deeper_than_pythons_stack(tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep /= "d"
    write(deep / "a.txt")
    assert walked(tmp_path) == ["a.txt"]


def test_everything_in_a_folder_comes_out(tmp_path):
    for number in range(50):
        name = f"{'.' if number % 5 == 0 else ''}{number}.txt"
        write(tmp_path / f"{number % 7}" / name, "" if number % 3 == 0 else "x")
    outcomes = list(walk_files([tmp_path]))
    assert len(outcomes) == 50
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Skipped)} == {"hidden", "empty file"}
