"""The query as an engine gets it: analysed terms in a tree of sets. Engines know nothing of text or languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from searchapp.search.spellings import Spelling

#: Where terms are looked for. `text` is title and body together, scored by BM25F; `title` is scored alone;
#: the others only narrow and add nothing to a score.
Scope = Literal["text", "title", "author", "source", "tag"]
#: Of the forms that a pattern fits, so many are weighed.
MOST_SCORED_FORMS = 512
FacetName = Literal["source", "author", "lang", "tag", "collection", "year"]


class WordPlan(NamedTuple):
    """One typed word. Matches where any alternative (a run of adjacent terms) stands; their frequencies are summed.

    `surface` tells whether the terms are surfaces or stems; `weight` counts how often the word was typed.
    `clause` numbers the word for explanations and counts.
    """

    scope: Scope
    alternatives: tuple[tuple[str, ...], ...]
    surface: bool
    weight: float
    clause: int


class PhrasePlan(NamedTuple):
    """Adjacent slots of surfaces. `variants` are whole spellings of the phrase (`well being`, `wellbeing`), each a
    tuple of slots, each slot a tuple of alternative surfaces. Its frequency is the number of places where one starts.
    """

    scope: Scope
    variants: tuple[tuple[tuple[str, ...], ...], ...]
    weight: float
    clause: int


@dataclass(frozen=True, slots=True)
class SpellingPlan:
    """One typed pattern or close spelling: one word, however many surface forms it fits.

    Matches where any of the forms stands. Of these, the `scored` most frequent are weighed: by their occurrences in
    title and body of live articles, ties by the form's code points. Their frequencies are summed, each form by itself
    (`co*` counts co and cooperation of `co-operation`). An article that holds others alone counts as if it held the
    word once: in its body, in its title where only titles are looked at.
    """

    scope: Scope
    spelling: Spelling
    weight: float
    clause: int
    scored: int = MOST_SCORED_FORMS


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or a phrase of a window. `runs` are its spellings: rows of adjacent slots of alternative terms, all of one
    length, its width."""

    runs: tuple[tuple[tuple[str, ...], ...], ...]
    surface: bool

    @property
    def width(self) -> int:
        return len(self.runs[0])


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Units in any order near each other, in the title or in the body. `variants` are whole spellings of it.

    A window is a stretch of positions, at most `distance` more than the units of a variant are wide together, that
    holds each of them, each starting at a position of its own. Its frequency is the number of positions where a window
    begins with one of its units.
    """

    scope: Scope
    variants: tuple[tuple[Unit, ...], ...]
    distance: int
    weight: float
    clause: int


@dataclass(frozen=True, slots=True)
class RankedWord:
    """A plain word as closeness looks at it: how it may be spelled in stems, and as it was typed in surfaces, both as
    runs like `WordPlan.alternatives`. `follows` tells whether it was typed right behind the word before it."""

    stems: tuple[tuple[str, ...], ...]
    surfaces: tuple[tuple[str, ...], ...]
    follows: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    children: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    children: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Exclude:
    """The articles that `child` does not match; adds nothing to a score."""

    child: PlanNode


@dataclass(frozen=True, slots=True)
class DaysWithin:
    """Articles whose day, month or year lies wholly within; undated ones never match."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class ValueIn:
    """Articles with one of these exact values in a facet column."""

    facet: FacetName
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EveryArticle:
    pass


@dataclass(frozen=True, slots=True)
class NoArticle:
    pass


Clause: TypeAlias = WordPlan | PhrasePlan | SpellingPlan | WindowPlan
PlanNode: TypeAlias = Clause | AllOf | AnyOf | Exclude | DaysWithin | ValueIn | EveryArticle | NoArticle


@dataclass(frozen=True, slots=True)
class FacetRequest:
    name: FacetName
    size: int = 10


class Plan(NamedTuple):
    """What an engine executes.

    `all_words` and `any_words` are the same query with the plain words joined by AND and by OR; `match` says which
    to answer (`auto`: all words, and where fewer than `AUTO_THRESHOLD` have them all, any of the words, those with
    all first). `filters` narrow every answer. `first` and `count` are the slice of hits wanted. `ranked` are the words,
    as they were typed one after the other, by which the best hits are ranked again; none where that is not wanted.
    `feedback` is how much counts what the best of these are about. `count_enough`: nobody wants to know of a clause by
    how many articles more than so many hold it, so a count above that may be too low, and no longer takes.
    """

    all_words: PlanNode
    any_words: PlanNode
    match: Literal["auto", "all", "any"]
    filters: tuple[ValueIn | DaysWithin, ...]
    sort: Literal["relevance", "newest", "oldest"]
    first: int
    count: int  # type: ignore[assignment]  # not how often a thing stands in a tuple
    facets: tuple[FacetRequest, ...] = ()
    histogram: Literal["day", "month", "year"] | None = None
    clauses: tuple[Clause, ...] = ()
    ranked: tuple[RankedWord, ...] = ()
    feedback: float = 0.0
    deadline_ms: float | None = None
    count_enough: int | None = None


AUTO_THRESHOLD = 10
