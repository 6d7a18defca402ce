"""What somebody has typed so far: whole words and the beginning of one, and where these stand in a text.

Words are compared folded, so accents and capitals do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.folding import fold
from searchapp.query.keywords import OPERATORS
from searchapp.search.close_words import one_surface

#: Longer texts are pasted, and signs of the query language say that somebody knows what to look for.
_MOST_CHARS: Final = 80
_MOST_WORDS: Final = 8
_LEAST_CHARS: Final = 2
_SIGNS: Final = re.compile(r'[":()*?~“”„«»]|(?:^|\s)[-+]')
_CHUNK: Final = re.compile(r"\S+")
_PART: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TypedStart:
    """`words` are whole, as surfaces; `last` begins a word that is still being typed, "" after white space."""

    words: tuple[str, ...]
    last: str

    def begins(self, words: tuple[TextWord, ...], at: int) -> bool:
        """Whether the text goes on from word `at` as what was typed does, word after word."""
        end = at + len(self.words)
        if end + bool(self.last) > len(words) or (self.last and not words[end].begins_with(self.last)):
            return False
        return all(word in words[at + place].forms for place, word in enumerate(self.words))

    def spans(self, words: tuple[TextWord, ...]) -> tuple[tuple[int, int], ...]:
        """Where every word that was typed stands, in any order; empty where one of them does not."""
        found: set[tuple[int, int]] = set()
        for word in self.words:
            places = [(each.start, each.end) for each in words if word in each.forms]
            if not places:
                return ()
            found.update(places)
        if self.last:
            places = [(each.start, each.end) for each in words if each.begins_with(self.last)]
            if not places:
                return ()
            found.update(places)
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class TextWord:
    """A word of a text with what may be typed for it, folded: `well-being`, `wellbeing`, `well` and `being`."""

    start: int
    end: int
    forms: tuple[str, ...]

    def begins_with(self, typed: str) -> bool:
        forms = self.forms
        return forms[0].startswith(typed) or (len(forms) > 1 and any(form.startswith(typed) for form in forms))


def read_start(typed: str, analyzer: Analyzer, langs: tuple[str, ...]) -> TypedStart | None:
    """None for what nothing is suggested for: too little, too much, or a query with signs in it."""
    if len(typed) > _MOST_CHARS or _SIGNS.search(typed) or any(chunk in OPERATORS for chunk in typed.split()):
        return None
    surfaces = [one_surface(word) for word in analyzer.read_words(typed, langs, quoted=True)]
    if not 0 < len(surfaces) <= _MOST_WORDS or "" in surfaces or sum(map(len, surfaces)) < _LEAST_CHARS:
        return None
    if typed[-1:].isspace():
        return TypedStart(tuple(surfaces), "")
    return TypedStart(tuple(surfaces[:-1]), surfaces[-1])


@lru_cache(maxsize=4096)
def text_words(text: str) -> tuple[TextWord, ...]:
    """The words of a headline or a name, in order. Remembered: a letter more finds mostly the same headlines."""
    return tuple(_words_of(text))


def _words_of(text: str) -> Iterator[TextWord]:
    for chunk in _CHUNK.finditer(text):
        if chunk[0].isalnum():
            yield TextWord(chunk.start(), chunk.end(), (fold(chunk[0]),))
            continue
        parts = list(_PART.finditer(chunk[0]))
        if parts:
            first, last = parts[0].start(), parts[-1].end()
            texts = [part[0] for part in parts]
            forms = dict.fromkeys(map(fold, (chunk[0][first:last], "".join(texts), *texts)))
            yield TextWord(chunk.start() + first, chunk.start() + last, tuple(forms))
