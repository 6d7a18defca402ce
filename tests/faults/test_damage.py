"""Flipped bits, files that were cut off, sectors of zeros: found by `verify`, and never in an answer.

Searches run in a process of their own, so that one which the system ends would be seen.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
import scripted_writing as script
from nursery import Nursery

from indexer.article import Article
from indexer.backends.copying import CopyOptions, copy_index
from indexer.backends.merge_job import run_merge
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec import tiers
from indexer.codec.segment_file import CHUNK, SegmentFile
from indexer.document import make_draft
from indexer.errors import ArchiveError, IndexDamagedError
from searchapp.backends import whoosh_searcher
from searchapp.backends.whoosh_searcher import WhooshEngine

SECTOR = 512


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    script.write_batches(folder, 15)
    return folder


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.stat().st_size)


def damaged(content: bytes, kind: str, chosen: random.Random) -> bytes:
    """Other content than this, the way disks do it."""
    while True:
        changed = bytearray(content)
        place = chosen.randrange(len(content))
        if kind == "flip":
            changed[place] ^= 1 << chosen.randrange(8)
        elif kind == "truncate":
            del changed[place:]
        else:
            first = place - place % SECTOR
            changed[first : first + SECTOR] = bytes(len(changed[first : first + SECTOR]))
        if changed != content:
            return bytes(changed)


def damage_often(nursery: Nursery, whole: Path, tmp_path: Path, times: int, seed: int) -> Counter[str]:
    chosen = random.Random(seed)
    expected = nursery.run("search", folder=whole)
    assert len(expected) > 10
    assert not any("Error" in answer for answer in expected)
    copied = Path(shutil.copytree(whole, tmp_path / "index"))
    files = files_of(copied)
    assert {path.suffix for path in files} == {".seg", ".toc", ".json"}
    seen: Counter[str] = Counter()
    for number in range(times):
        # The segments hold nearly all; the small files are not to be passed over.
        path = files[number % len(files)]
        kind = chosen.choice(["flip", "truncate", "zero"])
        content = path.read_bytes()
        path.write_bytes(damaged(content, kind, chosen))
        found = verify_index(copied)
        assert {each.path for each in found.damages} == {path}, (kind, path.name)
        for answer, right in zip(nursery.run("search", folder=copied), expected, strict=False):
            if answer == right:
                seen["right answers"] += 1
            else:
                assert answer.startswith(("IndexDamagedError: ", "IndexVersionError: ")), (kind, path.name, answer)
                assert str(copied) in answer
                seen["answers that named the damage"] += 1
        seen[f"{kind} of a {path.suffix} file"] += 1
        path.write_bytes(content)
    assert verify_index(copied).damages == ()
    assert nursery.run("search", folder=copied) == expected
    return seen


def test_damage_is_found_and_never_answered_from(nursery: Nursery, whole: Path, tmp_path: Path) -> None:
    seen = damage_often(nursery, whole, tmp_path, 30, seed=3)
    assert seen["answers that named the damage"] > 15


@pytest.mark.slow
def test_damage_is_found_a_thousand_times_and_never_answered_from(nursery, whole: Path, tmp_path: Path) -> None:
    print(damage_often(nursery, whole, tmp_path, 1000, seed=random.randrange(1 << 30)))


def long_index(folder: Path) -> tuple[Path, int]:
    """An index with a section that is too long to be read when it is first asked for; a place in its middle."""
    chosen = random.Random(1)
    with WhooshIndex.create(folder).writer(64) as writer:
        for number in range(40):
            body = f"common {chosen.randbytes(CHUNK // 20).hex()}"
            writer.write(make_draft(Article(title="Maps", body=body, external_id=str(number)), "/news"))
        writer.commit()
    (path,) = folder.glob("*.seg")
    first, end = SegmentFile(path).range_of("stored")
    assert end - first > CHUNK
    return path, (first + end) // 2


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def look_often(engine: WhooshEngine) -> None:
    for _ in range(100):
        assert not engine.refresh()


def test_a_server_finds_damage_in_long_sections_by_itself_and_answers_no_more(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "index"
    flip(*long_index(folder))
    monkeypatch.setattr(whoosh_searcher, "_CHECKED_BYTES", CHUNK // 2)
    engine = WhooshEngine(folder)
    engine.fetch(("0" * 16,))
    with pytest.raises(IndexDamagedError, match="is damaged in bytes"):
        look_often(engine)
    with pytest.raises(IndexDamagedError, match="is damaged in bytes"):
        engine.fetch(("0" * 16,))


def test_a_server_answers_again_when_the_index_was_restored(tmp_path: Path) -> None:
    folder, saved = tmp_path / "index", tmp_path / "saved"
    path, place = long_index(folder)
    copy_index(folder, saved, CopyOptions())
    flip(path, place)
    engine = WhooshEngine(folder)
    with pytest.raises(IndexDamagedError):
        engine.refresh()
    copy_index(saved, folder, CopyOptions(overwrites=True))
    assert engine.refresh()
    assert not engine.refresh()
    assert engine.fetch((next(WhooshIndex.open(folder).articles()).id,)) != (None,)


def test_a_whole_index_is_read_once_and_then_left_in_peace(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    path, _ = long_index(folder)
    file = SegmentFile(path)
    total = 0
    while done := file.check_some(CHUNK):
        assert done <= 2 * CHUNK
        total += done
    assert 0 < len(file) - total < CHUNK


def test_no_damage_is_merged_rebuilt_or_copied_into_files_whose_checksums_hold(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "index"
    path, place = long_index(folder)
    flip(path, place)
    monkeypatch.setattr(tiers, "TIER_FACTOR", 1)
    with WhooshIndex.open(folder).writer(64) as writer:
        job = writer.plan_merge()
        assert job is not None
        with pytest.raises(IndexDamagedError, match="is damaged in bytes"):
            run_merge(job)
    with pytest.raises(IndexDamagedError, match="is damaged in bytes"):
        next(WhooshIndex.open(folder).articles())
    with pytest.raises(IndexDamagedError, match="is damaged in bytes"):
        copy_index(folder, tmp_path / "copy", CopyOptions())
    assert not (tmp_path / "copy").exists()
    assert [each.path for each in verify_index(folder).damages] == [path]


def test_files_replaced_properly_under_a_reader_do_it_no_harm(nursery: Nursery, whole: Path, tmp_path: Path) -> None:
    """Every commit, merge, purge and restore takes files away from under somebody's map."""
    folder = Path(shutil.copytree(whole, tmp_path / "index"))
    task = nursery.start("search_for", folder=folder, seconds=2.0)
    first = task.read_line()
    for _ in range(8):
        copy_index(whole, folder, CopyOptions(overwrites=True))
    for path in folder.glob("*.seg"):
        path.with_suffix(".new").write_bytes(path.read_bytes())
        path.with_suffix(".new").replace(path)
    assert task.wait() == 0
    assert [line for line in task.said if "Error" in line] == []
    assert {line for line in task.said if not line.startswith("rounds")} == {first}


def open_all(folder: Path) -> None:
    WhooshIndex.open(folder).tombstones()
    WhooshEngine(folder)


def test_a_truncated_file_is_not_opened(whole: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(whole, tmp_path / "index"))
    for path in files_of(copied):
        content = path.read_bytes()
        for length in {0, 1, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:length])
            with pytest.raises(ArchiveError):
                open_all(copied)
        path.write_bytes(content)
    WhooshEngine(copied)
