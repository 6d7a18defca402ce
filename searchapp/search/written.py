"""How a word is written, out of the ways in which articles write it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from searchapp.query.keywords import OPERATORS
from searchapp.search.plan import Scope

_REMEMBERED: Final = 4096


class Writings:
    """How often some articles write a word in each way, of the words that were offered: known for a generation. Safe to
    share between threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Scope, str], Counter[str]] = {}

    def get(self, generation: int, scope: Scope, surface: str) -> Counter[str] | None:
        return self._known.get((generation, scope, surface))

    def put(self, generation: int, scope: Scope, surface: str, written: Counter[str]) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[generation, scope, surface] = written


def choose_written(written: Counter[str], typed: str) -> str:
    """The most frequent way of writing, "" where there is none. What was typed in small letters stays in small ones,
    unless the archive never writes it so: that is a name. What was typed in capitals stays in capitals."""
    if not written:
        return ""
    in_capitals = len(typed) > 1 and typed.isupper()
    # A headline in capitals does not tell how a word is written.
    mixed = {text: count for text, count in written.items() if not (len(text) > 1 and text.isupper())} or dict(written)
    small = {text: count for text, count in mixed.items() if text.islower()}
    if small and not typed[:1].isupper():
        mixed = small
    text = max(mixed, key=lambda text: (mixed[text], text))
    if in_capitals:
        text = text.upper()
    if text in OPERATORS:
        return text.lower()
    return text[0].upper() + text[1:] if typed[:1].isupper() else text
