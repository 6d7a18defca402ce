"""Queries out of other people's files, told apart by content:

    JSON Lines      {"query": "+griffith +observatory", "tags": ["intersection", ...]}: plus is AND, quotes are a phrase
    tasks           `AndHighHigh: +be +up # freq=...`, as Lucene's nightly benchmark has them
    number and text `17<tab>beryllium 7`: words that people typed, any of them
    plain lines     the same without a number

Queries that are no words (numbers in a range, vectors, spans) are left out and counted by category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from benchmarks.speed.queries import Form, Query, QueryClass

#: So many queries of a class are taken, evenly spread.
MOST_PER_CLASS: Final = 200
_WORD: Final = re.compile(r"[^\W_]+")
_TASK: Final = re.compile(r"(\w+): (.+?)\s*(?:#.*)?$")
_FUZZY: Final = re.compile(r"(\w+)~([12])?$")


@dataclass(frozen=True, slots=True)
class QueryFile:
    """`left_out` says what was not taken: category and how many."""

    classes: tuple[QueryClass, ...]
    left_out: tuple[str, ...]


def read_query_file(path: Path) -> QueryFile:
    """Raises ValueError for a file without a single query."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
    read = _reader(lines)
    found: dict[str, dict[Query, None]] = {}
    left_out: Counter[str] = Counter()
    for name, query in read(lines):
        if query is None:
            left_out[name] += 1
        else:
            found.setdefault(name, {})[query] = None
    if not found:
        raise ValueError(f"{path} has no query in a form that is known; see benchmarks/README.md")
    return QueryFile(
        tuple(QueryClass(name, _spread(tuple(queries))) for name, queries in found.items()),
        tuple(f"{name}: {count}" for name, count in sorted(left_out.items())),
    )


def _reader(lines: list[str]):  # noqa: ANN202 one of the three below
    if lines and lines[0].lstrip().startswith("{"):
        return _read_tagged
    if any(_TASK.match(line) for line in lines[:5]):
        return _read_tasks
    return _read_typed


def _read_tagged(lines: Iterable[str]) -> Iterator[tuple[str, Query | None]]:
    for line in lines:
        asked = orjson.loads(line)
        tags = asked.get("tags") or ["query"]
        yield tags[0], read_signs(asked["query"])


def _read_tasks(lines: Iterable[str]) -> Iterator[tuple[str, Query | None]]:
    for line in lines:
        found = _TASK.match(line)
        if found is None:
            yield "no task", None
            continue
        category, text = found.groups()
        yield category, read_signs(text)


def _read_typed(lines: Iterable[str]) -> Iterator[tuple[str, Query | None]]:
    for line in lines:
        text = line.partition("\t")[2] or line
        words = _words(text)
        yield "typed words", Query(Form.ANY, words, pasted=True) if words else None


def read_signs(text: str) -> Query | None:
    """A query in the signs that Lucene and tantivy share; None for what is more than words."""
    text = text.strip()
    if re.search(r"[/:()\[\]{}@^]|\w\s*[-*]\w|\w~\d*\s+\w", text) or " -" in text:
        return None
    if len(text) > 2 and text[0] == text[-1] == '"' and text.count('"') == 2:
        words = _words(text)
        return Query(Form.PHRASE if len(words) > 1 else Form.ANY, words) if words else None
    if '"' in text:
        return None
    if close := _FUZZY.match(text):
        return Query(Form.FUZZY, (close[1].lower(),), distance=int(close[2] or 1))
    if re.fullmatch(r"\w{2,}\*", text):
        return Query(Form.PREFIX, (text[:-1].lower(),))
    if "*" in text or "?" in text:
        return None
    parts = text.split()
    required = [part.startswith("+") for part in parts]
    words = _words(text)
    if not words or len(words) != len(parts) or any(required) != all(required):
        return None
    return Query(Form.ALL if all(required) and len(words) > 1 else Form.ANY, words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _spread(queries: tuple[Query, ...]) -> tuple[Query, ...]:
    step = max(1, len(queries) // MOST_PER_CLASS)
    return queries[::step][:MOST_PER_CLASS]
