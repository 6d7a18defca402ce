"""The endpoint: the same searches as the page, as JSON. What it takes and gives stands in `operations.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import orjson
from flask import Blueprint, Response, request

from searchapp.search.answer import answer, article_answer
from searchapp.search.request import Page
from searchapp.search.service import PARTIAL, SearchService
from searchapp.search.shapes import ArticlesAnswer
from searchapp.web.addresses import answer_address
from searchapp.web.cursors import Cursors
from searchapp.web.failures import ArticleNotFoundError, QueryNotesError
from searchapp.web.operations import ARTICLE, ARTICLES, SEARCH
from searchapp.web.params import Asked, read_params, write_params
from searchapp.web.routes import add_view

JSON_TYPE = "application/json; charset=utf-8"
#: Answers may be kept, but are asked for again each time: a commit shows at once, an unchanged index costs no search.
_REVALIDATE = "no-cache"


def make_api(find_service: Callable[[], SearchService], cursors: Cursors) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError."""
    api = Blueprint("api", __name__)

    def search() -> Response:
        started = perf_counter()
        asked = read_params(request.args.items(multi=True), refuse_unknown=True)
        service = find_service()
        if asked.cursor:
            cursor = cursors.read(asked.cursor, asked.search)
            asked = replace(asked, search=replace(asked.search, cursor=cursor))
            return _print_page(_find(asked, service), asked, service, started)
        # Cursors in an answer live for a time, so it does not stay the same for ever.
        facts = (service.today().isoformat(), write_params(asked.search, strict=asked.strict), cursors.period())
        generation = service.facts().generation
        known = _tag(generation, *facts)
        if request.if_none_match.contains_weak(known):
            service.engine.pin(generation)  # for the cursor in the answer that is kept
            return _with_tag(Response(status=304), known)
        page = _find(asked, service)
        response = _print_page(page, asked, service, started)
        return _with_tag(response, _tag(page.generation, *facts)) if page.total_is_exact else response

    def _print_page(page: Page, asked: Asked, service: SearchService, started: float) -> Response:
        cursor = service.cursor_after(page)
        text = cursors.write(cursor, asked.search) if cursor else ""
        following = (
            answer_address(replace(asked.search, page=1, cursor=None), strict=asked.strict, cursor=text)
            if text
            else None
        )
        content = answer(page, following)
        content["took_ms"] = round((perf_counter() - started) * 1000, 3)
        response = Response(orjson.dumps(content), content_type=JSON_TYPE)
        response.headers["Cache-Control"] = "no-store"
        return response

    def article(article_id: str) -> Response:
        q = ARTICLE.parameters.read(request.args.items(multi=True))["highlight"]
        service = find_service()
        stored = service.article(article_id)
        if stored is None:
            raise ArticleNotFoundError
        content = article_answer(stored, service.highlight(stored, q) if q else None)
        tag = _tag(service.facts().generation, stored.article.content_hash, q)
        response = _with_tag(Response(orjson.dumps(content), content_type=JSON_TYPE), tag)
        response.make_conditional(request)
        return response

    def articles() -> Response:
        external_id = ARTICLES.parameters.read(request.args.items(multi=True))["external_id"]
        found = find_service().find_external_id(external_id)
        content: ArticlesAnswer = {
            "total": len(found),
            "results": tuple(article_answer(stored, None) for stored in found),
        }
        return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": _REVALIDATE})

    add_view(api, SEARCH, search)
    add_view(api, ARTICLE, article)
    add_view(api, ARTICLES, articles)
    return api


def _find(asked: Asked, service: SearchService) -> Page:
    page = service.search(asked.search)
    notes = tuple(note.message for note in page.notes if note.code != PARTIAL)
    if asked.strict and notes:
        raise QueryNotesError(notes)
    return page


def _tag(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _with_tag(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = _REVALIDATE
    return response
