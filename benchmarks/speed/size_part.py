"""How large an index is: what both engines have alike, and the whole, each part of ours by name.

For what is alike, both index articles that have nothing but id, title, body and date. Of our file, sections are then
left out that tantivy's index has nothing like: surface forms, columns and dictionaries of the other fields, keys for
updates. Positions count whole, though ours also say which form stood there. Of a large corpus only the whole is
measured.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import tantivy

from benchmarks.speed.articles import BenchArticle, Corpus, read_corpus
from benchmarks.speed.indexes import prepare_index
from benchmarks.speed.limits import LARGE
from benchmarks.speed.peers import broadsheet_writing, tantivy_peer
from benchmarks.speed.peers.broadsheet import BroadsheetPeer
from benchmarks.speed.results import SizeLine, SizeResult
from indexer.codec.segment_file import SegmentFile

#: Part -> beginnings of the names of its sections; the first that fits counts.
_PARTS: Final = {
    "surface forms": ("text.surface", "text.form"),
    "positions": ("text.position",),
    "terms and postings": ("text.",),
    "names: author, source, tag": ("author.", "source.", "tag."),
    "other columns": ("lang.", "collection.", "origin."),
    "keys for updates": ("content_hash", "external_"),
    "originals": ("original",),
    "stored articles": ("stored",),
    "ids": ("id",),
    "lengths and days": ("title_length", "body_length", "first_day", "last_day", "instant"),
}
_ALIKE: Final = frozenset({"positions", "terms and postings", "stored articles", "ids", "lengths and days"})
_OTHER: Final = "directory, checksums, contents"


def measure_sizes(corpus: Corpus, work: Path) -> SizeResult:
    alike = _measure_alike(corpus, work / "sizes") if corpus.articles <= LARGE else (0, 0)
    whole = prepare_index(BroadsheetPeer(), corpus, work)
    tantivy_whole = prepare_index(tantivy_peer.TantivyPeer(), corpus, work)
    result = SizeResult(
        corpus.name,
        corpus.articles,
        corpus.text_bytes,
        *alike,
        folder_size(whole),
        folder_size(tantivy_whole),
        list_parts(whole),
    )
    print(
        f"{corpus.name}: alike {alike[0] / 1e6:.1f} MB of {alike[1] / 1e6:.1f}, "
        f"whole {result.whole_bytes / 1e6:.1f} MB of {result.tantivy_whole_bytes / 1e6:.1f}",
        flush=True,
    )
    return result


def _measure_alike(corpus: Corpus, folder: Path) -> tuple[int, int]:
    """Bytes of ours and of tantivy's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    slim = Corpus(corpus.name, folder / "slim.jsonl", corpus.articles)
    with slim.path.open("wb") as file:
        file.writelines(_slim_lines(corpus))
    broadsheet_writing.write_articles(folder / "broadsheet", broadsheet_writing.read_ready_articles(slim.path))
    _write_slim_tantivy(folder / "tantivy", slim)
    ours = sum(line.size_bytes for line in list_parts(folder / "broadsheet") if line.alike)
    theirs = folder_size(folder / "tantivy")
    shutil.rmtree(folder)
    return ours, theirs


def list_parts(folder: Path) -> tuple[SizeLine, ...]:
    """The parts of our index, largest first, which together are all of it."""
    sizes: Counter[str] = Counter()
    for path in folder.iterdir():
        size = path.stat().st_size
        if path.suffix == ".seg":
            segment = SegmentFile(path)
            for name in segment.names:
                sizes[_part_of(name)] += segment.size_of(name)
                size -= segment.size_of(name)
        sizes[_OTHER] += size
    return tuple(SizeLine(part, size, part in _ALIKE or part == _OTHER) for part, size in sizes.most_common())


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _part_of(section: str) -> str:
    for part, beginnings in _PARTS.items():
        if section.startswith(beginnings):
            return part
    return "other columns"


def _slim_lines(corpus: Corpus) -> Iterator[bytes]:
    for article in read_corpus(corpus):
        line: dict[str, str] = {"id": article.id, "title": article.title, "body": article.body, "lang": "en"}
        if article.published:
            line["date"] = article.published.isoformat()
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _write_slim_tantivy(folder: Path, corpus: Corpus) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem", index_option="position")
    builder.add_text_field("body", stored=True, tokenizer_name="en_stem", index_option="position")
    builder.add_date_field("published", stored=True, fast=True)
    folder.mkdir()
    writer = tantivy.Index(builder.build(), path=str(folder)).writer(tantivy_peer.MEMORY_BYTES, 1)
    for article in read_corpus(corpus):
        writer.add_document(_slim_document(article))
    writer.commit()
    writer.wait_merging_threads()


def _slim_document(article: BenchArticle) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", article.id)
    document.add_text("title", article.title)
    document.add_text("body", article.body)
    if article.published:
        document.add_date("published", tantivy_peer.with_zone(article.published))
    return document
