"""What was typed, cut into tokens: words, phrases, operators, brackets and field names, each with its place.

One pass from left to right over at most `Limits.max_chars` characters; knows nothing of what may stand where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from searchapp.query.keywords import (
    CLOSING,
    DASHES,
    GAP,
    HYPHENS,
    JOINS_ONLY,
    NEAR,
    OPENING,
    OPERATORS,
    QUOTES,
    SIGNS,
    SINGLE_QUOTES,
    Kind,
    find_field,
    with_plain_signs,
)
from searchapp.query.notes import Notes
from searchapp.query.signs import LEADING_STAR, MOST_STEPS, SIGN, Signed, read_signs


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a query is searched. Over a limit the first part is, with a note."""

    max_chars: int = 512
    max_clauses: int = 64
    max_depth: int = 20
    max_phrase_words: int = 32
    max_distance: int = 1000


class Token(NamedTuple):
    """`number` is the steps of a close spelling, and how many other words a phrase or NEAR lets in between."""

    kind: Kind
    text: str
    start: int
    end: int
    number: int | None = None


class Lexed(NamedTuple):
    """`is_cut`: the end of the query is not the end of what was typed."""

    tokens: list[Token]
    is_cut: bool
    pasted_headline: bool


#: How far NEAR reaches where that is not said.
NEAR_DISTANCE = 10
#: Right behind one of these even OR is a word: `title:OR`, `-OR`.
_PREFIXES = frozenset({Kind.FIELD, Kind.UNKNOWN_FIELD, Kind.NOT})
_OPERAND_ENDINGS = frozenset({Kind.WORD, Kind.PATTERN, Kind.CLOSE_WORD, Kind.PHRASE, Kind.NOTHING, Kind.CLOSE})
_SIGNED = {"word": Kind.WORD, "pattern": Kind.PATTERN, "close": Kind.CLOSE_WORD}
# In Hebrew a straight quote between two letters belongs to the word: צה"ל.
_INNER_QUOTE = '(?<=[א-ת])"(?=[א-ת])'

_GAPS = re.compile(f"[{GAP}]+")
_QUOTE = re.compile(f"(?<![א-ת])[{QUOTES}]|[{QUOTES}](?![א-ת])")
_CLOSING = re.compile(f"[{CLOSING}]")
_DASH_RUN = re.compile(f"[{DASHES}]+")
_CHUNK = re.compile(f"(?:[^{GAP}{QUOTES}{OPENING}{CLOSING}]|{_INNER_QUOTE})+")
_TOKEN = re.compile(
    f"(?P<gap>[{GAP}]+)|(?P<chunk>{_CHUNK.pattern})|(?P<open>[{OPENING}])|(?P<close>[{CLOSING}])|(?P<quote>.)",
    re.DOTALL,
)
# ‘so’ is a phrase, ’tis and the workers’ are not: it must open before a word and close behind one.
_SINGLE_QUOTED = {
    mark: re.compile(rf"{mark}(?=\w)([^{QUOTES}{OPENING}{CLOSING}{mark}]*?)[{closing}](?!\w)")
    for mark, closing in SINGLE_QUOTES.items()
}
_SINGLE_MARKS = "".join(_SINGLE_QUOTED)
_SPECIAL_STARTS = frozenset(DASHES + _SINGLE_MARKS)

_FIELD = re.compile(r"([^\W\d_]+)([:：])")
_ESCAPED = re.compile(rf"\\+(?:{'|'.join(map(re.escape, OPERATORS))}|{NEAR.pattern})")
_DISTANCE = re.compile("~([0-9]*)")
_NOT_BEFORE = frozenset(QUOTES + OPENING + _SINGLE_MARKS + "#@$€£&.'_*?~\\")


def escape_operator(word: str) -> str:
    r"""A word as it is typed: `OR` as `\OR`, which is the word and not the operator."""
    is_operator = word in OPERATORS or NEAR.fullmatch(word) or _ESCAPED.fullmatch(word)
    return f"\\{word}" if is_operator else word


def is_pasted_headline(text: str) -> bool:
    """More than three words, without one small letter, and not all of them operators and figures."""
    if not text.isupper():
        return False
    words = [chunk for chunk in _CHUNK.findall(text) if any(map(str.isalnum, chunk))]
    return len(words) > 3 and any(word.isupper() for word in words if word not in OPERATORS)


def read_tokens(raw: str, limits: Limits, notes: Notes) -> Lexed:
    text = raw if len(raw) <= limits.max_chars else _first_part(raw.rstrip(), limits.max_chars)
    is_cut = len(text) < len(raw) and not raw[len(text) :].isspace()
    if is_cut:
        notes.add("too_long", len(text), limit=limits.max_chars)
    lexer = _Lexer(with_plain_signs(text), limits, notes, is_cut=is_cut)
    lexer.run()
    return Lexed(lexer.tokens, lexer.is_cut, lexer.pasted_headline)


