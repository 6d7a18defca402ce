"""What is added to the scores of the best hits: how the query's words stand in them. BM25F sees none of that.

Only the `RANKED_AGAIN` best by BM25F are looked at, so the cost does not grow with the archive. What is added is never
below zero: the hits behind keep score and order, and no page shows what another has shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from searchapp.search.closeness import Closeness, Neighbours, WeighedWords
from searchapp.search.plan import RankedWord, WordPlan

RANKED_AGAIN: Final = 50


@dataclass(frozen=True, slots=True)
class ExtraWeights:
    """By how much each part counts; docs/ranking.md tells how the values were chosen."""

    as_typed: float = 0.2
    window: float = 0.15
    adjacent: float = 0.1
    near: float = 0.05


DEFAULT_WEIGHTS: Final = ExtraWeights()


def add_closeness(parts: Closeness, weights: ExtraWeights) -> float:
    return (
        weights.as_typed * parts.as_typed
        + weights.window * parts.window
        + weights.adjacent * parts.adjacent
        + weights.near * parts.near
    )


def as_clause(word: RankedWord) -> WordPlan:
    """The word as something that is looked for, and counted."""
    return WordPlan("text", word.stems, surface=False, weight=1.0, clause=0)


@dataclass(frozen=True, slots=True)
class DistinctWords:
    """The words of a query, each once: aligned with `times`, and told apart by their stems."""

    words: tuple[RankedWord, ...]
    times: tuple[int, ...]
    neighbours: tuple[Neighbours, ...]

    def weigh(self, rarity: Sequence[float]) -> WeighedWords:
        """With the idf of each word."""
        return WeighedWords(tuple(rarity), self.times, self.neighbours)


def tell_apart(ranked: Sequence[RankedWord]) -> DistinctWords:
    """`ranked` are words as they were typed. Two of one stem are one word, typed in both ways; none is a neighbour of
    itself."""
    numbers: dict[tuple[tuple[str, ...], ...], int] = {}
    first: list[RankedWord] = []
    times: list[int] = []
    pairs: dict[tuple[int, int], int] = {}
    before = -1
    for word in ranked:
        number = numbers.setdefault(word.stems, len(numbers))
        if number == len(first):
            first.append(word)
            times.append(0)
        elif word.surfaces != first[number].surfaces:
            both = tuple(dict.fromkeys((*first[number].surfaces, *word.surfaces)))
            first[number] = replace(first[number], surfaces=both)
        times[number] += 1
        if word.follows and before not in {-1, number}:
            pairs[before, number] = pairs.get((before, number), 0) + 1
        before = number
    neighbours = tuple(Neighbours(left, right, typed) for (left, right), typed in pairs.items())
    return DistinctWords(tuple(first), tuple(times), neighbours)
