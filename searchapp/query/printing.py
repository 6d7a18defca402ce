"""A tree in words for a person (`understood`), and in the query language for the parser (`print_query`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from searchapp.query.keywords import OPERATORS
from searchapp.query.lexer import escape_operator, is_pasted_headline
from searchapp.query.nodes import (
    And,
    CloseWord,
    DateRange,
    Everything,
    InField,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Spelled,
    Word,
    Words,
)

_Around: TypeAlias = Literal["", "and", "or", "one"]


def understood(tree: Node) -> str:
    """The query as it is searched, for any tree: `minefield AND maps`, `(a AND b) OR "c d"`, `NOT title:x`."""
    return _say(tree, "")


def print_query(tree: Node) -> str:
    """Canonical syntax of a tree that the parser made: parsing it gives the tree again, up to positions.

    It may be longer than what was typed, and so over the limit of characters where that was near it.
    """
    printed = _Printer(is_headline=False).show(tree, "")
    # In capitals only, AND and OR would be words of a headline.
    return _Printer(is_headline=True).show(tree, "") if is_pasted_headline(printed) else printed


def _say(node: Node, around: _Around) -> str:
    match node:
        case Word(text):
            return text.lower() if text in OPERATORS else text
        case Words(children) | And(children):
            joined = " AND ".join(_say(child, "and" if len(children) > 1 else around) for child in children)
            return _bracket(joined, len(children) > 1 and around in {"or", "one"})
        case Or(children):
            joined = " OR ".join(_say(child, "or" if len(children) > 1 else around) for child in children)
            return _bracket(joined, len(children) > 1 and around in {"and", "one"})
        case Not(child):
            return _bracket(f"NOT {_say(child, 'one')}", around == "one")
        case InField(field, child):
            return f"{field}:{_say(child, 'one')}"
        case Near(children, distance):
            return _bracket(f" NEAR/{distance} ".join(_say(child, "") for child in children), around == "one")
        case DateRange():
            return _show_days(node)
        case Everything():
            return "all articles"
        case _:
            return _show_spelled(node)


class _Printer:
    def __init__(self, *, is_headline: bool) -> None:
        self._and, self._or = (" && ", " || ") if is_headline else (" AND ", " OR ")

    def show(self, node: Node, around: _Around) -> str:
        match node:
            case Words(children):
                words = " ".join(map(_show_spelled, children))
                return _bracket(words, len(children) > 1 and around != "")
            case And(children):
                return _bracket(self._show_all(children), around in {"or", "one"})
            case Or(children):
                return _bracket(self._or.join(self.show(child, "or") for child in children), around in {"and", "one"})
            case Not(child):
                return _bracket(f"-{self.show(child, 'one')}", around == "one")
            case InField(field, child):
                # title:source:x would look for "source:x" in headlines.
                return f"{field}:{_bracket(self.show(child, 'one'), isinstance(child, InField | DateRange))}"
            case Near(children, distance):
                return _bracket(f" NEAR/{distance} ".join(map(_show_spelled, children)), around == "one")
            case DateRange():
                return _show_days(node)
            case Everything():
                return ""
            case _:
                return _show_spelled(node)

    def _show_all(self, children: Sequence[Node]) -> str:
        if sum(isinstance(child, Words) for child in children) > 1:
            return self._and.join(self.show(child, "and") for child in children)
        return " ".join(self.show(child, "" if isinstance(child, Words) else "and") for child in children)


def _show_spelled(node: Spelled) -> str:
    match node:
        case Word(text):
            return escape_operator(text)
        case Pattern(text):
            return text
        case CloseWord(text, steps):
            return f"{text}~{steps}"
        case Phrase(text, slop=slop):
            return f'"{text}"' if slop is None else f'"{text}"~{slop}'


def _show_days(node: DateRange) -> str:
    if node.first is not None and node.first == node.last:
        return f"date:{node.first.isoformat()}"
    first = "" if node.first is None else node.first.isoformat()
    last = "" if node.last is None else node.last.isoformat()
    return f"date:{first}..{last}"


def _bracket(text: str, is_needed: bool) -> str:
    return f"({text})" if is_needed else text
