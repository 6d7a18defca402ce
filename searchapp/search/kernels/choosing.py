"""Which of the passages of a body say most about the query: `passages.py` beside this folder, over arrays."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.search.kernels.marking import CLAUSE, MARK_END, MARK_POSITION, MARK_START, first_from
from searchapp.search.kernels.passages import FIRST, STOP

#: A word that another passage already shows is worth this much less.
SHOWN_ALREADY = 0.3
#: What nearness of two different words adds, in parts of the rarer one's worth when they stand side by side.
CLOSENESS = 0.5
REPEATED = 0.02
#: So many passages say what they say best; any further one has to show a word that these do not.
FREELY_CHOSEN = 2


@kernel
def weigh(passage, marks, first, last, rarity, shown, seen, pair_place, pairs, pair_worth):
    """What a passage says about the query; leaves in `seen` the clauses that stand in it.

    Distinct words by their rarity, more when different ones stand close, a little for every further match.
    """
    seen[:] = False
    start = first_from(marks, first, last, passage[FIRST])
    clauses = len(rarity)
    found = 0
    pair_count = 0
    before = -1
    for i in range(start, last):
        if marks[i, MARK_START] >= passage[STOP]:
            break
        if marks[i, MARK_END] > passage[STOP]:
            continue
        found += 1
        clause = marks[i, CLAUSE]
        seen[clause] = True
        if before >= 0 and marks[before, CLAUSE] != clause:
            other = marks[before, CLAUSE]
            gap = max(1, abs(marks[i, MARK_POSITION] - marks[before, MARK_POSITION]))
            nearness = CLOSENESS * min(rarity[other], rarity[clause]) / gap
            place = min(clause, other) * clauses + max(clause, other)
            if pair_place[place] < 0:
                pair_place[place] = pair_count
                pairs[pair_count] = place
                pair_worth[pair_count] = 0.0
                pair_count += 1
            pair_worth[pair_place[place]] = max(pair_worth[pair_place[place]], nearness)
        before = i
    worth = 0.0
    for clause in range(clauses):
        if seen[clause]:
            worth += rarity[clause] * (SHOWN_ALREADY if shown[clause] else 1.0)
    near = 0.0
    for k in range(pair_count):
        near += pair_worth[k]
        pair_place[pairs[k]] = -1
    return worth + near + REPEATED * found


@kernel
def shows_more(seen, shown):
    for clause in range(len(seen)):
        if seen[clause] and not shown[clause]:
            return True
    return False


@kernel
def make_desk(clauses):
    """Room to weigh passages on: which clauses are shown, seen and seen in the best, pairs of clauses, and their
    worth."""
    return (
        np.zeros((3, clauses), np.bool_),
        np.full(clauses * clauses, -1, np.int64),
        np.empty(clauses * clauses, np.int64),
        np.empty(clauses * clauses, np.float64),
    )


@kernel
def choose(found, passages, marks, first, last, rarity, count, desk, chosen):
    """The passages that say most, at most `count`, none over another, in order of the text; returns how many.

    chosen (count,) gets their places.
    """
    flags, pair_place, pairs, pair_worth = desk
    shown, seen, seen_in_best = flags[0], flags[1], flags[2]
    shown[:] = False
    is_left = np.ones(found, np.bool_)
    size = 0
    while size < count:
        best = -1
        most = 0.0
        for k in range(found):
            if is_left[k]:
                worth = weigh(passages[k], marks, first, last, rarity, shown, seen, pair_place, pairs, pair_worth)
                if size >= FREELY_CHOSEN and not shows_more(seen, shown):
                    continue
                if best < 0 or worth > most:
                    best = k
                    most = worth
                    seen_in_best[:] = seen
        if best < 0:
            break
        shown |= seen_in_best
        for k in range(found):
            if passages[k, STOP] > passages[best, FIRST] and passages[k, FIRST] < passages[best, STOP]:
                is_left[k] = False
        at = size
        while at > 0 and passages[chosen[at - 1], FIRST] > passages[best, FIRST]:
            chosen[at] = chosen[at - 1]
            at -= 1
        chosen[at] = best
        size += 1
    return size
