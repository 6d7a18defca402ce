"""The parsed query: what a person asked, before any analysis of words.

Every node knows where it stood in what was typed (`start`, `end`, code points). The tree is the same on every
engine; `searchapp/search/plan.py` turns it into terms.

What holds of every tree that the parser makes:

- A plain word always stands in `Words`, alone or with others: `title:armenia` is InField(title, Words(armenia)).
- All words typed side by side at one level are one `Words`, whatever stands between them, and so are those of a
  bracket that says nothing: `minefield "human rights" (maps)` is And(Words(minefield, maps), Phrase).
- A word beside a typed AND has a `Words` of its own, since `match=any` may loosen what is inside one and never what
  stands between two: `a b AND c` is And(Words(a), Words(b), Words(c)), of which each is asked for.
- No And lies in an And, no Or in an Or, no Not in a Not; And and Or have two children or more. `Everything` is a whole
  tree, never a part. A tree of Not alone stands for all other articles.
- A field or date in the brackets of a field counts alone: `title:(a source:b)` looks for b in the source.
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
    """Words in quotes, unstemmed, in this order; `slop` is None, or how many positions may be other words'."""

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
    """`pasted_headline`: more than three words, all in capitals, so that AND, OR and NOT are words."""

    raw: str
    tree: Node
    notes: tuple[Note, ...]
    pasted_headline: bool = False