def _first_part(raw: str, max_chars: int) -> str:
    """As much as is searched, and no half word at its end where the word is not longer than any term."""
    if len(raw) > max_chars and not _GAPS.match(raw, max_chars):
        gaps = list(_GAPS.finditer(raw, max(max_chars - 100, 0), max_chars))
        if gaps and gaps[-1].start():
            return raw[: gaps[-1].start()]
    return raw[:max_chars]


class _Lexer:
    def __init__(self, text: str, limits: Limits, notes: Notes, *, is_cut: bool) -> None:
        self.tokens: list[Token] = []
        self.is_cut = is_cut
        self.pasted_headline = is_pasted_headline(text)
        self._text = text
        self._limits = limits
        self._notes = notes
        self._is_headline_noted = False
        self._clauses = 0
        self._open = 0
        # A hyphen is NOT only where a word could begin: not in `"human rights"-based`.
        self._is_free = True

    def run(self) -> None:
        text, end, at = self._text, len(self._text), 0
        while at < end:
            if self._clauses > self._limits.max_clauses:
                self._cut_clauses()
                return
            if text[at] in _SPECIAL_STARTS:
                at = self._read_special(at)
                continue
            found = _TOKEN.match(text, at)
            assert found is not None
            kind, upto = found.lastgroup, found.end()
            if kind == "chunk":
                at = self._read_chunk(at, upto)
            elif kind == "quote":
                at = self._read_quoted(at)
            else:
                if kind == "open":
                    self._emit(Kind.OPEN, found[0], at, upto)
                    self._open += 1
                elif kind == "close":
                    self._emit(Kind.CLOSE, found[0], at, upto)
                    self._open -= self._open > 0
                    upto = self._skip_distance(upto)[0]
                self._is_free = kind != "close"
                at = upto
        if self._clauses > self._limits.max_clauses:
            self._cut_clauses()

    def _emit(self, kind: Kind, text: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, text, start, end))

    def _add_clause(self, kind: Kind, text: str, start: int, end: int) -> None:
        self._clauses += 1
        self._emit(kind, text, start, end)

    def _follows_operand(self) -> bool:
        return bool(self.tokens) and self.tokens[-1].kind in _OPERAND_ENDINGS

    def _cut_clauses(self) -> None:
        """Drops the clause that is one too many, and the operators that are left dangling before it."""
        self._notes.add("too_many_clauses", self.tokens[-1].start, limit=self._limits.max_clauses)
        self.is_cut = True
        self.tokens.pop()
        while self.tokens and self.tokens[-1].kind not in _OPERAND_ENDINGS:
            self.tokens.pop()

    def _read_special(self, at: int) -> int:
        """A dash or a single quotation mark where a token begins."""
        text = self._text
        mark = text[at]
        if mark in _SINGLE_QUOTED:
            found = _SINGLE_QUOTED[mark].match(text, at)
            if found is None:
                return at + 1
            return self._add_phrase(found[1], at, found.end())
        run = _DASH_RUN.match(text, at)
        assert run is not None
        end = run.end()
        following = text[end : end + 1]
        before_word = following.isalnum() or following in _NOT_BEFORE if following else False
        is_hyphen = len(run[0]) == 1 and run[0] in HYPHENS
        if self._is_free:
            if is_hyphen and before_word:
                self._emit(Kind.NOT, run[0], at, end)
            elif is_hyphen and (not following or _GAPS.match(following)):
                self._notes.add("operator_ignored", at, typed=run[0])
            elif before_word:
                self._notes.add("dash_ignored", at, typed=run[0])
        return end

    def _read_chunk(self, start: int, end: int) -> int:
        text = self._text[start:end]
        self._is_free = False
        before = self.tokens[-1].kind if self.tokens and self.tokens[-1].end == start else None
        in_field = before is Kind.FIELD
        if before not in _PREFIXES:
            kind = OPERATORS.get(text)
            if kind is not None and not (text in JOINS_ONLY and not self._follows_operand()):
                if not self.pasted_headline or text in SIGNS:
                    self._emit(kind, text, start, end)
                    return end
                if not self._is_headline_noted:
                    self._notes.add("pasted_headline", start)
                self._is_headline_noted = True
            elif text[0] in "NＮ" and (found := NEAR.fullmatch(text)):
                distance = self._bound_distance(found[1], start, text)
                self.tokens.append(Token(Kind.NEAR, text, start, end, distance))
                return end
        if text[0] in "*?~" and (signs := LEADING_STAR.match(text)):
            return self._skip_star(start, signs.end(), text)
        if not in_field and (":" in text or "：" in text):
            upto = self._read_field(start)
            if upto:
                return upto
        self._read_word(text, start, end)
        return end

    def _read_field(self, start: int) -> int:
        """Where the value begins; 0 when the chunk is a word: `15:29`, `https://...`, `AC/DC:`, `Armenia:`."""
        found = _FIELD.match(self._text, start)
        if found is None:
            return 0
        name, end = found[1], found.end()
        following = self._text[end : end + 1]
        field, by_its_name = find_field(name)
        if field:
            # In prose a space follows, as in "by: our correspondent".
            if not by_its_name and (following in CLOSING or _GAPS.match(following)):
                return 0
            self._is_free = True
            self._clauses += not following or following in CLOSING or bool(_GAPS.match(following))  # perhaps a word
            self._emit(Kind.FIELD, field, start, end)
            return end
        has_value = following.isalnum() or (following != "" and following in QUOTES + OPENING)
        if found[2] != ":" or not has_value:
            return 0
        self._notes.add("unknown_field", start, typed=name)
        self._clauses += 1
        self._emit(Kind.UNKNOWN_FIELD, name, start, end)
        return end

    def _skip_star(self, start: int, length: int, text: str) -> int:
        """Over signs that nothing stands before; what follows is read as if it stood alone."""
        self._notes.add("pattern_too_short", start, typed=text)
        end = start + length
        if length == len(text):
            self._add_clause(Kind.NOTHING, "", start, end)
        return end

    def _read_word(self, text: str, start: int, end: int) -> None:
        signed = read_signs(text) if SIGN.search(text) else Signed("word", text)
        if signed.code:
            limit = MOST_STEPS if signed.code == "close_too_far" else 0
            self._notes.add(signed.code, start, typed=text, limit=limit)
        text = signed.text
        if text.startswith("\\") and _ESCAPED.fullmatch(text):
            text = text[1:]
        self._clauses += 1
        kind = _SIGNED[signed.kind] if text else Kind.NOTHING
        self.tokens.append(Token(kind, text, start, end, signed.steps or None))

    def _read_quoted(self, start: int) -> int:
        text = self._text
        closing = _QUOTE.search(text, start + 1)
        if self._is_inch_mark(start):
            closing, inner = None, ""
        elif closing is not None:
            inner = text[start + 1 : closing.start()]
        else:
            inner = text[start + 1 :]
            if self._open:  # (mine OR "human rights) maps: the bracket is meant to close
                inner = _CLOSING.split(inner, maxsplit=1)[0]
        if closing is None:
            is_stray = not _GAPS.sub("", inner)
            if not self.is_cut:
                self._notes.add("stray_quote" if is_stray else "unclosed_quote", start)
            if is_stray:
                return start + 1
        end = closing.end() if closing else start + 1 + len(inner)
        return self._add_phrase(inner, start, end)

    def _is_inch_mark(self, at: int) -> bool:
        """`12" guns` has an odd number of quotes, one of them right behind a figure."""
        text = self._text
        if at == 0 or self._is_free or text[at] != '"' or not text[at - 1].isdigit():
            return False
        return (at + 1 == len(text) or bool(_GAPS.match(text, at + 1))) and len(_QUOTE.findall(text, at)) % 2 == 1

    def _add_phrase(self, inner: str, start: int, end: int) -> int:
        """Gives where the phrase ends, with the distance that follows it."""
        self._is_free = False
        words = _GAPS.sub(" ", _QUOTE.sub(" ", inner)).split()
        upto, distance = self._skip_distance(end, has_words=len(words) > 1)
        if not words:
            self._notes.add("empty_phrase", start)
            self._emit(Kind.NOTHING, "", start, upto)
            return upto
        limit = self._limits.max_phrase_words
        if len(words) > limit:
            self._notes.add("phrase_too_long", start, limit=limit)
        self._clauses += 1
        self.tokens.append(Token(Kind.PHRASE, " ".join(words[:limit]), start, upto, distance))
        return upto

    def _skip_distance(self, at: int, *, has_words: bool = False) -> tuple[int, int | None]:
        """Where `~5` behind a phrase or a bracket ends, and what it says: nothing but behind words."""
        found = _DISTANCE.match(self._text, at)
        if found is None:
            return at, None
        if not has_words or not found[1]:
            self._notes.add("sign_ignored", at, typed=found[0])
            return found.end(), None
        return found.end(), self._bound_distance(found[1], at, found[0])

    def _bound_distance(self, figures: str, at: int, typed: str) -> int:
        limit = self._limits.max_distance
        if int(figures) > limit:
            self._notes.add("distance_too_wide", at, typed=typed, limit=limit)
        return min(int(figures), limit)
