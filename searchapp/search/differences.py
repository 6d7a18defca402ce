"""What a copy of a text added and what it left out, sentence by sentence, and word by word where a sentence was edited.

Knows texts and nothing of articles. What it takes is bounded: long texts are compared up to a number of sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple, TypeAlias

from searchapp.search.highlight import split_paragraphs
from searchapp.search.sentences import split_sentences

Kind: TypeAlias = Literal["same", "added", "left_out"]

#: Sentences of each text that are compared, behind those that both begin with and before those that both end with.
MOST_SENTENCES: Final = 300
MOST_CHANGES: Final = 30
#: Words of a stretch that was edited, on either side, within which words are compared.
_MOST_WORDS: Final = 250
#: Stretches that have a smaller share of their words in common are shown as one left out and another added.
_LEAST_ALIKE: Final = 0.5
_MOST_CHARS: Final = 600


class Piece(NamedTuple):
    """Words that stand in both texts, in the copy alone, or in the first alone."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Differences:
    """`changes` in the order of the texts, each in pieces; `more` were found and are not told, and with `is_whole`
    false nobody looked at the end of the texts."""

    changes: tuple[tuple[Piece, ...], ...]
    more: int = 0
    is_whole: bool = True


def compare_texts(first: str, copy: str) -> Differences:
    """What became of the first text in the copy. White space makes no difference."""
    if first.split() == copy.split():
        return Differences(())
    old, new = _sentences(first), _sentences(copy)
    begin = _common(old, new)
    old, new = old[begin:], new[begin:]
    end = _common(old[::-1], new[::-1])
    old, new = old[: len(old) - end], new[: len(new) - end]
    is_whole = max(len(old), len(new)) <= MOST_SENTENCES
    changes = tuple(_changes(old[:MOST_SENTENCES], new[:MOST_SENTENCES]))
    return Differences(changes[:MOST_CHANGES], len(changes[MOST_CHANGES:]), is_whole)


def _sentences(text: str) -> list[str]:
    return [
        " ".join(text[start:end].split())
        for paragraph in split_paragraphs(text)
        for start, end in split_sentences(text, *paragraph)
    ]


def _common(old: list[str], new: list[str]) -> int:
    """How many sentences both begin with."""
    shared = min(len(old), len(new))
    return next((at for at in range(shared) if old[at] != new[at]), shared)


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[Piece, ...]]:
    for tag, begin, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = " ".join(old[begin:end]).split(), " ".join(new[first:last]).split()
        # The same words in other sentences are in other paragraphs, and no more.
        if tag != "equal" and before != after:
            yield _change(before, after)


def _change(old: list[str], new: list[str]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    if old and new and max(len(old), len(new)) <= _MOST_WORDS:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        if matcher.ratio() >= _LEAST_ALIKE:
            for tag, begin, end, first, last in matcher.get_opcodes():
                if tag == "equal":
                    pieces.append(_piece("same", old[begin:end]))
                else:
                    pieces += _replaced(old[begin:end], new[first:last])
            return tuple(pieces)
    return tuple(_replaced(old, new))


def _replaced(old: list[str], new: list[str]) -> list[Piece]:
    kinds: tuple[tuple[Kind, list[str]], ...] = (("left_out", old), ("added", new))
    return [_piece(kind, words) for kind, words in kinds if words]


def _piece(kind: Kind, words: list[str]) -> Piece:
    text = " ".join(words)
    return Piece(kind, text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS].rstrip()}…")
