"""What analysis gives: tokens with offsets, surfaces and terms; and what one typed word looks for.

How a term is spelled in the index:

    en:minefield    a stem, marked with the language whose stemmer made it
    02091           a word that nobody stems: numbers, mixed letters and digits, bigrams, languages without a stemmer
    ^us             an acronym, however it was spelled (U.S., US)
    ^^us            what may be one: a word of a line that has no small letter, where it stands beside the plain reading

A surface is the folded form that stood in the text, with no language: what quotes, patterns and close spellings look
at. An acronym's surface is marked `^` too. No term or surface holds white space or a colon of its own, so a term
survives a split on white space; none is longer than `MAX_TERM_CHARS`.
"""

from __future__ import annotations

from dataclasses import dataclass

ANALYSIS_VERSION = 2
MAX_TERM_CHARS = 100
ACRONYM_MARK = "^"
CAPITALS_MARK = ACRONYM_MARK * 2
LANG_MARK = ":"


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place in the text.

    `start` and `end` are code point offsets, `position` counts words from 0, `width` is how many positions it covers:
    2 or more for the joined form of a hyphenated word, which starts where its first part starts, and 2 for a bigram
    of a script without spaces, which starts where its first sign starts; the parts and the signs are tokens too.
    `surfaces` and `terms` are the readings of this very word, most have one of each; two where both readings of an
    acronym hold, or where a stem of the accented and of the folded form differ.
    """

    start: int
    end: int
    position: int
    width: int
    surfaces: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalysedText:
    """`tokens` in order of position, joined forms after the first part; `length` is the number of positions."""

    tokens: tuple[Token, ...]
    length: int


@dataclass(frozen=True, slots=True)
class TypedWord:
    """One word that a person typed, and every way in which the index may spell it.

    `alternatives` are runs of adjacent terms (or surfaces): mostly one term long, several for the parts of a
    hyphenated word or a run of bigrams. Together they are one synonym. All that match one place of a text start at
    the same position, so whoever counts starting positions counts no place twice. A run of surfaces has as many terms
    as it takes positions; so does a run of terms, but for bigrams, which are one fewer than their signs.
    """

    text: str
    start: int
    end: int
    alternatives: tuple[tuple[str, ...], ...]
    is_stop_word: bool


def shown_term(term: str) -> str:
    """The term as a person may see it: without its marks, an acronym in capitals."""
    _, _, stem = term.rpartition(LANG_MARK)
    return stem.lstrip(ACRONYM_MARK).upper() if stem.startswith(ACRONYM_MARK) else stem
