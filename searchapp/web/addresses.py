"""Addresses of pages and answers: one place that knows what a search, an article and a changed choice are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from urllib.parse import quote, quote_plus, urlsplit

from searchapp.search.plan import FacetName
from searchapp.search.request import Filters, SearchRequest
from searchapp.web.operations import SEARCH
from searchapp.web.params import last_page, write_params

API_SEARCH = SEARCH.path
_NO_FILTERS = Filters()


def search_address(request: SearchRequest, **changes: object) -> str:
    """The page that shows this search; any change but of the page itself starts again at its first page."""
    changed = replace(request, **({"page": 1} | changes))  # type: ignore[arg-type]
    arguments = write_params(changed)
    return f"/?{arguments}" if arguments else "/"


def answer_address(request: SearchRequest, *, strict: bool = False, cursor: str = "") -> str:
    """Where the endpoint answers the same search, from where a cursor stands if there is one."""
    arguments = write_params(request, strict=strict, cursor=cursor)
    return f"{API_SEARCH}?{arguments}" if arguments else API_SEARCH


def next_page_address(request: SearchRequest, total: int, *, strict: bool) -> str | None:
    """Where the endpoint answers with the next page for whoever has no cursor; None after the last that pages reach."""
    if request.page >= last_page(total, request.per_page):
        return None
    return answer_address(replace(request, page=request.page + 1), strict=strict)


def article_address(article_id: str, q: str = "") -> str:
    """The article's page; `q` comes along so that its words are highlighted there."""
    address = f"/articles/{quote(article_id, safe='')}"
    return f"{address}?q={quote_plus(q, errors='replace', safe=':,')}" if q else address


def with_value(request: SearchRequest, name: FacetName, value: str) -> str:
    """The same search narrowed by one more value of a facet."""
    return search_address(request, filters=with_filter(request.filters, name, (*getattr(request.filters, name), value)))


def without_value(request: SearchRequest, name: FacetName, value: str) -> str:
    """The same search with one chosen value of a facet let go."""
    kept = tuple(chosen for chosen in getattr(request.filters, name) if chosen != value)
    return search_address(request, filters=with_filter(request.filters, name, kept))


def without_day(request: SearchRequest, which: Literal["from_day", "to_day"]) -> str:
    filters = request.filters
    changed = replace(filters, from_day=None) if which == "from_day" else replace(filters, to_day=None)
    return search_address(request, filters=changed)


def without_filters(request: SearchRequest) -> str:
    return search_address(request, filters=_NO_FILTERS)


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
