"""What an index promises, and Whoosh's traps: each is sprung on stock Whoosh first, then shown not to be there."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from whoosh import fields, index, query
from whoosh.filedb.filestore import FileStorage, RamStorage

from indexer.article import Article
from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.port import Draft, Tombstone
from indexer.backends.storage import write_sealed
from indexer.backends.tombstones import TOMBSTONES_FILE, Tombstones
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.durable import DurableStorage
from indexer.codec.failures import translated_errors
from indexer.document import make_draft
from indexer.errors import (
    ArticleError,
    BroadsheetError,
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    IndexVersionError,
)
from indexer.schema import build_schema

MEMORY_MB = 16


def news(key: str, body: str = "Mine clearance began.", **more: object) -> Article:
    return replace(Article(title=f"Story {key}", body=body, external_id=key, lang="en"), **more)


def bodies(folder: Path) -> dict[str | None, str]:
    return {held.article.external_id: held.article.body for held in WhooshIndex.open(folder).articles()}


def articles_with(folder: Path, term: str, field: str = "body_surface") -> set[str]:
    with WhooshIndex.open(folder).whoosh.searcher() as searcher:
        return {hit["external_id"] for hit in searcher.search(query.Term(field, term), limit=None)}


def print_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()
    }


def half_written(draft: Draft) -> Draft:
    """Its words are fine; what is stored of it cannot be."""
    return replace(draft, article=replace(draft.article, url="\ud800"))


# Traps


def test_stock_whoosh_keeps_two_copies_of_an_id_updated_twice() -> None:
    stock = RamStorage().create_index(fields.Schema(id=fields.ID(unique=True, stored=True), body=fields.TEXT))
    with stock.writer() as writer:
        writer.update_document(id="a", body="one")
        writer.update_document(id="a", body="two")
    assert stock.doc_count() == 2


def test_an_id_written_twice_in_a_batch_is_refused_and_leaves_one_copy(folder) -> None:
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        writer.write(make_draft(news("1", "first"), "/a"))
        with pytest.raises(ArticleError, match="written already"):
            writer.write(make_draft(news("1", "second"), "/a"))
        assert writer.commit().articles == 1
    assert bodies(folder) == {"1": "first"}


def test_stock_whoosh_gives_the_words_of_a_failed_document_to_the_next() -> None:
    schema = fields.Schema(body=fields.TEXT(stored=True), number=fields.NUMERIC(stored=True))
    stock = RamStorage().create_index(schema)
    with stock.writer() as writer:
        with pytest.raises(ValueError, match="no number"):
            writer.add_document(body="foreign", number="no number")
        writer.add_document(body="innocent", number=1)
    with stock.searcher() as searcher:
        assert [hit["body"] for hit in searcher.search(query.Term("body", "foreign"))] == ["innocent"]


def test_a_refused_document_leaves_no_words_and_loses_nobody_elses(folder) -> None:
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        writer.write(make_draft(news("old", "Committed earlier."), "/a"))
        writer.write(make_draft(news("gone", "Removed in this batch."), "/a"))
        writer.commit()
        writer.write(make_draft(news("1", "Before the failure."), "/a"))
        writer.write(make_draft(news("old", "Updated before the failure."), "/a"))
        assert writer.remove(news("gone").id)
        with pytest.raises(ArticleError, match="cannot be encoded"):
            writer.write(half_written(make_draft(news("2", "Foreign words."), "/a")))
        writer.write(make_draft(news("3", "After the failure."), "/a"))
        assert writer.commit().articles == 3
    assert bodies(folder) == {
        "old": "Updated before the failure.",
        "1": "Before the failure.",
        "3": "After the failure.",
    }
    assert articles_with(folder, "foreign") == set()
    assert articles_with(folder, "failure") == {"old", "1", "3"}
    assert articles_with(folder, "removed") == set()


@pytest.mark.parametrize("broken", [{"body": "\ud800"}, {"author": ("\ud800",)}, {"tag": ("a", "\ud800")}])
def test_a_lone_surrogate_is_refused_before_anything_is_written(folder, broken) -> None:
    draft = make_draft(news("1"), "/a")
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        with pytest.raises(ArticleError, match="cannot be encoded"):
            writer.write(replace(draft, article=replace(draft.article, **broken)))
        assert writer.commit().articles == 0


def test_a_refused_update_leaves_the_committed_version(folder, index_articles_of) -> None:
    index_articles_of(news("1", "The version that stands."))
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        with pytest.raises(ArticleError):
            writer.write(half_written(make_draft(news("1", "Broken."), "/a")))
        writer.commit()
    assert bodies(folder) == {"1": "The version that stands."}


def test_stock_whoosh_wipes_an_index_that_did_not_open(tmp_path: Path) -> None:
    schema = fields.Schema(body=fields.TEXT)
    stock = index.create_in(str(tmp_path), schema)
    with stock.writer() as writer:
        writer.add_document(body="precious")
    index.create_in(str(tmp_path), schema)
    assert index.open_dir(str(tmp_path)).doc_count() == 0


def test_creating_over_an_index_is_refused_and_changes_nothing(folder, index_articles_of) -> None:
    index_articles_of(news("1"))
    before = print_of(folder)
    with pytest.raises(IndexDamagedError, match="not empty"):
        WhooshIndex.create(folder)
    assert print_of(folder) == before


# Opening


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


# Writing


def test_what_is_not_committed_is_given_up(folder, index_articles_of) -> None:
    index_articles_of(news("1", "old"))
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        writer.write(make_draft(news("1", "new"), "/a"))
        writer.write(make_draft(news("2"), "/a"))
        writer.remove(news("1").id)
    assert bodies(folder) == {"1": "old"}


def test_known_is_what_the_last_commit_holds(folder) -> None:
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        document = make_draft(news("1"), "/news/ä\udcff.txt")
        writer.write(document)
        assert writer.known(document.id) is None
        writer.commit()
        known = writer.known(document.id)
        assert known is not None
        assert (known.content_hash, known.origin) == (document.content_hash, "/news/ä\udcff.txt")
        assert list(writer.known_articles()) == [known]


def test_an_update_replaces_the_older_version_across_segments(folder, index_articles_of) -> None:
    for number in range(5):
        index_articles_of(news("1", f"version {number}"), news(f"other {number}"))
    assert bodies(folder)["1"] == "version 4"
    assert len(bodies(folder)) == 6
    assert articles_with(folder, "version") == {"1"}


def test_many_commits_are_merged_and_nothing_is_lost(folder) -> None:
    with WhooshIndex.create(folder).writer(MEMORY_MB) as writer:
        for number in range(45):
            writer.write(make_draft(news(str(number), f"version {number} word{number}"), "/a"))
            if number >= 10:
                writer.write(make_draft(news(str(number - 10), f"second version {number}"), "/a"))
            commit = writer.commit()
    stats = WhooshIndex.open(folder).stats()
    assert (commit.articles, stats.articles) == (45, 45)
    assert stats.segments < 20
    assert articles_with(folder, "second") == {str(number) for number in range(35)}
    assert articles_with(folder, "word3") == set()
    assert articles_with(folder, "word44") == {"44"}


def test_a_commit_of_nothing_makes_no_generation(folder, index_articles_of) -> None:
    first = index_articles_of(news("1"))
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        assert writer.commit() == first


def test_purging_leaves_no_byte_of_the_word(folder, index_articles_of) -> None:
    secret = "zanzibarquux"
    index_articles_of(news("1", f"Never print {secret} again."), news("2"))
    index_articles_of(news("3"))

    def held() -> bool:
        return any(secret.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert held()
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        writer.remove(news("1").id)
        writer.commit()
        assert held()
        assert writer.purge().articles == 2
    assert not held()
    assert articles_with(folder, "clearance") == {"2", "3"}


def test_tombstones_are_on_disk_at_once_and_the_first_reason_stands(folder, index_articles_of) -> None:
    index_articles_of(news("1"))
    with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
        writer.bury((Tombstone("a" * 16, "court order", "2024-01-02"),))
        writer.bury((Tombstone("a" * 16, "again", "2025-01-02"), Tombstone("b" * 16, "", "2025-01-02")))
        assert [each.reason for each in Tombstones(folder)] == ["court order", ""]
        writer.unbury(("b" * 16,))
    assert [each.id for each in WhooshIndex.open(folder).tombstones()] == ["a" * 16]


def test_reading_goes_on_while_another_commits(folder, index_articles_of) -> None:
    index_articles_of(news("0"))
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(1, 25):
                index_articles_of(news(str(number)))
        except BaseException as error:  # noqa: BLE001 a thread has no other way to say so
            failures.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    counts = []
    while thread.is_alive():
        opened = WhooshIndex.open(folder)
        counts.append(opened.stats().articles)
        assert len(list(opened.articles())) >= counts[-1]
    thread.join()
    assert failures == []
    assert counts == sorted(counts)
    assert len(bodies(folder)) == 25


def test_creating_while_another_creates_is_refused(folder: Path) -> None:
    folder.mkdir()
    lock = FileStorage(str(folder)).lock("MAIN_WRITELOCK")
    assert lock.acquire()
    with pytest.raises(IndexBusyError):
        WhooshIndex.create(folder)
    lock.release()
    assert WhooshIndex.create(folder).stats().articles == 0


def test_stats_count_what_is_there(folder, index_articles_of) -> None:
    from indexer.article import Published

    index_articles_of(
        news("1", source="The Herald", published=Published("1916-03-12")),
        news("2", source="The Herald", published=Published("1916")),
        news("3", source="Азернюз", lang="az"),
    )
    index_articles_of(news("3", body="Changed", source="Азернюз", lang="az"))
    stats = WhooshIndex.open(folder).stats()
    assert (stats.articles, stats.undated, stats.segments) == (3, 1, 2)
    assert stats.by_source == (("The Herald", 2), ("Азернюз", 1))
    assert stats.by_lang == (("en", 2), ("az", 1))
    assert stats.by_year == (("1916", 2),)
    assert stats.size_bytes > 1000
