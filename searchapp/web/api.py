"""The endpoint: the same searches as the page, as JSON. Shapes come from `searchapp/search/answer.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from time import perf_counter

import orjson
from flask import Blueprint, Response, request

from searchapp.search.answer import answer, article_answer
from searchapp.search.service import SearchService
from searchapp.web.addresses import next_answer_address
from searchapp.web.failures import ArticleNotFoundError, QueryNotesError
from searchapp.web.params import ParameterError, read_params, write_params

JSON_TYPE = "application/json; charset=utf-8"
#: Answers may be kept, but are asked for again each time: a commit shows at once, an unchanged index costs no search.
_REVALIDATE = "no-cache"


def make_api(find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError."""
    api = Blueprint("api", __name__)

    @api.get("/api/v1/search")
    def search() -> Response:
        started = perf_counter()
        asked = read_params(request.args.items(multi=True), refuse_unknown=True)
        service = find_service()
        arguments = write_params(asked.search, strict=asked.strict)
        known = _tag(service.facts().generation, service.today().isoformat(), arguments)
        if request.if_none_match.contains_weak(known):
            return _with_tag(Response(status=304), known)
        page = service.search(asked.search)
        if asked.strict and page.notes:
            raise QueryNotesError(tuple(note.message for note in page.notes))
        content = answer(page, next_answer_address(page.request, page.total, strict=asked.strict))
        content["took_ms"] = round((perf_counter() - started) * 1000, 3)
        response = Response(orjson.dumps(content), content_type=JSON_TYPE)
        if page.timed_out:
            response.headers["Cache-Control"] = "no-store"
            return response
        return _with_tag(response, _tag(page.generation, service.today().isoformat(), arguments))

    @api.get("/api/v1/articles/<article_id>")
    def article(article_id: str) -> Response:
        _refuse_others("highlight")
        service = find_service()
        stored = service.article(article_id)
        if stored is None:
            raise ArticleNotFoundError
        q = request.args.get("highlight", "")
        content = article_answer(stored, service.highlight(stored, q) if q else None)
        tag = _tag(service.facts().generation, stored.article.content_hash, q)
        response = _with_tag(Response(orjson.dumps(content), content_type=JSON_TYPE), tag)
        response.make_conditional(request)
        return response

    @api.get("/api/v1/articles")
    def articles() -> Response:
        _refuse_others("external_id")
        external_id = request.args.get("external_id", "")
        if not external_id:
            raise ParameterError(
                "bad_value", "external_id", "`external_id` is needed: /api/v1/articles?external_id=..."
            )
        found = find_service().find_external_id(external_id)
        content = {"total": len(found), "results": [article_answer(stored, None) for stored in found]}
        return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": _REVALIDATE})

    return api


def _refuse_others(known: str) -> None:
    for name, texts in request.args.lists():
        if name != known:
            raise ParameterError(
                "unknown_parameter", name[:60], f"there is no parameter `{name[:60]}` here; known is `{known}`"
            )
        if len(texts) > 1:
            raise ParameterError("repeated_parameter", name, f"`{name}` was given more than once; give it once")


def _tag(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _with_tag(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = _REVALIDATE
    return response
