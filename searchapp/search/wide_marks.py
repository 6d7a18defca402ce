"""Where patterns, close spellings and windows match in an analysed text: code points and positions of what to mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from indexer.analysis.token import AnalysedText, Token
from searchapp.search.plan import SpellingPlan, Unit, WindowPlan
from searchapp.search.windows import find_windows

#: Start and end in code points, and the position of the first word.
Place: TypeAlias = tuple[int, int, int]


def fitting_places(analysed: AnalysedText, clause: SpellingPlan) -> Iterator[Place]:
    """Every word with a form that the clause fits."""
    fits: dict[str, bool] = {}
    for token in analysed.tokens:
        for surface in token.surfaces:
            if surface not in fits:
                fits[surface] = clause.spelling.fits(surface)
            if fits[surface]:
                yield token.start, token.end, token.position


def window_places(analysed: AnalysedText, clause: WindowPlan) -> Iterator[Place]:
    """The words and phrases of every window, each by itself."""
    for units in clause.variants:
        places = [_unit_places(unit, analysed.tokens) for unit in units]
        starts = [sorted(of_unit) for of_unit in places]
        for window in find_windows(starts, [unit.width for unit in units], clause.distance):
            yield from (of_unit[at] for of_unit, at in zip(places, window, strict=True))


def _unit_places(unit: Unit, tokens: Sequence[Token]) -> dict[int, Place]:
    """By position, where a unit starts."""
    wanted = {form for run in unit.runs for slot in run for form in slot}
    standing: dict[str, dict[int, Token]] = {form: {} for form in wanted}
    for token in tokens:
        for form in token.surfaces if unit.surface else token.terms:
            if form in wanted:
                standing[form][token.position] = token
    return {at: (start, end, at) for run in unit.runs for start, end, at in _run_places(run, standing)}


def _run_places(run: tuple[tuple[str, ...], ...], standing: dict[str, dict[int, Token]]) -> Iterable[Place]:
    first, *others = [{at: token for form in reversed(slot) for at, token in standing[form].items()} for slot in run]
    for at, token in first.items():
        following = [slot.get(at + offset) for offset, slot in enumerate(others, start=1)]
        ends = [each.end for each in following if each is not None]
        if len(ends) == len(others):
            yield token.start, max(token.end, *ends) if ends else token.end, at
