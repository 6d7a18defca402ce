"""What a request gets when it cannot be answered: an HTML page for people, an RFC 9457 problem document under /api/.

`code` is stable and for programs; `detail` is for people and says what to do.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from indexer.errors import ArchiveError, ClusterError, IndexBusyError, IndexNotFoundError, IndexVersionError
from searchapp.search.cursor import CursorExpiredError
from searchapp.search.port import QueryTooLargeError
from searchapp.web.parameters import ParameterError
from searchapp.web.params import KNOWN
from searchapp.web.problems import PROBLEMS, ProblemCode

MACHINE_PATHS = ("/api/", "/healthz", "/readyz")
RETRY_AFTER_S = 2

_log = logging.getLogger("broadsheet.web")
#: What werkzeug refuses by itself, before any view is asked.
_CODES: Final[Mapping[HTTPStatus, ProblemCode]] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}


class QueryNotesError(Exception):
    """`strict` was asked for, and part of the query was not taken as typed. `notes` is a sentence for each."""

    def __init__(self, notes: tuple[str, ...]) -> None:
        super().__init__("; ".join(notes))


class RefusedError(Exception):
    """A request is refused by what stands in the table of problems; the message is the detail."""

    def __init__(self, code: ProblemCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class ArticleNotFoundError(Exception):
    """There is no article of this id (any more)."""


@dataclass(frozen=True, slots=True)
class Failure:
    status: HTTPStatus
    code: str
    detail: str
    parameter: str | None = None


_KINDS: Final[tuple[type[Exception], ...]] = (
    ParameterError,
    QueryNotesError,
    CursorExpiredError,
    QueryTooLargeError,
    ArticleNotFoundError,
    RefusedError,
    ArchiveError,
    HTTPException,
    Exception,
)


def register_failures(app: Flask) -> None:
    for kind in _KINDS:
        app.register_error_handler(kind, _answer_failure)


def describe_failure(error: Exception) -> Failure:
    """What to say of an error; what nobody foresaw is named as ours and tells nothing of its inside."""
    match error:
        case ParameterError():
            return _known(error.code, str(error), error.parameter)
        case QueryNotesError():
            return _known("query_notes", str(error), "q")
        case CursorExpiredError():
            return _known("cursor_expired", str(error), "cursor")
        case QueryTooLargeError():
            return _known("bad_value", str(error), "q")
        case ArticleNotFoundError():
            return _known(
                "article_not_found", "there is no article of this id in the archive; it may have been deleted"
            )
        case RefusedError():
            return _known(error.code, str(error))
        case ArchiveError():
            return _known(_archive_code(error), str(error))
        case HTTPException(code=int(number)):
            status = HTTPStatus(number)
            detail = error.description or status.description
            return _known(_CODES[status], detail) if status in _CODES else Failure(status, f"http_{number}", detail)
        case _:
            detail = "something went wrong here, not with your request; the service's log has the details"
            return _known("internal_error", detail)


def _archive_code(error: ArchiveError) -> ProblemCode:
    match error:
        case IndexNotFoundError():
            return "no_index"
        case IndexBusyError():
            return "index_busy"
        case IndexVersionError():
            return "index_outdated"
        case ClusterError():
            return "cluster_unavailable"
        case _:
            return "index_unusable"


def _known(code: ProblemCode, detail: str, parameter: str | None = None) -> Failure:
    return Failure(PROBLEMS[code].status, code, detail, parameter)


def problem_document(failure: Failure) -> Response:
    """RFC 9457; `type` is `about:blank`, so that `title` is the status phrase and `code` tells problems apart."""
    document = {
        "type": "about:blank",
        "title": failure.status.phrase,
        "status": failure.status.value,
        "detail": failure.detail,
        "code": failure.code,
    }
    if failure.parameter is not None:
        document["parameter"] = failure.parameter
    return Response(orjson.dumps(document), failure.status, content_type="application/problem+json; charset=utf-8")


def _answer_failure(error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.code is not None and 300 <= error.code < 400:
        return Response(error.get_response(request.environ).response, error.code, error.get_headers(request.environ))
    failure = describe_failure(error)
    if failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, ArchiveError | RefusedError):
        _log.error("failed: %s %r", request.method, request.full_path, exc_info=error)
    if request.path.startswith(MACHINE_PATHS):
        response = problem_document(failure)
    else:
        page = render_template(
            "failure.html",
            failure=failure,
            q=request.args.get("q", ""),  # stands in the search box, so that nobody types it again
            without=_address_without(failure.parameter),
            settings=current_app.config["BROADSHEET"],
        )
        response = Response(page, failure.status, content_type="text/html; charset=utf-8")
    if failure.status == HTTPStatus.METHOD_NOT_ALLOWED and isinstance(error, HTTPException):
        response.headers["Allow"] = dict(error.get_headers(request.environ)).get("Allow", "GET, HEAD")
    if failure.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if failure.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    response.headers["Cache-Control"] = "no-store"
    return response


def _address_without(parameter: str | None) -> str:
    """The same search without the argument that was at fault; "" where there is none."""
    if parameter is None:
        return ""
    kept = [(name, text) for name, text in request.args.items(multi=True) if name in KNOWN and name != parameter]
    return f"/?{urlencode(kept)}" if kept else ""
