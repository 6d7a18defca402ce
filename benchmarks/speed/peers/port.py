"""What a measured engine does here: index a corpus, and answer queries in its own syntax."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.speed.articles import Corpus
from benchmarks.speed.queries import Query


@dataclass(frozen=True, slots=True)
class Answer:
    """The ids and scores of the first ten, and how many articles match. `counts` are the facets' values together."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int
    counts: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole page: the answer, and title and snippet of each hit with the words marked."""

    answer: Answer
    titles: tuple[str, ...]
    snippets: tuple[str, ...]


class CannotError(Exception):
    """This engine has no such query; says why, in a few words."""


class Peer(Protocol):
    """`ask` and `show` take a query and give what is to be timed: text of the query to answer, parsing included. They
    raise CannotError where the engine has no such query."""

    name: str

    def build(self, corpus: Corpus, folder: Path) -> None:
        """Index the corpus into an empty folder, as this engine is meant to be used."""
        ...

    def open(self, folder: Path) -> None: ...

    def ask(self, query: Query) -> Callable[[], Answer]: ...

    def show(self, query: Query) -> Callable[[], Shown]: ...

    def close(self) -> None: ...
