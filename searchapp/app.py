"""The web application and the server that runs it.

`create_app` joins pages and endpoint over one service. `serve` runs it in production: granian supervises one worker
process, which opens the index itself; more worker processes over the same index are a number away.
"""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from flask import Flask, url_for
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from jinja2 import StrictUndefined

from indexer.analysis.analyzer import Analyzer
from indexer.errors import ClusterError, IndexNotFoundError, UsageError
from indexer.settings import Settings
from searchapp.backends.choosing import open_engine
from searchapp.search.service import SearchService
from searchapp.warming import warm_up
from searchapp.web.api import make_api
from searchapp.web.archive import Archive
from searchapp.web.cursors import Cursors
from searchapp.web.failures import register_failures
from searchapp.web.health import make_health
from searchapp.web.pages import make_pages
from searchapp.web.reference import make_reference
from searchapp.web.safety import add_safety_headers
from searchapp.web.words_api import make_words_api

# Searching holds the interpreter, so more threads than this only queue inside Python; with one alone a slow search
# would keep /healthz waiting.
_THREADS = 4
_KILL_AFTER_S = 1
_MAX_BODY_BYTES = 64 * 1024
_ASSET_MAX_AGE_S = 365 * 24 * 3600
_LOOK_AT_PARENT_EVERY_S = 1.0
_LOGGING = {
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"console": {"formatter": "line", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
    "loggers": {
        "_granian": {"handlers": ["console"], "propagate": False},
        "broadsheet": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}


def create_app(
    settings: Settings, find_service: Callable[[], SearchService], clock: Callable[[], float] = time.monotonic
) -> Flask:
    """The application. `find_service` is called at each request: it gives the service, or raises ArchiveError. By
    `clock` cursors expire."""
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
    app.register_blueprint(make_api(find_service, Cursors(clock)))
    app.register_blueprint(make_words_api(find_service))
    app.register_blueprint(make_health(find_service))
    app.register_blueprint(make_reference(settings))
    app.register_blueprint(make_pages(settings, find_service))
    register_failures(app)
    app.after_request(add_safety_headers)
    return app


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. An index that is not there yet, or a cluster, is waited for; an index that
    cannot be used is an ArchiveError, a port that cannot be had a UsageError."""
    _check_address(settings)
    try:
        _open_service(settings).engine.close()
    except (IndexNotFoundError, ClusterError) as error:
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
        log_dictconfig=_LOGGING,
    )
    server.serve(target_loader=partial(_load_app, settings, os.getpid()), wrap_loader=False)


def _load_app(settings: Settings, parent: int) -> Flask:
    """Runs in the worker process: opens the archive there, since threads and mapped files do not survive a fork."""
    threading.Thread(target=_follow_parent, args=(parent,), name="broadsheet-parent", daemon=True).start()
    archive = Archive(partial(_open_service, settings), settings.refresh_every_s)
    archive.__enter__()  # for as long as the process lives
    app = create_app(settings, archive.service)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    _say(f"Broadsheet is at http://{host}:{settings.port}/ (Ctrl-C ends it)")
    return app


def _open_service(settings: Settings) -> SearchService:
    warm_up(_say)
    return SearchService(open_engine(settings), Analyzer(), settings, date.today)


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
    print(text, file=sys.stderr, flush=True)  # noqa: T201 -- said to whoever started the server
