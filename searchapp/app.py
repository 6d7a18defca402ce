"""The web application and the server that runs it.

`create_app` joins pages and endpoint over one service. `serve` runs it in production: granian supervises one worker
process, which opens the index itself; more worker processes over the same index are a number away.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from logging.config import dictConfig
from pathlib import Path

from flask import Flask, url_for
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from jinja2 import StrictUndefined

from indexer.analysis.analyzer import Analyzer
from indexer.backends.lock_holder import is_locked
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.toc import LOCK_NAME
from indexer.errors import IndexNotFoundError, UsageError
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.ingest.intake import Intake
from searchapp.search.request import Page
from searchapp.search.service import SearchService
from searchapp.warming import warm_up
from searchapp.web.api import make_api
from searchapp.web.archive import Archive
from searchapp.web.cursors import Cursors
from searchapp.web.failures import register_failures
from searchapp.web.health import make_health
from searchapp.web.ingest import make_ingest
from searchapp.web.logs import describe_logging
from searchapp.web.metrics import Metrics, Sources, make_metrics
from searchapp.web.pages import make_pages
from searchapp.web.reference import make_reference
from searchapp.web.safety import add_safety_headers
from searchapp.web.seen import watch_requests, watch_searches
from searchapp.web.words_api import make_words_api

# Searching holds the interpreter, so more threads than this only queue inside Python; with one alone a slow search
# would keep /healthz waiting.
_THREADS = 4
_KILL_AFTER_S = 1
_MAX_BODY_BYTES = 64 * 1024
_ASSET_MAX_AGE_S = 365 * 24 * 3600
_LOOK_AT_PARENT_EVERY_S = 1.0

_log = logging.getLogger("broadsheet")


def create_app(
    settings: Settings,
    find_service: Callable[[], SearchService],
    clock: Callable[[], float] = time.monotonic,
    refresh: Callable[[], None] = lambda: None,
    metrics: Metrics | None = None,
) -> Flask:
    """The application. `find_service` is called at each request: it gives the service, or raises ArchiveError. By
    `clock` cursors expire. `refresh` has the service look for a commit at once: what was brought is then found.
    `metrics` is what the service counts its searches with."""
    metrics = metrics or Metrics()
    intake = Intake(settings, refresh)
    sources = Sources(
        facts=lambda: find_service().facts(),
        is_writing=lambda: is_locked(settings.index_dir / LOCK_NAME),
        queued_jobs=lambda: intake.queued,
        compiled=HAS_NUMBA,
    )
    app = Flask("searchapp", root_path=str(Path(__file__).parent / "web"))
    app.config.update(
        BROADSHEET=settings, MAX_CONTENT_LENGTH=_MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=_ASSET_MAX_AGE_S
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    digests = _digest_assets(Path(str(app.static_folder)))
    app.jinja_env.globals["asset"] = partial(_asset_address, digests)
    watch_requests(app, metrics, logs_requests=settings.log == "json")
    app.register_blueprint(make_metrics(metrics, sources))
    app.register_blueprint(make_api(find_service, Cursors(clock)))
    app.register_blueprint(make_words_api(find_service))
    app.register_blueprint(make_ingest(settings, find_service, intake))
    app.register_blueprint(make_health(find_service))
    app.register_blueprint(make_reference(settings))
    app.register_blueprint(make_pages(settings, find_service))
    register_failures(app)
    app.after_request(add_safety_headers)
    return app


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. An index that is not there yet is waited for; one that cannot be used is an
    ArchiveError, a port that cannot be had a UsageError."""
    dictConfig(describe_logging(settings.log))
    _check_address(settings)
    try:
        _open_service(settings).engine.close()
    except IndexNotFoundError as error:
        _say(f"{error}\nServing all the same: the page shows the archive as soon as it is there.")
    server = Server(
        "broadsheet",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        websockets=False,
        workers_kill_timeout=_KILL_AFTER_S,
        log_level=LogLevels.warning,
        log_dictconfig=describe_logging(settings.log),
    )
    server.serve(target_loader=partial(_load_app, settings, os.getpid()), wrap_loader=False)


def _load_app(settings: Settings, parent: int) -> Flask:
    """Runs in the worker process: opens the archive there, since threads and mapped files do not survive a fork."""
    threading.Thread(target=_follow_parent, args=(parent,), name="broadsheet-parent", daemon=True).start()
    metrics = Metrics()
    open_service = partial(_open_service, settings, watch_searches(settings, metrics))
    archive = Archive(open_service, settings.refresh_every_s)
    archive.__enter__()  # for as long as the process lives
    app = create_app(settings, archive.service, refresh=archive.refresh, metrics=metrics)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    _say(f"Broadsheet is at http://{host}:{settings.port}/ (Ctrl-C ends it)")
    return app


def _open_service(settings: Settings, on_page: Callable[[Page], None] = lambda _: None) -> SearchService:
    warm_up(_say)
    return SearchService(WhooshEngine(settings.index_dir), Analyzer(), settings, date.today, on_page=on_page)


def _follow_parent(parent: int) -> None:
    """End with the supervisor, also when it was killed and could not say so: an orphan would keep the port."""
    while os.getppid() == parent:
        time.sleep(_LOOK_AT_PARENT_EVERY_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _check_address(settings: Settings) -> None:
    """Refuse a port that another server has: on Linux two granians share one silently, each with half the requests."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}; "
            "choose another with --host and --port"
        ) from error


def _digest_assets(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.blake2b(path.read_bytes(), digest_size=6).hexdigest() for path in folder.iterdir()}


def _asset_address(digests: dict[str, str], name: str) -> str:
    """A new version has a new address, so that a browser may keep the old one for ever."""
    return url_for("static", filename=name, v=digests[name])


def _say(text: str) -> None:
    _log.info("%s", text)
