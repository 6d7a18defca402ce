"""Every problem that the endpoint answers with: its code, which is never renamed, its status, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Literal, NotRequired, TypeAlias, TypedDict, get_args

from msgspec import Meta

ProblemCode: TypeAlias = Literal[
    "unknown_parameter",
    "repeated_parameter",
    "bad_value",
    "too_many_values",
    "beyond_window",
    "query_notes",
    "bad_request",
    "untrusted_host",
    "no_article",
    "no_token",
    "ingest_off",
    "article_not_found",
    "not_found",
    "method_not_allowed",
    "cursor_expired",
    "body_too_large",
    "too_many_articles",
    "unsupported_media_type",
    "rate_limited",
    "internal_error",
    "queue_full",
    "no_index",
    "index_outdated",
    "index_unusable",
    "index_busy",
    "cluster_unavailable",
]


@dataclass(frozen=True, slots=True)
class Problem:
    status: HTTPStatus
    means: str


PROBLEMS: Final[Mapping[ProblemCode, Problem]] = {
    "unknown_parameter": Problem(
        HTTPStatus.BAD_REQUEST,
        "there is no such parameter; `detail` suggests the right one, or lists those that are known",
    ),
    "repeated_parameter": Problem(HTTPStatus.BAD_REQUEST, "a parameter that is given once was given more than once"),
    "bad_value": Problem(HTTPStatus.BAD_REQUEST, "a parameter cannot have this value; `detail` says what it takes"),
    "too_many_values": Problem(HTTPStatus.BAD_REQUEST, "a repeatable parameter was given more often than it may be"),
    "beyond_window": Problem(
        HTTPStatus.BAD_REQUEST, "`page` lies beyond the hits that pages reach; follow `next`, or narrow the search"
    ),
    "query_notes": Problem(
        HTTPStatus.BAD_REQUEST, "under `strict`: part of the query was not taken as it was typed; `detail` says which"
    ),
    "bad_request": Problem(HTTPStatus.BAD_REQUEST, "the request is no HTTP that can be read"),
    "untrusted_host": Problem(
        HTTPStatus.BAD_REQUEST, "the service does not answer under the name that `Host` gives (setting `trusted_hosts`)"
    ),
    "no_article": Problem(
        HTTPStatus.BAD_REQUEST, "the body has no article, or none that can be taken; `detail` says why of the first"
    ),
    "no_token": Problem(
        HTTPStatus.UNAUTHORIZED, "send the token of the service: `Authorization: Bearer TOKEN`; nothing else will do"
    ),
    "ingest_off": Problem(
        HTTPStatus.FORBIDDEN, "this service takes no articles: nobody has set a token (setting `ingest_token`)"
    ),
    "article_not_found": Problem(HTTPStatus.NOT_FOUND, "there is no article of this id; it may have been deleted"),
    "not_found": Problem(HTTPStatus.NOT_FOUND, "there is nothing at this address"),
    "method_not_allowed": Problem(
        HTTPStatus.METHOD_NOT_ALLOWED, "this address is asked by another method; see `Allow`"
    ),
    "cursor_expired": Problem(
        HTTPStatus.GONE, "the generation that this cursor walks through is open no more; search again without it"
    ),
    "body_too_large": Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the request has a body, and a very large one"),
    "too_many_articles": Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "more articles than one request may bring (setting `ingest_most_articles`); nothing was taken: send them in "
        "several requests",
    ),
    "unsupported_media_type": Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "the body is neither `application/json` nor `application/x-ndjson`, or is compressed",
    ),
    "rate_limited": Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "this client asks more often than it may (setting `rate_limit_per_minute`); `Retry-After` says when to go on",
    ),
    "internal_error": Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "a mistake of ours; the service's log has the details"),
    "queue_full": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "more requests come than are answered, and enough of them wait already; `Retry-After` says when to ask again",
    ),
    "no_index": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "nothing is indexed yet; `detail` says what to run, `Retry-After` when to ask again",
    ),
    "index_outdated": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the index was written by another version; `detail` says which, and what to run: mostly `broadsheet rebuild`",
    ),
    "index_unusable": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, "the index cannot be opened; `detail` says why and what to run"
    ),
    "index_busy": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "another process is writing to the index; nothing was taken: `Retry-After` says when to send it again",
    ),
    "cluster_unavailable": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "the cluster that keeps the index does not answer; `detail` says what it said, `Retry-After` when to ask again",
    ),
}


class ProblemAnswer(TypedDict):
    """What went wrong, as RFC 9457 has it."""

    type: Annotated[str, Meta(description="Always `about:blank`: `code` tells problems apart.")]
    title: Annotated[str, Meta(description="The phrase of the status.")]
    status: Annotated[int, Meta(description="The status of the answer.")]
    detail: Annotated[str, Meta(description="A sentence for people: what happened and what to do.")]
    code: Annotated[ProblemCode, Meta(description="For programs; never renamed.")]
    parameter: NotRequired[Annotated[str, Meta(description="The parameter at fault, where one is.")]]


assert set(PROBLEMS) == set(get_args(ProblemCode))
