"""What an index promises, and Whoosh's traps: each is sprung on stock Whoosh first, then shown not to be there."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from whoosh import fields, index, query
from whoosh.filedb.filestore import FileStorage, RamStorage
from written_news import MEMORY_MB, news, print_of

from indexer.backends.port import Draft, Tombstone
from indexer.backends.tombstones import Tombstones
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.errors import (
    ArticleError,
    IndexBusyError,
    IndexDamagedError,
)


def bodies(folder: Path) -> dict[str | None, str]:
    return {held.article.external_id: held.article.body for held in WhooshIndex.open(folder).articles()}


def articles_with(folder: Path, term: str, field: str = "body_surface") -> set[str]:
    with WhooshIndex.open(folder).whoosh.searcher() as searcher:
        return {hit["external_id"] for hit in searcher.search(query.Term(field, term), limit=None)}


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
