"""What the best articles are about, and how much of it stands in the others: feedback without anybody giving any.

A relevance model (Lavrenko and Croft 2001, RM3 in Abdul-Jaleel et al. 2004) as a re-rank, so that no second search is
needed, over the key terms that an index keeps of each article (`indexer/codec/key_terms.py`). Of the `TEACHERS` best
articles, d at rank 1, 2, ...:

    weight of t      sum over d of  1 / rank * frequency of t in d / length of d
    chosen           the `CHOSEN` terms of the greatest weight * rarity
    share of t       weight * sqrt(rarity), divided by the sum of it over all chosen
    what is added    strength * sum over chosen t of  share * rarity * tf / (k1 + tf)
                     where tf is the frequency of t as a key term, normalised by length as in a body

Rarity is the idf in the segment of the article that taught the term. A term that segments have in common is one in each
of them, and what they teach is added up. This is the plain way; `searchapp/backends/feedback.py` is the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

TEACHERS: Final = 7
CHOSEN: Final = 40
#: A query of so few words is answered by what it says: what others say beside it leads away more often than not.
FEW_WORDS: Final = 3
_A_WORD: Final = 1.25


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A key term of an article, its frequency there, and its idf in the segment, which has this number."""

    segment: int
    text: str
    frequency: int
    rarity: float


@dataclass(frozen=True, slots=True)
class TaughtArticle:
    """`length` is in positions; `gain` is what one place in its body is worth."""

    terms: Sequence[KeyTerm]
    length: int
    gain: float


def feedback_strength(words: int) -> float:
    """By how much feedback counts for a query of so many words: the more words, the more their scores come to."""
    return 0.0 if words <= FEW_WORDS else _A_WORD * words


def measure_feedback(articles: Sequence[TaughtArticle], k1: float) -> list[float]:
    """What is added to each article, at a strength of 1; they come best first. Nothing where all would be teachers."""
    if len(articles) <= TEACHERS:
        return [0.0] * len(articles)
    weights: dict[tuple[int, str], float] = {}
    rarities: dict[tuple[int, str], float] = {}
    for rank, article in enumerate(articles[:TEACHERS], start=1):
        for term in article.terms:
            key = term.segment, term.text
            weights[key] = weights.get(key, 0.0) + term.frequency * (1 / (rank * max(article.length, 1)))
            rarities[key] = term.rarity
    chosen = sorted(weights, key=lambda key: (-weights[key] * rarities[key], key[0], key[1].encode()))[:CHOSEN]
    shares = {key: weights[key] * sqrt(rarities[key]) for key in chosen}
    total = sum(shares.values())
    taught: dict[str, float] = {}
    for key, share in shares.items():
        taught[key[1]] = taught.get(key[1], 0.0) + share / total * rarities[key]
    added = []
    for article in articles:
        tfs = [(taught.get(term.text, 0.0), term.frequency * article.gain) for term in article.terms]
        added.append(sum(worth * tf / (k1 + tf) for worth, tf in tfs))
    return added
