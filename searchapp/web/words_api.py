"""The endpoint's other doors: articles like one, and suggestions as somebody types."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Blueprint, Response, request

from searchapp.search.request import NO_FILTERS, SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarRequest
from searchapp.search.suggestions import Suggestion
from searchapp.search.words_answer import similar_answer, suggestions_answer
from searchapp.web.addresses import article_address, search_address, with_filter
from searchapp.web.api import JSON_TYPE
from searchapp.web.failures import ArticleNotFoundError
from searchapp.web.params import REPEATABLE, ParameterError, read_params

#: What narrows the articles that may be alike, and how many of them are wanted.
SIMILAR_PARAMETERS = (*REPEATABLE, "from", "to", "per_page")
SUGGEST_PARAMETERS = ("q",)


def make_words_api(find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError."""
    api = Blueprint("words_api", __name__)

    @api.get("/api/v1/articles/<article_id>/similar")
    def similar(article_id: str) -> Response:
        pairs = list(request.args.items(multi=True))
        _refuse_others(pairs, SIMILAR_PARAMETERS)
        asked = read_params(pairs, refuse_unknown=True).search
        found = find_service().similar(SimilarRequest(article_id, asked.filters, asked.per_page))
        if found is None:
            raise ArticleNotFoundError
        return _answer(similar_answer(found), is_late=found.timed_out)

    @api.get("/api/v1/suggest")
    def suggest() -> Response:
        pairs = list(request.args.items(multi=True))
        _refuse_others(pairs, SUGGEST_PARAMETERS)
        typed = read_params(pairs, refuse_unknown=True).search.q
        found = find_service().suggest(typed)
        return _answer(suggestions_answer(found, typed, [_page_of(each) for each in found.found]))

    return api


def _page_of(suggestion: Suggestion) -> str:
    """Where a suggestion leads: an article, or a search that finds it."""
    match suggestion.kind:
        case "headline":
            return article_address(suggestion.article_id or "")
        case "phrase":
            return search_address(SearchRequest(q=f'"{suggestion.text}"'))
        case name:
            return search_address(SearchRequest(filters=with_filter(NO_FILTERS, name, (suggestion.text,))))


def _answer(content: dict[str, object], *, is_late: bool = False) -> Response:
    kept = "no-store" if is_late else "no-cache"
    return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": kept})


def _refuse_others(pairs: list[tuple[str, str]], known: tuple[str, ...]) -> None:
    for name, _ in pairs:
        if name not in known:
            shown = name[:60]
            raise ParameterError(
                "unknown_parameter", shown, f"there is no parameter `{shown}` here; known are {', '.join(known)}"
            )
