"""What a person typed -> a tree and notes. Pure: opens no index, reads no clock, analyses no word, never raises.

    or       and (OR and)*
    and      not (AND? not)*          side by side is AND, and binds like it
    not      (NOT | -)* near
    near     operand (NEAR operand)*  where each is a word or a phrase
    operand  word | phrase | field: near | ( or )

What does not fit is left out with a note, and what is left is read as if it had been typed so. docs/query-language.md
shows what people see of it; nodes.py says what holds of every tree.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import islice
from typing import NamedTuple, cast

from searchapp.query.date_words import READERS
from searchapp.query.joining import is_only_negative, join_all, join_any
from searchapp.query.keywords import Kind
from searchapp.query.lexer import NEAR_DISTANCE, Limits, Token, read_tokens
from searchapp.query.nodes import (
    CloseWord,
    DateRange,
    Everything,
    FieldName,
    InField,
    Near,
    Node,
    Not,
    Pattern,
    Phrase,
    PlainWord,
    Query,
    Word,
    Words,
)
from searchapp.query.notes import Notes
from searchapp.query.plain import read_plain

DEFAULT_LIMITS = Limits()
_AND_ENDS = frozenset({Kind.OR, Kind.CLOSE, Kind.END})
_OPERAND_ENDS = frozenset({Kind.AND, Kind.OR, Kind.NEAR, Kind.CLOSE, Kind.END})
#: `March 12, 2021 to May 3, 2022` has as many words behind its first.
_MOST_WORDS_OF_DAYS = 6
_PATTERN_SIGNS = re.compile(r"[*?~]")
_VALUES = frozenset({Kind.WORD, Kind.PATTERN, Kind.CLOSE_WORD, Kind.PHRASE, Kind.NOTHING, Kind.OPEN})


def _alone(word: PlainWord) -> Words:
    return Words((word,), word.start, word.end)


class _Operand(NamedTuple):
    """`node` is None for what was typed and came to nothing; the span holds the brackets, which the node's does not."""

    node: Node | None
    start: int
    end: int


def _units(node: Node | None) -> tuple[Word | Phrase, ...]:
    """What NEAR can join; nothing for all others."""
    match node:
        case Near(children):
            return children
        case Phrase(slop=None):
            return (node,)
        case Words(children=(Word() as word,)):
            return (word,)
        case _:
            return ()


def parse_query(raw: str, today: date, limits: Limits = DEFAULT_LIMITS) -> Query:
    """The tree for any text at all; `today` is the day that `yesterday` and `last week` start from."""
    plain = read_plain(raw, today, limits)
    if plain is not None:
        return Query(raw, plain, ())
    return parse_tokens(raw, today, limits)


def parse_tokens(raw: str, today: date, limits: Limits = DEFAULT_LIMITS) -> Query:
    """The same for what is not plain words, and for these as well."""
    notes = Notes()
    lexed = read_tokens(raw, limits, notes)
    tokens = _balance(lexed.tokens, len(raw), limits.max_depth, notes, is_cut=lexed.is_cut)
    parser = _Parser(raw, tokens, today, notes)
    tree = parser.parse()
    if tree is None:
        tree = Everything()
        if notes:
            notes.add("nothing_left", len(raw))
    elif is_only_negative(tree):
        notes.add("only_negative", tree.start)
    return Query(raw, tree, notes.in_order(), lexed.pasted_headline)


def _balance(tokens: list[Token], end: int, max_depth: int, notes: Notes, *, is_cut: bool) -> list[Token]:
    """The tokens with every bracket closed and none deeper than allowed, and an END behind them."""
    kept: list[Token] = []
    opened: list[Token] = []
    is_deep_noted = False
    for token in tokens:
        if token.kind is Kind.OPEN:
            opened.append(token)
            if len(opened) > max_depth:
                if not is_deep_noted:
                    notes.add("too_deep", token.start, limit=max_depth)
                is_deep_noted = True
                continue
        elif token.kind is Kind.CLOSE:
            if not opened:
                notes.add("extra_bracket", token.start)
                continue
            opened.pop()
            if len(opened) >= max_depth:
                continue
        kept.append(token)
    last = tokens[-1].end if tokens else 0
    kept.extend(Token(Kind.CLOSE, "", last, last) for _ in opened[:max_depth])
    if not is_cut:
        for token in opened:
            notes.add("unclosed_bracket", token.start)
    kept.append(Token(Kind.END, "", end, end))
    return kept


