"""The compiled stand-in for `NewsTokenizer`: the same spans, many texts at a time, each spelling numbered once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import regex

from indexer.analysis import tokenizer
from indexer.analysis.kernels import atoms as kernels

_PAGE = 256
_PAGES = 0x110000 // _PAGE
#: Which class each bit of a code point's kind stands for.
_CLASSES: Final = (
    (kernels.LETTER, tokenizer._LETTER),
    (kernels.NUMBER, rf"[\p{{N}}--{tokenizer._SIGN}]"),
    (kernels.MARK, tokenizer._MARK),
    (kernels.JOINER, rf"[{tokenizer.JOINERS}]"),
    (kernels.APOSTROPHE, rf"[{tokenizer.APOSTROPHES}]"),
    (kernels.SIGN, tokenizer._SIGN),
    (kernels.DIGIT, r"\p{Nd}"),
    (kernels.AMPERSAND, rf"[{tokenizer.AMPERSANDS}]"),
    (kernels.CONSONANT, "[bcdfgjklmnpqrstvwxzBCDFGJKLMNPQRSTVWXZ]"),
)


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The text as one number a character, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class CharacterClasses:
    """What each code point is, a page of 256 at a time, read from the tokenizer's own expression when first met."""

    def __init__(self) -> None:
        self._patterns = [(bit, regex.compile(f"(?V1){pattern}")) for bit, pattern in _CLASSES]
        self.pages = np.full(_PAGES, -1, np.int16)
        self.classes = np.zeros((8, _PAGE), np.uint16)
        self._filled = 0

    def load(self, text: npt.NDArray[np.uint32]) -> None:
        """Have every page that the text needs."""
        while (page := int(kernels.first_missing_page(text, 0, len(text), self.pages))) >= 0:
            self._fill(page)

    def _fill(self, page: int) -> None:
        if self._filled == len(self.classes):
            self.classes = np.concatenate([self.classes, np.zeros_like(self.classes)])
        for low in range(_PAGE):
            letter = chr(page * _PAGE + low)
            self.classes[self._filled, low] = sum(bit for bit, pattern in self._patterns if pattern.match(letter))
        self.pages[page] = self._filled
        self._filled += 1


class AtomCutter:
    """Spans of atoms by the compiled loop."""

    def __init__(self) -> None:
        self._classes = CharacterClasses()
        self._elisions = np.array(
            [int.from_bytes(prefix.encode("ascii")) for prefix in tokenizer.ELISIONS], dtype=np.uint64
        )

    def spans(self, text: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Starts and ends of the atoms of one text."""
        self._classes.load(text)
        starts = np.empty(len(text), np.int64)
        ends = np.empty(len(text), np.int64)
        found = kernels.cut_atoms(
            text, 0, len(text), self._classes.pages, self._classes.classes, self._elisions, starts, ends
        )
        return starts[:found], ends[:found]
