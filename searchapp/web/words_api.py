"""The endpoint's other doors: articles like one, and suggestions as somebody types."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Blueprint, Response, request

from searchapp.search.request import NO_FILTERS, SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.shapes import SimilarAnswer, SuggestionsAnswer
from searchapp.search.similar import SimilarRequest
from searchapp.search.suggestions import Suggestion
from searchapp.search.words_answer import similar_answer, suggestions_answer
from searchapp.web.addresses import article_address, search_address, with_filter
from searchapp.web.api import JSON_TYPE
from searchapp.web.failures import ArticleNotFoundError
from searchapp.web.operations import SIMILAR, SUGGEST
from searchapp.web.params import read_filters
from searchapp.web.routes import add_view


def make_words_api(find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError."""
    api = Blueprint("words_api", __name__)

    def similar(article_id: str) -> Response:
        given = SIMILAR.parameters.read(request.args.items(multi=True))
        found = find_service().similar(SimilarRequest(article_id, read_filters(given), given["per_page"]))
        if found is None:
            raise ArticleNotFoundError
        return _answer(similar_answer(found), is_late=found.timed_out)

    def suggest() -> Response:
        typed = SUGGEST.parameters.read(request.args.items(multi=True))["q"]
        found = find_service().suggest(typed)
        return _answer(suggestions_answer(found, typed, [_page_of(each) for each in found.found]))

    add_view(api, SIMILAR, similar)
    add_view(api, SUGGEST, suggest)
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


def _answer(content: SimilarAnswer | SuggestionsAnswer, *, is_late: bool = False) -> Response:
    kept = "no-store" if is_late else "no-cache"
    return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": kept})
