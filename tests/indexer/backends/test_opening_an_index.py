"""An index is opened whole, or named for what it is: missing, damaged, busy, newer. It is never made anew."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from whoosh import index
from written_news import MEMORY_MB, news, print_of

from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.storage import write_sealed
from indexer.backends.tombstones import TOMBSTONES_FILE
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.durable import DurableStorage
from indexer.codec.failures import translated_errors
from indexer.document import make_draft
from indexer.errors import (
    BroadsheetError,
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexVersionError,
)
from indexer.schema import build_schema


def test_a_missing_index_says_what_to_run(folder: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="broadsheet index"):
        WhooshIndex.open(folder)
    folder.mkdir()
    with pytest.raises(IndexNotFoundError, match="broadsheet index"):
        WhooshIndex.open(folder)


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"\xff\xd8")
    before = print_of(folder)
    for attempt in (WhooshIndex.open, WhooshIndex.open_or_create, WhooshIndex.create):
        with pytest.raises(IndexDamagedError, match=r"holiday\.jpg"):
            attempt(folder)
    assert print_of(folder) == before


def test_a_file_in_place_of_the_folder_is_left_alone(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(IndexDamagedError, match="file"):
        WhooshIndex.open_or_create(folder)
    assert folder.read_text() == "not a folder"


def test_another_analysis_version_says_rebuild(folder, index_articles_of) -> None:
    index_articles_of(news("1"))
    write_sealed(folder / META_FILE, asdict(replace(current_meta(), analysis_version=0)))
    with pytest.raises(IndexVersionError, match=r"analysis 0, this is \d+; run: broadsheet rebuild"):
        WhooshIndex.open(folder)
    assert len(list(WhooshIndex.open(folder, for_rebuild=True).articles())) == 1


def test_a_newer_index_is_not_even_rebuilt(folder, index_articles_of) -> None:
    index_articles_of(news("1"))
    write_sealed(folder / META_FILE, {**asdict(current_meta()), "schema_version": 999, "not_known_here": 1})
    with pytest.raises(IndexVersionError, match="install the newer"):
        WhooshIndex.open(folder, for_rebuild=True)


def break_meta(folder: Path) -> None:
    (folder / META_FILE).write_text("{}")


def drop_meta(folder: Path) -> None:
    (folder / META_FILE).unlink()


def cut_toc(folder: Path) -> None:
    toc = next(folder.glob("_MAIN_*.toc"))
    toc.write_bytes(toc.read_bytes()[:40])


def drop_toc(folder: Path) -> None:
    next(folder.glob("_MAIN_*.toc")).unlink()


def drop_segment(folder: Path) -> None:
    next(folder.glob("MAIN_*.seg")).unlink()


def cut_segment(folder: Path) -> None:
    segment = next(folder.glob("MAIN_*.seg"))
    segment.write_bytes(segment.read_bytes()[:100])


def break_tombstones(folder: Path) -> None:
    (folder / TOMBSTONES_FILE).write_text("[")


def flip_in_toc(folder: Path) -> None:
    """In the name of a field: a pickle that can be read, and says something else."""
    toc = next(folder.glob("_MAIN_*.toc"))
    assert b"title_surface" in toc.read_bytes()
    toc.write_bytes(toc.read_bytes().replace(b"title_surface", b"title_surfacd"))


def unseal_toc(folder: Path) -> None:
    toc = next(folder.glob("_MAIN_*.toc"))
    toc.write_bytes(toc.read_bytes()[:-12])


def flip_in_meta(folder: Path) -> None:
    meta = folder / META_FILE
    assert b'"schema_version": 4' in meta.read_bytes()
    meta.write_bytes(meta.read_bytes().replace(b'"schema_version": 4', b'"schema_version": 1'))


def unseal_meta(folder: Path) -> None:
    (folder / META_FILE).write_text('{"schema_version": 4, "analysis_version": 1, "product_version": "0"}')


@pytest.mark.parametrize(
    "damage",
    [
        *(break_meta, drop_meta, flip_in_meta, unseal_meta, cut_toc, drop_toc, flip_in_toc, unseal_toc),
        *(drop_segment, cut_segment, break_tombstones),
    ],
)
def test_damage_is_named_and_never_repaired_by_wiping(folder, index_articles_of, damage) -> None:
    index_articles_of(news("1"))
    damage(folder)
    before = print_of(folder)
    with pytest.raises(IndexDamagedError), WhooshIndex.open_or_create(folder).writer(MEMORY_MB):
        pass
    after = print_of(folder)
    after.pop("MAIN_WRITELOCK", None)
    before.pop("MAIN_WRITELOCK", None)
    assert after == before


def test_creating_that_was_cut_off_is_taken_up(folder: Path) -> None:
    WhooshIndex.create(folder)
    drop_toc(folder)
    assert WhooshIndex.open_or_create(folder).stats().articles == 0


class Evil:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_table_of_contents_cannot_run_code(folder, index_articles_of, tmp_path: Path) -> None:
    index_articles_of(news("1"))
    toc = index.TOC(build_schema(), [Evil(tmp_path / "was-here")], generation=2)
    toc.write(DurableStorage(folder), "MAIN")
    with pytest.raises(IndexDamagedError, match="no index needs"):
        WhooshIndex.open(folder)
    assert not (tmp_path / "was-here").exists()


def whoosh_errors() -> list[type[Exception]]:
    found: set[type[Exception]] = set()
    for package in ("whoosh", "whoosh.codec", "whoosh.filedb", "whoosh.matching", "whoosh.util", "whoosh.query"):
        module = importlib.import_module(package)
        for inner in pkgutil.iter_modules(module.__path__, f"{package}."):
            try:
                module = importlib.import_module(inner.name)
            except ImportError:  # left over from an older Whoosh, or made for a library that is not here
                continue
            for _, value in inspect.getmembers(module, inspect.isclass):
                if issubclass(value, Exception) and value.__module__.startswith("whoosh"):
                    found.add(value)
    return sorted(found, key=str)


def test_no_error_of_whoosh_gets_out(folder: Path) -> None:
    kinds = whoosh_errors()
    assert index.LockError in kinds
    assert len(kinds) > 10
    for kind in [*kinds, OSError, KeyError, EOFError, MemoryError, UnicodeDecodeError]:
        error = kind.__new__(kind)
        error.args = ("said",)
        with pytest.raises(BroadsheetError), translated_errors(folder, "read"):
            raise error


def test_a_second_writer_is_told_that_the_index_is_busy(folder, index_articles_of) -> None:
    index_articles_of(news("1"))
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        with pytest.raises(IndexBusyError, match="another process"):
            WhooshIndex.open(folder).writer(MEMORY_MB)
        writer.write(make_draft(news("2"), "/a"))
        writer.commit()
        with pytest.raises(IndexBusyError):  # between two batches as well
            WhooshIndex.open(folder).writer(MEMORY_MB)
    with WhooshIndex.open(folder).writer(MEMORY_MB):
        pass
