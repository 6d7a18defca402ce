"""How close the words of a query stand in an article, and how many stand there as they were typed.

What is reckoned of one article, for the distinct words w of a query with rarity r(w), their idf, typed t(w) times:

    as_typed  sum over w of  t * r * tf / (k1 + tf), tf being that of BM25F (scoring.py) over those places of w where it
              stands as it was typed, and not as another word of its stem
    window    the most that the words within `WINDOW` positions are worth, in title or body: the sum of their t * r
    adjacent  sum over words x y that were typed one after the other, as often as that was done, of
              min(r(x), r(y)) * f / (1.2 + f), f counting the places where y stands right behind x, weighted and
              normalised by length as BM25F's frequencies are
    near      the same for y up to `NEAR` positions behind x

Pairs of neighbours come from the sequential dependence model (Metzler and Croft 2005); their form, saturated and
weighed by the smaller idf, is that of Buettcher, Clarke and Lushman (2006). This is the plain way, an article at a
time; `backends/kernels/closeness.py` does it for a segment's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

WINDOW: Final = 10
NEAR: Final = 3
PAIR_K1: Final = 1.2


class Closeness(NamedTuple):
    """The four parts, none of them below zero."""

    as_typed: float
    window: float
    adjacent: float
    near: float


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """Where a word stands in an article: positions in title and body, rising, and how many of them as it was typed."""

    title: Sequence[int]
    body: Sequence[int]
    typed_in_title: int
    typed_in_body: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two words by their numbers, typed one after the other so many `times`."""

    left: int
    right: int
    times: int


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """The distinct words of a query: how rare each is, how often it was typed, and who stood beside whom."""

    rarity: tuple[float, ...]
    times: tuple[int, ...]
    neighbours: tuple[Neighbours, ...]


def measure_closeness(
    words: Sequence[PlacedWord], weighed: WeighedWords, gains: tuple[float, float], k1: float
) -> Closeness:
    """`words` and what `weighed` says of them are aligned; `gains` is what one place in title and body is worth."""
    in_title, in_body = gains
    as_typed = 0.0
    for word, rarity, times in zip(words, weighed.rarity, weighed.times, strict=True):
        tf = word.typed_in_title * in_title + word.typed_in_body * in_body
        as_typed += times * rarity * tf / (k1 + tf)
    worth = [times * rarity for rarity, times in zip(weighed.rarity, weighed.times, strict=True)]
    window = max(
        weigh_best_window([word.title for word in words], worth),
        weigh_best_window([word.body for word in words], worth),
    )
    adjacent = near = 0.0
    for pair in weighed.neighbours:
        left, right = words[pair.left], words[pair.right]
        smaller = pair.times * min(weighed.rarity[pair.left], weighed.rarity[pair.right])
        f = count_behind(left.title, right.title, 1) * in_title + count_behind(left.body, right.body, 1) * in_body
        adjacent += smaller * f / (PAIR_K1 + f)
        f = count_behind(left.title, right.title, NEAR) * in_title + count_behind(left.body, right.body, NEAR) * in_body
        near += smaller * f / (PAIR_K1 + f)
    return Closeness(as_typed, window, adjacent, near)


def weigh_best_window(places: Sequence[Sequence[int]], worth: Sequence[float]) -> float:
    """The greatest sum of worth of the words with a place within `WINDOW` positions of one text."""
    best = 0.0
    for first in {place for of_word in places for place in of_word}:
        held = 0.0
        for of_word, each in zip(places, worth, strict=True):
            if any(first <= place < first + WINDOW for place in of_word):
                held += each
        best = max(best, held)
    return best


def count_behind(left: Sequence[int], right: Sequence[int], reach: int) -> int:
    """Pairs of a place of the left word and one of the right that comes at most `reach` positions later."""
    return sum(first < second <= first + reach for first in left for second in right)
