"""The compiled stand-in for `NewsTokenizer`: the same spans, many texts at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
import regex

from indexer.analysis.chains import HYPHENS, LINE_END_HYPHENS, joins_signs
from indexer.analysis.characters import CharacterPages
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


class CharacterClasses(CharacterPages):
    """What each code point is to the tokenizer, read from its own expression."""

    def __init__(self) -> None:
        self._patterns = [(bit, regex.compile(f"(?V1){pattern}")) for bit, pattern in _CLASSES]
        super().__init__(self._kind)
        self.ascii_kinds = np.array([self._ascii_kind(code) for code in range(128)], np.uint8)

    def _kind(self, char: str) -> int:
        kind = sum(bit for bit, pattern in self._patterns if pattern.match(char))
        kind |= kernels.LOWER if char.islower() else 0
        return kind | (kernels.NOT_SHOWN if joins_signs(char, 0, 1) else 0)

    def _ascii_kind(self, code: int) -> int:
        kind = int(self.classes[0, code])
        if kind & kernels.LETTER:
            return kernels.ASCII_LETTER
        if kind & kernels.NUMBER:
            return kernels.ASCII_DIGIT
        named = chr(code) in ".,"
        return kernels.ASKED_FOR if named or kind & kernels.ATOM_CLASSES else kernels.BLANK


@dataclass(frozen=True, slots=True)
class JoinedTexts:
    """Many texts as code points in one array, text t from starts[t] to stops[t], a separator behind each and one more
    behind the last."""

    text: U32
    starts: I64
    stops: I64
    is_ascii: bool


def join_texts(texts: Sequence[str]) -> JoinedTexts:
    """The texts as the compiled loops take them."""
    joined = SEPARATOR.join([*texts, "", ""])
    stops = list(accumulate(map(len, texts), lambda stop, size: stop + size + 1, initial=-1))
    starts = [stop + 1 for stop in stops[:-1]]
    return JoinedTexts(code_points(joined), np.array(starts, np.int64), np.array(stops[1:], np.int64), joined.isascii())


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
        self.elisions = np.array([int.from_bytes(prefix.encode("ascii")) for prefix in ELISIONS], np.uint64)

    def cut(self, texts: Sequence[str]) -> CutBatch:
        joined = join_texts(texts)
        text = joined.text
        classes = self.classes
        classes.load(text)
        # Two atoms may touch (a sign and the next), none is empty.
        starts, ends = np.empty(len(text), np.int32), np.empty(len(text), np.int32)
        keys = np.empty(len(text), np.uint64)
        atom_start = np.empty(len(texts) + 1, np.int64)
        found = kernels.cut_atoms(
            *(text, joined.starts, joined.stops, classes.ascii_kinds, classes.pages, classes.classes, self.elisions),
            *(starts, ends, keys, atom_start),
        )
        return CutBatch(text, joined.starts, starts[:found], ends[:found], keys[:found], atom_start)


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
    # A copy, since what looks into a string's bytes cannot be written to, and is compiled for apart.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()


def text_of(points: U32) -> str:
    """The text whose code points these are."""
    highest = int(points.max(initial=0))
    if highest < 0x100:
        return points.astype(np.uint8).tobytes().decode("latin-1")
    if highest < 0xD800:  # below the surrogates a unit is a character
        return points.astype(np.uint16).tobytes().decode("utf-16-le")
    return points.tobytes().decode("utf-32-le", "surrogatepass")
