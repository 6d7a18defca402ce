"""From hits of forms to marks of clauses: `highlight.py` beside this folder, over arrays.

A run is one spelling of a clause: adjacent slots of alternative forms. Run r belongs to the clause run_clause[r], is
looked for in titles and bodies as run_scope[r] says, and has the slots run_start[r] to run_start[r + 1]. Slot s has the
forms slot_forms[slot_start[s] : slot_start[s + 1]], and form f begins form_runs[form_start[f] : form_start[f + 1]].
"""

from __future__ import annotations

import numpy as np

from indexer.analysis.kernels.finding import END, FORM, POSITION, START
from indexer.codec.compiled import kernel

#: Columns of a mark: code points, the position of its first word, the clause.
MARK_START, MARK_END, MARK_POSITION, CLAUSE = range(4)
#: Where a run is looked for.
IN_TITLE, IN_BODY = 1, 2


@kernel
def last_with(hits, first, stop, form):
    """Of the hits of one position the last one of this form, or -1: what comes later takes the place of the others."""
    for at in range(stop - 1, first - 1, -1):
        if hits[at, FORM] == form:
            return at
    return -1


@kernel
def end_of_run(hits, at, stop, run, run_start, slot_start, slot_forms):
    """Where the last slot of a run ends whose first slot stands right before hit `at`, or -1 if it does not go on."""
    position = hits[at - 1, POSITION]
    end = hits[at - 1, END]  # of the last slot in the end
    for slot in range(run_start[run] + 1, run_start[run + 1]):
        position += 1
        while at < stop and hits[at, POSITION] < position:
            at += 1
        first = at
        while at < stop and hits[at, POSITION] == position:
            at += 1
        found = -1
        for k in range(slot_start[slot], slot_start[slot + 1]):
            found = last_with(hits, first, at, slot_forms[k])
            if found >= 0:
                break
        if found < 0:
            return np.int64(-1)
        end = hits[found, END]
    return np.int64(end)


@kernel
def mark_runs(
    hits, first_hit, scopes, run_clause, run_scope, run_start, slot_start, slot_forms, form_start, form_runs, keeps_all,
    marks, first_mark,
):  # fmt: skip
    """Every place where a run stands in a text of its scope, by start, end and clause, each once.

    scopes[t] is IN_TITLE or IN_BODY. Of tokens with one form at one position the last one counts, or all where
    keeps_all[form]. Writes `marks` and cuts them by text in `first_mark`; returns how many there are,
    of which as many are written as there is room.
    """
    used = 0
    for t in range(len(scopes)):
        first_mark[t] = used
        at = first_hit[t]
        last = first_hit[t + 1]
        while at < last:
            stop = at
            while stop < last and hits[stop, POSITION] == hits[at, POSITION]:
                stop += 1
            first_here = used
            for i in range(at, stop):
                form = hits[i, FORM]
                if not keeps_all[form] and last_with(hits, i + 1, stop, form) >= 0:
                    continue
                for k in range(form_start[form], form_start[form + 1]):
                    run = form_runs[k]
                    if not run_scope[run] & scopes[t]:
                        continue
                    end = np.int64(hits[i, END])
                    if run_start[run + 1] - run_start[run] > 1:
                        others = end_of_run(hits, stop, last, run, run_start, slot_start, slot_forms)
                        if others < 0:
                            continue
                        end = max(end, others)
                    used = put_mark(marks, first_here, used, hits[i, START], end, hits[i, POSITION], run_clause[run])
            at = stop
    first_mark[len(scopes)] = used
    return used


@kernel
def put_mark(marks, first, used, start, end, position, clause):
    """Put a mark where it belongs among those of one position, which all start alike, unless it is there."""
    if used >= len(marks):
        return used + 1
    at = used
    while at > first and (
        marks[at - 1, MARK_END] > end or (marks[at - 1, MARK_END] == end and marks[at - 1, CLAUSE] > clause)
    ):
        at -= 1
    if at > first and marks[at - 1, MARK_END] == end and marks[at - 1, CLAUSE] == clause:
        return used
    for i in range(used, at, -1):
        for column in range(4):
            marks[i, column] = marks[i - 1, column]
    marks[at, MARK_START] = start
    marks[at, MARK_END] = end
    marks[at, MARK_POSITION] = position
    marks[at, CLAUSE] = clause
    return used + 1


@kernel
def first_from(marks, low, high, start):
    """The first mark of low to high that starts at `start` or later."""
    while low < high:
        middle = (low + high) >> 1
        if marks[middle, MARK_START] < start:
            low = middle + 1
        else:
            high = middle
    return low
