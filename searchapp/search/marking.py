"""Marks in many texts at a time, by compiled loops: what `find_marks` gives text by text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final, TypeAlias

import numpy as np

from indexer.analysis.atoms import JoinedTexts
from indexer.analysis.finding import FormFinder, FormHits
from indexer.analysis.interning import make_larger
from indexer.analysis.token import AnalysedText, Token
from indexer.analysis.wanted_forms import Fitting, WantedForms
from indexer.codec.kernels.packing import I32, I64
from searchapp.search.highlight import Wanted, runs_of, wants_surfaces
from searchapp.search.kernels import marking as kernels
from searchapp.search.plan import Clause, PhrasePlan, SpellingPlan, WindowPlan, WordPlan
from searchapp.search.remembering import remember
from searchapp.search.wide_marks import window_places

IN_TITLE: Final = kernels.IN_TITLE
IN_BODY: Final = kernels.IN_BODY
_SCOPES: Final = {"text": IN_TITLE | IN_BODY, "title": IN_TITLE}


_EightArrays: TypeAlias = tuple[I64, I64, I64, I64, I64, I64, I64, I64]


@dataclass(frozen=True, slots=True)
class Marks:
    """Row n of `rows` is a mark: start and end in code points of all texts joined, position, clause. Text t has the
    rows first[t] to first[t + 1], by start, end and clause, and lengths[t] positions."""

    rows: I32
    first: I64
    lengths: I64


class SoughtRuns:
    """The clauses of a query that are highlighted, as arrays; `kernels/marking.py` says what these mean.

    `windows` are made of hits of their forms, which are among the wanted ones.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.windows = tuple(clause for clause in wanted if isinstance(clause, WindowPlan))
        terms: dict[str, int] = {}
        surfaces: dict[str, int] = {}
        rules: dict[Fitting, int] = {}
        for window in self.windows:
            for unit in (unit for units in window.variants for unit in units):
                _add_forms(surfaces if unit.surface else terms, unit.runs)
        runs: list[tuple[Clause, dict[str, int], tuple[tuple[str, ...], ...]]] = []
        fitting: list[tuple[Clause, Fitting]] = []
        for clause in wanted:
            match clause:
                case WordPlan() | PhrasePlan():
                    forms = surfaces if wants_surfaces(clause) else terms
                    spellings = tuple(filter(None, runs_of(clause)))
                    _add_forms(forms, spellings)
                    runs += [(clause, forms, spelling) for spelling in spellings]
                case SpellingPlan(spelling=spelling):
                    each = Fitting(spelling, spelling.heads)
                    rules.setdefault(each, len(rules))
                    fitting.append((clause, each))
                case WindowPlan():
                    pass
        self.wanted = WantedForms(tuple(terms), tuple(surfaces), tuple(rules))
        exact = len(terms) + len(surfaces)
        first = {id(terms): 0, id(surfaces): len(terms)}
        slots = [
            [[first[id(forms)] + forms[form] for form in slot] for slot in spelling] for _, forms, spelling in runs
        ]
        slots += [[[exact + rules[each]]] for _, each in fitting]
        sought = [clause for clause, _, _ in runs] + [clause for clause, _ in fitting]
        begun: list[list[int]] = [[] for _ in range(len(self.wanted))]
        for run, row in enumerate(slots):
            for form in dict.fromkeys(row[0]):
                begun[form].append(run)
        every_slot = [slot for row in slots for slot in row]
        self.arrays: _EightArrays = _cut_up(  # type: ignore[assignment]
            [clause.clause for clause in sought],
            [_SCOPES.get(clause.scope, 0) for clause in sought],
            *(_starts(slots), _starts(every_slot), _joined(every_slot), _starts(begun), _joined(begun)),
            [form >= exact for form in range(len(self.wanted))],
        )

    def token(self, form: int, position: int, start: int, end: int) -> Token:
        """A hit of a term or a surface as a token that has no other forms."""
        wanted = self.wanted
        place = form - len(wanted.terms)
        if place < 0:
            return Token(start, end, position, 1, (), (wanted.terms[form],))
        return Token(start, end, position, 1, wanted.surfaces[place : place + 1], ())


def _slots_of(wanted: Wanted) -> int:
    return sum(sum(map(len, runs_of(clause))) if isinstance(clause, PhrasePlan) else 1 for clause in wanted)


@remember(256, _slots_of)
def seek_runs(wanted: Wanted) -> SoughtRuns:
    """The runs of these clauses; a search is asked for again, page after page."""
    return SoughtRuns(wanted)


def find_all_marks(
    texts: JoinedTexts, langs: Sequence[str], scopes: I64, sought: SoughtRuns, finder: FormFinder
) -> Marks:
    """Every place where a clause of the query stands; `scopes` has IN_TITLE or IN_BODY for each text."""
    found = finder.find(texts, langs, sought.wanted)
    rows = np.empty((len(found.hits) + 16, 4), np.int32)
    first = np.empty(len(scopes) + 1, np.int64)
    while (used := kernels.mark_runs(found.hits, found.first_hit, scopes, *sought.arrays, rows, first)) > len(rows):
        rows = make_larger(rows, (used, 4))
    marks = Marks(rows[:used], first, found.lengths)
    return _with_windows(marks, found, scopes, sought) if sought.windows else marks


def _with_windows(marks: Marks, found: FormHits, scopes: I64, sought: SoughtRuns) -> Marks:
    """The marks, and those of windows, which are few enough to be looked for one by one."""
    of_texts = []
    for text, scope in enumerate(scopes.tolist()):
        tokens = tuple(
            sought.token(*hit) for hit in found.hits[found.first_hit[text] : found.first_hit[text + 1]].tolist()
        )
        analysed = AnalysedText(tokens, int(found.lengths[text]))
        here = {tuple(row) for row in marks.rows[marks.first[text] : marks.first[text + 1]].tolist()}
        for clause in sought.windows:
            if _SCOPES.get(clause.scope, 0) & scope:
                here.update((*place, clause.clause) for place in window_places(analysed, clause))
        of_texts.append(sorted(here, key=lambda mark: (mark[0], mark[1], mark[3])))
    every = [mark for of_text in of_texts for mark in of_text]
    return Marks(np.array(every, np.int32).reshape(-1, 4), np.array(_starts(of_texts), np.int64), marks.lengths)


def _add_forms(forms: dict[str, int], runs: Iterable[tuple[tuple[str, ...], ...]]) -> None:
    for run in runs:
        for slot in run:
            for form in slot:
                forms.setdefault(form, len(forms))


def _starts(lists: Iterable[Sequence[Any]]) -> list[int]:
    return list(accumulate(map(len, lists), initial=0))


def _joined(lists: Iterable[Sequence[int]]) -> list[int]:
    return [number for each in lists for number in each]


def _cut_up(*lists: list[int]) -> tuple[I64, ...]:
    """Each list as an array: all of them cut out of one, which is made in a tenth of the time."""
    every = np.array(_joined(lists), np.int64)
    return tuple([every[start:end] for start, end in pairwise(_starts(lists))])
