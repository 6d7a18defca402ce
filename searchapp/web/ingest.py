"""The endpoint's door for articles that are brought: closed until the service has a token, then open to who shows it.

The token is asked for before anything of the body is read, in a header that no page of another site can send along.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Final

import orjson
from flask import Blueprint, Response, request

from indexer.article import ReadArticle, Skipped
from indexer.settings import Settings
from searchapp.ingest.bodies import line_of, read_body
from searchapp.ingest.intake import Intake
from searchapp.ingest.jobs import Addition, Deletion
from searchapp.ingest.shapes import DeletionAnswer, IngestAnswer
from searchapp.search.service import SearchService
from searchapp.web.api import JSON_TYPE
from searchapp.web.failures import ArticleNotFoundError, RefusedError
from searchapp.web.operations import DELETE, INGEST, JSON_BODY, LINES_BODY
from searchapp.web.routes import add_view

#: One format goes by several names.
_MEDIA_TYPES: Final = frozenset(
    {
        JSON_BODY,
        LINES_BODY,
        "application/jsonl",
        "application/jsonlines",
        "application/json-lines",
        "application/ndjson",
    }
)


def make_ingest(settings: Settings, find_service: Callable[[], SearchService], intake: Intake) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError: then nothing is there to be
    deleted."""
    ingest = Blueprint("ingest", __name__)
    wanted = _digest(settings.ingest_token)
    why_off = _say_why_off(settings)

    def check_token() -> None:
        if why_off:
            raise RefusedError("ingest_off", why_off)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        # Digests are of one length, so that comparing them tells nothing of the token.
        if scheme.lower() != "bearer" or not hmac.compare_digest(_digest(token.strip()), wanted):
            raise RefusedError("no_token", "send the service's token as `Authorization: Bearer TOKEN`")

    def add() -> Response:
        started = perf_counter()
        check_token()
        INGEST.parameters.read(request.args.items(multi=True))
        if request.mimetype not in _MEDIA_TYPES or request.headers.get("Content-Encoding", "identity") != "identity":
            raise RefusedError(
                "unsupported_media_type",
                f"send the articles as {JSON_BODY} or, one a line, as {LINES_BODY}, and not compressed",
            )
        request.max_content_length = settings.ingest_body_mb * 1024 * 1024
        read = read_body(request.get_data(), settings.collection, _today(), settings.ingest_most_articles)
        if read is None:
            raise RefusedError(
                "too_many_articles",
                f"more than {settings.ingest_most_articles:,} articles in one request; nothing was taken: send fewer",
            )
        if all(isinstance(each, Skipped) for each in read):
            raise RefusedError("no_article", _say_why(read[0]) if read else "the body is empty")
        done = intake.hand_in(Addition(read))
        counts = Counter(outcome.status for outcome in done.outcomes)
        content: IngestAnswer = {
            "added": counts["added"],
            "updated": counts["updated"],
            "unchanged": counts["unchanged"],
            "conflict": counts["conflict"],
            "deleted_before": counts["deleted_before"],
            "refused": counts["refused"],
            "articles": tuple(
                {"line": each.line, "id": each.id, "status": each.status, "reason": each.reason}
                for each in done.outcomes
            ),
            "index_generation": done.generation,
            "took_ms": round((perf_counter() - started) * 1000, 3),
        }
        return _answer(content)

    def delete(article_id: str) -> Response:
        check_token()
        reason = DELETE.parameters.read(request.args.items(multi=True))["reason"]
        find_service()  # to delete from an archive that is not there must not make one
        done = intake.hand_in(Deletion(article_id, reason, _today().isoformat()))
        if done.deletion is None:
            raise ArticleNotFoundError
        return _answer({"id": article_id, "status": done.deletion, "index_generation": done.generation})

    add_view(ingest, INGEST, add)
    add_view(ingest, DELETE, delete)
    return ingest


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _today() -> date:
    return datetime.now(UTC).date()


def _say_why(outcome: ReadArticle | Skipped) -> str:
    assert isinstance(outcome, Skipped), "asked of what was skipped"
    detail = f" ({outcome.detail})" if outcome.detail else ""
    return f"line {line_of(outcome.place)}: {outcome.reason}{detail}; nothing was taken"


def _answer(content: IngestAnswer | DeletionAnswer) -> Response:
    return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": "no-store"})


def _say_why_off(settings: Settings) -> str:
    """Why this service takes no articles; "" where it does."""
    return "" if settings.ingest_token else "this service takes no articles; to have it take them, set ingest_token"
