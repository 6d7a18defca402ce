"""tantivy through its Python package: English stems with positions, every field stored, columns for dates and facets.

Hits are named by a numeric column, the fastest way it has: `searcher.doc` would unpack each article for its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import tantivy

from benchmarks.speed.articles import BenchArticle, Corpus, read_corpus
from benchmarks.speed.peers.port import Answer, Shown
from benchmarks.speed.queries import Form, Query

UNCOUNTING = "tantivy without totals"
SEARCHED = ["title", "body"]
MEMORY_BYTES = 256_000_000
_HITS = 10
_FACETS = {
    "source": {"terms": {"field": "source", "size": 10}},
    "year": {"terms": {"field": "year", "size": 10}},
}


class TantivyPeer:
    """Implements `Peer`. `counts` False leaves the exact total out, which lets tantivy skip what cannot be a hit."""

    name = "tantivy"

    def __init__(self, *, counts: bool = True) -> None:
        self._counts = counts
        if not counts:
            self.name = UNCOUNTING

    def build(self, corpus: Corpus, folder: Path) -> None:
        write_articles(folder, read_corpus(corpus), threads=1)

    def open(self, folder: Path) -> None:
        self._schema = make_schema()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, query: Query) -> Callable[[], Answer]:
        parse = self._parser(query)
        searcher, counts = self._searcher, self._counts
        search = (
            (lambda parsed: searcher.search(parsed, _HITS, count=counts, order_by_field="published"))
            if query.newest_first
            else (lambda parsed: searcher.search(parsed, _HITS, count=counts))
        )
        wants_facets = query.facets

        def answer() -> Answer:
            parsed = parse()
            found = search(parsed)
            facets = 0
            if wants_facets:
                facets = sum(len(each["buckets"]) for each in searcher.aggregate(parsed, _FACETS).values())
            hits = found.hits
            keys = searcher.fast_field_values("key", [place for _, place in hits]) if hits else []
            return Answer(tuple(keys), tuple(score for score, _ in hits), found.count or 0, facets)

        return answer

    def show(self, query: Query) -> Callable[[], Shown]:
        parse = self._parser(query)
        searcher, schema = self._searcher, self._schema

        def page() -> Shown:
            parsed = parse()
            found = searcher.search(parsed, _HITS, count=True)
            snippets = tantivy.SnippetGenerator.create(searcher, parsed, schema, "body")
            articles = [searcher.doc(place) for _, place in found.hits]
            answer = Answer(
                tuple(article["id"][0] for article in articles),
                tuple(score for score, _ in found.hits),
                found.count or 0,
            )
            return Shown(
                answer,
                tuple(article["title"][0] for article in articles),
                tuple(snippets.snippet_from_doc(article).to_html() for article in articles),
            )

        return page

    def close(self) -> None:
        del self._searcher, self._index

    def _parser(self, query: Query) -> Callable[[], tantivy.Query]:
        index, schema = self._index, self._schema
        text = spell(query)
        if query.form is Form.PREFIX:
            # The query parser has no prefix of one word over several fields: a regular expression, a field at a time.
            pattern = f"{query.words[0]}.*"
            should = tantivy.Occur.Should
            return lambda: tantivy.Query.boolean_query(
                [(should, tantivy.Query.regex_query(schema, field, pattern)) for field in SEARCHED]
            )
        if query.form is Form.FUZZY:
            close = dict.fromkeys(SEARCHED, (False, query.distance, True))
            return lambda: index.parse_query(text, SEARCHED, fuzzy_fields=close)
        return lambda: index.parse_query(text, SEARCHED)


def spell(query: Query) -> str:
    """The query in tantivy's own language."""
    match query.form:
        case Form.ALL:
            typed = " ".join(f"+{word}" for word in query.words)
        case Form.PHRASE:
            typed = f'"{" ".join(query.words)}"'
        case _:
            typed = " ".join(query.words)
    if query.days:
        first, last = query.days
        typed = f"+({typed}) +published:[{_instant(first, 'T00:00:00Z')} TO {_instant(last, 'T23:59:59Z')}]"
    return typed


def make_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem", index_option="position")
    builder.add_text_field("body", stored=True, tokenizer_name="en_stem", index_option="position")
    builder.add_text_field("author", stored=True, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("source", stored=True, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_date_field("published", stored=True, fast=True)
    builder.add_unsigned_field("year", fast=True)
    builder.add_unsigned_field("key", fast=True)
    return builder.build()


def make_document(article: BenchArticle) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("id", article.id)
    document.add_text("title", article.title)
    document.add_text("body", article.body)
    if article.author:
        document.add_text("author", article.author)
    if article.source:
        document.add_text("source", article.source)
    if article.published:
        document.add_date("published", with_zone(article.published))
        document.add_unsigned("year", article.published.year)
    document.add_unsigned("key", article.key)
    return document


def write_articles(folder: Path, articles: Iterable[BenchArticle], threads: int) -> None:
    """Until committed, searchable, and merged as far as it merges by itself."""
    folder.mkdir(parents=True)
    writer = tantivy.Index(make_schema(), path=str(folder)).writer(MEMORY_BYTES, threads)
    add = writer.add_document
    for article in articles:
        add(make_document(article))
    writer.commit()
    writer.wait_merging_threads()


def with_zone(published: datetime) -> datetime:
    """The outlet's own time, taken for UTC: tantivy's dates have a zone."""
    return published.replace(tzinfo=UTC)


def _instant(day: date, time: str) -> str:
    return day.isoformat() + time
