"""The compiled stand-in for `NewsTokenizer`: the same spans, many texts at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
import regex

from indexer.analysis.chains import HYPHENS, LINE_END_HYPHENS, joins_signs
from indexer.analysis.interning import U64
from indexer.analysis.kernels import atoms as kernels
from indexer.analysis.tokenizer import (
    _LETTER,
    _MARK,
    _SIGN,
    AMPERSANDS,
    APOSTROPHES,
    ELISIONS,
    JOINERS,
    NewsTokenizer,
)
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels.packing import I32, I64, U32

#: Stands behind every text of a batch. It has no class, is none of the signs that a rule of the tokenizer names, and
#: ends a line: no atom and no line of capitals goes on behind it. What is made of several atoms never looks further
#: than the atoms of one text.
SEPARATOR: Final = "\n"

#: Where the lines of a text end that may be in capitals.
LINE_BREAKS: Final = "\n\r\u2028\u2029"

_PAGE = 256
_PAGES = 0x110000 // _PAGE
#: Which class each bit of a code point's kind stands for.
_CLASSES: Final = (
    (kernels.LETTER, _LETTER),
    (kernels.NUMBER, rf"[\p{{N}}--{_SIGN}]"),
    (kernels.MARK, _MARK),
    (kernels.JOINER, rf"[{JOINERS}]"),
    (kernels.APOSTROPHE, rf"[{APOSTROPHES}]"),
    (kernels.SIGN, _SIGN),
    (kernels.DIGIT, r"\p{Nd}"),
    (kernels.AMPERSAND, rf"[{AMPERSANDS}]"),
    (kernels.CONSONANT, "[bcdfgjklmnpqrstvwxzBCDFGJKLMNPQRSTVWXZ]"),
    (kernels.LINE_BREAK, rf"[{LINE_BREAKS}]"),
    (kernels.HYPHEN, rf"[{regex.escape(HYPHENS)}]"),
    (kernels.LINE_END_HYPHEN, rf"[{regex.escape(LINE_END_HYPHENS)}]"),
)


class CharacterClasses:
    """What each code point is, a page of 256 at a time, read from the tokenizer's own expression when first met."""

    def __init__(self) -> None:
        self._patterns = [(bit, regex.compile(f"(?V1){pattern}")) for bit, pattern in _CLASSES]
        self._filled = 0
        self.pages = np.full(_PAGES, -1, np.int16)
        self.classes = np.zeros((8, _PAGE), np.uint16)
        self._fill(0)
        self.ascii_kinds = np.array([self._ascii_kind(code) for code in range(128)], np.uint8)

    def load(self, text: U32) -> None:
        """Have every page that the text needs."""
        at = 0
        while (at := int(kernels.first_missing_page(text, at, self.pages))) >= 0:
            self._fill(int(text[at]) // _PAGE)

    def _fill(self, page: int) -> None:
        if self._filled == len(self.classes):
            self.classes = np.concatenate([self.classes, np.zeros_like(self.classes)])
        for low in range(_PAGE):
            char = chr(page * _PAGE + low)
            kind = sum(bit for bit, pattern in self._patterns if pattern.match(char))
            kind |= kernels.LOWER if char.islower() else 0
            kind |= kernels.NOT_SHOWN if joins_signs(char, 0, 1) else 0
            self.classes[self._filled, low] = kind
        self.pages[page] = self._filled
        self._filled += 1

    def _ascii_kind(self, code: int) -> int:
        kind = int(self.classes[0, code])
        if kind & kernels.LETTER:
            return kernels.ASCII_LETTER
        if kind & kernels.NUMBER:
            return kernels.ASCII_DIGIT
        named = chr(code) in ".,"
        return kernels.ASKED_FOR if named or kind & kernels.ATOM_CLASSES else kernels.BLANK


@dataclass(frozen=True, slots=True)
class CutBatch:
    """The atoms of many texts that lie in one array of code points, text t from text_starts[t] on.

    Atom n is text[starts[n] : ends[n]], and keys[n] the key of its spelling (`kernels.interning`); text t has the
    atoms atom_start[t] to atom_start[t + 1].
    """

    text: U32
    text_starts: I64
    starts: I32
    ends: I32
    keys: U64
    atom_start: I64


class AtomCutter:
    """Cuts many texts by the compiled loop. Wants numba."""

    def __init__(self) -> None:
        self.classes = CharacterClasses()
        self._elisions = np.array([int.from_bytes(prefix.encode("ascii")) for prefix in ELISIONS], np.uint64)

    def cut(self, texts: Sequence[str]) -> CutBatch:
        text = code_points("".join([part for text in texts for part in (text, SEPARATOR)]) + SEPARATOR)
        text_stops = np.array(list(accumulate(map(len, texts), lambda stop, size: stop + size + 1, initial=-1)))[1:]
        text_starts = text_stops - np.fromiter(map(len, texts), np.int64, len(texts))
        classes = self.classes
        classes.load(text)
        # Two atoms may touch (a sign and the next), none is empty.
        starts, ends = np.empty(len(text), np.int32), np.empty(len(text), np.int32)
        keys = np.empty(len(text), np.uint64)
        atom_start = np.empty(len(texts) + 1, np.int64)
        found = kernels.cut_atoms(
            *(text, text_starts, text_stops, classes.ascii_kinds, classes.pages, classes.classes, self._elisions),
            *(starts, ends, keys, atom_start),
        )
        return CutBatch(text, text_starts, starts[:found], ends[:found], keys[:found], atom_start)


def cut_spans(texts: Sequence[str], cutter: AtomCutter | None) -> list[list[tuple[int, int]]]:
    """Start and end of the atoms of each text, as `NewsTokenizer.spans` gives them; without a cutter it does."""
    if cutter is None:
        tokenizer = NewsTokenizer()
        return [list(tokenizer.spans(text)) for text in texts]
    batch = cutter.cut(texts)
    spans = []
    first = 0
    for number, text in enumerate(texts):
        held = slice(int(batch.atom_start[number]), int(batch.atom_start[number + 1]))
        spans.append(list(zip((batch.starts[held] - first).tolist(), (batch.ends[held] - first).tolist(), strict=True)))
        first += len(text) + len(SEPARATOR)
    return spans


def make_cutter() -> AtomCutter | None:
    """None where numba is missing."""
    return AtomCutter() if HAS_NUMBA else None


def code_points(text: str) -> U32:
    """The text as one number a character, lone surrogates included."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8).astype(np.uint32)
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) == 2 * len(text):  # no character takes two units: by far the faster encoder
        return np.frombuffer(encoded, np.uint16).astype(np.uint32)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
