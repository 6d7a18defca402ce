"""Passages of a whole page of articles, chosen by compiled loops and printed: the other half of `showing.py`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.analysis.atoms import JoinedTexts
from indexer.article import Article
from indexer.codec.kernels.packing import I32, I64
from searchapp.search.highlight import Spans, mark_text
from searchapp.search.kernels import showing as kernels
from searchapp.search.kernels.marking import IN_BODY, IN_TITLE
from searchapp.search.marking import Marks
from searchapp.search.request import Snippet
from searchapp.search.sentence_classes import sentence_classes
from searchapp.search.snippets import ELLIPSIS, PASSAGES_A_HIT, WHITE_SPACE

F64: TypeAlias = npt.NDArray[np.float64]

_LINE_FEED: Final = 0x0A
#: Room for the sentences of a page of hits stays with the thread that needed it.
_KEPT_SENTENCES: Final = 1 << 18
#: Numbers of a text and of a passage, spans apart.
_OF_A_TEXT, _OF_A_PASSAGE = 2, 8


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """What a hit shows: `title_html` is escaped, with the spans in `<mark>`."""

    title_spans: Spans
    title_html: str
    snippets: tuple[Snippet, ...]


def page_scopes(articles: int) -> I64:
    """What the texts of a page are: first all bodies, then all titles."""
    return np.repeat(np.array([IN_BODY, IN_TITLE], np.int64), articles)


def print_page(articles: Sequence[Article], texts: JoinedTexts, marks: Marks, rarity: F64) -> tuple[ShownArticle, ...]:
    """Titles and passages of the articles, whose bodies and titles are the `texts`."""
    numbers = iter(_choose(texts, marks, page_scopes(len(articles)), rarity))
    snippets = [tuple(_read_snippets(article.body, numbers)) for article in articles]
    shown = []
    for article, of_body in zip(articles, snippets, strict=True):
        has_signs = next(numbers)
        spans = _read_spans(numbers, 0)
        shown.append(ShownArticle(spans, _mark(article.title, spans, has_signs), of_body))
    return tuple(shown)


def _choose(texts: JoinedTexts, marks: Marks, scopes: I64, rarity: F64) -> list[int]:
    """The numbers that `kernels.write_shown` tells of."""
    classes = sentence_classes()
    if not texts.is_ascii:
        classes.load(texts.text)
    characters = classes.characters
    room = len(scopes) * (_OF_A_TEXT + PASSAGES_A_HIT * _OF_A_PASSAGE) + PASSAGES_A_HIT * 2 * len(marks.rows)
    shown = np.empty(room, np.int64)
    used = kernels.write_shown(
        *(texts.text, texts.starts, texts.stops, scopes, marks.rows, marks.first),
        *(np.flatnonzero(texts.text == _LINE_FEED), rarity, PASSAGES_A_HIT),
        *(characters.pages, characters.classes, *classes.abbreviations),
        *(*_room.sentences(len(texts.text)), shown),
    )
    return shown[:used].tolist()  # type: ignore[no-any-return]


def _read_snippets(body: str, numbers: Iterator[int]) -> Iterator[Snippet]:
    paragraphs, passages = next(numbers), next(numbers)
    for _ in range(passages):
        start, end, paragraph, cut_before, cut_after, has_breaks, has_signs = islice(numbers, 7)
        text = body[start:end]
        if has_breaks:
            text = WHITE_SPACE.sub(" ", text)
        shift = 0
        if cut_before:
            text = f"{ELLIPSIS} {text}"
            shift = len(ELLIPSIS) + 1
        if cut_after:
            text = f"{text} {ELLIPSIS}"
        spans = _read_spans(numbers, shift)
        yield Snippet(text, spans, _mark(text, spans, has_signs), paragraph, paragraphs)


def _read_spans(numbers: Iterator[int], shift: int) -> Spans:
    return tuple([(next(numbers) + shift, next(numbers) + shift) for _ in range(next(numbers))])


def _mark(text: str, spans: Spans, has_signs: int) -> str:
    """As `mark_text`, which escapes what mostly needs no escaping."""
    if has_signs:
        return mark_text(text, spans)
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces.append(f"{text[done:start]}<mark>{text[start:end]}</mark>")
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


class _Room(threading.local):
    """Where a kernel writes the sentences of one paragraph."""

    def __init__(self) -> None:
        self._kept: tuple[I32, I32] = _two(1024)

    def sentences(self, size: int) -> tuple[I32, I32]:
        if len(self._kept[0]) >= size:
            return self._kept
        larger = _two(size)
        if size <= _KEPT_SENTENCES:
            self._kept = larger
        return larger


def _two(size: int) -> tuple[I32, I32]:
    return np.empty(size, np.int32), np.empty(size, np.int32)


_room = _Room()
