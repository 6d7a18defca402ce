"""The server: granian supervises worker processes, each of which opens the same mapped index.

What a worker must know of the others (whose cursors it may follow, what they counted, which client has asked how often)
lies in a folder that lives as long as the server.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from logging.config import dictConfig
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces
from granian.log import LogLevels

from indexer.analysis.analyzer import Analyzer
from indexer.errors import ClusterError, IndexNotFoundError, UsageError
from indexer.settings import Settings
from searchapp.backends.choosing import open_engine
from searchapp.backends.pins import Pins
from searchapp.ingest.intake import MOST_INGESTING
from searchapp.readying import make_ready, share_arenas
from searchapp.search.request import Page
from searchapp.search.service import SearchService
from searchapp.supervisor import Supervisor
from searchapp.warming import warm_up
from searchapp.web.archive import Archive
from searchapp.web.logs import describe_logging

# Threads that wait, for their turn or for a commit, cost next to nothing; these beside them answer what waits for
# nobody: that the service lives, and that the queue is full.
_SPARE_THREADS: Final = 4
_LOOK_AT_PARENT_EVERY_S: Final = 1.0
_METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"

_log = logging.getLogger("broadsheet")


@dataclass(frozen=True, slots=True)
class Shared:
    """What all workers of a server have in common."""

    folder: Path
    cursor_key: bytes

    @property
    def pins(self) -> Path:
        return self.folder / "pins"

    @property
    def limits(self) -> Path:
        return self.folder / "limits"

    def started(self, process: int) -> Path:
        """There from the moment when this process has opened the archive."""
        return self.folder / f"started-{process}"


def serve(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM. An index that is not there yet, or a cluster, is waited for; an index that
    cannot be used is an ArchiveError, a port that cannot be had a UsageError."""
    dictConfig(describe_logging(settings.log))
    _check_address(settings)
    try:
        _open_service(settings).engine.close()
    except (IndexNotFoundError, ClusterError) as error:
        _say(f"{error}\nServing all the same: the page shows the archive as soon as it is there.")
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder:
        shared = Shared(Path(folder), secrets.token_bytes(32))
        _prepare(shared, settings)
        server = Supervisor(
            lambda process: shared.started(process).exists(),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.serve_workers,
            blocking_threads=settings.serve_at_once + settings.serve_queue + MOST_INGESTING + _SPARE_THREADS,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=_longest_request_s(settings),
            log_level=LogLevels.warning,
            log_dictconfig=describe_logging(settings.log),
        )
        server.run(partial(_load_app, settings, shared, os.getpid()))


def _prepare(shared: Shared, settings: Settings) -> None:
    """Before a worker starts, and before the library is imported that looks for its folder then."""
    from searchapp.web.admission import RateLimit  # noqa: PLC0415 Flask comes with it

    Pins.make_table(shared.pins)
    RateLimit.make_table(shared.limits)
    if settings.serve_workers > 1:
        counts = shared.folder / "metrics"
        counts.mkdir()
        os.environ[_METRICS_FOLDER] = str(counts)


def _load_app(settings: Settings, shared: Shared, parent: int) -> Any:  # noqa: ANN401 a WSGI application
    """Runs in the worker process: opens the archive there, since threads and mapped files do not survive a fork."""
    from searchapp.app import AppParts, create_app  # noqa: PLC0415 see _prepare
    from searchapp.web.metrics import Metrics  # noqa: PLC0415 see _prepare
    from searchapp.web.seen import watch_searches  # noqa: PLC0415 see _prepare

    share_arenas()
    threading.Thread(target=_follow_parent, args=(parent,), name="broadsheet-parent", daemon=True).start()
    metrics = Metrics()
    open_service = partial(_open_ready, settings, watch_searches(settings, metrics), Pins(shared.pins))
    archive = Archive(open_service, settings.refresh_every_s)
    archive.__enter__()  # for as long as the process lives
    parts = AppParts(archive.refresh, metrics, shared.cursor_key, shared.limits)
    app = create_app(settings, archive.service, parts=parts)
    shared.started(os.getpid()).touch()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    _say(f"Broadsheet is at http://{host}:{settings.port}/ (Ctrl-C ends it)")
    return app


def _open_service(
    settings: Settings, on_page: Callable[[Page], None] = lambda _: None, pins: Pins | None = None
) -> SearchService:
    warm_up(_say)
    return SearchService(open_engine(settings, pins), Analyzer(), settings, date.today, on_page=on_page)


def _open_ready(settings: Settings, on_page: Callable[[Page], None], pins: Pins) -> SearchService:
    """For a worker, which answers nobody before it is ready to answer quickly."""
    service = _open_service(settings, on_page, pins)
    make_ready(SearchService(service.engine, service.analyzer, settings, service.today))
    return service


def _longest_request_s(settings: Settings) -> int:
    """How long a worker that is to end may go on with what it was asked; one with nothing to do ends at once."""
    return math.ceil((settings.serve_wait_ms + settings.search_deadline_ms) / 1000) + 1


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


def _say(text: str) -> None:
    _log.info("%s", text)
