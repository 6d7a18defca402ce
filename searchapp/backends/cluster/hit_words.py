"""Where words stand in the texts of some hits, found by analysing them: a cluster tells no positions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.article import Article
from indexer.backends.placed_words import PlacedWords, place_words
from indexer.backends.words import WordCollector, choose_collector
from searchapp.search.postings import NO_POSTINGS, PostingField, Postings, TextField
from searchapp.search.scoring import DEFAULT_PARAMETERS, FieldFrequencies, normalise_frequencies

#: Of longer bodies the beginning is read: what a search costs must not hang on how long articles are.
MOST_CHARS: Final = 20_000
#: What is known of words, beside the texts.
_TABLE_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class AverageLengths:
    """Of all articles of a generation, in positions."""

    title: float
    body: float


@dataclass(slots=True)
class HitWords:
    """Implements `PlaceSource` over the articles that were read, in their order."""

    _terms: PlacedWords
    _surfaces: PlacedWords
    _lengths: Mapping[TextField, NDArray[np.int32]]
    _averages: AverageLengths
    _whole: Sequence[bool]
    _numbers: tuple[Mapping[str, int], Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = _number(self._terms), _number(self._surfaces)

    def postings(self, field: PostingField, term: str, *, positions: bool) -> Postings:  # noqa: ARG002 they are there
        of_surfaces = field.endswith("_surface")
        words = self._surfaces if of_surfaces else self._terms
        number = self._numbers[of_surfaces].get(term)
        if number is None:
            return NO_POSTINGS
        places = np.flatnonzero(words.words == number)
        texts = np.searchsorted(words.starts, places, side="right") - 1
        asked = texts % 2 == field.startswith("body")
        docs, frequencies = np.unique(texts[asked] // 2, return_counts=True)
        return Postings(
            docs.astype(np.int32), frequencies.astype(np.int32), words.positions[places[asked]].astype(np.uint32)
        )

    def lengths(self, field: TextField) -> NDArray[np.int32]:
        return self._lengths[field]

    def average_length(self, field: TextField) -> float:
        return self._averages.title if field == "title" else self._averages.body

    def gain(self, doc: int) -> float:
        """What one place in the body is worth."""
        length = self._lengths["body"][[doc]].astype(np.float64)
        once = FieldFrequencies(DEFAULT_PARAMETERS.body, np.ones(1), length, self._averages.body)
        return float(normalise_frequencies(once)[0])

    def is_whole(self, doc: int) -> bool:
        """Whether all of the body was read."""
        return self._whole[doc]

    def terms_of(self, doc: int) -> dict[str, int]:
        """How often each term stands in title and body together."""
        return self._count(2 * doc, 2 * doc + 2)

    def body_terms_of(self, doc: int) -> dict[str, int]:
        """The same of the first lane of the body (`indexer/backends/opensearch_fields.py`)."""
        return self._count(2 * doc + 1, 2 * doc + 2, first_lane=True)

    def _count(self, first_text: int, last_text: int, *, first_lane: bool = False) -> dict[str, int]:
        terms = self._terms
        of_texts = slice(int(terms.starts[first_text]), int(terms.starts[last_text]))
        words = terms.words[of_texts]
        numbers, held = np.unique(words[terms.lane[of_texts] == 0] if first_lane else words, return_counts=True)
        return {terms.spelled[number]: times for number, times in zip(numbers.tolist(), held.tolist(), strict=True)}


def read_words(articles: Sequence[Article], averages: AverageLengths) -> HitWords:
    """For several threads, one at a time."""
    reader = _reader()
    with reader.lock:
        for article in articles:
            # Names are of no account here.
            reader.words.add(replace(article, body=article.body[:MOST_CHARS], author=(), source="", tag=()))
        batch = reader.words.invert()
    terms, surfaces = place_words(batch.text, 2 * len(articles))
    lengths: dict[TextField, NDArray[np.int32]] = {
        "title": batch.title_length.astype(np.int32),
        "body": batch.body_length.astype(np.int32),
    }
    whole = [len(article.body) <= MOST_CHARS for article in articles]
    return HitWords(terms, surfaces, lengths, averages, whole)


def get_ready() -> None:
    """Have loaded what reads words, once a process: a quarter of a second that no search's time limit knows of."""
    _reader()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Remembers the words that it has read."""

    words: WordCollector
    lock: threading.Lock


@cache
def _reader() -> _Reader:
    words = choose_collector(_TABLE_BYTES)
    words.add(Article(title="Well-known words", body="in U.S. lines", lang="en"))
    words.invert()
    return _Reader(words, threading.Lock())


def _number(words: PlacedWords) -> dict[str, int]:
    return {text: number for number, text in enumerate(words.spelled)}
