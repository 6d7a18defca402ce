"""A text's atoms made into tokens: positions, joined forms of hyphenated words, bigrams, acronyms by their line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from indexer.analysis.chains import LINE_END_HYPHENS, MAX_PARTS, joins_signs, joins_words
from indexer.analysis.readings import Form, Spelled, in_capitals, index_terms, joined_form, read_form
from indexer.analysis.token import MAX_TERM_CHARS, AnalysedText, Token

#: Words remembered of one language. When the memory is full it is emptied: the frequent words are back within an
#: article or two, which costs less than to keep track of what was used last.
MAX_REMEMBERED_WORDS: Final = 65536
MAX_REMEMBERED_CHARS: Final = 40

_LINE: Final = re.compile(r"[^\n\r\u2028\u2029]+")
_JOINED_KEY: Final = "-"  # no atom starts with it
# Looked up once: through the enum class it costs a tenth of the whole loop.
_SIGN, _CAPITALS, _ELISION = Spelled.SIGN, Spelled.CAPITALS, Spelled.ELISION
_NOTHING: Final = Form(Spelled.ELISION, "", "")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an atom stands for in a text of one language; the last two are for a line that has no small letters."""

    form: Form
    surfaces: tuple[str, ...]
    terms: tuple[str, ...]
    surfaces_in_capitals: tuple[str, ...]
    terms_in_capitals: tuple[str, ...]


class Vocabulary:
    """The words of one language that were read before: most of a text is words that were seen already."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self.known: dict[str, Reading] = {}

    def read(self, raw: str) -> Reading:
        """Read an atom and remember it."""
        return self._remember(raw, read_form(raw))

    def read_joined(self, forms: list[Form]) -> Reading:
        lower = "".join(form.lower for form in forms)
        return self.known.get(_JOINED_KEY + lower) or self._remember(_JOINED_KEY + lower, joined_form(lower))

    def _remember(self, key: str, form: Form) -> Reading:
        reading = _read(form, self._lang)
        if len(key) <= MAX_REMEMBERED_CHARS:
            if len(self.known) >= MAX_REMEMBERED_WORDS:
                self.known.clear()
            self.known[key] = reading
        return reading


def _read(form: Form, lang: str) -> Reading:
    surfaces, terms = (form.surface,), index_terms(form, lang)
    if form.spelled is Spelled.DOTTED:
        surfaces, terms = (form.acronym_surface,), (form.acronym,)
    if form.spelled is Spelled.CAPITALS:
        both = tuple(dict.fromkeys((*surfaces, form.acronym_surface)))
        return Reading(form, (form.acronym_surface,), (form.acronym,), both, (*terms, in_capitals(form.acronym)))
    return Reading(form, surfaces, terms, surfaces, terms)


@dataclass(slots=True)
class _Chain:
    """A hyphenated word while its parts come in; `index` is the place of its joined form among the tokens."""

    start: int
    position: int
    index: int
    forms: list[Form]


def read_tokens(text: str, spans: Iterable[tuple[int, int]], vocabulary: Vocabulary) -> AnalysedText:
    """`spans` are the tokenizer's for this text."""
    known = vocabulary.known
    lines = _Lines(text)
    tokens: list[Token] = []
    chain: _Chain | None = None
    before = _NOTHING
    before_start = before_end = 0
    position = -1
    for start, end in spans:
        raw = text[start:end]
        reading = known.get(raw) or vocabulary.read(raw)
        form = reading.form
        if not form.surface:
            continue
        position += 1
        spelled = form.spelled
        if spelled is _SIGN is before.spelled:
            if joins_signs(text, before_end, start):
                bigram = ((before.surface + form.surface)[:MAX_TERM_CHARS],)
                tokens.append(Token(before_start, end, position - 1, 2, bigram, bigram))
        elif chain is not None or text[before_end] in LINE_END_HYPHENS:
            if max(spelled, before.spelled) < _ELISION and joins_words(text, before_end, start):
                chain = chain or _Chain(before_start, position - 1, len(tokens), [before])
                chain.forms.append(form)
            elif chain is not None:
                _close(chain, before_end, tokens, vocabulary)
                chain = None
        if spelled is _CAPITALS and lines.is_in_capitals(start):
            tokens.append(Token(start, end, position, 1, reading.surfaces_in_capitals, reading.terms_in_capitals))
        else:
            tokens.append(Token(start, end, position, 1, reading.surfaces, reading.terms))
        before, before_start, before_end = form, start, end
    if chain is not None:
        _close(chain, before_end, tokens, vocabulary)
    return AnalysedText(tuple(tokens), position + 1)


def _close(chain: _Chain, end: int, tokens: list[Token], vocabulary: Vocabulary) -> None:
    parts = len(chain.forms)
    if parts <= MAX_PARTS:
        joined = vocabulary.read_joined(chain.forms)
        token = Token(chain.start, end, chain.position, parts, joined.surfaces, joined.terms)
        tokens.insert(chain.index, token)


class _Lines:
    """Answers for ever later places of a text whether their line has no small letter. Reads the text once."""

    def __init__(self, text: str) -> None:
        self._lines = _LINE.finditer(text)
        self._end = 0
        self._verdict = False

    def is_in_capitals(self, at: int) -> bool:
        if at >= self._end:
            for line in self._lines:
                self._end = line.end()
                if at < self._end:
                    self._verdict = not any(map(str.islower, line[0]))
                    break
        return self._verdict
