"""A small index of invented articles, built by the real command, and the application over it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.service import SearchService

ARCHIVE = Path(__file__).parent / "archive"
TODAY = date(2022, 6, 1)


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "index"
    command = [
        sys.executable,
        "-c",
        "from searchapp.cli import main; main()",
        "index",
        str(ARCHIVE),
        "--index-dir",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def service(index_dir: Path) -> Iterator[SearchService]:
    engine = WhooshEngine(index_dir)
    yield SearchService(engine, Analyzer(), Settings(index_dir=index_dir), lambda: TODAY)
    engine.close()


@pytest.fixture(scope="session")
def app(service: SearchService) -> Flask:
    return create_app(service.settings, lambda: service)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
