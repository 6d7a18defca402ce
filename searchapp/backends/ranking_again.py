"""The best hits of a generation in the order that closeness and feedback give them, by kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from indexer.codec.kernels.packing import F32, I64
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
    docs = np.array(found.docs[:RANKED_AGAIN], np.int64)
    words = tell_apart(plan.ranked)
    prepared = [prepare_word(word, generation, prepare) for word in words.words]
    scores = np.array(found.scores[:RANKED_AGAIN]) + measure_hits(docs, words, prepared, generation) @ _WEIGHTS
    order = _sort(scores, first_tier, found, generation)
    if plan.feedback:
        scores[order] += plan.feedback * measure_feedback(docs[order], generation)
        order = _sort(scores, first_tier, found, generation)
    picks = order.tolist()
    shown: list[float] = scores[order].astype(np.float32).tolist()
    return Best(
        [found.ids[pick] for pick in picks] + found.ids[RANKED_AGAIN:],
        [found.docs[pick] for pick in picks] + found.docs[RANKED_AGAIN:],
        shown + found.scores[RANKED_AGAIN:],
    )


def _sort(scores: Floats, first_tier: int, found: Best, generation: Generation) -> I64:
    """The order of the hits with these scores: tier by tier, by score, then the later first day, then id. That in which
    they come breaks most ties."""
    # As float32, like the scores before: what is equal must not differ by the order in which it was added up.
    falling = -scores.astype(np.float32)
    parts = []
    for first, last in ((0, min(first_tier, len(scores))), (first_tier, len(scores))):
        if first < last:
            order = first + np.argsort(falling[first:last], kind="stable")
            _break_ties(order, falling[order], found, generation)
            parts.append(order)
    return np.concatenate(parts)


def _break_ties(order: I64, keys: F32, found: Best, generation: Generation) -> None:
    """Sort what has equal keys by the later first day, then by id."""

    def second_key(place: int) -> tuple[int, str]:
        segment, inside = generation.locate(found.docs[place])
        return -int(segment.first_day[inside]), found.ids[place]

    last = 0
    for tied in np.flatnonzero(keys[1:] == keys[:-1]).tolist():
        if tied < last:
            continue
        last = tied + 1
        while last < len(keys) and keys[last] == keys[tied]:
            last += 1
        order[tied:last] = sorted(order[tied:last].tolist(), key=second_key)
