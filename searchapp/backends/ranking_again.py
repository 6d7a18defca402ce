"""The best hits of a generation in the order that closeness gives them, by kernels; docs/ranking.md says how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from searchapp.backends.clauses import PreparedClause
from searchapp.backends.closeness import measure_hits, prepare_word
from searchapp.backends.feedback import measure_feedback
from searchapp.backends.generation import Generation
from searchapp.search.extras import DEFAULT_WEIGHTS, RANKED_AGAIN, tell_apart
from searchapp.search.plan import Clause, Plan
from searchapp.search.scoring import Floats

#: One of the best: its id, its place in the generation, and its score.
Found: TypeAlias = tuple[str, int, float]
_WEIGHTS = np.array([DEFAULT_WEIGHTS.as_typed, DEFAULT_WEIGHTS.window, DEFAULT_WEIGHTS.adjacent, DEFAULT_WEIGHTS.near])


def rank_again(
    hits: Sequence[Found],
    first_tier: int,
    plan: Plan,
    generation: Generation,
    prepare: Callable[[Clause], PreparedClause],
) -> list[Found]:
    """The hits with what is added to the best; the `first_tier` at their head stay before the others.

    Raises LateError when there is no time left to count the articles of a word.
    """
    if not hits:
        return []
    head = hits[:RANKED_AGAIN]
    words = tell_apart(plan.ranked)
    prepared = [prepare_word(word, generation, prepare) for word in words.words]
    docs = np.array([doc for _, doc, _ in head], np.int64)
    parts = measure_hits(docs, words, prepared, generation)
    head = _add(parts @ _WEIGHTS, head, first_tier, generation)
    if plan.feedback:
        added = plan.feedback * measure_feedback([doc for _, doc, _ in head], generation)
        head = _add(added, head, first_tier, generation)
    return [*head, *hits[RANKED_AGAIN:]]


def _add(added: Floats, hits: Sequence[Found], first_tier: int, generation: Generation) -> list[Found]:
    """The hits in the order of their scores with this added to them, tier by tier."""
    # As float32, like the scores before: what is equal must not differ by the order in which it was added up.
    scores = (np.array([score for *_, score in hits]) + added).astype(np.float32).tolist()
    scored = [(article_id, doc, score) for (article_id, doc, _), score in zip(hits, scores, strict=True)]
    return [*_sort(scored[:first_tier], generation), *_sort(scored[first_tier:], generation)]


def _sort(hits: list[Found], generation: Generation) -> list[Found]:
    """By score, then the later first day, then id; the order that they come in breaks most ties."""
    hits.sort(key=lambda hit: -hit[2])
    if any(one[2] == other[2] for one, other in pairwise(hits)):
        hits.sort(key=lambda hit: (-hit[2], -_first_day(hit[1], generation), hit[0]))
    return hits


def _first_day(doc: int, generation: Generation) -> int:
    segment, inside = generation.locate(doc)
    return int(segment.first_day[inside])
