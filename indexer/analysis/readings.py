"""What one atom can be read as: its surface, its acronym, its terms in a language. Knows nothing of its neighbours.

An atom in a text is read by `read_form` and `index_terms`, the same atom in a query by `read_form` and `typed_terms`:
what the two sides share is decided here.

Accents: an accented word is indexed under the stem of what was written, folded, and, where that differs, under the
stem of its plain spelling (résumé: `en:resume`, `en:resum`). A typed word is looked for under the same terms, so résumé
finds resume and resumes as well as résumé. Both of its terms stand at one position: count positions, not terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from indexer.analysis.folding import fold, lower_word
from indexer.analysis.stemmers import STEMMED_LANGS, primary_lang, stem, without_possessive
from indexer.analysis.token import ACRONYM_MARK, CAPITALS_MARK, LANG_MARK, MAX_TERM_CHARS
from indexer.analysis.tokenizer import APOSTROPHES, is_sign

_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})++(?![\d,])")
# What keeps a word from its stemmer: a digit, or a sign inside the word (at&t, 3.5).
_UNSTEMMED: Final = re.compile(r"[\d&.,⁄]")
_POSSESSIVE_CHARS: Final = 2
_ACRONYM_LETTERS: Final = range(2, 7)


class Spelled(IntEnum):
    """How an atom stood there. What is `CAPITALS` may be an acronym, the line decides; what is `DOTTED` is one."""

    WORD = 0
    CAPITALS = 1
    DOTTED = 2
    ELISION = 3
    SIGN = 4


@dataclass(frozen=True, slots=True)
class Form:
    """An atom without a language.

    `lower` is what a stemmer sees, `surface` the folded form, "" when nothing of the atom can be searched.
    `acronym` is its term as an acronym, "" when it cannot be one, `acronym_surface` the surface that goes with it: the
    plain one where a possessive follows, since quotes look for what was written.
    """

    spelled: Spelled
    lower: str
    surface: str
    acronym: str = ""
    acronym_surface: str = ""


def read_form(raw: str) -> Form:
    """Read an atom as the tokenizer cut it."""
    if raw[-1] in APOSTROPHES:
        return Form(Spelled.ELISION, lower_word(raw), fold(raw)[:MAX_TERM_CHARS])
    if is_sign(raw):
        return Form(Spelled.SIGN, lower_word(raw), fold(raw)[:MAX_TERM_CHARS])
    lower = lower_word(raw)
    is_dotted = _is_dotted(raw)
    if is_dotted:
        lower = lower.replace(".", "")
    elif "," in lower:
        lower = _THOUSANDS.sub(lambda grouped: grouped[0].replace(",", ""), lower)
    lower = lower[:MAX_TERM_CHARS]
    surface = fold(lower)[:MAX_TERM_CHARS]
    bare = without_possessive(surface)
    if is_dotted:
        spelled = Spelled.DOTTED
    elif _is_in_capitals(raw) and _fits_acronym(bare):
        spelled = Spelled.CAPITALS
    else:
        return Form(Spelled.WORD, lower, surface, *_acronym_of(surface))
    return Form(spelled, lower, surface, ACRONYM_MARK + bare, surface if bare != surface else ACRONYM_MARK + bare)


def joined_form(lower: str) -> Form:
    """The parts of a hyphenated word written as one; `lower` is theirs, one after the other."""
    lower = lower[:MAX_TERM_CHARS]
    surface = fold(lower)[:MAX_TERM_CHARS]
    return Form(Spelled.WORD, lower, surface, *_acronym_of(surface))


def index_terms(form: Form, lang: str) -> tuple[str, ...]:
    """The terms of the plain reading in a text of this language: one, or two where accents make a difference."""
    written = _term(form.lower, form, lang)
    plain = _term(form.surface, form, lang)
    return (written,) if written == plain else (written, plain)


def typed_terms(form: Form, langs: tuple[str, ...]) -> tuple[str, ...]:
    """The terms of the plain reading to look for in an index of these languages, each once."""
    return tuple(dict.fromkeys(term for lang in langs or ("und",) for term in index_terms(form, lang)))


def in_capitals(acronym: str) -> str:
    """The term of a word that may be this acronym, in a line of capitals.

    There the plain reading stands beside it; were it the acronym's own term, a word looked for as both would stand
    twice at one place, and whoever counts would have to look at positions.
    """
    return CAPITALS_MARK + acronym.removeprefix(ACRONYM_MARK)


def is_stemmed(form: Form, lang: str) -> bool:
    return (
        form.spelled < Spelled.ELISION
        and primary_lang(lang) in STEMMED_LANGS
        and _UNSTEMMED.search(form.surface) is None
    )


def _term(word: str, form: Form, lang: str) -> str:
    if form.spelled >= Spelled.ELISION:
        return form.surface
    if not is_stemmed(form, lang):
        return without_possessive(form.surface)
    lang = primary_lang(lang)
    stemmed = fold(stem(word, lang))[:MAX_TERM_CHARS]
    return f"{lang}{LANG_MARK}{stemmed or form.surface}"


def _acronym_of(surface: str) -> tuple[str, str]:
    """A word in small letters may be an acronym that was typed lazily: nato's is `^nato`."""
    bare = without_possessive(surface)
    if not _fits_acronym(bare):
        return "", ""
    return ACRONYM_MARK + bare, surface if bare != surface else ACRONYM_MARK + bare


def _fits_acronym(bare: str) -> bool:
    return len(bare) in _ACRONYM_LETTERS and bare.isalpha()


def _is_dotted(raw: str) -> bool:
    """In a number the dot stands behind a digit (3.5), in an acronym behind a letter; nothing else has one inside."""
    dot = raw.find(".")
    return dot > 0 and not raw[dot - 1].isdecimal()


def _is_in_capitals(raw: str) -> bool:
    """All cased letters are capitals; what follows an apostrophe of a possessive does not count (NATO's)."""
    if len(raw) > _POSSESSIVE_CHARS and raw[-2] in APOSTROPHES and raw[-1] == "s":
        raw = raw[:-_POSSESSIVE_CHARS]
    return raw.isupper()
