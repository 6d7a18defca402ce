from __future__ import annotations

import gzip
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import orjson
import pytest
import zstandard
from stock_index import write_stock_index
from whoosh.filedb.filestore import FileStorage

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, OriginalLine, ReadArticle
from indexer.backends.meta import META_FILE, current_meta
from indexer.backends.port import Tombstone
from indexer.backends.storage import write_sealed
from indexer.backends.verify import verify_index
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec import segment_file
from indexer.codec.columns import VALUE_COLUMNS
from indexer.codec.segment import MappedSegment
from indexer.codec.segment_file import SegmentFileWriter
from indexer.codec.stored import ArticleDecompressor
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

    def clean(article: Article, origin: str) -> Article:
        assert origin == "/news/a.jsonl"
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
    report = rebuild(folder, lambda article, _origin: replace(article, title="Taken"))
    assert (report.recleaned, held(folder)) == (0, before)


def test_two_articles_that_become_one_are_both_kept(folder, index_articles_of) -> None:
    index_articles_of(scraped("One"), scraped("Two"))
    rebuild(folder, lambda article, _origin: replace(article, title="Same"))
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


def in_format_1(folder: Path) -> None:
    """Make the index one that was written before numbers were packed: of that format only what a rebuild reads."""
    write_sealed(folder / META_FILE, {**asdict(current_meta()), "schema_version": 3})
    for path in folder.glob("*.seg"):
        segment = MappedSegment(path)
        with SegmentFileWriter(path.with_suffix(".new")) as writer:
            columns = segment.columns
            for name in ("id", "id_order", "content_hash", "external_order", "external_hash"):
                writer.add(name, getattr(columns, name))
            for name in ("title_length", "body_length", "first_day", "last_day", "instant"):
                writer.add(name, getattr(columns, name))
            for name, column in zip(VALUE_COLUMNS, columns.values, strict=True):
                writer.add(f"{name}.codes", column.codes)
                writer.add(f"{name}.offsets", column.offsets)
                writer.add(f"{name}.values", column.values.blob)
                writer.add(f"{name}.value_offsets", column.values.offsets)
            frames, dictionary = segment.frames, segment.frames.dictionary
            plain, options = ArticleDecompressor(dictionary), {}
            if dictionary:
                options["dict_data"] = zstandard.ZstdCompressionDict(dictionary)
            compressor = zstandard.ZstdCompressor(write_checksum=True, write_dict_id=False, **options)
            for name in ("stored", "original"):
                offsets, blob = getattr(frames, f"{name}_offsets"), getattr(frames, name)
                texts = [plain.decompress(blob[slice(*offsets.cut(doc))].tobytes()) for doc in range(len(frames))]
                parts = [compressor.compress(text) if text else b"" for text in texts]
                writer.add(name, np.frombuffer(b"".join(parts), np.uint8))
                writer.add(f"{name}_offsets", np.cumsum([0, *map(len, parts)]).astype(np.uint64))
            writer.add("stored_dictionary", np.frombuffer(dictionary, np.uint8))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(segment_file, "FORMAT_VERSION", 1)
                writer.finish(segment.file.facts)
        path.with_suffix(".new").replace(path)


@pytest.mark.parametrize("articles", [3, 300])
def test_an_index_of_the_format_before_is_named_and_rebuilt(folder, index_articles_of, articles: int) -> None:
    """With so few that nothing was learnt from them, and with a dictionary."""
    index_articles_of(
        *(
            scraped(f"Title {number} of the {number % 7}", body=f"Storm {number} came ashore. " * 20)
            for number in range(articles)
        ),
        Article(title="Plain", body="No original.", external_id="p", lang="en"),
    )
    before = held(folder)
    assert bool(WhooshIndex.open(folder).view().segments[0].mapped.frames.dictionary) == (articles == 300)
    in_format_1(folder)
    with pytest.raises(IndexVersionError, match="schema 3, this is 4; run: broadsheet rebuild"):
        WhooshIndex.open(folder)
    old = WhooshIndex.open(folder, for_rebuild=True)
    with pytest.raises(IndexVersionError, match="segment format 1, this is 2; run: broadsheet rebuild"):
        old.view().segments[0].mapped.group("text")
    rebuild_index(old, MEMORY_MB, lambda article, _origin: article, lambda _: None)
    assert held(folder) == before
    assert not verify_index(folder, deep=True).damages
