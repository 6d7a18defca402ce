"""What is seen under a root, and what is remembered of it."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.watching.roots import Presence, Root
from indexer.watching.scanning import Folder, Look, is_passed_over, look_at, scan_root
from indexer.watching.seen_files import SeenFiles


def names(found: object, top: Path) -> list[str]:
    return sorted(os.path.relpath(each.path, top) for each in found)  # type: ignore[attr-defined]


def test_folders_and_files_are_found_and_no_link_is_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "a" / "b").mkdir(parents=True)
    (outside / "deep").mkdir(parents=True)
    for path in (root / "1.txt", root / "a" / "b" / "2.txt", outside / "deep" / "3.txt"):
        path.write_text("x")
    (root / "link").symlink_to(outside)
    (root / "file-link").symlink_to(outside / "deep" / "3.txt")
    (root / "loop").symlink_to(root)
    found = list(scan_root(str(root)))
    assert names((each for each in found if isinstance(each, Folder)), root) == [".", "a", "a/b"]
    files = names((each for each in found if isinstance(each, Look)), root)
    assert files == ["1.txt", "a/b/2.txt", "file-link", "link", "loop"]


def test_names_that_are_not_read_are_passed_over_with_all_that_is_below_them(tmp_path: Path) -> None:
    for name in (".hidden/a.txt", "news.part", "b.txt~", "c.txt", "index/segment"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    os.mkfifo(tmp_path / "pipe")
    found = scan_root(str(tmp_path), without=str(tmp_path / "index"))
    assert names((each for each in found if isinstance(each, Look)), tmp_path) == ["c.txt"]
    assert is_passed_over(f"{tmp_path}/.hidden/a.txt", str(tmp_path))
    assert not is_passed_over(f"{tmp_path}/c.txt", str(tmp_path))
    assert look_at(str(tmp_path / "pipe")) is None
    assert look_at(str(tmp_path / "nothing")) is None


def test_a_root_whose_own_name_is_hidden_is_read_all_the_same(tmp_path: Path) -> None:
    root = tmp_path / ".news"
    root.mkdir()
    (root / "a.txt").write_text("x")
    assert not is_passed_over(str(root / "a.txt"), str(root))
    assert names((each for each in scan_root(str(root)) if isinstance(each, Look)), root) == ["a.txt"]


def test_what_was_rewritten_replaced_or_appended_looks_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")
    with SeenFiles() as seen:

        def look() -> Look:
            found = look_at(str(path))
            assert isinstance(found, Look)
            return found

        assert not seen.has_seen(str(path))
        for change in (
            lambda: path.write_text("two"),
            lambda: path.write_text("twomore"),
            lambda: ((tmp_path / "b").write_text("TWOMORE"), (tmp_path / "b").replace(path)),
        ):
            seen.remember([look()])
            assert seen.knows(look())
            change()
            assert not seen.knows(look())


def test_a_look_around_tells_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    def around() -> list[Look]:
        return [each for each in scan_root(str(tmp_path)) if isinstance(each, Look)]

    (tmp_path / "folder").mkdir()
    for name in ("a", "folder/b", "folder/c", "folder0", "z"):
        (tmp_path / name).write_text("x")
    with SeenFiles() as seen:
        assert names(seen.changed(around()), tmp_path) == ["a", "folder/b", "folder/c", "folder0", "z"]
        seen.remember(around())
        assert sorted(seen.below(str(tmp_path / "folder"))) == [f"{tmp_path}/folder/b", f"{tmp_path}/folder/c"]
        (tmp_path / "a").unlink()
        (tmp_path / "new").write_text("x")
        assert names(seen.changed(around()), tmp_path) == ["new"]
        assert seen.gone() == (f"{tmp_path}/a",)
        seen.forget(seen.gone())
        assert list(seen.changed(around()))
        assert seen.gone() == ()


def test_a_root_that_goes_and_comes_back_is_noticed_once_each(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    root = Root(folder)
    assert (root.look(), root.is_unchanged, root.holds_something) == (Presence.SAME, True, False)
    folder.rename(tmp_path / "away")
    assert not root.is_unchanged
    assert [root.look() for _ in range(3)] == [Presence.GONE, Presence.SAME, Presence.SAME]
    (tmp_path / "away").rename(folder)
    assert [root.look() for _ in range(2)] == [Presence.NEW, Presence.SAME]
    (folder / "a").write_text("x")
    assert (root.look(), root.holds_something) == (Presence.SAME, True)


def test_a_file_that_is_replaced_stays_the_same_root(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    root = Root(tmp_path / "a")
    (tmp_path / "b").write_text("y")
    (tmp_path / "b").replace(tmp_path / "a")
    assert root.look() is Presence.SAME


def test_a_link_that_leads_elsewhere_is_a_root_anew(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    link.symlink_to("first")
    root = Root(link)
    link.unlink()
    link.symlink_to("second")
    assert root.look() is Presence.NEW
    assert root.real == str(tmp_path / "second")
