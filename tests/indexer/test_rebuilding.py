from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from stock_index import write_stock_index
from whoosh.filedb.filestore import FileStorage

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, OriginalLine, ReadArticle
from indexer.backends.meta import META_FILE
from indexer.backends.port import Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_document
from indexer.errors import IndexVersionError
from indexer.readers.read import ReadOptions, read_articles
from indexer.rebuilding import RebuildReport, clean_again, rebuild_index

MEMORY_MB = 16


def rebuild(folder: Path, clean=clean_again) -> RebuildReport:
    return rebuild_index(WhooshIndex.open(folder), MEMORY_MB, clean, lambda _: None)


def held(folder: Path) -> dict[str, Article]:
    return {each.id: each.article for each in WhooshIndex.open(folder).articles()}


def scraped(title: str, **more: object) -> Article:
    lines = (OriginalLine(title), OriginalLine("Subscribe", "furniture"), OriginalLine("Body."))
    return replace(Article(title=title, body="Body.", lang="en", original=lines), **more)


def test_cleaning_again_what_was_kept_of_a_scraped_page_gives_the_same_article(test_data: Path, tmp_path: Path) -> None:
    seen = 0
    with gzip.open(test_data / "pages" / "scrapinghub" / "rawtext.jsonl.gz") as file:
        for line in file:
            path = tmp_path / "page.txt"
            path.write_text(orjson.loads(line)["rawtext"], encoding="utf-8")
            for outcome in read_articles([path], ReadOptions(collection="pages")):
                if isinstance(outcome, ReadArticle):
                    seen += 1
                    assert clean_again(outcome.article) == outcome.article
    assert seen > 150


def test_structured_articles_are_never_cleaned_as_scraped_text() -> None:
    given = Article(title="A", body="B", external_id="1", original=(OriginalLine("Something else", "furniture"),))
    assert clean_again(given) == given
    assert clean_again(replace(given, external_id=None, extra_json='{"k":1}')) == replace(
        given, external_id=None, extra_json='{"k":1}'
    )


def test_an_article_cleaned_otherwise_takes_its_new_fields_and_id(folder, index_articles_of) -> None:
    index_articles_of(scraped("Old title"), scraped("Untouched", original=()))

    def clean(article: Article) -> Article:
        return replace(article, title="New title")

    report = rebuild(folder, clean)
    assert (report.articles, report.recleaned, report.renamed) == (2, 1, 1)
    assert {article.title for article in held(folder).values()} == {"New title", "Untouched"}
    assert all(key == article.id for key, article in held(folder).items())


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_new_id_that_is_taken_or_deleted_leaves_the_article_as_it_was(
    folder, index_articles_of, *, is_deleted: bool
) -> None:
    taken = scraped("Taken", original=())
    index_articles_of(scraped("One"), *([] if is_deleted else [taken]))
    if is_deleted:
        with WhooshIndex.open(folder).writer(MEMORY_MB) as writer:
            writer.bury((Tombstone(taken.id, "", "2024-01-01"),))
    before = held(folder)
    report = rebuild(folder, lambda article: replace(article, title="Taken"))
    assert (report.recleaned, held(folder)) == (0, before)


def test_two_articles_that_become_one_are_both_kept(folder, index_articles_of) -> None:
    index_articles_of(scraped("One"), scraped("Two"))
    rebuild(folder, lambda article: replace(article, title="Same"))
    assert sorted(article.title for article in held(folder).values()) == ["Same", "Two"]


def test_an_empty_index_can_be_rebuilt(folder) -> None:
    WhooshIndex.create(folder)
    assert rebuild(folder).articles == 0


def test_an_index_of_stock_whoosh_segments_is_written_anew(folder: Path) -> None:
    """As version 1 of the schema was: the same fields, packed by Whoosh's own codec."""
    articles = [Article(title="Old", body=f"Body {number}", external_id=str(number)) for number in range(5)]
    folder.mkdir()
    documents = [make_document(article, "/a", Analyzer()) for article in articles]
    write_stock_index([documents[:3], documents[3:]], storage=FileStorage(str(folder)))
    (folder / META_FILE).write_text('{"schema_version": 1, "analysis_version": 1, "product_version": "0.1.0"}')
    with pytest.raises(IndexVersionError, match="run: broadsheet rebuild"):
        WhooshIndex.open(folder)
    report = rebuild_index(WhooshIndex.open(folder, for_rebuild=True), MEMORY_MB, clean_again, lambda _: None)
    assert report.articles == 5
    assert [held.article for held in WhooshIndex.open(folder).articles()] == articles
    assert WhooshIndex.open(folder).stats().segments == 1
