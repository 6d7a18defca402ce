"""Files and folders of every kind -> articles, skips and the end of each file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.article import Place, ReadArticle, Skipped
from indexer.errors import UsageError
from indexer.readers.fields import FieldMap
from indexer.readers.pieces import FileDone
from indexer.readers.read import ReadOptions, read_articles

PAGE = """Azernews.Az

Minister promises a budget by summer

12 March 2021 15:29 (UTC+04:00)

By Vafa Ismayilova

The minister said on Friday that the new budget would be ready before the summer and that nobody would lose by it.

Members of the opposition said that they had not seen a single page of it, and asked for a debate in the autumn.
"""
STORY = {"title": "Budget", "body": "Words of the story.", "source": "Wire", "lang": "en"}


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def told(*paths: Path, options: ReadOptions | None = None) -> list[str]:
    lines = []
    for outcome in read_articles(paths, options or ReadOptions()):
        if isinstance(outcome, ReadArticle):
            lines.append(f"{outcome.article.collection}: {outcome.article.title}")
        elif isinstance(outcome, Skipped):
            lines.append(outcome.reason)
        else:
            lines.append(f"done {Path(outcome.path).name} {outcome.size_bytes}")
    return lines


def test_json_lines_plain_and_gzipped_are_told_by_their_content(tmp_path):
    line = json.dumps(STORY).encode()
    write(tmp_path / "a.jsonl", line)
    write(tmp_path / "b.anything", line)
    packed = write(tmp_path / "c.jsonl", gzip.compress(line))
    size, packed_size = len(line), packed.stat().st_size
    expected = ["Wire: Budget", f"done a.jsonl {size}", "Wire: Budget", f"done b.anything {size}"]
    assert told(tmp_path) == [*expected, "Wire: Budget", f"done c.jsonl {packed_size}"]


def test_place_is_the_path_as_given(tmp_path, monkeypatch):
    write(tmp_path / "in" / "a.jsonl", json.dumps(STORY))
    monkeypatch.chdir(tmp_path)
    read, done = read_articles([Path("in")])
    assert read.place == Place("in/a.jsonl", 1)
    assert done == FileDone("in/a.jsonl", (tmp_path / "in/a.jsonl").resolve(), len(json.dumps(STORY)))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_scraped_text_is_read_in_any_encoding_and_gzipped(tmp_path, pack, encoding):
    write(tmp_path / "page.txt", pack(PAGE.encode(encoding)))
    read, _ = read_articles([tmp_path])
    assert isinstance(read, ReadArticle)
    article = read.article
    assert (article.title, article.source) == ("Minister promises a budget by summer", "Azernews.Az")
    assert (article.collection, article.lang, article.author) == ("Azernews.Az", "en", ("Vafa Ismayilova",))


def test_collection_option_goes_before_the_source(tmp_path):
    write(tmp_path / "a.jsonl", json.dumps(STORY))
    write(tmp_path / "b.txt", PAGE)
    options = ReadOptions(collection="mine")
    assert [line for line in told(tmp_path, options=options) if not line.startswith("done")] == [
        "mine: Budget",
        "mine: Minister promises a budget by summer",
    ]


def test_field_map_is_used(tmp_path):
    write(tmp_path / "a.jsonl", json.dumps({"head": "Budget", "lang": "en"}))
    assert told(tmp_path, options=ReadOptions(field_map=FieldMap.parse(["title=head"])))[0] == "main: Budget"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<?xml version='1.0'?><urlset></urlset>", "XML of another kind"),
        (b"<?xml version='1.0'?><rss></rss>", "no text"),
        (b"WARC/1.0\r\n", "truncated web archive"),
        (b"%PDF-1.4\n", "damaged PDF"),
        (b"PK\x03\x04" + bytes(20), "truncated zip"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "binary file"),
        (b"Rar!\x1a\x07" + bytes(50), "binary file"),
        (bytes(1000), "binary file"),
        (b"", "empty file"),
        (gzip.compress(b"", mtime=0), "empty file"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "no text"),
        (gzip.compress(PAGE.encode(), mtime=0)[:-9], "truncated gzip"),
        (b"\x1f\x8b\x08" + b"\xff" * 40, "damaged gzip"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "damaged zstandard"),
        ("\ufeff".encode("utf-16-le") + b"a\x00\x00\xdc\x00\xdc" * 4, "damaged text"),
    ],
)
def test_file_that_is_no_article_is_named_with_its_reason(tmp_path, content, reason):
    write(tmp_path / "file", content)
    assert told(tmp_path)[0] == reason
    assert told(tmp_path)[1:] in ([], [f"done file {len(content)}"])


def test_articles_before_a_cut_in_a_gzip_stand(tmp_path):
    lines = b"".join(json.dumps({**STORY, "title": f"{number}"}).encode() + b"\n" for number in range(5000))
    packed = gzip.compress(lines)
    write(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    outcomes = told(tmp_path)
    assert outcomes[:2] == ["Wire: 0", "Wire: 1"]
    assert outcomes[-2:] == ["truncated gzip", f"done a.jsonl.gz {len(packed) // 2}"]
    assert "not JSON" not in outcomes


def test_json_lines_by_name_keep_their_good_lines_after_a_bad_first(tmp_path):
    write(tmp_path / "a.jsonl", "oops\n" + json.dumps(STORY))
    assert told(tmp_path)[:2] == ["not JSON", "Wire: Budget"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_json_lines_in_wide_characters_are_read(tmp_path, encoding):
    write(tmp_path / "a.jsonl", (json.dumps(STORY) + "\n" + json.dumps(STORY)).encode(encoding))
    assert told(tmp_path)[:2] == ["Wire: Budget", "Wire: Budget"]


def test_file_that_changes_while_it_is_read_says_so(tmp_path):
    path = write(tmp_path / "a.jsonl", json.dumps(STORY) + "\n" + json.dumps(STORY))
    outcomes = read_articles([tmp_path])
    first = next(outcomes)
    with path.open("a") as file:
        file.write("\n" + json.dumps(STORY))
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Skipped)]
    assert isinstance(first, ReadArticle)
    assert reasons == ["changed while it was read"]


def test_file_that_vanishes_says_so_and_the_others_are_read(tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path / name, json.dumps(STORY))
    outcomes = read_articles([tmp_path / name for name in ("a", "b", "c")])
    next(outcomes)
    (tmp_path / "b").unlink()
    rest = [outcome.reason if isinstance(outcome, Skipped) else type(outcome).__name__ for outcome in outcomes]
    assert rest == ["FileDone", "vanished before it was read", "ReadArticle", "FileDone"]


def test_missing_path_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UsageError):
        read_articles([tmp_path / "nowhere"])


def test_the_page_that_the_product_was_asked_for_is_read(test_data):
    read, _ = read_articles([test_data / "seed" / "azernews-2021-03-12.txt"])
    article = read.article
    assert (article.source, article.author, article.lang) == ("Azernews.Az", ("Vafa Ismayilova",), "en")
    assert article.published.at.isoformat() == "2021-03-12T15:29:00+04:00"
