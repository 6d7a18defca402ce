"""A clause of a plan in words, for people."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from indexer.analysis.token import shown_term
from searchapp.search.remembering import remember


class ShownClause(NamedTuple):
    """A clause of the plan in words: as it was typed, and its terms without their marks. Those of a pattern only the
    engine knows; `start` is where it was typed, `field` where it is looked for, "" for title and body."""

    text: str
    terms: tuple[str, ...]
    start: int = 0
    field: str = ""


@lru_cache(maxsize=2048)
def show_runs(runs: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The spellings of a word, each once."""
    return tuple(dict.fromkeys(" ".join(shown_term(term) for term in run) for run in runs))


def _slots_of(variants: tuple[tuple[tuple[str, ...], ...], ...]) -> int:
    return sum(map(len, variants))


@remember(2048, _slots_of)
def show_variants(variants: tuple[tuple[tuple[str, ...], ...], ...]) -> tuple[str, ...]:
    """The spellings of a phrase, each once, by the first of what may stand in a slot."""
    return tuple(dict.fromkeys(" ".join(shown_term(slot[0]) for slot in variant) for variant in variants))
