"""The rules of `sentences.py` as tables for compiled loops. Wants numba."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Final

import numpy as np

from indexer.analysis.characters import CharacterPages
from indexer.analysis.interning import U64
from indexer.codec.kernels.packing import U32
from searchapp.search.kernels import sentences as kernels
from searchapp.search.sentences import (
    ANY_CASE,
    BEFORE_A_NUMBER,
    CAPITALISED,
    CLOSING,
    LETTER,
    OPENING,
    SPACED_ENDS,
    UNSPACED,
    UNSPACED_ENDS,
    joins_the_letter_before,
)

_PATTERNS: Final = (
    (kernels.LETTER, re.compile(LETTER)),
    (kernels.UNSPACED, UNSPACED),
    (kernels.CLOSING, re.compile(rf"[{CLOSING}]")),
    (kernels.OPENING, re.compile(rf"[{re.escape(OPENING)}]")),
    (kernels.SPACED_END, re.compile(rf"[{SPACED_ENDS}]")),
    (kernels.UNSPACED_END, re.compile(rf"[{UNSPACED_ENDS}]")),
)


class SentenceClasses:
    """What code points are to the rules, and their abbreviations. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.characters = CharacterPages(_classify)
        self.abbreviations = _keys(CAPITALISED), _keys(ANY_CASE), _keys(BEFORE_A_NUMBER)

    def load(self, text: U32) -> None:
        """Have every page that the text needs."""
        with self._lock:
            self.characters.load(text)


@cache
def sentence_classes() -> SentenceClasses:
    """Made when first needed, and for good: the rules are the same for everybody."""
    return SentenceClasses()


def _classify(char: str) -> int:
    bits = sum(bit for bit, pattern in _PATTERNS if pattern.match(char))
    bits |= kernels.SPACE if char.isspace() else 0
    bits |= kernels.SMALL if char.islower() else 0
    bits |= kernels.CAPITAL if char.isupper() else 0
    bits |= kernels.DIGIT if char.isdigit() else 0
    return bits | (kernels.TAIL if joins_the_letter_before(char) else 0)


def _keys(words: frozenset[str]) -> U64:
    return np.array(sorted(int.from_bytes(word.lower().encode("ascii")) for word in words), np.uint64)
