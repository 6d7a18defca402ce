"""A chunk without white space as a word, a pattern or a close spelling: what `*`, `?` and `~` in it mean.

A pattern needs two letters or figures before its first `*`, or every word of the archive would fit. A `?` stands for a
letter only between two letters: `organi?ation`, not `who won?`. In an address neither is a sign.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from searchapp.query.keywords import DASHES, SINGLE_QUOTES

SIGN: Final = re.compile(r"[*?~]")
#: Signs in which there is a star, where a chunk begins: nothing stands before it.
LEADING_STAR: Final = re.compile(r"[*?~]*\*[*?~]*")
MOST_STEPS: Final = 2

#: What begins no word: `~-` without its sign would be a lone hyphen.
_SAYS_NOTHING: Final = "?~" + DASHES + "".join(SINGLE_QUOTES)
_LEAST_HEAD: Final = 2
_CLOSE: Final = re.compile(r"(?P<word>.*?[^\W_].*?)~+(?P<steps>[0-9]*(?:\.[0-9]+)?)[^\w*~]*", re.DOTALL)
_INNER: Final = re.compile(r"\w\?+\w")
_HAS_LETTER: Final = re.compile(r"[^\W_]")


class Signed(NamedTuple):
    """`steps` is 0 but for a close spelling; `code` names the note on what was put right, "" for none."""

    kind: Literal["word", "pattern", "close"]
    text: str
    steps: int = 0
    code: str = ""


def read_signs(chunk: str) -> Signed:
    """What the chunk says. It does not begin with a star; reading the text of the answer again says the same."""
    signed = _read_once(chunk)
    if signed.kind == "word" and signed.text != chunk and SIGN.search(signed.text):
        again = read_signs(signed.text)
        return again._replace(code=signed.code or again.code)
    return signed


def _read_once(chunk: str) -> Signed:
    if "://" in chunk:
        return Signed("word", chunk)
    found = _CLOSE.fullmatch(chunk)
    if found is None:
        return _read_pattern(chunk, "")
    word, typed = found["word"].rstrip("~"), found["steps"]
    if _is_pattern(word) or typed.strip("0.") == "" != typed:
        return _read_pattern(word, "sign_ignored")
    if typed in {"", "1", "2"}:
        return Signed("close", word, int(typed or 1))
    return Signed("close", word, MOST_STEPS, "close_too_far")


def _is_pattern(text: str) -> bool:
    return "*" in text or (_INNER.search(text) is not None and "/" not in text)


def _read_pattern(text: str, code: str) -> Signed:
    if _is_pattern(text):
        pattern = text.rstrip("?~")
        head, star, _ = pattern.partition("*")
        if not star or len(_HAS_LETTER.findall(head)) >= _LEAST_HEAD:
            return Signed("pattern", pattern, 0, code)
        return Signed("word", pattern.rstrip("*?~"), 0, code or "pattern_too_short")
    if "~" in text and not _HAS_LETTER.search(text):
        return Signed("word", text.strip(_SAYS_NOTHING), 0, code or "sign_ignored")
    return Signed("word", text, 0, code)
