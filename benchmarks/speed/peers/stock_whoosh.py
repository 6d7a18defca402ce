"""Whoosh as it comes: its own codec, its stemming analyzer, its query parser, its columns for sorting and facets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from whoosh import fields, index, qparser, sorting
from whoosh.analysis import StemmingAnalyzer
from whoosh.query import And, DateRange

from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.peers.port import Answer, Shown
from benchmarks.speed.queries import Form, Query

_MEMORY_MB = 256


class StockWhooshPeer:
    """Implements `Peer`."""

    name = "stock Whoosh"

    def build(self, corpus: Corpus, folder: Path) -> None:
        folder.mkdir(parents=True)
        schema = fields.Schema(
            id=fields.ID(stored=True, unique=True),
            title=fields.TEXT(stored=True, analyzer=StemmingAnalyzer(stoplist=None, minsize=1)),
            body=fields.TEXT(stored=True, analyzer=StemmingAnalyzer(stoplist=None, minsize=1)),
            author=fields.ID(stored=True),
            source=fields.ID(stored=True, sortable=True),
            year=fields.NUMERIC(sortable=True),
            published=fields.DATETIME(stored=True, sortable=True),
        )
        writer = index.create_in(folder, schema).writer(limitmb=_MEMORY_MB)
        for article in read_corpus(corpus):
            values: dict[str, Any] = {"id": article.id, "title": article.title, "body": article.body}
            values |= {"author": article.author, "source": article.source}
            if article.published:
                values |= {"published": article.published, "year": article.published.year}
            writer.add_document(**values)
        writer.commit()

    def open(self, folder: Path) -> None:
        self._index = index.open_dir(folder)
        self._searcher = self._index.searcher()

    def ask(self, query: Query) -> Callable[[], Answer]:
        parse = self._parser(query)
        search = self._searcher.search
        options: dict[str, Any] = {}
        if query.newest_first:
            options["sortedby"] = sorting.FieldFacet("published", reverse=True)
        if query.facets:
            options["groupedby"] = ["source", "year"]

        def answer() -> Answer:
            found = search(parse(), limit=10, **options)
            counts = sum(len(found.groups(name)) for name in options.get("groupedby", ()))
            hits = found[:10]  # with groups it forgets the limit
            return Answer(
                tuple(hit["id"] for hit in hits), tuple(float(hit.score or 0.0) for hit in hits), len(found), counts
            )

        return answer

    def show(self, query: Query) -> Callable[[], Shown]:
        parse = self._parser(query)

        def page() -> Shown:
            found = self._searcher.search(parse(), limit=10)
            hits = found[:10]
            answer = Answer(
                tuple(hit["id"] for hit in hits), tuple(float(hit.score or 0.0) for hit in hits), len(found)
            )
            return Shown(answer, tuple(hit["title"] for hit in hits), tuple(hit.highlights("body") for hit in hits))

        return page

    def close(self) -> None:
        self._searcher.close()

    def _parser(self, query: Query) -> Callable[[], Any]:
        group = qparser.AndGroup if query.form is Form.ALL else qparser.OrGroup
        parser = qparser.MultifieldParser(["title", "body"], self._index.schema, group=group)
        if query.form is Form.FUZZY:
            parser.add_plugin(qparser.FuzzyTermPlugin())
        text = spell(query)
        if query.days is None:
            return lambda: parser.parse(text)
        first, last = (datetime(day.year, day.month, day.day) for day in query.days)  # noqa: DTZ001 the outlet's own days
        last = last.replace(hour=23, minute=59, second=59)
        return lambda: And([parser.parse(text), DateRange("published", first, last)])


def spell(query: Query) -> str:
    """The query in Whoosh's own language."""
    match query.form:
        case Form.PHRASE:
            return f'"{" ".join(query.words)}"'
        case Form.PREFIX:
            return f"{query.words[0]}*"
        case Form.FUZZY:
            return f"{query.words[0]}~{query.distance}"
        case _:
            # `or`, `and`, `not` are operators in small letters too.
            return " ".join(f"'{word}'" if word in {"or", "and", "not"} else word for word in query.words)
