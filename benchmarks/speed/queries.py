"""Queries as no engine spells them: words, how they are joined, and what is asked beside them. Each engine has its own
syntax for them (`peers/`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson


class Form(StrEnum):
    """How the words of a query are joined. A prefix or close spelling has one word."""

    ANY = "any"
    ALL = "all"
    PHRASE = "phrase"
    PREFIX = "prefix"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Query:
    """`words` are letters and digits in small letters. `days` are the first and last day asked for, both included.

    `pasted` words were a headline, typed as they stand, stop words too. `distance` is of close spellings.
    """

    form: Form
    words: tuple[str, ...]
    days: tuple[date, date] | None = None
    newest_first: bool = False
    facets: bool = False
    pasted: bool = False
    distance: int = 1


@dataclass(frozen=True, slots=True)
class QueryClass:
    """Queries of one kind. What is not `counted` is shown and left out of means and bars."""

    name: str
    queries: tuple[Query, ...]
    counted: bool = True


#: In the order in which they are reported.
CLASSES: Final = (
    "rare term",
    "common term",
    "OR of 2",
    "OR of 3",
    "headline",
    "AND",
    "phrase",
    "prefix",
    "fuzzy",
    "date-filtered",
    "newest first",
    "facet page",
)


def save_queries(path: Path, classes: Iterable[QueryClass]) -> None:
    """For a process that is to search and nothing else."""
    path.write_bytes(orjson.dumps([query for each in classes for query in each.queries]))


def load_queries(path: Path) -> tuple[Query, ...]:
    return tuple(
        Query(
            Form(plain["form"]),
            tuple(plain["words"]),
            None
            if plain["days"] is None
            else (date.fromisoformat(plain["days"][0]), date.fromisoformat(plain["days"][1])),
            plain["newest_first"],
            plain["facets"],
            plain["pasted"],
            plain["distance"],
        )
        for plain in orjson.loads(path.read_bytes())
    )


def _read_days(plain: list[str] | None) -> tuple[date, date] | None:
    if plain is None:
        return None
    first, last = map(date.fromisoformat, plain)
    return first, last
