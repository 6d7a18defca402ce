"""What each code point is, for compiled loops: a set of bits, asked for a page of 256 at a time when first met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.analysis.kernels import atoms as kernels
from indexer.codec.kernels.packing import U32

_PAGE: Final = 256
_PAGES: Final = 0x110000 // _PAGE


class CharacterPages:
    """`pages[code >> 8]` is a row of `classes`, or -1; a row has the bits of 256 code points. Wants numba.

    Rows once filled stay as they are: who has loaded a text may go on reading while another thread loads the next, but
    only one thread at a time loads.
    """

    def __init__(self, classify: Callable[[str], int]) -> None:
        """`classify` says which bits a character has."""
        self._classify = classify
        self._filled = 0
        self.pages: npt.NDArray[np.int16] = np.full(_PAGES, -1, np.int16)
        self.classes: npt.NDArray[np.uint16] = np.zeros((8, _PAGE), np.uint16)
        self._fill(0)

    def load(self, text: U32) -> None:
        """Have every page that the text needs."""
        at = 0
        while (at := int(kernels.first_missing_page(text, at, self.pages))) >= 0:
            self._fill(int(text[at]) // _PAGE)

    def _fill(self, page: int) -> None:
        if self._filled == len(self.classes):
            self.classes = np.concatenate([self.classes, np.zeros_like(self.classes)])
        self.classes[self._filled] = [self._classify(chr(page * _PAGE + low)) for low in range(_PAGE)]
        self.pages[page] = self._filled
        self._filled += 1
