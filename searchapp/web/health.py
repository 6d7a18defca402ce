"""Whether the service lives (`/healthz`) and whether it can answer (`/readyz`), for whatever watches it."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Blueprint, Response

from searchapp.search.service import SearchService
from searchapp.web.api import JSON_TYPE


def make_health(find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError: then `/readyz` is a 503."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return _plain({"status": "ok"})

    @health.get("/readyz")
    def readyz() -> Response:
        facts = find_service().facts()
        return _plain({"status": "ready", "index_generation": facts.generation, "articles": facts.articles})

    return health


def _plain(content: dict[str, object]) -> Response:
    return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": "no-store"})
