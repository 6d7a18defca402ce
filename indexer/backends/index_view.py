"""What one commit of an index holds, read document by document. Knows the schema, and of the engine only what it is
handed: a reader. Document numbers stay between this and the writer beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from indexer.article import Article
from indexer.backends.port import KnownArticle
from indexer.codec.failures import translated_errors
from indexer.schema import stored_article


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """An article as it came back from an index, under the id and the origin that the index has for it."""

    id: str
    origin: str
    article: Article


class IndexView:
    """Closes its reader when it is closed. Not safe to share between threads: Whoosh's readers are not."""

    def __init__(self, folder: Path, reader: Any) -> None:  # noqa: ANN401 a Whoosh reader
        self._folder = folder
        self._reader = reader
        self._leaves: list[tuple[Any, int]] = reader.leaf_readers() if reader.doc_count_all() else []
        self._columns: dict[tuple[int, str], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._columns.clear()
        self._reader.close()

    def find(self, article_id: str) -> int | None:
        """The document number over all segments, None where the article is not there (or deleted)."""
        for leaf, first in self._leaves:
            if ("id", article_id) in leaf:
                matcher = leaf.postings("id", article_id)
                if matcher.is_active():
                    return first + cast("int", matcher.id())
        return None

    def known(self, article_id: str) -> KnownArticle | None:
        for number, (leaf, _) in enumerate(self._leaves):
            if ("id", article_id) in leaf:
                matcher = leaf.postings("id", article_id)
                if matcher.is_active():
                    return self._known(number, matcher.id(), article_id)
        return None

    def known_articles(self) -> Iterator[KnownArticle]:
        with translated_errors(self._folder, "read"):
            for number, (leaf, _) in enumerate(self._leaves):
                for docnum in leaf.all_doc_ids():
                    yield self._known(number, docnum, leaf.stored_fields(docnum)["id"])

    def articles(self) -> Iterator[HeldArticle]:
        with translated_errors(self._folder, "read"):
            for number, (leaf, _) in enumerate(self._leaves):
                for docnum in leaf.all_doc_ids():
                    stored = leaf.stored_fields(docnum)
                    origin = os.fsdecode(self._column(number, "origin")[docnum])
                    yield HeldArticle(stored["id"], origin, stored_article(stored))

    def facet_values(self) -> Iterator[tuple[str, str, int]]:
        """Source, language and first day of every article."""
        with translated_errors(self._folder, "read"):
            for number, (leaf, _) in enumerate(self._leaves):
                sources, langs, days = (self._column(number, name) for name in ("source_value", "lang", "first_day"))
                for docnum in leaf.all_doc_ids():
                    yield sources[docnum].decode(), langs[docnum].decode(), days[docnum]

    def _known(self, number: int, docnum: int, article_id: str) -> KnownArticle:
        return KnownArticle(
            article_id,
            self._column(number, "content_hash")[docnum].decode(),
            os.fsdecode(self._column(number, "origin")[docnum]),
        )

    def _column(self, number: int, name: str) -> Any:  # noqa: ANN401 a Whoosh column reader
        key = (number, name)
        if key not in self._columns:
            self._columns[key] = self._leaves[number][0].column_reader(name, translate=False)
        return self._columns[key]
