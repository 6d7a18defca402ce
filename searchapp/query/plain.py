"""The queries that are typed most: a few plain words, side by side or all joined by OR or by AND, a phrase, a word with
a sign behind it, and a date beside them.

They have no note and nothing that could be taken in two ways, so their tree is built straight away. It is the one that
the parser makes, whose answer to anything else stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from searchapp.query.date_words import read_days
from searchapp.query.joining import join_all
from searchapp.query.keywords import OPERATORS
from searchapp.query.lexer import Limits
from searchapp.query.nodes import And, CloseWord, DateRange, Node, Or, Pattern, Phrase, Word, Words

_WORDS: Final = re.compile(r"[^\W_]+(?: [^\W_]+)*")
_DATED: Final = re.compile(r"(?:\(([^()]+)\)|([^()]+)) (date:([0-9]{4}[0-9.-]*[0-9]))")
#: The beginning of a word, or one that may be misspelled.
_SIGNED: Final = re.compile(r"([^\W\d_]{2,})(?:\*|~([12]?))")
_PHRASE: Final = re.compile(rf'"({_WORDS.pattern})"')
_JOINS: Final[Mapping[str, type[Or | And]]] = {" OR ": Or, " AND ": And}


def read_plain(raw: str, today: date, limits: Limits) -> Node | None:
    """The tree; None for what the parser has to look at."""
    if len(raw) > limits.max_chars or raw.isupper():
        return None
    if _WORDS.fullmatch(raw) is not None:
        return _read_words(raw, 0, limits.max_clauses)
    if signed := _SIGNED.fullmatch(raw):
        end = len(raw)
        if raw[-1] == "*":
            return Words((Pattern(raw, 0, end),), 0, end)
        return Words((CloseWord(signed[1], int(signed[2] or 1), 0, end),), 0, end)
    if phrase := _PHRASE.fullmatch(raw):
        is_short = phrase[1].count(" ") < limits.max_phrase_words
        return Phrase(phrase[1], 0, len(raw)) if is_short else None
    if dated := _DATED.fullmatch(raw):
        return _read_dated(dated, today, limits)
    return None


def _read_dated(dated: re.Match[str], today: date, limits: Limits) -> Node | None:
    group = 1 if dated[1] else 2
    text = dated[group]
    if _WORDS.fullmatch(text) is None or (group == 2 and any(sign in text for sign in _JOINS)):
        return None
    words = _read_words(text, dated.start(group), limits.max_clauses - 1)
    days = read_days(dated[4], today)
    if words is None or days is None or days.is_reversed:
        return None
    return join_all([words, DateRange(days.first, days.last, dated.start(3), dated.end())], set())


def _read_words(text: str, start: int, most: int) -> Words | Or | And | None:
    """The words that begin at `start`; None where one is an operator, or where they are too many."""
    for sign, kind in _JOINS.items():
        if sign in text:
            words = _cut(text, start, sign, most)
            if words is None:
                return None
            return kind(tuple(Words((word,), word.start, word.end) for word in words), start, start + len(text))
    words = _cut(text, start, " ", most)
    return None if words is None else Words(words, start, start + len(text))


def _cut(text: str, start: int, sign: str, most: int) -> tuple[Word, ...] | None:
    words = []
    for word in text.split(sign):
        if word in OPERATORS or " " in word:
            return None
        end = start + len(word)
        words.append(Word(word, start, end))
        start = end + len(sign)
    return tuple(words) if len(words) <= most else None
