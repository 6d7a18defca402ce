"""SQLite's FTS5 from the standard library: Porter stems, positions, the articles in a table of their own.

The full-text table leaves the texts where they are (external content), and a narrow table beside them has what
filters, sorting and facets need, so that none has to read a text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from benchmarks.speed.articles import Corpus, read_corpus
from benchmarks.speed.peers.port import Answer, CannotError, Shown
from benchmarks.speed.queries import Form, Query

_FILE = "articles.sqlite"
_TABLES = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE article (key INTEGER PRIMARY KEY, id TEXT, title TEXT, body TEXT, author TEXT, published TEXT);
    CREATE TABLE narrow (key INTEGER PRIMARY KEY, id TEXT, published INTEGER, year INTEGER, source TEXT);
    CREATE VIRTUAL TABLE words USING fts5(
        title, body, content='article', content_rowid='key', tokenize='porter unicode61'
    );
"""
_BEST = "SELECT n.id, w.rank FROM words w JOIN narrow n ON n.key = w.rowid WHERE words MATCH ? ORDER BY w.rank LIMIT 10"
_TOTAL = "SELECT count(*) FROM words WHERE words MATCH ?"
_DATED = "FROM words w JOIN narrow n ON n.key = w.rowid WHERE words MATCH ? AND n.published BETWEEN ? AND ?"
_NEWEST = """SELECT n.id, n.published FROM words w JOIN narrow n ON n.key = w.rowid
    WHERE words MATCH ? ORDER BY n.published DESC LIMIT 10"""
_FACET = """SELECT n.{name}, count(*) FROM words w JOIN narrow n ON n.key = w.rowid
    WHERE words MATCH ? GROUP BY n.{name} ORDER BY count(*) DESC LIMIT 10"""
_SHOWN = "SELECT n.id, w.rank, w.title, snippet(words, 1, '<mark>', '</mark>', '...', 32)"
_ALL = "FROM words w JOIN narrow n ON n.key = w.rowid WHERE words MATCH ?"


class Fts5Peer:
    """Implements `Peer`."""

    name = "SQLite FTS5"

    def build(self, corpus: Corpus, folder: Path) -> None:
        folder.mkdir(parents=True)
        database = sqlite3.connect(folder / _FILE)
        database.executescript(_TABLES)
        with database:
            database.executemany("INSERT INTO article VALUES (?, ?, ?, ?, ?, ?)", _article_values(corpus))
            database.executemany("INSERT INTO narrow VALUES (?, ?, ?, ?, ?)", _narrow_values(corpus))
            database.execute("INSERT INTO words(words) VALUES ('rebuild')")
        database.execute("INSERT INTO words(words) VALUES ('optimize')")
        database.commit()
        database.close()

    def open(self, folder: Path) -> None:
        self._database = sqlite3.connect(f"file:{folder / _FILE}?mode=ro", uri=True)
        self._database.execute("PRAGMA mmap_size = 8000000000")

    def ask(self, query: Query) -> Callable[[], Answer]:
        run, asked = self._database.execute, _asked(query)
        best = _NEWEST if query.newest_first else _BEST
        total = _TOTAL
        if query.days:
            best, total = f"SELECT n.id, w.rank {_DATED} ORDER BY w.rank LIMIT 10", f"SELECT count(*) {_DATED}"
        if not query.facets:
            return lambda: _answer(run(best, asked).fetchall(), run(total, asked).fetchone()[0])
        facets = [_FACET.format(name=name) for name in ("source", "year")]
        return lambda: _answer(
            run(best, asked).fetchall(),
            run(total, asked).fetchone()[0],
            sum(len(run(facet, asked).fetchall()) for facet in facets),
        )

    def show(self, query: Query) -> Callable[[], Shown]:
        run, asked = self._database.execute, _asked(query)
        where = _DATED if query.days else _ALL

        def page() -> Shown:
            found = run(f"{_SHOWN} {where} ORDER BY w.rank LIMIT 10", asked).fetchall()
            total = run(f"SELECT count(*) {where}", asked).fetchone()[0]
            return Shown(_answer(found, total), tuple(row[2] for row in found), tuple(row[3] for row in found))

        return page

    def close(self) -> None:
        self._database.close()


_ENDS = (datetime.min.time(), datetime.max.time().replace(microsecond=0))


def spell(query: Query) -> str:
    """The query in FTS5's own language."""
    words = [f'"{word}"' for word in query.words]
    match query.form:
        case Form.ANY:
            return " OR ".join(words)
        case Form.ALL:
            return " AND ".join(words)
        case Form.PHRASE:
            return f'"{" ".join(query.words)}"'
        case Form.PREFIX:
            return f"{words[0]} *"
        case Form.FUZZY:
            raise CannotError("no close spellings")


def _asked(query: Query) -> tuple[object, ...]:
    days = query.days or ()
    return spell(query), *(seconds(datetime.combine(day, time)) for day, time in zip(days, _ENDS, strict=False))


def seconds(instant: datetime) -> int:
    return int((instant - datetime.combine(date(1800, 1, 1), datetime.min.time())).total_seconds())


def _answer(rows: list[tuple[str, float]], total: int, counts: int = 0) -> Answer:
    return Answer(tuple(row[0] for row in rows), tuple(row[1] for row in rows), total, counts)


def _article_values(corpus: Corpus) -> Iterator[tuple[object, ...]]:
    for article in read_corpus(corpus):
        published = article.published.isoformat() if article.published else None
        yield article.key, article.id, article.title, article.body, article.author, published


def _narrow_values(corpus: Corpus) -> Iterator[tuple[object, ...]]:
    for article in read_corpus(corpus):
        published = article.published
        when = (seconds(published), published.year) if published else (None, None)
        yield article.key, article.id, *when, article.source
