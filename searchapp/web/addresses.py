"""Addresses of pages and answers: one place that knows what a search, an article and a changed choice are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.request import Filters, Match, Page, SearchRequest, Sort
from searchapp.web.operations import SEARCH
from searchapp.web.params import (
    PLACES,
    REPEATABLE,
    WINDOW_HITS,
    join_parts,
    last_page,
    write_day,
    write_facets,
    write_params,
    write_part,
    write_parts,
    write_values,
)

API_SEARCH = SEARCH.path
_PLAIN: Final = SearchRequest()
_WITHOUT_FILTERS: Final[Mapping[str, str]] = dict.fromkeys(("from", "to", *REPEATABLE), "")


def search_address(request: SearchRequest, **changes: object) -> str:
    """The page that shows this search; any change but of the page itself starts again at its first page."""
    changed = replace(request, **({"page": 1} | changes))  # type: ignore[arg-type]
    arguments = write_params(changed)
    return f"/?{arguments}" if arguments else "/"


class SearchLinks:
    """Addresses that differ from a search by one thing. A page has some seventy of them, so what they have in common
    is written once. All but those of pages start again at the first page."""

    __slots__ = ("_beside", "_parts", "_request")

    def __init__(self, request: SearchRequest) -> None:
        self._request = request
        parts = list(write_parts(request))
        parts[PLACES["page"]] = ""
        self._parts = parts
        self._beside: dict[int, tuple[str, str]] = {}

    def first_page(self) -> str:
        return self._join({})

    def page(self, number: int) -> str:
        return self._join({"page": write_part("page", str(number) if number > 1 else "")})

    def sort(self, sort: Sort) -> str:
        return self._join({"sort": write_part("sort", sort if sort != _PLAIN.sort else "")})

    def group(self, group: Literal["story"] | None) -> str:
        return self._join({"group": write_part("group", group or "")})

    def match(self, match: Match) -> str:
        return self._join({"match": write_part("match", match if match != _PLAIN.match else "")})

    def explained(self, page: int, *, explain: bool) -> str:
        """The same page, with the parts of scores or without."""
        return self._join(
            {
                "page": write_part("page", str(page) if page > 1 else ""),
                "explain": write_part("explain", "1" if explain else ""),
            }
        )

    def facets(self, page: int, facets: tuple[FacetRequest, ...]) -> str:
        """The same page with these facets."""
        return self._join({"page": write_part("page", str(page) if page > 1 else ""), "facets": write_facets(facets)})

    def with_value(self, name: FacetName, value: str) -> str:
        """Narrowed by one more value of a facet."""
        added = write_part(name, value)
        if not added:
            return self.first_page()
        place = PLACES[name]
        before, behind = self._around(place, place + 1)
        chosen = self._parts[place]
        return f"{before}{chosen}&{added}{behind}" if chosen else f"{before}{added}{behind}"

    def without_value(self, name: FacetName, value: str) -> str:
        """With one chosen value of a facet let go."""
        kept = [chosen for chosen in getattr(self._request.filters, name) if chosen != value]
        return self._join({name: write_values(name, kept)})

    def within(self, first: date, last: date) -> str:
        """Of these days alone."""
        before, behind = self._around(PLACES["from"], PLACES["to"] + 1)
        return f"{before}{write_day('from', first)}&{write_day('to', last)}{behind}"

    def without_day(self, which: Literal["from", "to"]) -> str:
        return self._join({which: ""})

    def without_filters(self) -> str:
        return self._join(_WITHOUT_FILTERS)

    def _around(self, first: int, stop: int) -> tuple[str, str]:
        """An address up to the parts from `first` to `stop`, and what comes behind them; remembered by `first`."""
        known = self._beside.get(first)
        if known is None:
            before, behind = join_parts(self._parts[:first]), join_parts(self._parts[stop:])
            known = self._beside[first] = (f"/?{before}&" if before else "/?", f"&{behind}" if behind else "")
        return known

    def _join(self, changed: Mapping[str, str]) -> str:
        parts = self._parts
        if changed:
            parts = parts.copy()
            for name, part in changed.items():
                parts[PLACES[name]] = part
        arguments = join_parts(parts)
        return f"/?{arguments}" if arguments else "/"


def answer_address(request: SearchRequest, *, strict: bool = False, cursor: str = "") -> str:
    """Where the endpoint answers the same search, from where a cursor stands if there is one."""
    arguments = write_params(request, strict=strict, cursor=cursor)
    return f"{API_SEARCH}?{arguments}" if arguments else API_SEARCH


def next_page_address(page: Page, *, strict: bool) -> str | None:
    """Where the endpoint answers with the next page for whoever has no cursor; None after the last that pages reach."""
    request = page.request
    if not page.has_more or request.page >= last_page(WINDOW_HITS, request.per_page):
        return None
    return answer_address(replace(request, page=request.page + 1), strict=strict)


def article_address(article_id: str, q: str = "") -> str:
    """The article's page; `q` comes along so that its words are highlighted there."""
    address = f"/articles/{quote(article_id, safe='')}"
    return f"{address}?{write_part('q', q)}" if q else address


def with_filter(filters: Filters, name: FacetName, values: tuple[str, ...]) -> Filters:
    return replace(filters, **{name: values})  # type: ignore[arg-type]


def safe_link(url: str | None) -> str | None:
    """The address as it may stand in a link: http or https with a host; None for `javascript:` and other schemes."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None
