"""What an engine promises to the search service, in a few verbs. Article ids leave it, document numbers never do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from indexer.article import Article
from searchapp.search.plan import FacetName, FacetRequest, Plan


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

    `clause_articles[i]` is the number of articles that hold the plan's i-th clause, whatever else was asked.
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


@dataclass(frozen=True, slots=True)
class StoredArticle:
    id: str
    article: Article


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """`langs` are the languages that the index holds with their numbers of articles, most frequent first."""

    generation: int
    articles: int
    langs: tuple[FacetCount, ...]


class Engine(Protocol):
    """A readable index. Safe to use from several threads; an answer is always of one generation."""

    def facts(self) -> IndexFacts: ...

    def execute(self, plan: Plan) -> Matches: ...

    def fetch(self, ids: tuple[str, ...], *, with_original: bool = True) -> tuple[StoredArticle | None, ...]:
        """Stored articles in the order of `ids`; None where there is no such article (any more). A page of hits does
        without their originals, which it does not show."""
        ...

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        """Ids of the articles that were given this external id, in any collection."""
        ...

    def count_values(self, facets: tuple[FacetRequest, ...]) -> tuple[FacetCounts, ...]:
        """Facet counts over the whole archive."""
        ...

    def refresh(self) -> bool:
        """Look for a newer generation; True when there was one."""
        ...

    def close(self) -> None: ...
