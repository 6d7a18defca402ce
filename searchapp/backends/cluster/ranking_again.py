"""The best hits of a cluster in the order that closeness and feedback give them (docs/ranking.md).

A cluster knows where words stand and does not tell. So the texts of the best hits are fetched and analysed here, where
what is to be added is reckoned as for the embedded engine (`searchapp/search/finding_extras.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from indexer.article import Article
from searchapp.backends.cluster.answers import FoundHit
from searchapp.backends.cluster.asking import Asking
from searchapp.backends.cluster.hit_words import AverageLengths, HitWords, read_words
from searchapp.backends.cluster.queries import Rarity
from searchapp.backends.cluster.teaching import find_feedback
from searchapp.search.closeness import Closeness
from searchapp.search.extras import DEFAULT_WEIGHTS, RANKED_AGAIN, add_closeness, as_clause, tell_apart
from searchapp.search.finding_extras import find_closeness
from searchapp.search.plan import Plan
from searchapp.search.scoring import DEFAULT_PARAMETERS

#: The second key of the order: milliseconds of the first day.
_DAY: Final = 1


class Extras(NamedTuple):
    """What the texts of hits say of a plan's words."""

    words: HitWords
    closeness: Sequence[Closeness]


def measure_hits(articles: Sequence[Article], plan: Plan, rarity: Rarity, averages: AverageLengths) -> Extras:
    """Aligned with the articles."""
    words = read_words(articles, averages)
    told = tell_apart(plan.ranked)
    rarities = [rarity(as_clause(word)) for word in told.words]
    docs = np.arange(len(articles), dtype=np.int32)
    return Extras(words, find_closeness(docs, told, rarities, words, DEFAULT_PARAMETERS, _go_on))


def rank_again(
    hits: Sequence[FoundHit],
    first_tier: int,
    plan: Plan,
    extras: Extras,
    averages: AverageLengths,
    asking: Asking,
) -> tuple[FoundHit, ...]:
    """The hits with what is added to the best, of which `extras` tells; the `first_tier` at their head stay before the
    others."""
    best = hits[:RANKED_AGAIN]
    tier = {hit.id for hit in best[:first_tier]}
    scores = {
        hit.id: hit.score + add_closeness(parts, DEFAULT_WEIGHTS)
        for hit, parts in zip(best, extras.closeness, strict=True)
    }
    order = _sort(best, scores, tier)
    if plan.feedback:
        places = {hit.id: place for place, hit in enumerate(best)}
        docs = [places[hit.id] for hit in order]
        added = find_feedback(order, docs, extras.words, averages, asking)
        for hit, more in zip(order, added, strict=True):
            scores[hit.id] += plan.feedback * more
        order = _sort(best, scores, tier)
    return (*(replace(hit, score=scores[hit.id]) for hit in order), *hits[RANKED_AGAIN:])


def _sort(hits: Sequence[FoundHit], scores: dict[str, float], tier: set[str]) -> list[FoundHit]:
    """Tier by tier, by score, then the later first day, then id."""

    def key(hit: FoundHit) -> tuple[bool, float, int, str]:
        day = hit.after[_DAY]
        assert isinstance(day, int)
        # As float32, like the scores before: what is equal must not differ by the order in which it was added up.
        return hit.id not in tier, -float(np.float32(scores[hit.id])), -day, hit.id

    return sorted(hits, key=key)


def _go_on() -> None:
    """What is reckoned of a bounded number of bounded texts is not given up."""
