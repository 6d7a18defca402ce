"""What counts as an operator, a field name, a quote, a bracket or a hyphen, on whatever keyboard it was typed.

Each sign has the forms that input methods give it: `ＯＲ` and `＆＆` come from East Asian ones. Operators in words are
English, which every Latin keyboard can type, and Russian, since a Cyrillic one has no letter of OR. Other scripts have
no capitals to tell an operator from a word by: they have the signs, `&&`, `||` and the hyphen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import IntEnum, auto
from typing import Final


class Kind(IntEnum):
    WORD = auto()
    PATTERN = auto()
    CLOSE_WORD = auto()
    PHRASE = auto()
    NOTHING = auto()  # a word or phrase that was typed and has nothing in it: what stood before it goes with it
    FIELD = auto()
    UNKNOWN_FIELD = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()
    OPEN = auto()
    CLOSE = auto()
    END = auto()


OPERATORS: Final[Mapping[str, Kind]] = {
    "AND": Kind.AND,
    "ＡＮＤ": Kind.AND,
    "И": Kind.AND,
    "&&": Kind.AND,
    "＆＆": Kind.AND,
    "OR": Kind.OR,
    "ＯＲ": Kind.OR,
    "ИЛИ": Kind.OR,
    "||": Kind.OR,
    "｜｜": Kind.OR,
    "NOT": Kind.NOT,
    "ＮＯＴ": Kind.NOT,
    "НЕ": Kind.NOT,
    "NEAR": Kind.NEAR,
    "ＮＥＡＲ": Kind.NEAR,
}
#: A capital И begins a sentence more often than it joins two words: it joins only where a word stands before it.
JOINS_ONLY: Final = frozenset({"И"})
#: Operators that headlines do not hold.
SIGNS: Final = frozenset({"&&", "＆＆", "||", "｜｜"})
NEAR: Final = re.compile(r"(?:NEAR|ＮＥＡＲ)[/／]([0-9０-９]+)")

#: Names of fields, and the other names that people and other engines have for them.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("headline", "intitle"),
    "author": ("by", "byline"),
    "source": ("from", "site", "outlet", "publisher"),
    "lang": ("language",),
    "tag": ("tags", "topic", "keyword", "section"),
    "date": ("on", "day"),
    "after": (),
    "before": (),
    "since": (),
    "until": (),
}
FIELD_NAMES: Final = frozenset(FIELDS)
_FIELD_OF: Final[Mapping[str, str]] = {other: name for name, others in FIELDS.items() for other in others}

# White space, controls, marks of direction that pasting brings along, and halves of characters, which no text holds.
GAP: Final = r"\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
QUOTES: Final = '"＂“”„‟⹂«»《》〝〞〟「」『』｢｣﹁﹂﹃﹄❝❞'
OPENING, CLOSING = "(（", ")）"
HYPHENS: Final = "-\u2010\u2011\u2212\ufe63\uff0d"
DASHES: Final = HYPHENS + "\u2012\u2013\u2014\u2015\u2e3a\u2e3b"
#: Single quotation marks that open, and what closes them.
SINGLE_QUOTES: Final[Mapping[str, str]] = {"‘": "’", "‛": "’", "‚": "‘’", "‹": "›", "›": "‹"}

_FULL_WIDTH_SIGNS: Final = {ord("＊"): "*"}
# 10～20 is a range and 東京～ a way from Tokyo; behind a Latin, Greek or Cyrillic letter it is Aliev~.
_FULL_WIDTH_TILDE: Final = re.compile(
    rf"(?:(?<=[A-Za-zＡ-Ｚａ-ｚ\u00c0-\u052f])～[12１２]?|(?<=[{QUOTES}])～[0-9０-９]*)(?=[{GAP}]|$)"
)


def with_plain_signs(text: str) -> str:
    """The text with full-width signs as they are looked for; as long as before, so that places stay."""
    return _FULL_WIDTH_TILDE.sub(_plain_tilde, text.translate(_FULL_WIDTH_SIGNS))


def _plain_tilde(found: re.Match[str]) -> str:
    return "~" + unicodedata.normalize("NFKC", found[0][1:])


def find_field(typed: str) -> tuple[str, bool]:
    """The field that this names, in any case and width, and whether by its own name; "" for none."""
    name = unicodedata.normalize("NFKC", typed).lower()
    return (name, True) if name in FIELD_NAMES else (_FIELD_OF.get(name, ""), False)
