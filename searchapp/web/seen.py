"""What is noted of every request: its id, how long it took, what came of it; and of every slow search, its query."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from itertools import count
from time import perf_counter
from typing import Final

from flask import Flask, Response, has_request_context, request

from indexer.settings import Settings
from searchapp.search.request import Page
from searchapp.web.logs import FIELDS, NOTED_ID
from searchapp.web.metrics import Metrics

REQUEST_ID: Final = "X-Request-ID"
_GIVEN_ID: Final = "HTTP_X_REQUEST_ID"
_STARTED: Final = "broadsheet.started"
#: What a proxy gives is taken over where it can do no harm in a log or a header.
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_SHOWN_CHARS: Final = 512
#: Told of an address that belongs to no view: what was typed there must not become a label.
_NO_ROUTE: Final = "none"

_requests_log = logging.getLogger("broadsheet.requests")
_slow_log = logging.getLogger("broadsheet.slow")


def watch_requests(app: Flask, metrics: Metrics, *, logs_requests: bool) -> None:
    """To be called before anything else is hooked into requests, so that all of their time is seen."""
    make_id = _id_maker()

    # What is noted stands in the request's environment: each look through one of Flask's proxies takes a microsecond.
    def begin() -> None:
        environ = request.environ
        environ[_STARTED] = perf_counter()
        given = environ.get(_GIVEN_ID)
        environ[NOTED_ID] = given if given and _WELL_FORMED.match(given) else make_id()

    def end(response: Response) -> Response:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 Flask's own way past its proxy
        environ = asked.environ
        seconds = perf_counter() - environ[_STARTED]
        route = asked.endpoint or _NO_ROUTE
        metrics.note_request(route, response.status_code, seconds)
        response.headers[REQUEST_ID] = environ[NOTED_ID]
        if logs_requests:
            fields = {
                "method": asked.method,
                "path": asked.path,
                "route": route,
                "status": response.status_code,
                "took_ms": round(seconds * 1000, 3),
            }
            _requests_log.info("answered", extra={FIELDS: fields})
        return response

    app.before_request(begin)
    app.after_request(end)


def watch_searches(settings: Settings, metrics: Metrics) -> Callable[[Page], None]:
    """What a service is to tell of each page that it found."""

    def note(page: Page) -> None:
        is_slow = 0 < settings.slow_query_ms <= page.took_ms
        metrics.note_search(page, is_slow=is_slow)
        if is_slow:
            fields = {
                "q": page.request.q[:_SHOWN_CHARS],
                "understood": page.understood[:_SHOWN_CHARS],
                "took_ms": round(page.took_ms, 3),
                "total": page.total,
                "timed_out": page.timed_out,
                "sort": page.request.sort,
                "page": page.request.page,
                "index_generation": page.generation,
                "route": (request.endpoint or _NO_ROUTE) if has_request_context() else _NO_ROUTE,
            }
            _slow_log.warning("slow query", extra={FIELDS: fields})

    return note


def _id_maker() -> Callable[[], str]:
    """Ids that no other process makes, at the price of counting."""
    process, numbers = secrets.token_hex(6), count(1)
    return lambda: f"{process}-{next(numbers):x}"
