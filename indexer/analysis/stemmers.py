"""NLTK's Snowball stemmers by language tag, each made when its first word comes.

Importing NLTK takes about half a second whatever is taken from it, since its package imports itself whole: it is
imported when the first word comes that needs it. English words are left to the compiled stemmer, which gives NLTK's
stems, where numba is there. No data files are read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import Any, Final

import numpy as np

from indexer.analysis.kernels.english import SPARE, SPECIAL_WORDS, stem_word
from indexer.codec.compiled import HAS_NUMBA

_SNOWBALL_NAMES: Final = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}
#: One stemmer serves both written forms, and one mark: what is tagged `nb` is found by who searches `nn` and `no`.
_NORWEGIAN: Final = frozenset({"nb", "nn"})
#: The Romanian stemmer knows ş and ţ with the cedilla of old code pages only; news writes ș and ț with a comma.
_ROMANIAN_CEDILLAS: Final = str.maketrans("șț", "şţ")
STEMMED_LANGS: Final = frozenset(_SNOWBALL_NAMES)

#: What the compiled stemmer takes; a possessive that is still there would be the stemmer's to take away.
_LETTERS: Final = re.compile("[a-z]+(?:'[a-z]+)*(?<!'s)")

_stemmers: dict[str, Any] = {}
# The Arabic stemmer keeps what it found out about a word in itself, so two threads would mix their words up.
_lock = Lock()


def primary_lang(lang: str) -> str:
    """The part of a BCP 47 tag that chooses a stemmer and stop words: `en-GB` is `en`, `nb` is `no`."""
    primary = lang.replace("_", "-").partition("-")[0].lower()
    return "no" if primary in _NORWEGIAN else primary


@lru_cache(maxsize=65536)
def stem(word: str, lang: str) -> str:
    """The stem of a word in lower case, accents as they come; the word itself in a language without a stemmer.

    English possessives go first: Obama's and Obama are one word. Never empty for a word that is not.
    """
    lang = primary_lang(lang)
    if lang not in STEMMED_LANGS:
        return word
    if lang == "en":
        word = without_possessive(word)
        if HAS_NUMBA and _LETTERS.fullmatch(word) and not _is_mistaken(word):
            return _stem_compiled(word)
    elif lang == "ro":
        word = word.translate(_ROMANIAN_CEDILLAS)
    with _lock:
        stemmer = _stemmers.get(lang)
        if stemmer is None:
            from nltk.stem.snowball import SnowballStemmer  # noqa: PLC0415 see the module

            stemmer = _stemmers[lang] = SnowballStemmer(_SNOWBALL_NAMES[lang])
        stemmed: str = stemmer.stem(word)
    return stemmed or word


def _stem_compiled(word: str) -> str:
    """By the compiled English stemmer, to which an apostrophe is a consonant, as it is to NLTK's."""
    letters = np.frombuffer(word.encode("ascii") + bytes(SPARE), np.uint8).copy()
    return letters[: stem_word(letters, 0, len(word))].tobytes().decode("ascii")


def _is_mistaken(word: str) -> bool:
    """Whether the compiled stemmer takes an apostrophe for the g of a word that it has by heart: `lyin'` for lying."""
    return "'" in word and word.replace("'", "g") in SPECIAL_WORDS


def without_possessive(word: str) -> str:
    """`obama's` and `workers'` without what the apostrophe added; the apostrophe is already the plain one."""
    bare = word.removesuffix("'").removesuffix("'s")
    return bare or word
