"""A search as asked for (`SearchRequest`) and as answered (`Page`): one pair for page, endpoint and command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from searchapp.query.nodes import Note
from searchapp.search.cursor import Cursor
from searchapp.search.plan import FacetRequest
from searchapp.search.port import Bucket, Explanation, FacetCounts, StoredArticle, Story

Match = Literal["auto", "all", "any"]
Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Chosen facet values and days: OR within one, AND between them. `from_day` and `to_day` are included."""

    source: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    from_day: date | None = None
    to_day: date | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A slice of hits is told by `page`, which counts from 1, or by a `cursor`; with `group` only the best hit of each
    story is one."""

    q: str = ""
    match: Match = "auto"
    rank: Literal["default", "bm25"] = "default"
    filters: Filters = NO_FILTERS
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 10
    facets: tuple[FacetRequest, ...] = ()
    histogram: Literal["day", "month", "year"] | None = None
    cursor: Cursor | None = None
    group: Literal["story"] | None = None
    explain: bool = False

    @property
    def first_hit(self) -> int:
        """How many hits come before those that are asked for."""
        return (self.page - 1) * self.per_page if self.cursor is None else self.cursor.first


class Snippet(NamedTuple):
    """A passage of the stored body. `spans` are (start, end) code points of `text`; `html` is `text` escaped, with
    the spans in `<mark>`; `paragraph` counts from 1. A tuple, as hits are: a page has dozens."""

    text: str
    spans: tuple[tuple[int, int], ...]
    html: str
    paragraph: int
    paragraphs: int


class Hit(NamedTuple):
    stored: StoredArticle
    score: float
    all_words: bool
    title_spans: tuple[tuple[int, int], ...]
    title_html: str
    snippets: tuple[Snippet, ...]
    story: Story | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One typed word or phrase as it was understood: its terms as people may see them, how many articles hold it in the
    field, "" for title and body."""

    text: str
    terms: tuple[str, ...]
    articles: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A search close to one without a hit that has some: what is other in it, in words, and how many it finds."""

    message: str
    request: SearchRequest
    total: int
    total_is_exact: bool


@dataclass(frozen=True, slots=True)
class NoHits:
    """Why a search found nothing, where that is known, and the smallest changes with which it would find something."""

    reasons: tuple[Note, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Respelling:
    """Did you mean: a query that finds more; `spans` are the words in it that are others than was typed, `articles` how
    many have all of its words."""

    q: str
    spans: tuple[tuple[int, int], ...]
    articles: int


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of hits, the totals and the facets. `understood` is the query as it was searched, in words; `dropped` are
    those that were too common to count, `has_more` says whether hits follow."""

    request: SearchRequest
    understood: str
    clauses: tuple[Clause, ...]
    notes: tuple[Note, ...]
    hits: tuple[Hit, ...]
    total: int
    total_is_exact: bool
    total_all_words: int
    timed_out: bool
    facets: tuple[FacetCounts, ...]
    histogram: tuple[Bucket, ...]
    generation: int
    took_ms: float
    has_more: bool = False
    dropped: tuple[str, ...] = ()
    no_hits: NoHits | None = None
    did_you_mean: Respelling | None = None
