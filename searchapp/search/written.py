"""How a word is written, out of the ways in which articles write it."""

from __future__ import annotations

from collections import Counter

from searchapp.query.keywords import OPERATORS


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
