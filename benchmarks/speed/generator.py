"""Made-up articles, as many as asked for, the same ones on every machine: words by Zipf's law, a vocabulary that grows
as Heaps' law says, words that come again within an article, titles taken from the text, 30 years of dates.

Ranks are drawn from two power laws, as in large collections of text (Ferrer i Cancho and Solé 2001): 1/rank among the
first 5,000, rank to the power of -1.6 beyond, which makes the vocabulary grow with the power 1/1.6 of the text.
A fourth of the words of an article repeats one that stood before it. Memory does not grow with the number of articles
but for the words, of which a million articles have about two million.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.speed.spelling import spell

SEED: Final = 1906
MEAN_WORDS: Final = 320
FIRST_DAY: Final = date(1995, 1, 1)
DAYS: Final = 30 * 365 + 7
_BATCH: Final = 1000
_HEAD: Final = 5000
_TAIL_POWER: Final = 1.6
_RANKS: Final = 1 << 22
_REPEATED: Final = 0.25
_OUTLETS: Final = 40
#: This outlet prints its headlines in capitals, as agencies and old newspapers do: about one article in fourteen.
_SHOUTING: Final = 3
_AUTHORS: Final = 3000
_SENTENCE_WORDS: Final = 18
_PARAGRAPH_SENTENCES: Final = 4


def write_articles(path: Path, count: int, seed: int = SEED) -> None:
    """JSON Lines of `count` articles; fewer are the beginning of more."""
    with path.open("wb") as file:
        for lines in _batches(count, seed):
            file.write(lines)


def generate_articles(count: int, seed: int = SEED) -> Iterator[bytes]:
    """The same, a line an article."""
    for lines in _batches(count, seed):
        yield from lines.splitlines(keepends=True)


def _batches(count: int, seed: int) -> Iterator[bytes]:
    vocabulary = _Vocabulary()
    for first in range(0, count, _BATCH):
        # A generator of its own for each batch: the first thousand articles are the same whatever follows.
        random = np.random.default_rng((seed, first))
        yield b"".join(_make_batch(random, vocabulary, first)[: count - first])


class _Vocabulary:
    """Words by rank, spelled when first drawn."""

    def __init__(self) -> None:
        self._words = np.empty(_RANKS, object)
        self._known = np.zeros(_RANKS, np.bool_)

    def look_up(self, ranks: NDArray[np.int64]) -> list[str]:
        for rank in np.unique(ranks[~self._known[ranks]]).tolist():
            self._words[rank] = spell(rank)
            self._known[rank] = True
        return self._words[ranks].tolist()  # type: ignore[no-any-return]


_HEAD_WEIGHTS = np.cumsum(1.0 / np.arange(1, _HEAD + 1))
#: The integral of rank to the power of -1.6 from 5,000 on, scaled to go on where 1/rank ends.
_TAIL_WEIGHT = 1.0 / (_TAIL_POWER - 1.0)


def draw_ranks(random: np.random.Generator, count: int) -> NDArray[np.int64]:
    """`count` ranks from 0, most frequent first."""
    drawn = random.random(count) * (_HEAD_WEIGHTS[-1] + _TAIL_WEIGHT)
    ranks = np.searchsorted(_HEAD_WEIGHTS, drawn, side="right")
    beyond = np.flatnonzero(ranks >= _HEAD)
    share = 1.0 - (drawn[beyond] - _HEAD_WEIGHTS[-1]) / _TAIL_WEIGHT
    far = _HEAD * np.maximum(share, 1e-12) ** (-1.0 / (_TAIL_POWER - 1.0))
    ranks[beyond] = np.minimum(far, _RANKS - 1)
    return ranks.astype(np.int64)


def _make_batch(random: np.random.Generator, vocabulary: _Vocabulary, first: int) -> list[bytes]:
    lengths = np.maximum(20, random.gamma(4.0, MEAN_WORDS / 4.0, _BATCH)).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    ranks = draw_ranks(random, int(starts[-1]))
    ranks = _repeat_words(random, ranks, np.repeat(starts[:-1], lengths))
    title_lengths = random.integers(5, 11, _BATCH)
    title_starts = np.concatenate(([0], np.cumsum(title_lengths)))
    owners = np.repeat(np.arange(_BATCH), title_lengths)
    picks = starts[owners] + (random.random(len(owners)) * lengths[owners]).astype(np.int64)
    words, title_words = vocabulary.look_up(ranks), vocabulary.look_up(ranks[picks])
    sentences = random.integers(_SENTENCE_WORDS // 2, _SENTENCE_WORDS * 3 // 2, (_BATCH, 16)).tolist()
    outlets = np.minimum(random.zipf(1.5, _BATCH), _OUTLETS).tolist()
    authors = random.integers(0, _AUTHORS, _BATCH).tolist()
    days = random.integers(0, DAYS, _BATCH).tolist()
    seconds = random.integers(0, 86_400, _BATCH).tolist()
    bounds, title_bounds = starts.tolist(), title_starts.tolist()
    return [
        orjson.dumps(
            {
                "id": f"made-{first + number}",
                "title": _set_headline(title_words[title_bounds[number] : title_bounds[number + 1]], outlets[number]),
                "body": _punctuate(words[bounds[number] : bounds[number + 1]], sentences[number]),
                "date": _spell_instant(days[number], seconds[number]),
                "author": _spell_author(authors[number]),
                "source": f"{spell(3000 + outlets[number] * 16).title()} Courier",
                "lang": "en",
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for number in range(_BATCH)
    ]


def _repeat_words(
    random: np.random.Generator, ranks: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A fourth of the places take the word of an earlier place of the same article."""
    places = np.arange(len(ranks))
    inside = places - starts
    repeats = (random.random(len(ranks)) < _REPEATED) & (inside > 0)
    origins = np.where(repeats, starts + (random.random(len(ranks)) * inside).astype(np.int64), places)
    while True:  # what is repeated may itself be a repetition
        followed = origins[origins]
        if np.array_equal(followed, origins):
            return ranks[origins]
        origins = followed


def _set_headline(words: list[str], outlet: int) -> str:
    headline = " ".join(words)
    return headline.upper() if outlet == _SHOUTING else headline[0].upper() + headline[1:]


def _punctuate(words: list[str], lengths: list[int]) -> str:
    paragraphs: list[str] = []
    sentences: list[str] = []
    at = number = 0
    while at < len(words):
        size = lengths[number % len(lengths)]
        sentence = " ".join(words[at : at + size])
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
        at += size
        number += 1
        if number % _PARAGRAPH_SENTENCES == 0:
            paragraphs.append(" ".join(sentences))
            sentences = []
    if sentences:
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs)


def _spell_instant(day: int, second: int) -> str:
    hours, minutes = divmod(second // 60, 60)
    return f"{(FIRST_DAY + timedelta(days=day)).isoformat()}T{hours:02d}:{minutes:02d}:{second % 60:02d}Z"


def _spell_author(number: int) -> str:
    return f"{spell(1000 + number % 60 * 16).title()} {spell(2000 + number // 60 * 16).title()}"
