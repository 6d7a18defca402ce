"""The web application: pages and endpoint joined over one service. `serving.py` runs it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from indexer.backends.lock_holder import is_locked
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.toc import LOCK_NAME
from indexer.settings import Settings
from searchapp.ingest.intake import Intake
from searchapp.search.service import SearchService
from searchapp.web.admission import Queue, admit_requests
from searchapp.web.api import make_api
from searchapp.web.cursors import Cursors
from searchapp.web.directions import straighten
from searchapp.web.failures import register_failures
from searchapp.web.health import make_health
from searchapp.web.hosts import trust_hosts
from searchapp.web.ingest import make_ingest
from searchapp.web.metrics import Metrics, Sources, make_metrics
from searchapp.web.pages import make_pages
from searchapp.web.reference import make_reference
from searchapp.web.safety import add_safety_headers
from searchapp.web.seen import watch_requests
from searchapp.web.words_api import make_words_api

_MAX_BODY_BYTES = 64 * 1024
_ASSET_MAX_AGE_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class AppParts:
    """What an application has in common with others that serve the same index; alone it makes its own.

    `refresh` has the service look for a commit at once: what was brought is then found. `metrics` is what the service
    counts its searches with. Who has the same `cursor_key` follows the same cursors; `limits` is the table that tells
    how often each client has asked.
    """

    refresh: Callable[[], None] = lambda: None
    metrics: Metrics | None = None
    cursor_key: bytes | None = None
    limits: Path | None = None


_ALONE = AppParts()


def create_app(
    settings: Settings,
    find_service: Callable[[], SearchService],
    clock: Callable[[], float] = time.monotonic,
    parts: AppParts = _ALONE,
) -> Flask:
    """The application. `find_service` is called at each request: it gives the service, or raises ArchiveError. By
    `clock` cursors expire."""
    metrics = parts.metrics or Metrics()
    intake = Intake(settings, parts.refresh)
    queue = Queue(settings.serve_at_once, settings.serve_queue, settings.serve_wait_ms / 1000)
    sources = Sources(
        facts=lambda: find_service().facts(),
        is_writing=lambda: is_locked(settings.index_dir / LOCK_NAME),
        queued_jobs=lambda: intake.queued,
        waiting=lambda: queue.waiting,
        compiled=HAS_NUMBA,
    )
    app = Flask("searchapp", root_path=str(Path(__file__).parent / "web"))
    app.config.update(
        BROADSHEET=settings, MAX_CONTENT_LENGTH=_MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=_ASSET_MAX_AGE_S
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # A format string of a template is marked as safe, and what it formats is escaped part by part.
    app.jinja_env.filters["thousands"] = "{:,}".format
    app.jinja_env.filters["straighten"] = straighten
    app.url_map.strict_slashes = False
    # Else `//address` is answered by sending the browser on, to whatever host the request says that this is.
    app.url_map.merge_slashes = False
    digests = _digest_assets(Path(str(app.static_folder)))
    app.jinja_env.globals["asset"] = partial(_asset_address, digests)
    watch_requests(app, metrics, logs_requests=settings.log == "json")
    trust_hosts(app, settings)
    admit_requests(app, settings, queue, parts.limits)
    app.register_blueprint(make_metrics(metrics, sources))
    app.register_blueprint(make_api(find_service, Cursors(clock, parts.cursor_key)))
    app.register_blueprint(make_words_api(find_service))
    app.register_blueprint(make_ingest(settings, find_service, intake))
    app.register_blueprint(make_health(find_service))
    app.register_blueprint(make_reference(settings))
    app.register_blueprint(make_pages(settings, find_service))
    register_failures(app)
    app.after_request(add_safety_headers)
    return app


def _digest_assets(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest() for path in folder.iterdir()}


def _asset_address(digests: dict[str, str], name: str) -> str:
    """A new version has a new address, so that a browser may keep the old one for ever."""
    return f"/static/{name}?v={digests[name]}"
