"""Whether the service lives (`/healthz`) and whether it can answer (`/readyz`), for whatever watches it."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Blueprint, Response

from searchapp.search.service import SearchService
from searchapp.web.api import JSON_TYPE
from searchapp.web.operations import ALIVE, READY, AliveAnswer, ReadyAnswer
from searchapp.web.routes import add_view


def make_health(find_service: Callable[[], SearchService]) -> Blueprint:
    """`find_service` gives the service of the newest generation, or raises ArchiveError: then `/readyz` is a 503."""
    health = Blueprint("health", __name__)

    def healthz() -> Response:
        return _plain({"status": "ok"})

    def readyz() -> Response:
        service = find_service()
        service.engine.check()
        facts = service.facts()
        return _plain({"status": "ready", "index_generation": facts.generation, "articles": facts.articles})

    add_view(health, ALIVE, healthz)
    add_view(health, READY, readyz)
    return health


def _plain(content: AliveAnswer | ReadyAnswer) -> Response:
    return Response(orjson.dumps(content), content_type=JSON_TYPE, headers={"Cache-Control": "no-store"})
