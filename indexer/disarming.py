"""Text of others made harmless for a terminal, as text and inside of JSON.

What comes out of an archive, or is the name of a file, may hold control codes that rewrite a screen, and marks that
turn the direction of everything after them.
"""

from __future__ import annotations

import re
from typing import Final

_SIGN: Final = "\ufffd"
_DIRECTIONS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
#: Control codes, halves of surrogate pairs (nothing can print them) and marks of direction.
_HARMFUL: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_DIRECTIONS}]")
#: In a JSON document the codes up to 1F are escaped already, or between its values.
_HARMFUL_IN_JSON: Final = re.compile(f"[\x7f-\x9f{_DIRECTIONS}]")


def disarm(text: str, kept: str = "") -> str:
    """The text with a sign for each control code and each mark of direction, except those `kept`: as long as it was."""

    def stand_in(found: re.Match[str]) -> str:
        character = found[0]
        if character in kept:
            return character
        return " " if character.isspace() else _SIGN

    return _HARMFUL.sub(stand_in, text)


def disarm_json(document: bytes) -> str:
    """The same JSON for every reader of it, with the same codes and marks escaped."""
    return _HARMFUL_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", document.decode())
