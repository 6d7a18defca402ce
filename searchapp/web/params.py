"""Query arguments to a search request and back: one table for the page, the endpoint and every link between them.

Two ways to read them: the endpoint refuses a name it does not know and suggests the right one; the page passes over it,
since links that people share collect `utm_source` and the like. A value that cannot be used is refused by both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, get_args
from urllib.parse import quote_plus

from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.request import Filters, Match, SearchRequest, Sort
from searchapp.web.parameters import (
    MAX_VALUE_CHARS,
    Choice,
    Day,
    Flag,
    Number,
    Parameter,
    ParameterError,
    ParameterTable,
    Sizes,
    Text,
    Year,
)

WINDOW_HITS = 10_000
MAX_PER_PAGE = 100
MAX_FACET_SIZE = 1_000
CURSOR_CHARS = 48

Interval = Literal["day", "month", "year"]
Rank = Literal["default", "bm25"]

_VALUE: Final = Text(MAX_VALUE_CHARS)
SEARCH_PARAMETERS: Final = ParameterTable(
    Parameter("q", Text(), "The query, in the language of docs/query-language.md; nothing that is typed is an error. "
              "Of more than 512 characters the first are searched, and a note says so.", "minefield maps"),
    Parameter("match", Choice(get_args(Match), "auto"), "Plain words: `all` of them, `any` of them, or `auto`: all, "
              "and where fewer than 10 articles have them all, those with any of them follow.", "all"),
    Parameter("rank", Choice(get_args(Rank), "default"), "How relevance is reckoned; `bm25` leaves the extras out.",
              "bm25"),
    Parameter("from", Day(), "Articles of this day, month or year, and later ones.", "2021-03"),
    Parameter("to", Day(), "Articles of this day, month or year, and earlier ones.", "2023"),
    Parameter("year", Year(), "Articles of this year.", "2021", repeatable=True),
    Parameter("source", _VALUE, "Articles of this outlet.", "Tidewire", repeatable=True),
    Parameter("author", _VALUE, "Articles by this author.", "Rowan Maddox", repeatable=True),
    Parameter("lang", _VALUE, "Articles in this language (BCP 47).", "en", repeatable=True),
    Parameter("tag", _VALUE, "Articles with this tag.", "mines", repeatable=True),
    Parameter("collection", _VALUE, "Articles of this collection.", "main", repeatable=True),
    Parameter("sort", Choice(get_args(Sort), "relevance"), "What comes first.", "newest"),
    Parameter("group", Choice(("story",), None), "`story`: of articles that are the same piece, republished, only "
              "the best is a hit. What is counted are articles all the same.", "story"),
    Parameter("page", Number(1, WINDOW_HITS, refuses_more=False), "Which page of hits, counted from 1; pages reach the "
              f"first {WINDOW_HITS:,} hits, whatever `per_page` is.", "2"),
    Parameter("per_page", Number(10, MAX_PER_PAGE), "Hits on a page.", "25"),
    Parameter("cursor", Text(pattern=f"^[A-Za-z0-9_-]{{{CURSOR_CHARS}}}$"), "Where the hits go on, as `next` gives it: "
              "to be followed within 10 minutes, with the same search and without `page`. All its hits are of one "
              "generation of the index.", ""),
    Parameter("facets", Sizes(get_args(FacetName), MAX_FACET_SIZE), "Facets to count the hits' values of, each once, "
              "with commas between them; how many values after a colon, 10 where that is not said.", "source,year:5"),
    Parameter("histogram", Choice(get_args(Interval), None), "Count the hits over time.", "month"),
    Parameter("explain", Flag(), "`1`: say of every hit what its score is the sum of.", "1"),
    Parameter("strict", Flag(), "`1`: where part of the query is not taken as typed, refuse it.", "1"),
)  # fmt: skip

#: What narrows the articles that may be like one, and how many of them are wanted.
SIMILAR_PARAMETERS: Final = ParameterTable(
    *(each for each in SEARCH_PARAMETERS.listed if each.repeatable or each.name in {"from", "to", "per_page"})
)
REPEATABLE: tuple[FacetName, ...] = ("year", "source", "author", "lang", "tag", "collection")
KNOWN = SEARCH_PARAMETERS.names
_PLAIN: Final = SearchRequest()
#: Where each argument stands among those of an address, but for the endpoint's own, which come last.
PLACES: Final = {
    name: place
    for place, name in enumerate(
        ("q", "match", "rank", "from", "to", *REPEATABLE, "sort", "group", "page", "per_page", "facets", "histogram",
         "explain")
    )
}  # fmt: skip
_NOT_NARROWED: Final = ("",) * (2 + len(REPEATABLE))
#: The same outlets and authors are offered on most pages: texts that are remembered as addresses have them.
_QUOTED: Final = 4096
SINGLE = tuple(parameter.name for parameter in SEARCH_PARAMETERS.listed if not parameter.repeatable)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. The endpoint's own: `strict` makes notes on the query a refusal; `cursor` is as it was
    given, and means nothing to whoever did not give it out."""

    search: SearchRequest
    strict: bool = False
    cursor: str = ""


