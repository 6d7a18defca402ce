"""The parsed query: what a person asked, before any analysis of words.

Every node knows where it stood in what was typed (`start`, `end`, code points). The tree is the same on every
engine; `searchapp/search/plan.py` turns it into terms.

What holds of every tree that the parser makes:

- A plain word always stands in `Words`, alone or with others: `title:armenia` is InField(title, Words(armenia)). A
  pattern and a close spelling are plain words too. Only in `Near` do words and phrases stand by themselves.
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
from typing import Literal, NamedTuple, TypeAlias

FieldName = Literal["title", "author", "source", "lang", "tag"]


class Word(NamedTuple):
    """One chunk of plain text without white space; analysis may find several words in it (`well-being`)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A chunk with `*` (any characters) or `?` (one) in it, as it was typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CloseWord:
    """`Aliev~2`: spellings that are at most so many steps away from the text."""

    text: str
    steps: int
    start: int
    end: int


class Phrase(NamedTuple):
    """Words in quotes, unstemmed. In this order and side by side where `slop` is None; else in any order, in a window
    that has at most so many positions beside theirs."""

    text: str
    start: int
    end: int
    slop: int | None = None


class Words(NamedTuple):
    """Plain words typed side by side: the ones that `match` decides about (all of them, or any)."""

    children: tuple[PlainWord, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Near:
    """`a NEAR/5 "b c" NEAR/5 d`: two units or more, in any order, in one window that has at most `distance` positions
    beside theirs. A word is stemmed, a phrase is not; a phrase in it has no slop."""

    children: tuple[Word | Phrase, ...]
    distance: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class InField:
    """`title:`, `author:` ... before a word, a phrase or a bracket."""

    field: FieldName
    child: Node
    start: int
    end: int


class DateRange(NamedTuple):
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


PlainWord: TypeAlias = Word | Pattern | CloseWord
#: What is made of words, and has a text of its own.
Spelled: TypeAlias = Word | Pattern | CloseWord | Phrase
Node: TypeAlias = Spelled | Words | Near | InField | DateRange | And | Or | Not | Everything


@dataclass(frozen=True, slots=True)
class Note:
    """What the parser did not take as typed: a stable `code`, the place of it, and a sentence for a person."""

    code: str
    at: int
    message: str


class Query(NamedTuple):
    """`pasted_headline`: more than three words, all in capitals, so that AND, OR and NOT are words."""

    raw: str
    tree: Node
    notes: tuple[Note, ...]
    pasted_headline: bool = False
