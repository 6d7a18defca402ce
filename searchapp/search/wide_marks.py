"""Where patterns, close spellings and windows match in an analysed text: code points and positions of what to mark."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from indexer.analysis.token import AnalysedText
from searchapp.search.plan import SpellingPlan, Unit, WindowPlan
from searchapp.search.windows import find_windows

#: Start and end in code points, and the position of the first word.
Place: TypeAlias = tuple[int, int, int]
#: By form and position, start and end in code points of what stands there: terms, and surfaces.
Standing: TypeAlias = Mapping[str, Mapping[int, tuple[int, int]]]


def fitting_places(analysed: AnalysedText, clause: SpellingPlan) -> Iterator[Place]:
    """Every word with a form that the clause fits."""
    fits: dict[str, bool] = {}
    for token in analysed.tokens:
        for surface in token.surfaces:
            if surface not in fits:
                fits[surface] = clause.spelling.fits(surface)
            if fits[surface]:
                yield token.start, token.end, token.position


def forms_of(clause: WindowPlan, *, surface: bool) -> set[str]:
    """The surfaces, or the terms, of a window's words."""
    return {
        form
        for units in clause.variants
        for unit in units
        if unit.surface == surface
        for run in unit.runs
        for slot in run
        for form in slot
    }


def where_forms_stand(analysed: AnalysedText, forms: Collection[str], *, surface: bool) -> Standing:
    standing: dict[str, dict[int, tuple[int, int]]] = {}
    for token in analysed.tokens:
        for form in token.surfaces if surface else token.terms:
            if form in forms:
                standing.setdefault(form, {})[token.position] = token.start, token.end
    return standing


def window_places(clause: WindowPlan, terms: Standing, surfaces: Standing) -> Iterator[Place]:
    """The words and phrases of every window, each by itself."""
    for units in clause.variants:
        places = [dict(_unit_places(unit, surfaces if unit.surface else terms)) for unit in units]
        starts = [sorted(of_unit) for of_unit in places]
        for window in find_windows(starts, [unit.width for unit in units], clause.distance):
            yield from ((*of_unit[at], at) for of_unit, at in zip(places, window, strict=True))


def _unit_places(unit: Unit, standing: Standing) -> Iterator[tuple[int, tuple[int, int]]]:
    """By position, where a unit starts and ends."""
    for run in unit.runs:
        first, *others = [
            {at: place for form in reversed(slot) for at, place in standing.get(form, {}).items()} for slot in run
        ]
        for at, (start, end) in first.items():
            following = [slot.get(at + offset) for offset, slot in enumerate(others, start=1)]
            ends = [place[1] for place in following if place is not None]
            if len(ends) == len(others):
                yield at, (start, max(end, *ends) if ends else end)
