"""Passages of a whole page of articles, chosen by compiled loops and printed: the other half of `showing.py`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.analysis.atoms import JoinedTexts, text_of
from indexer.article import Article
from indexer.codec.kernels.packing import I32, I64, U32
from searchapp.search.highlight import Spans
from searchapp.search.kernels import showing as kernels
from searchapp.search.kernels.marking import IN_BODY, IN_TITLE
from searchapp.search.marking import Marks
from searchapp.search.request import Snippet
from searchapp.search.sentence_classes import sentence_classes
from searchapp.search.snippets import PASSAGES_A_HIT

F64: TypeAlias = npt.NDArray[np.float64]

_LINE_FEED: Final = 0x0A
#: Room for the sentences and letters of a page stays with the thread that needed it, up to a million bytes each.
_KEPT: Final = 1 << 18
#: Twenty passages of 240 letters, their HTML, and ten titles mostly take fewer.
_LETTERS: Final = 1 << 15
#: Numbers of a text and of a passage, spans apart.
_OF_A_TEXT, _OF_A_PASSAGE = 2, 4


class ShownArticle(NamedTuple):
    """What a hit shows: `title_html` is escaped, with the spans in `<mark>`."""

    title_spans: Spans
    title_html: str
    snippets: tuple[Snippet, ...]


@lru_cache(maxsize=128)
def page_scopes(articles: int) -> I64:
    """What the texts of a page are: first all bodies, then all titles."""
    return np.repeat(np.array([IN_BODY, IN_TITLE], np.int64), articles)


def print_page(articles: Sequence[Article], texts: JoinedTexts, marks: Marks, rarity: F64) -> tuple[ShownArticle, ...]:
    """Titles and passages of the articles, whose bodies and titles are the `texts`."""
    numbers, letters = _write(texts, marks, page_scopes(len(articles)), rarity)
    # Everything comes in twos: what is told of a text, each half of what is told of a passage, a span.
    each = iter(numbers)
    pairs = tuple(zip(each, each, strict=True))
    at = begin = 0
    of_bodies = []
    for _ in articles:
        paragraphs, passages = pairs[at]
        at += 1
        snippets = []
        for _ in range(passages):
            paragraph, middle = pairs[at]
            end, count = pairs[at + 1]
            at += 2 + count
            spans = pairs[at - count : at]
            snippets.append(Snippet(letters[begin:middle], spans, letters[middle:end], paragraph, paragraphs))
            begin = end
        of_bodies.append(tuple(snippets))
    shown = []
    for of_body in of_bodies:
        end, count = pairs[at]
        at += 1 + count
        shown.append(ShownArticle(pairs[at - count : at], letters[begin:end], of_body))
        begin = end
    return tuple(shown)


def _write(texts: JoinedTexts, marks: Marks, scopes: I64, rarity: F64) -> tuple[list[int], str]:
    """The numbers and letters that `kernels.write_shown` tells of."""
    classes = sentence_classes()
    if not texts.is_ascii:
        classes.load(texts.text)
    characters = classes.characters
    # A span may reach from one passage into the next, and is then listed twice.
    room = len(scopes) * (_OF_A_TEXT + PASSAGES_A_HIT * (_OF_A_PASSAGE + 2)) + 2 * len(marks.rows)
    numbers = np.empty(room, np.int64)
    (breaks,) = (texts.text == _LINE_FEED).nonzero()
    needed = _LETTERS
    while True:
        letters = _room.letters(needed)
        used, written = kernels.write_shown(
            *(texts.text, texts.starts, texts.stops, scopes, marks.rows, marks.first, breaks, rarity, PASSAGES_A_HIT),
            *(characters.pages, characters.classes, *classes.abbreviations),
            *(*_room.sentences(len(texts.text)), numbers, letters),
        )
        if used >= 0:
            return numbers[:used].tolist(), text_of(letters[:written])
        needed = 2 * written


class _Room(threading.local):
    """Where a kernel writes the sentences of one paragraph, and the letters of a page."""

    def __init__(self) -> None:
        self._sentences = _two(1024)
        self._letters: U32 = np.empty(_LETTERS, np.uint32)

    def sentences(self, size: int) -> tuple[I32, I32]:
        if len(self._sentences[0]) >= size:
            return self._sentences
        larger = _two(size)
        if size <= _KEPT:
            self._sentences = larger
        return larger

    def letters(self, size: int) -> U32:
        if len(self._letters) >= size:
            return self._letters
        larger = np.empty(size, np.uint32)
        if size <= _KEPT:
            self._letters = larger
        return larger


def _two(size: int) -> tuple[I32, I32]:
    return np.empty(size, np.int32), np.empty(size, np.int32)


_room = _Room()