class _Parser:
    """Goes down once a bracket, so never deeper than `Limits.max_depth`."""

    def __init__(self, raw: str, tokens: list[Token], today: date, notes: Notes) -> None:
        self._raw = raw
        self._tokens = tokens
        self._today = today
        self._notes = notes
        self._at = 0
        self._field: str | None = None
        self._ignored: list[int] = []

    def parse(self) -> Node | None:
        tree = self._read_or()
        self._note_ignored()
        return tree

    def _read_or(self) -> Node | None:
        """Up to the closing bracket or the end, which stays unread."""
        alternatives: list[Node] = []
        pending: int | None = None
        while True:
            node = self._read_and()
            if node is not None:
                alternatives.append(node)
                pending = None
            if self._tokens[self._at].kind is not Kind.OR:
                break
            if not alternatives or pending is not None:
                self._ignored.append(self._at)
            else:
                pending = self._at
            self._at += 1
        if pending is not None:
            self._ignored.append(pending)
        return join_any(alternatives)

    def _read_and(self) -> Node | None:
        parts: list[Node] = []
        beside_and: set[int] = set()
        pending: int | None = None
        while (kind := self._tokens[self._at].kind) not in _AND_ENDS:
            if kind is Kind.AND:
                if not parts or pending is not None:
                    self._ignored.append(self._at)
                else:
                    pending = self._at
                self._at += 1
                continue
            if kind is Kind.NEAR:  # nothing that it could join stands before it
                self._ignored.append(self._at)
                self._at += 1
                continue
            node = self._read_not()
            if node is None:
                continue
            if pending is not None:
                beside_and |= {len(parts) - 1, len(parts)}
                pending = None
            parts.append(node)
        if pending is not None:
            self._ignored.append(pending)
        return join_all(parts, beside_and)

    def _read_not(self) -> Node | None:
        first = self._at
        while self._tokens[self._at].kind is Kind.NOT:
            self._at += 1
        count = self._at - first
        if self._tokens[self._at].kind in _OPERAND_ENDS:
            self._ignored.extend(range(first, self._at))
            return None
        start = self._tokens[first].start
        if count > 1:
            self._notes.add("double_negation", start)
        operand = self._read_near()
        if count % 2 and operand.node is not None:
            return self._negate(operand, start)
        return operand.node

    def _negate(self, operand: _Operand, start: int) -> Node:
        node = operand.node
        assert node is not None
        if isinstance(node, Not):
            self._notes.add("double_negation", start)
            return node.child
        return Not(node, start, operand.end)

    def _read_near(self) -> _Operand:
        """An operand, with what NEAR joins to it."""
        left = self._read_operand()
        distances: list[int] = []
        while (sign := self._tokens[self._at]).kind is Kind.NEAR:
            self._at += 1
            self._skip_same_field()
            if self._tokens[self._at].kind not in _VALUES:
                self._ignored.append(self._at - 1)
                break
            right = self._read_operand()
            units = (*_units(left.node), *_units(right.node))
            if left.node is None or right.node is None:
                self._notes.add("operator_ignored", sign.start, typed=sign.text)
                node = left.node or right.node
            elif not _units(left.node) or not _units(right.node):
                self._notes.add("near_ignored", sign.start, typed=sign.text)
                node = join_all([left.node, right.node], {0, 1})
            else:
                distances.append(NEAR_DISTANCE if sign.number is None else sign.number)
                node = Near(units, max(distances), left.start, right.end)
            left = _Operand(node, left.start, right.end)
        if len(set(distances)) > 1:
            self._notes.add("near_distances", left.start, limit=max(distances))
        return left

    def _skip_same_field(self) -> None:
        """title:mine NEAR/5 title:map says the field twice."""
        token = self._tokens[self._at]
        if token.kind is Kind.FIELD and token.text == self._field:
            value = self._tokens[self._at + 1]
            self._at += value.kind in _VALUES and value.start == token.end

    def _read_operand(self) -> _Operand:
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case Kind.OPEN:
                return self._read_group(token)
            case Kind.FIELD:
                return self._read_field(token)
            case Kind.UNKNOWN_FIELD:
                return self._read_unknown_field(token)
            case _:
                return _Operand(self._leaf(token), token.start, token.end)

    def _read_group(self, opening: Token) -> _Operand:
        node = self._read_or()
        closing, before = self._tokens[self._at], self._tokens[self._at - 1]
        self._at += 1
        if before is opening and closing.text:  # no text: the note on the unclosed bracket says it all
            self._notes.add("empty_group", opening.start)
        return _Operand(node, opening.start, closing.end)

    def _leaf(self, token: Token) -> Node | None:
        if token.kind is Kind.NOTHING:
            return None
        if self._field is not None and self._field in READERS:
            return self._days(self._field, token)
        _, text, start, end, number = token
        if self._field == "lang":
            return self._lang(token)
        if token.kind is Kind.PHRASE:
            return Phrase(text, start, end, number)
        if token.kind is Kind.PATTERN:
            return _alone(Pattern(text, start, end))
        if token.kind is Kind.CLOSE_WORD:
            return _alone(CloseWord(text, number or 1, start, end))
        return self._word(text, start, end)

    def _lang(self, token: Token) -> Words | Phrase | None:
        """A language is a value, not a word: no sign says anything in it."""
        text = token.text.lower()
        if token.number is not None or token.kind is Kind.PATTERN:
            self._notes.add("sign_ignored", token.start, typed=self._raw[token.start : token.end])
        if token.kind is Kind.PHRASE:
            return Phrase(text, token.start, token.end)
        if token.kind is Kind.PATTERN:
            text = _PATTERN_SIGNS.sub("", text)
        return self._word(text, token.start, token.end)

    def _word(self, text: str, start: int, end: int) -> Words:
        return _alone(Word(text.lower() if self._field == "lang" else text, start, end))

    def _read_unknown_field(self, token: Token) -> _Operand:
        """`foo:(a b)`: the name is a word beside what follows, and a NOT before it is for both."""
        word = self._word(token.text, token.start, token.end - 1)
        following = self._tokens[self._at]
        if following.kind in _OPERAND_ENDS or following.kind is Kind.NOT:
            return _Operand(word, token.start, token.end)
        operand = self._read_near()
        if operand.node is None:
            return _Operand(word, token.start, operand.end)
        return _Operand(join_all([word, operand.node], set()), token.start, operand.end)

    def _read_field(self, token: Token) -> _Operand:
        name, typed = token.text, self._raw[token.start : token.end - 1]
        is_negated = False
        following = self._tokens[self._at]
        # source:-Reuters means -source:Reuters
        if following.kind is Kind.NOT and following.start == token.end:
            after = self._tokens[self._at + 1]
            if after.start == following.end and after.kind in _VALUES:
                self._at += 1
                is_negated, following = True, after
        is_near = is_negated or following.start == token.end
        # "Source: Reuters" is prose, source: Reuters is a query
        if not (following.kind in _VALUES and (is_near or typed.islower())):
            self._notes.add("field_without_value", token.start, typed=typed)
            return _Operand(self._word(typed, token.start, token.end - 1), token.start, token.end)
        operand = self._read_in_field(name, token)
        if is_negated and operand.node is not None:
            return operand._replace(node=self._negate(operand, token.start))
        return operand

    def _read_in_field(self, name: str, token: Token) -> _Operand:
        outer, self._field = self._field, name
        if outer is not None:
            self._notes.add("field_in_field", token.start, field=name)
        operand = self._read_near()
        self._field = outer
        node, end = operand.node, operand.end
        if isinstance(node, DateRange) and name in READERS:
            node = node._replace(start=token.start, end=end)
        elif node is not None and name not in READERS:
            node = InField(cast("FieldName", name), node, token.start, end)
        return _Operand(node, token.start, end)

    def _days(self, name: str, value: Token) -> DateRange | None:
        for end in (*self._ends_of_days(value), value.end):
            typed = value.text if value.kind is Kind.PHRASE else self._raw[value.start : end]
            days = READERS[name](typed, self._today)
            if days is not None:
                break
        while self._tokens[self._at].kind is Kind.WORD and self._tokens[self._at].end <= end:
            self._at += 1
        if days is None:
            self._notes.add("bad_date", value.start, typed=typed, field=name)
            return None
        if days.is_reversed:
            self._notes.add("range_reversed", value.start, typed=typed)
        return DateRange(days.first, days.last, value.start, end)

    def _ends_of_days(self, value: Token) -> list[int]:
        """Where days in words might end that are typed without quotes, the farthest first: `date:last 7 days`."""
        ends: list[int] = []
        before = value
        for token in islice(self._tokens, self._at, self._at + _MOST_WORDS_OF_DAYS):
            is_word = token.kind is before.kind is Kind.WORD
            if not is_word or not self._raw[before.end : token.start].isspace():
                break
            ends.append(token.end)
            before = token
        return ends[::-1]

    def _note_ignored(self) -> None:
        """One note for operators that stand side by side: `ignored: AND AND`."""
        run: list[int] = []
        for at in [*sorted(self._ignored), -1]:
            if run and at != run[-1] + 1:
                start, end = self._tokens[run[0]].start, self._tokens[run[-1]].end
                self._notes.add("operator_ignored", start, typed=self._raw[start:end])
                run = []
            run.append(at)
