"""The queries that are typed most: a few plain words, side by side or all joined by OR or by AND.

They have no note and nothing that could be taken in two ways, so their tree is built straight away. It is the one that
the parser makes, whose answer to anything else stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from searchapp.query.lexer import OPERATORS, Limits
from searchapp.query.nodes import And, Node, Or, Word, Words

_WORDS: Final = re.compile(r"[^\W_]+(?: [^\W_]+)*")
_JOINS: Final[Mapping[str, type[Or | And]]] = {" OR ": Or, " AND ": And}


def read_plain(raw: str, limits: Limits) -> Node | None:
    """The tree; None for what the parser has to look at."""
    if len(raw) > limits.max_chars or _WORDS.fullmatch(raw) is None or raw.isupper():
        return None
    for sign, kind in _JOINS.items():
        if sign in raw:
            words = _cut(raw, sign, limits)
            if words is None:
                return None
            alone = tuple(Words((word,), word.start, word.end) for word in words)
            return kind(alone, 0, len(raw))
    words = _cut(raw, " ", limits)
    return None if words is None else Words(words, 0, len(raw))


def _cut(raw: str, sign: str, limits: Limits) -> tuple[Word, ...] | None:
    """The words between the signs; None where one is an operator, or where they are too many."""
    words = []
    start = 0
    for text in raw.split(sign):
        if text in OPERATORS or " " in text:
            return None
        end = start + len(text)
        words.append(Word(text, start, end))
        start = end + len(sign)
    return tuple(words) if len(words) <= limits.max_clauses else None
