"""What it costs a request to be seen and let in: microseconds on top of a bare one, in this process, without a network.

    python -m benchmarks.request_cost [--rounds 7]

`/healthz` and the refusal of a page are asked, which cost next to nothing themselves: with everything hooked in, with
limits by client and lines of JSON in the log besides, and with none of it.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path

from flask import Flask
from werkzeug.test import create_environ

from indexer.errors import IndexNotFoundError
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.search.service import SearchService
from searchapp.web.logs import JsonFormatter

REQUESTS = 3000


def no_service() -> SearchService:
    raise IndexNotFoundError("there is none")


def strip(app: Flask) -> Flask:
    """Without what is hooked into every request."""
    app.before_request_funcs.clear()
    app.teardown_request_funcs.clear()
    app.after_request_funcs.clear()
    return app


def time_requests(app: Flask, path: str) -> float:
    """Microseconds of this thread's processor time a request: others on the machine do not count."""
    environ = create_environ(path, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    started = time.thread_time()
    for _ in range(REQUESTS):
        b"".join(app.wsgi_app(dict(environ), lambda *_: None))  # type: ignore[arg-type,return-value]
    return (time.thread_time() - started) / REQUESTS * 1e6


def measure(rounds: int) -> None:
    handler = logging.StreamHandler(StringIO())
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("broadsheet")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    settings = Settings(index_dir=Path("nowhere"))
    everything = replace(settings, log="json", rate_limit_per_minute=10**6)
    apps = {
        "bare": strip(create_app(settings, no_service)),
        "seen and let in": create_app(settings, no_service),
        "with a limit by client and JSON lines": create_app(everything, no_service),
    }
    for path in ("/healthz", "/api/v1/articles?"):
        taken: dict[str, list[float]] = {name: [] for name in apps}
        for _ in range(rounds):
            for name, app in apps.items():
                taken[name].append(time_requests(app, path.rstrip("?")))
        bare = min(taken["bare"])
        for name, each in taken.items():
            print(f"{path.rstrip('?'):<20} {name:<40} {min(each):7.1f} us  +{min(each) - bare:5.1f} us")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    measure(parser.parse_args().rounds)
