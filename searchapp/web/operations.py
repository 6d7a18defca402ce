"""What the endpoint can be asked, an operation an entry: where, by which parameters, and what may come back.

Views are registered from these entries and read their arguments by them, and the document of the endpoint is generated
from them: what is not here can be neither asked nor read about. A new operation is an entry here, the shape of its
answer, and a view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias, TypedDict

from msgspec import Meta

from searchapp.ingest.shapes import DeletionAnswer, IngestAnswer
from searchapp.search.shapes import (
    ArticleAnswer,
    ArticlesAnswer,
    PublicationsAnswer,
    SearchAnswer,
    SimilarAnswer,
    SuggestionsAnswer,
)
from searchapp.web.parameters import MAX_VALUE_CHARS, Parameter, ParameterTable, Text
from searchapp.web.params import SEARCH_PARAMETERS, SIMILAR_PARAMETERS
from searchapp.web.problems import ProblemCode

_NONE: Final = ParameterTable()
_WITHOUT_INDEX: Final[tuple[ProblemCode, ...]] = ("no_index", "index_outdated", "index_unusable", "cluster_unavailable")
_NEEDS_TOKEN: Final[tuple[ProblemCode, ...]] = ("no_token", "ingest_off")
_BAD_PARAMETERS: Final[tuple[ProblemCode, ...]] = ("unknown_parameter", "repeated_parameter", "bad_value")


Method: TypeAlias = Literal["get", "post", "delete"]
JSON_BODY: Final = "application/json"
LINES_BODY: Final = "application/x-ndjson"


class AliveAnswer(TypedDict):
    """That the service lives."""

    status: Annotated[Literal["ok"], Meta(description="Always this.")]


class ReadyAnswer(TypedDict):
    """That the service can answer searches."""

    status: Annotated[Literal["ready"], Meta(description="Always this.")]
    index_generation: Annotated[int, Meta(description="The commit that is searched.")]
    articles: Annotated[int, Meta(description="How many articles the archive holds.")]


@dataclass(frozen=True, slots=True)
class Operation:
    """`path` has its variables in braces, each described in `variables`; `shape` is that of the answer. Those that
    `can_be_unchanged` carry an ETag and answer 304 where it is still true. `takes` describes the body of a request, by
    media type; whoever `needs_token` is to send the service's. Those that are `always_answered` wait for
    nobody."""

    name: str
    path: str
    summary: str
    about: str
    shape: type
    parameters: ParameterTable = _NONE
    variables: tuple[Parameter, ...] = ()
    problems: tuple[ProblemCode, ...] = ()
    can_be_unchanged: bool = False
    method: Method = "get"
    takes: tuple[tuple[str, str], ...] = ()
    needs_token: bool = False
    always_answered: bool = False

    @property
    def admission_problems(self) -> tuple[ProblemCode, ...]:
        """Why it may not be answered at all."""
        return () if self.always_answered else ("untrusted_host", "rate_limited", "queue_full")


_ARTICLE_ID: Final = Parameter("article_id", Text(), "The article's id, as an answer gives it.", "oo5fg5usyfhjqhzz")

SEARCH: Final = Operation(
    name="search",
    path="/api/v1/search",
    summary="Search the archive",
    about="Without a query, all articles. Values of one filter are alternatives, different filters narrow each other. "
    "Whatever is typed is answered; what was not taken as typed is told in `query.notes`. Hits go on at `next`.",
    shape=SearchAnswer,
    parameters=SEARCH_PARAMETERS,
    problems=(
        *_BAD_PARAMETERS,
        "too_many_values",
        "beyond_window",
        "query_notes",
        "cursor_expired",
        *_WITHOUT_INDEX,
    ),
    can_be_unchanged=True,
)
ARTICLE: Final = Operation(
    name="article",
    path="/api/v1/articles/{article_id}",
    summary="Read one article",
    about="All that is stored of it, with what was left out of its page and why.",
    shape=ArticleAnswer,
    parameters=ParameterTable(
        Parameter("highlight", Text(), "A query; adds where its words stand in title and body.", "maps")
    ),
    variables=(_ARTICLE_ID,),
    problems=(*_BAD_PARAMETERS, "article_not_found", *_WITHOUT_INDEX),
    can_be_unchanged=True,
)
ARTICLES: Final = Operation(
    name="articles",
    path="/api/v1/articles",
    summary="Find articles by the id that their outlet gave them",
    about="In every collection, so there may be several. None is no failure.",
    shape=ArticlesAnswer,
    parameters=ParameterTable(
        Parameter("external_id", Text(), "The id, exactly as it was given.", "tw-2002-0417", required=True)
    ),
    problems=(*_BAD_PARAMETERS, *_WITHOUT_INDEX),
)
SIMILAR: Final = Operation(
    name="similar",
    path="/api/v1/articles/{article_id}/similar",
    summary="Find articles like one",
    about="By its most telling words, which the answer names; without itself and others of the same text. Filters "
    "narrow it as they narrow a search.",
    shape=SimilarAnswer,
    parameters=SIMILAR_PARAMETERS,
    variables=(_ARTICLE_ID,),
    problems=(*_BAD_PARAMETERS, "too_many_values", "article_not_found", *_WITHOUT_INDEX),
)
STORY: Final = Operation(
    name="story",
    path="/api/v1/articles/{article_id}/story",
    summary="Tell where else an article was published",
    about="Articles that are nearly the same text, whatever stands above it; docs/stories.md says when they are. Tells "
    "what this one added to the first publication, and what it left out.",
    shape=PublicationsAnswer,
    variables=(_ARTICLE_ID,),
    problems=("unknown_parameter", "article_not_found", *_WITHOUT_INDEX),
)
SUGGEST: Final = Operation(
    name="suggest",
    path="/api/v1/suggest",
    summary="Suggest while somebody types",
    about="Phrases of headlines, authors, outlets and headlines that go on from what was typed; docs/suggestions.md "
    "says where they come from. None for less than two letters, and for a query with signs in it.",
    shape=SuggestionsAnswer,
    parameters=ParameterTable(Parameter("q", Text(), "What was typed so far.", "minef")),
    problems=(*_BAD_PARAMETERS, *_WITHOUT_INDEX),
)
INGEST: Final = Operation(
    name="ingest",
    method="post",
    path="/api/v1/articles",
    summary="Bring articles",
    about="Adds what is new and updates what has changed; to bring the same again changes nothing. Keys are those of "
    "files of JSON Lines (docs/endpoint.md lists them). The answer comes when everything is on the disk and can be "
    "searched, and tells what became of each article; an article that cannot be taken costs no other one.",
    shape=IngestAnswer,
    problems=("unknown_parameter", *_NEEDS_TOKEN, "no_article", "body_too_large", "too_many_articles",
              "unsupported_media_type", "index_outdated", "index_unusable", "index_busy"),
    takes=((JSON_BODY, "An article, or an array of articles."), (LINES_BODY, "An article a line.")),
    needs_token=True,
)  # fmt: skip
DELETE: Final = Operation(
    name="delete",
    method="delete",
    path="/api/v1/articles/{article_id}",
    summary="Delete an article",
    about="It is found no more, and stays out when it is brought or read again, until `broadsheet undelete`. To delete "
    "it again changes nothing.",
    shape=DeletionAnswer,
    parameters=ParameterTable(
        Parameter("reason", Text(MAX_VALUE_CHARS), "Why; kept with its tombstone.", "withdrawn by its outlet")
    ),
    variables=(_ARTICLE_ID,),
    problems=(*_BAD_PARAMETERS, *_NEEDS_TOKEN, "article_not_found", *_WITHOUT_INDEX, "index_busy"),
    needs_token=True,
)
ALIVE: Final = Operation(
    name="healthz",
    path="/healthz",
    summary="Ask whether the service lives",
    about="Looks at nothing: an answer at all is the answer.",
    shape=AliveAnswer,
    always_answered=True,
)
READY: Final = Operation(
    name="readyz",
    path="/readyz",
    summary="Ask whether the service can answer searches",
    about="A 503 says what is missing and what to run; its code tells no index from an old one and from a damaged one.",
    shape=ReadyAnswer,
    always_answered=True,
    problems=_WITHOUT_INDEX,
)
OPERATIONS: Final = (SEARCH, ARTICLE, ARTICLES, INGEST, DELETE, SIMILAR, STORY, SUGGEST, ALIVE, READY)
