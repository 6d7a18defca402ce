"""The parsed query: what a person asked, before any analysis of words.

Every node knows where it stood in what was typed (`start`, `end`, code points). The tree is the same on every
engine; `searchapp/search/plan.py` turns it into terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

FieldName = Literal["title", "author", "source", "lang", "tag"]


@dataclass(frozen=True, slots=True)
class Word:
    """One chunk of plain text without white space; analysis may find several words in it (`well-being`)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in quotes, unstemmed, in this order; `slop` is None, or how many positions may be other words', any order."""

    text: str
    start: int
    end: int
    slop: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words typed side by side: the ones that `match` decides about (all of them, or any)."""

    children: tuple[Word, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class InField:
    """`title:`, `author:` ... before a word, a phrase or a bracket."""

    field: FieldName
    child: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateRange:
    """The outlet's own days from `first` to `last`, both included; None is open."""

    first: date | None
    last: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    child: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Everything:
    """Nothing was typed: the whole archive."""

    start: int = 0
    end: int = 0


Node: TypeAlias = Word | Phrase | Words | InField | DateRange | And | Or | Not | Everything


@dataclass(frozen=True, slots=True)
class Note:
    """What the parser did not take as typed: a stable `code`, the place of it, and a sentence for a person."""

    code: str
    at: int
    message: str


@dataclass(frozen=True, slots=True)
class Query:
    raw: str
    tree: Node
    notes: tuple[Note, ...]
