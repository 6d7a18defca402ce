r"""Where the words of a text stand: one regular expression, run by NLTK's RegexpTokenizer.

What it gives are atoms. Whatever needs more than one of them (hyphens, bigrams) or a language is the analyzer's work.
The expression looks back one code point at most and tries at most 16 letters of an acronym before it gives up, so it
takes time linear in the text. A faster loop that stands in for it must give these very spans.

The classes, each a set of code points as the `regex` module, which NLTK compiles with, knows Unicode:

    SIGN        letters (L, Nl) of Han, Kana, Bopomofo, Thai, Lao, Khmer, Myanmar, and the Kana signs of no script:
                no space stands between words there
    APOSTROPHE  the code points of APOSTROPHES
    JOINER      those of JOINERS: soft hyphen, ZWNJ, ZWJ, word joiners, tatweel, gershayim; no sound, inside words only
    MARK        M and the half-width voicing marks of Katakana: belongs to the letter before it
    LETTER      L without SIGN, APOSTROPHE, JOINER, MARK and the Hangul fillers, which show nothing
    START       LETTER, and N without SIGN;  CORE = START and MARK;  DIGIT = Nd

The rules; the first that fits at a code point wins, and takes as much as it can:

    acronym  LETTER MARK* (. LETTER MARK*){1,15}, not before .? JOINER* START; then .? and (APOSTROPHE s before no
             CORE)?: U.S. U.S.A e.g. U.S.'s, but not U.S.Army
    elision  one of ELISIONS in any case, an APOSTROPHE, then, outside it, a START that is none of the consonants
             b c d f g j k l m n p q r s t v w x z: l'état dell'11, but D'Souza, c'mon, all's stay words
    word     core (joint core)*, where core is START CORE* (JOINER+ CORE+)* and joint is one of
             APOSTROPHE before a LETTER: O'Brien;  . or , between two DIGITs: 1,000 3.5;
             & between L or MARK and a LETTER: AT&T;  the dot of Catalan between two l: col·lecció
    sign     SIGN MARK*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import regex

#: Straight, curly, modifier letters (Hawaiʻi), full-width, Hebrew geresh, accents that stand in for one (don´t).
APOSTROPHES: Final = "'’‘‛ʼʻʽ＇׳´`"
AMPERSANDS: Final = "&＆"
JOINERS: Final = "\u00ad\u200c\u200d\u2060\ufeff\u0640\u05f4"
#: Before a vowel these are words of their own: French and Catalan, then Italian.
ELISIONS: Final = (
    *("l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"),
    *("dell", "all", "dall", "nell", "sull", "coll", "un", "gl", "quest", "quell", "dov", "anch", "tutt"),
)

_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# The long vowel sign and the repeat signs: Unicode gives them no script of their own.
_KANA_SIGNS = r"\u30fc\uff70\u3031-\u3035\u303c"
_VOICING_MARKS = r"\uff9e\uff9f"
_FILLERS = r"\u115f\u1160\u3164\uffa0"

_SIGN = rf"[[{_SCRIPTS}{_KANA_SIGNS}]&&[\p{{L}}\p{{Nl}}]]"
_NO_LETTERS = rf"{_SIGN}{_VOICING_MARKS}{_FILLERS}{APOSTROPHES}{JOINERS}"
# a-z stand first in each class because the engine tries its parts in order: 1.4 times as fast on English.
_LETTER = rf"[a-zA-Z[\p{{L}}--[{_NO_LETTERS}]]]"
_START = rf"[a-zA-Z0-9[[\p{{L}}\p{{N}}]--[{_NO_LETTERS}]]]"
_MARK = rf"[\p{{M}}{_VOICING_MARKS}]"
_CORE = rf"[a-zA-Z0-9[[\p{{L}}\p{{N}}]--[{_NO_LETTERS}]]\p{{M}}{_VOICING_MARKS}]"

_ONE_LETTER = rf"{_LETTER}{_MARK}*+"
_ACRONYM = (
    rf"{_ONE_LETTER}(?:\.{_ONE_LETTER}){{1,15}}+(?!\.?[{JOINERS}]*+{_START})\.?+(?:[{APOSTROPHES}][sS](?!{_CORE}))?+"
)
_ANY_CASE_ELISION = "|".join(
    "".join(f"[{letter}{letter.upper()}]" for letter in prefix) for prefix in sorted(ELISIONS, key=len, reverse=True)
)
_ELISION = rf"(?:{_ANY_CASE_ELISION})[{APOSTROPHES}](?![bcdfgjklmnpqrstvwxzBCDFGJKLMNPQRSTVWXZ])(?={_START})"
_WORD_CORE = rf"{_START}{_CORE}*+(?:[{JOINERS}]++{_CORE}++)*+"
_JOINT = (
    rf"(?:[{APOSTROPHES}](?={_LETTER})|(?<=\p{{Nd}})[.,](?=\p{{Nd}})"
    rf"|(?<=[\p{{L}}\p{{M}}{_VOICING_MARKS}])[{AMPERSANDS}](?={_LETTER})|(?<=[lL])·(?=[lL]))"
)
# No rule of its own, only a short way to what the others give: 1.8 times as fast on English.
_SIMPLE_WORD = r"[a-zA-Z]{2,}+(?=[ \n,.])"
_WORD = rf"{_WORD_CORE}(?:{_JOINT}{_WORD_CORE})*+"

#: Classes are nested sets, which is version 1 of the `regex` syntax.
TOKEN_PATTERN: Final = rf"(?V1)(?:{_SIMPLE_WORD}|{_ACRONYM}|{_ELISION}|{_WORD}|{_SIGN}{_MARK}*+)"

_SIGN_PATTERN: Final = regex.compile(rf"(?V1){_SIGN}")


def is_sign(atom: str) -> bool:
    """Whether an atom is one letter of a script without spaces, which is searched by bigrams."""
    return _SIGN_PATTERN.match(atom) is not None


class NewsTokenizer:
    """Cuts any text into atoms. Safe to share between threads."""

    def __init__(self) -> None:
        self._tokenizer = _make_tokenizer()

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each atom in code points, in order, none empty, none overlapping."""
        spans: Iterator[tuple[int, int]] = self._tokenizer.span_tokenize(text)
        return spans


def _make_tokenizer() -> Any:  # noqa: ANN401 NLTK's
    # Half a second, which a run that writes by the compiled loops alone never spends.
    from nltk import redos  # noqa: PLC0415 see above
    from nltk.tokenize.regexp import RegexpTokenizer  # noqa: PLC0415 see above

    class TrustedRegexpTokenizer(RegexpTokenizer):  # type: ignore[misc]
        """NLTK stops an expression after 5 s of wall clock, in case it is hostile. Ours is linear, and a machine that
        was suspended in the middle of an article must not lose the article."""

        _regexp: Any

        def _check_regexp(self) -> None:
            if self._regexp is None:
                self._regexp = redos.compile(self._pattern, self._flags, timeout=None)

    tokenizer = TrustedRegexpTokenizer(TOKEN_PATTERN)
    tokenizer._check_regexp()  # noqa: SLF001 compiled once here, not by the first thread that comes
    return tokenizer
