"""Marks in many texts at a time, by compiled loops: what `find_marks` gives text by text."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.analysis.atoms import JoinedTexts
from indexer.analysis.finding import FormFinder, FormHits, WantedForms
from indexer.analysis.interning import make_larger
from indexer.analysis.kernels.finding import END, FORM, POSITION, START
from indexer.codec.kernels.packing import I32, I64
from searchapp.search.highlight import Wanted, runs_of, wants_surfaces
from searchapp.search.kernels import marking as kernels
from searchapp.search.plan import PhrasePlan, WindowPlan, WordPlan
from searchapp.search.wide_marks import forms_of, window_places

IN_TITLE: Final = kernels.IN_TITLE
IN_BODY: Final = kernels.IN_BODY
_SCOPES: Final = {"text": IN_TITLE | IN_BODY, "title": IN_TITLE}


@dataclass(frozen=True, slots=True)
class Marks:
    """Row n of `rows` is a mark: start and end in code points of all texts joined, position, clause. Text t has the
    rows first[t] to first[t + 1], by start, end and clause, and lengths[t] positions."""

    rows: I32
    first: I64
    lengths: I64


class SoughtRuns:
    """The clauses of a query that are highlighted, as arrays; `kernels/marking.py` says what these mean."""

    def __init__(self, wanted: Wanted) -> None:
        terms: dict[str, int] = {}
        surfaces: dict[str, int] = {}
        clauses: list[int] = []
        scopes: list[int] = []
        slots: list[tuple[dict[str, int], tuple[str, ...]]] = []
        run_start = [0]
        for clause in wanted:
            if isinstance(clause, WindowPlan):
                for forms, surface in ((terms, False), (surfaces, True)):
                    for form in sorted(forms_of(clause, surface=surface)):
                        forms.setdefault(form, len(forms))
                continue
            assert isinstance(clause, WordPlan | PhrasePlan)  # as `can_mark` says
            forms = surfaces if wants_surfaces(clause) else terms
            for spelling in filter(None, runs_of(clause)):
                clauses.append(clause.clause)
                scopes.append(_SCOPES.get(clause.scope, 0))
                slots += [(forms, slot) for slot in spelling]
                run_start.append(len(slots))
                for slot in spelling:
                    for form in slot:
                        forms.setdefault(form, len(forms))
        self.windows = tuple(clause for clause in wanted if isinstance(clause, WindowPlan))
        self.wanted = WantedForms(tuple(terms), tuple(surfaces))
        numbered = [
            [forms[form] + (len(terms) if forms is surfaces else 0) for form in dict.fromkeys(slot)]
            for forms, slot in slots
        ]
        slot_start = _starts(numbered)
        begun: list[list[int]] = [[] for _ in range(len(self.wanted))]
        for run, first_slot in enumerate(run_start[:-1]):
            for number in numbered[first_slot]:
                begun[number].append(run)
        self.arrays: tuple[I64, I64, I64, I64, I64, I64, I64] = (
            np.array(clauses, np.int64),
            np.array(scopes, np.int64),
            np.array(run_start, np.int64),
            slot_start,
            _joined(numbered),
            _starts(begun),
            _joined(begun),
        )


def can_mark(wanted: Wanted) -> bool:
    """Whether all of these clauses are of a kind that is looked for here."""
    return all(isinstance(clause, WordPlan | PhrasePlan | WindowPlan) for clause in wanted)


def find_all_marks(
    texts: JoinedTexts, langs: Sequence[str], scopes: I64, sought: SoughtRuns, finder: FormFinder
) -> Marks:
    """Every place where a word or phrase of the query stands; `scopes` has IN_TITLE or IN_BODY for each text."""
    found = finder.find(texts, langs, sought.wanted)
    rows = np.empty((len(found.hits) + 16, 4), np.int32)
    first = np.empty(len(scopes) + 1, np.int64)
    while (used := kernels.mark_runs(found.hits, found.first_hit, scopes, *sought.arrays, rows, first)) > len(rows):
        rows = make_larger(rows, (used, 4))
    if sought.windows:
        return _with_windows(rows[:used], first, scopes, found, sought)
    return Marks(rows[:used], first, found.lengths)


def _with_windows(rows: I32, first: I64, scopes: I64, found: FormHits, sought: SoughtRuns) -> Marks:
    """The marks with those of windows among them. There are few hits in a text: these are looked at one by one."""
    names = (*sought.wanted.terms, *sought.wanted.surfaces)
    parts = []
    for text, scope in enumerate(scopes.tolist()):
        terms: dict[str, dict[int, tuple[int, int]]] = {}
        surfaces: dict[str, dict[int, tuple[int, int]]] = {}
        hits = found.hits[found.first_hit[text] : found.first_hit[text + 1]]
        for number, position, start, end in hits[:, [FORM, POSITION, START, END]].tolist():
            standing = terms if number < len(sought.wanted.terms) else surfaces
            standing.setdefault(names[number], {})[position] = start, end
        added = [
            (*place, clause.clause)
            for clause in sought.windows
            if _SCOPES.get(clause.scope, 0) & scope
            for place in window_places(clause, terms, surfaces)
        ]
        own = rows[first[text] : first[text + 1]]
        parts.append(np.unique(np.concatenate([own, np.array(added, np.int32)]), axis=0) if added else own)
    return Marks(np.concatenate([rows[:0], *parts]), _starts(parts), found.lengths)


def _starts(lists: Sequence[Sized]) -> I64:
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(each) for each in lists], out=starts[1:])
    return starts


def _joined(lists: Sequence[Sequence[int]]) -> I64:
    return np.array([number for each in lists for number in each], np.int64)
