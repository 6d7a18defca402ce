"""What an engine promises to the search service, in a few verbs. Article ids leave it, document numbers never do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

from indexer.article import Article
from indexer.errors import BroadsheetError
from searchapp.search.plan import FacetName, FacetRequest, Plan, Scope
from searchapp.search.spellings import Spelling


class QueryTooLargeError(BroadsheetError):
    """The engine takes no query of so many parts, though the language does."""


class ScoredArticle(NamedTuple):
    """A tuple, since a page of them is made for every search."""

    id: str
    score: float
    all_words: bool


class FacetCount(NamedTuple):
    value: str
    count: int  # type: ignore[assignment]  # not how often a thing stands in a tuple


class FacetCounts(NamedTuple):
    """Most frequent values first, ties by value; as many as were asked for."""

    name: FacetName
    counts: tuple[FacetCount, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """`start` is `2021`, `2021-03` or `2021-03-12`; `of` is how many articles the whole index has there."""

    start: str
    count: int
    of: int


#: How many of the forms that a pattern fits an answer names.
SHOWN_FORMS = 10


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a pattern or a close spelling became: how many surface forms of the index it fits, and the most frequent."""

    clause: int
    forms: int
    shown: tuple[str, ...]


class Matches(NamedTuple):
    """The answer to a plan: a slice of scored ids, and counts over all matches.

    It is late where `timed_out`; where it is not and `total_is_exact` is false, a part of the index did not answer.
    `clause_articles[i]` is the number of articles that hold the plan's i-th clause, whatever else was asked; a number
    above the plan's `count_enough` may be too low.
    `expansions` has one for each pattern and close spelling among the clauses that there was time for.
    """

    hits: tuple[ScoredArticle, ...]
    total: int
    total_all_words: int
    total_is_exact: bool
    timed_out: bool
    facets: tuple[FacetCounts, ...]
    histogram: tuple[Bucket, ...]
    clause_articles: tuple[int, ...]
    generation: int
    expansions: tuple[Expansion, ...] = ()


ExtraName: TypeAlias = Literal["as_typed", "window", "adjacent", "near", "feedback"]


@dataclass(frozen=True, slots=True)
class FieldPart:
    """What one field brings to a word's score in one article: how often the word stands there, how long the field is
    (in positions) and is on average, and `tf`, the frequency weighted and normalised by length."""

    field: str
    frequency: float
    length: int
    average_length: float
    tf: float


@dataclass(frozen=True, slots=True)
class ClausePart:
    """What the plan's clause of this number brings to the score of an article: typed * idf * tf / (k1 + tf), tf being
    the sum over the fields."""

    clause: int
    typed: float
    idf: float
    fields: tuple[FieldPart, ...]
    score: float


@dataclass(frozen=True, slots=True)
class ExtraPart:
    """What else a score holds, by the names of docs/ranking.md."""

    name: ExtraName
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the score of a hit is the sum of."""

    clauses: tuple[ClausePart, ...]
    extras: tuple[ExtraPart, ...]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    id: str
    article: Article


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that are the same piece, republished: `ids` of two at least, in the order of publication."""

    ids: tuple[str, ...]

    @property
    def first_id(self) -> str:
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """`langs` are the languages that the index holds with their numbers of articles, most frequent first. `is_whole` is
    false where a part of the index was missing when that was counted."""

    generation: int
    articles: int
    langs: tuple[FacetCount, ...]
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class FormsRequest:
    """Which surface forms of a kind of field are asked for: those that fit, the `most` most frequent of them."""

    scope: Scope
    spelling: Spelling
    most: int


class Form(NamedTuple):
    """A surface form of the index, as `indexer/analysis/token.py` has it, and how often it stands there. Words of
    articles that were deleted count until their segment is written again."""

    surface: str
    occurrences: int


class Searchable(Protocol):
    """What can be searched. Safe to use from several threads; an answer is always of one generation."""

    def facts(self) -> IndexFacts: ...

    def execute(self, plan: Plan) -> Matches: ...

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        """Stored articles in the order of `ids`; None where there is no such article (any more). A page of hits does
        without their originals, which it does not show."""
        ...

    def find_stories(self, ids: tuple[str, ...]) -> tuple[Story | None, ...]:
        """The story of each article; None where it has no copy, or is not there (any more)."""
        ...

    def explain(self, plan: Plan, hits: tuple[ScoredArticle, ...], first: int) -> tuple[Explanation | None, ...]:
        """What the scores of a plan's hits are made of; `first` hits come before them. None where there was no time, or
        an article of them is not there any more."""
        ...


class Engine(Searchable, Protocol):
    """A readable index, searched at its newest generation."""

    def pin(self, generation: int) -> None:
        """Keep this generation open for as long as a cursor lives from now on, whatever is committed meanwhile. Also
        one that a commit has just overtaken."""
        ...

    def at(self, generation: int) -> Searchable | None:
        """A generation that is open: the newest, or one that is kept for whoever pinned it; None for every other."""
        ...

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        """Ids of the articles that were given this external id, in any collection."""
        ...

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over the whole archive."""
        ...

    def list_forms(self, request: FormsRequest, deadline_ms: float) -> tuple[Form, ...]:
        """The forms that fit, the most frequent first, ties by their code points; none where the time was too short."""
        ...

    def refresh(self) -> bool:
        """Look for a newer generation; True when there was one."""
        ...

    def check(self) -> None:
        """Raises ArchiveError that says why, where a search could not be answered now."""
        ...

    def close(self) -> None: ...
