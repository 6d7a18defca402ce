"""Patterns and close spellings as a person typed them -> what they look for in the index.

The analyzer cuts and folds them as it does all words, so that `Həmz*` looks for hemz..., `well-be*` for wellbe...,
and of `Armenia/Azerb*` only the second word is a pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from indexer.analysis.token import ACRONYM_MARK, TypedWord
from searchapp.query.nodes import CloseWord, Pattern
from searchapp.query.notes import Notes
from searchapp.search.spellings import CloseTo, Spelling, Wildcard

#: Letters (of Yi, more than a query has characters) that no tokenizer cuts at and nothing folds: they stand for the
#: signs of a pattern while it is analysed.
_STAND_INS: Final = range(0xA000, 0xA48D)
_LEAST_HEAD: Final = 2
_STARS: Final = re.compile(r"\*{2,}")


@dataclass(frozen=True, slots=True)
class SpelledWord:
    """One pattern or close spelling among plain words; `text` is as it was typed, from `start` of the query on or a
    little later."""

    text: str
    start: int
    spelling: Spelling
    is_stop_word: bool = False


class Analyse(Protocol):
    def __call__(self, text: str, *, quoted: bool) -> tuple[TypedWord, ...]: ...


def read_spelled(
    node: Pattern | CloseWord, analyse: Analyse, notes: Notes, *, as_written: bool
) -> tuple[TypedWord | SpelledWord, ...]:
    """The words of a chunk with signs in it; a word of the chunk that no sign is in is read as any other."""
    words: list[TypedWord | SpelledWord] = []
    if isinstance(node, CloseWord):
        for word in analyse(node.text, quoted=True):
            surface = _one_surface(word)
            if surface:
                words.append(SpelledWord(f"{word.text}~{node.steps}", node.start, CloseTo(surface, node.steps)))
            else:
                words += analyse(word.text, quoted=as_written)
        return tuple(words)
    star, mark = islice((sign for sign in map(chr, _STAND_INS) if sign not in node.text), 2)
    signs = {star: "*", mark: "?"}
    for word in analyse(node.text.translate({ord("*"): star, ord("?"): mark}), quoted=True):
        typed = "".join(signs.get(char, char) for char in word.text)
        surface = "".join(signs.get(char, char) for char in _one_surface(word)).lstrip("?")
        pattern = _STARS.sub("*", surface)
        head, has_star, _ = pattern.partition("*")
        if has_star and len(head) < _LEAST_HEAD:
            if head and not as_written:
                notes.add("pattern_too_short", node.start, typed=typed)
        elif has_star or "?" in pattern:
            words.append(SpelledWord(typed, node.start, Wildcard(pattern)))
            continue
        words += analyse(typed.replace("*", "").replace("?", ""), quoted=as_written)
    return tuple(words)


def _one_surface(word: TypedWord) -> str:
    """The word as one surface, "" where it is none (signs of a script without spaces)."""
    return next((run[0].removeprefix(ACRONYM_MARK) for run in word.alternatives if len(run) == 1), "")