def read_params(pairs: Iterable[tuple[str, str]], *, refuse_unknown: bool) -> Asked:
    """The search that the arguments ask for; an empty value counts as not given, as forms send them.

    Raises ParameterError for the first argument that cannot be used.
    """
    given = SEARCH_PARAMETERS.read(pairs, refuse_unknown=refuse_unknown)
    request = SearchRequest(
        q=given["q"],
        match=given["match"],
        rank=given["rank"],
        filters=read_filters(given),
        sort=given["sort"],
        group=given["group"],
        page=_check_page(given["page"], given["per_page"]),
        per_page=given["per_page"],
        facets=tuple(
            FacetRequest(name) if size is None else FacetRequest(name, size) for name, size in given["facets"]
        ),
        histogram=given["histogram"],
        explain=given["explain"],
    )
    if refuse_unknown and given["cursor"] and request.page > 1:
        raise ParameterError("bad_value", "cursor", "`cursor` says where the hits go on, and so does `page`; give one")
    return Asked(request, strict=given["strict"], cursor=given["cursor"])


def write_params(request: SearchRequest, *, strict: bool = False, cursor: str = "") -> str:
    """The arguments that ask for this search, encoded, in one canonical order, defaults left out."""
    return join_parts(
        (*write_parts(request), write_part("strict", "1" if strict else ""), write_part("cursor", cursor))
    )


def write_parts(request: SearchRequest) -> tuple[str, ...]:
    """The same, an argument a part: in the places that `PLACES` gives, "" for what is left out."""
    filters = request.filters
    if filters is _PLAIN.filters or filters == _PLAIN.filters:
        narrowing = _NOT_NARROWED
    else:
        narrowing = (
            write_day("from", filters.from_day),
            write_day("to", filters.to_day),
            *[write_values(name, getattr(filters, name)) for name in REPEATABLE],
        )
    return (
        write_part("q", request.q),
        write_part("match", request.match if request.match != _PLAIN.match else ""),
        write_part("rank", request.rank if request.rank != _PLAIN.rank else ""),
        *narrowing,
        write_part("sort", request.sort if request.sort != _PLAIN.sort else ""),
        write_part("group", request.group or ""),
        write_part("page", str(request.page) if request.page != _PLAIN.page else ""),
        write_part("per_page", str(request.per_page) if request.per_page != _PLAIN.per_page else ""),
        write_facets(request.facets),
        write_part("histogram", request.histogram or ""),
        write_part("explain", "1" if request.explain else ""),
    )


def join_parts(parts: Iterable[str]) -> str:
    return "&".join([part for part in parts if part])


def write_part(name: str, text: str) -> str:
    return f"{name}={_quote(text)}" if text else ""


def write_day(name: Literal["from", "to"], day: date | None) -> str:
    return f"{name}={day.isoformat()}" if day else ""


def write_values(name: FacetName, values: Iterable[str]) -> str:
    return join_parts([write_part(name, value) for value in values])


def write_facets(facets: Iterable[FacetRequest]) -> str:
    return write_part("facets", ",".join([_write_facet(facet) for facet in facets]))


@lru_cache(_QUOTED)
def _quote(text: str) -> str:
    # Lone surrogates cannot come from an address, but a caller's q may hold one: an address must not fail on it.
    return quote_plus(text, errors="replace", safe=":,")


def last_page(total: int, per_page: int) -> int:
    """The last page that has hits and lies within the window of hits that pages reach."""
    return max(1, min(-(-total // per_page), WINDOW_HITS // per_page))


def read_filters(given: Mapping[str, Any]) -> Filters:
    first, last = given["from"], given["to"]
    if first and last and first[0] > last[1]:
        raise ParameterError(
            "bad_value", "from", f"`from` ({first[0]}) is after `to` ({last[1]}); give the earlier day in `from`"
        )
    return Filters(
        **{name: given[name] for name in REPEATABLE},
        from_day=first[0] if first else None,
        to_day=last[1] if last else None,
    )


def _check_page(page: int, per_page: int) -> int:
    most = WINDOW_HITS // per_page
    if page > most:
        raise ParameterError(
            "beyond_window",
            "page",
            f"`page` {page} lies beyond the first {WINDOW_HITS:,} hits, which are {most:,} pages of {per_page}; "
            "follow `next`, or narrow the search by a filter or a date",
        )
    return page


def _write_facet(facet: FacetRequest) -> str:
    return facet.name if facet.size == FacetRequest(facet.name).size else f"{facet.name}:{facet.size}"
