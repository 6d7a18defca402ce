"""The best hits of a generation in the order that closeness and feedback give them, by kernels."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from searchapp.backends.clauses import PreparedClause
from searchapp.backends.closeness import measure_hits, prepare_word
from searchapp.backends.feedback import measure_feedback
from searchapp.backends.generation import Generation
from searchapp.search.extras import DEFAULT_WEIGHTS, RANKED_AGAIN, tell_apart
from searchapp.search.plan import Clause, Plan
from searchapp.search.scoring import Floats

_WEIGHTS: Final = np.array(
    [DEFAULT_WEIGHTS.as_typed, DEFAULT_WEIGHTS.window, DEFAULT_WEIGHTS.adjacent, DEFAULT_WEIGHTS.near]
)


class Best(NamedTuple):
    """Hits in order: their ids, places in the generation, and scores."""

    ids: list[str]
    docs: list[int]
    scores: list[float]


def rank_again(
    found: Best, first_tier: int, plan: Plan, generation: Generation, prepare: Callable[[Clause], PreparedClause]
) -> Best:
    """The hits with what is added to the best; the `first_tier` at their head stay before the others.

    Raises LateError when there is no time left to count the articles of a word.
    """
    head = Best(found.ids[:RANKED_AGAIN], found.docs[:RANKED_AGAIN], found.scores[:RANKED_AGAIN])
    words = tell_apart(plan.ranked)
    prepared = [prepare_word(word, generation, prepare) for word in words.words]
    parts = measure_hits(np.array(head.docs, np.int64), words, prepared, generation)
    head = _add(parts @ _WEIGHTS, head, first_tier, generation)
    if plan.feedback:
        head = _add(plan.feedback * measure_feedback(head.docs, generation), head, first_tier, generation)
    return Best(
        head.ids + found.ids[RANKED_AGAIN:],
        head.docs + found.docs[RANKED_AGAIN:],
        head.scores + found.scores[RANKED_AGAIN:],
    )


def _add(added: Floats, hits: Best, first_tier: int, generation: Generation) -> Best:
    """The hits in the order of their scores with this added to them: tier by tier, by score, then the later first
    day, then id. The order that they come in breaks most ties."""
    # As float32, like the scores before: what is equal must not differ by the order in which it was added up.
    scores: list[float] = (np.array(hits.scores) + added).astype(np.float32).tolist()
    places = list(range(len(scores)))
    order = []
    for tier in (places[:first_tier], places[first_tier:]):
        tier.sort(key=lambda place: -scores[place])
        if any(scores[one] == scores[other] for one, other in pairwise(tier)):
            tier.sort(key=lambda place: (-scores[place], -_first_day(hits.docs[place], generation), hits.ids[place]))
        order += tier
    return Best(
        [hits.ids[place] for place in order],
        [hits.docs[place] for place in order],
        [scores[place] for place in order],
    )


def _first_day(doc: int, generation: Generation) -> int:
    segment, inside = generation.locate(doc)
    return int(segment.first_day[inside])
