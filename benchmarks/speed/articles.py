"""An article as every engine is given it, and the file that it lies in: JSON Lines, the same for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import orjson

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Corpus:
    """`path` is the file of all its articles, one a line; `mark` tells whether indexes were made of these."""

    name: str
    path: Path
    articles: int
    mark: str = ""

    @property
    def text_bytes(self) -> int:
        return self.path.stat().st_size


@dataclass(frozen=True, slots=True)
class BenchArticle:
    """What every engine is given. `key` counts from 0; `published` is None where there is no day."""

    key: int
    id: str
    title: str
    body: str
    author: str
    source: str
    published: datetime | None


def read_corpus(corpus: Corpus) -> Iterator[BenchArticle]:
    with corpus.path.open("rb") as file:
        for key, line in enumerate(file):
            yield read_line(key, line)


def read_line(key: int, line: bytes) -> BenchArticle:
    article = orjson.loads(line)
    return BenchArticle(
        key,
        _text(article, "id", "_id", "guid", "docno") or str(key),
        _text(article, "title", "headline"),
        _text(article, "body", "text", "content", "articleBody"),
        _text(article, "author", "authors", "byline"),
        _text(article, "source", "site", "publisher"),
        read_instant(_text(article, "date", "published", "published_at", "pubDate")),
    )


def read_instant(text: str) -> datetime | None:
    """The outlet's own day and time without its zone, which no engine is asked for; midnight where there is none."""
    found = _DAY.match(text)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        day = date.fromisoformat(found.group())
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 an outlet's own day has no zone


def _text(article: dict[str, object], *keys: str) -> str:
    for key in keys:
        value = article.get(key)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if value is not None:
            return str(value)
    return ""
