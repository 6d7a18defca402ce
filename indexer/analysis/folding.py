"""Different spellings of one word made the same: letter case, accents, ligatures, full-width forms, apostrophes.

The table is explicit because Unicode's own decomposition does not know that ø is an o or ə an e, and because it knows
too much: it would take й apart, which is a letter of its own, and the vowels off Devanagari. What is folded:

    Latin      every letter with diacritics to its base letter, and the letters of _LATIN
    Greek      tonos, breathings, dialytika, iota subscript; final sigma
    Cyrillic   ё to е and marks of stress; й, ї, ў and all other letters stay
    Arabic     vowel marks, tatweel; the forms of alef; Persian kaf and yeh to the Arabic ones
    Hebrew     vowel and cantillation marks
    any        NFKC (full-width, ligatures, presentation forms), digits to ASCII, apostrophes to ', the marks that
               belong to no script; marks of all other scripts stay
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from indexer.analysis.tokenizer import APOSTROPHES, JOINERS

#: More than any word needs (100 letters with three marks each). What is longer is cut before it is folded, since
#: putting thousands of marks on one letter in order takes quadratic time.
MAX_RAW_CHARS: Final = 400

# Letters that Unicode does not decompose, in lower case.
_LATIN = {
    **dict.fromkeys("ⱥɑɐ", "a"), **dict.fromkeys("ƀɓƃ", "b"), **dict.fromkeys("ƈȼɕ", "c"),
    **dict.fromkeys("đðɖɗƌȡ", "d"), **dict.fromkeys("əǝɛɇɘ", "e"), "ƒ": "f", **dict.fromkeys("ɠǥɣɡ", "g"),
    **dict.fromkeys("ħɦⱨ", "h"), **dict.fromkeys("ıɨɩ", "i"), **dict.fromkeys("ȷɉʝ", "j"),
    **dict.fromkeys("ĸƙⱪ", "k"), **dict.fromkeys("łƚɫɬⱡȴɭ", "l"), "ɱ": "m", **dict.fromkeys("ŋɲƞȵɳ", "n"),
    **dict.fromkeys("øɔɵ", "o"), "ƥ": "p", "ɋ": "q", **dict.fromkeys("ɍɽʀ", "r"), **dict.fromkeys("ȿʂʃ", "s"),
    **dict.fromkeys("ŧƭʈⱦȶ", "t"), **dict.fromkeys("ʉʊ", "u"), "ʋ": "v", "ⱳ": "w", **dict.fromkeys("ƴɏȝ", "y"),
    **dict.fromkeys("ƶȥɀʒⱬ", "z"), "ƿ": "w", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ȸ": "db", "ȹ": "qp",
    "ƕ": "hv",
}  # fmt: skip
_CYRILLIC = {"ё": "е", "ѐ": "е", "ѝ": "и"}
_ARABIC = {**dict.fromkeys("آأإٱٲٳ", "ا"), "ى": "ي", "ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه"}

_LATIN_BLOCKS = ((0x00C0, 0x0250), (0x1E00, 0x1F00), (0x2C60, 0x2C80), (0xA720, 0xA800), (0xAB30, 0xAB70))
_GREEK_BLOCKS = ((0x0370, 0x0400), (0x1F00, 0x2000))
# Marks that are spelling in no script we keep them for: general diacritics, variation selectors, Hebrew, Arabic.
_DROPPED_MARKS = (
    *((0x0300, 0x0370), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xFE00, 0xFE10), (0xFE20, 0xFE30)),
    *((0xE0100, 0xE01F0), (0x180B, 0x180E), (0x034F, 0x0350)),
    *((0x0591, 0x05BE), (0x05BF, 0x05C0), (0x05C1, 0x05C3), (0x05C4, 0x05C6), (0x05C7, 0x05C8)),
    *((0x0610, 0x061B), (0x064B, 0x0660), (0x0670, 0x0671), (0x06D6, 0x06DD), (0x06DF, 0x06E5), (0x06E7, 0x06E9)),
    *((0x06EA, 0x06EE), (0x08D3, 0x0900)),
)
# Letters that stand for a sound which the Latin spelling leaves out: Shiʿa, Qurʾan, Rusʹ; and the dot of col·lecció.
_SILENT = "ʾʿˀˁʹʺ·"


def _letter_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, end in (*_LATIN_BLOCKS, *_GREEK_BLOCKS):
        for code in range(first, end):
            base = unicodedata.normalize("NFD", chr(code))[0]
            table[code] = _LATIN.get(base, base)
    letters = {**_LATIN, **_CYRILLIC, **_ARABIC, "ς": "σ"}
    table.update({ord(letter): base for letter, base in letters.items()})
    table.update({code: "" for first, end in _DROPPED_MARKS for code in range(first, end)})
    return table


def _typography_table() -> dict[int, str]:
    table = {ord(mark): "'" for mark in APOSTROPHES}
    table.update({ord(sign): "" for sign in JOINERS + _SILENT})
    for code in range(0x0660, 0x1FC00):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            table[code] = str(digit)
    return table


_LETTERS: Final = _letter_table()
_TYPOGRAPHY: Final = _typography_table()
_STRESS: Final = re.compile(r"(?<=[\u0400-\u052f])[\u0300\u0301]")


def lower_word(word: str) -> str:
    """The word in lower case and plain typography, its accents kept and composed: what a stemmer wants to see.

    Cut at `MAX_RAW_CHARS`. No white space and no colon, even where compatibility forms would bring them (ﷺ).
    """
    word = word[:MAX_RAW_CHARS]
    if word.isascii():
        return "".join(word.lower().replace("`", "'").replace(":", "").split())
    # Typography before NFKC too: it makes a space and a mark of the accent in don´t.
    text = unicodedata.normalize("NFKC", word.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY).lower()
    text = "".join(text.replace("i\u0307", "i").replace("ı", "i").replace(":", "").split())
    return unicodedata.normalize("NFKC", _STRESS.sub("", text))


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """The one spelling that stands for all; folding it again changes nothing. Empty when the word was only marks."""
    folded = _fold_once(word)
    while not folded.isascii() and folded != word:
        word, folded = folded, _fold_once(folded)
    return folded


def _fold_once(word: str) -> str:
    lowered = lower_word(word)
    return lowered if lowered.isascii() else unicodedata.normalize("NFKC", lowered.translate(_LETTERS))
