"""What can be seen from outside: ids of requests, logs, slow queries, metrics, and why a service is not ready."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from indexer.analysis.analyzer import Analyzer
from indexer.backends.whoosh_index import WhooshIndex
from indexer.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError
from indexer.settings import Settings
from searchapp.app import AppParts, create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.service import SearchService
from searchapp.web.logs import JsonFormatter, LineFormatter
from searchapp.web.metrics import Metrics
from searchapp.web.seen import watch_searches

TODAY = date(2022, 6, 1)


def make_app(index_dir: Path, **changed: object) -> Flask:
    settings = replace(Settings(index_dir=index_dir), **changed)  # type: ignore[arg-type]
    metrics = Metrics()
    service = SearchService(
        WhooshEngine(index_dir), Analyzer(), settings, lambda: TODAY, on_page=watch_searches(settings, metrics)
    )
    return create_app(settings, lambda: service, parts=AppParts(metrics=metrics))


@pytest.fixture
def client(index_dir: Path) -> FlaskClient:
    return make_app(index_dir).test_client()


@pytest.fixture(params=[JsonFormatter, LineFormatter])
def logged(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Lines as they are logged, in each of the formats."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(request.param())
    logger = logging.getLogger("broadsheet")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def read_metrics(client: FlaskClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def of(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_every_request_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = [client.get("/healthz").headers["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", each) for each in ids)
    assert client.get("/nowhere").headers["X-Request-ID"]
    assert client.get("/api/v1/search?page=0").headers["X-Request-ID"]


def test_an_id_that_a_proxy_gave_is_kept_and_a_malformed_one_replaced(client: FlaskClient) -> None:
    given = "edge-7.Frankfurt_42"
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    for bad in ("", "a b", "x" * 65, '"quoted"', "<script>", "é"):
        answered = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answered)
        assert answered != bad


def test_requests_are_counted_and_measured_by_route(client: FlaskClient) -> None:
    for address in ("/healthz", "/healthz", "/api/v1/search?q=lantern", "/?q=lantern", "/nowhere/at/all", "/other"):
        client.get(address)
    metrics = read_metrics(client)
    assert metrics[of("broadsheet_requests_total", route="health.healthz", status="200")] == 2
    assert metrics[of("broadsheet_requests_total", route="api.search", status="200")] == 1
    assert metrics[of("broadsheet_requests_total", route="pages.search", status="200")] == 1
    assert metrics[of("broadsheet_requests_total", route="none", status="404")] == 2
    assert metrics[of("broadsheet_request_seconds_count", route="api.search")] == 1
    assert metrics[of("broadsheet_request_seconds_bucket", route="health.healthz", le="+Inf")] == 2
    assert "nowhere" not in str(metrics.keys())


def test_searches_are_counted_and_so_are_those_that_ran_out_of_time(index_dir: Path) -> None:
    client = make_app(index_dir, slow_query_ms=0).test_client()
    for _ in range(2):
        client.get("/api/v1/search?q=lantern", headers={"Cache-Control": "no-cache"})
    client.get("/?q=lighthouse")
    metrics = read_metrics(client)
    assert metrics[of("broadsheet_searches_total")] == 3
    assert metrics[of("broadsheet_searches_timed_out_total")] == 0
    settings = Settings(index_dir=index_dir, slow_query_ms=1)
    counted = Metrics()
    note = watch_searches(settings, counted)
    page = SearchService(WhooshEngine(index_dir), Analyzer(), settings, lambda: TODAY).search(_request("lantern"))
    note(replace(page, timed_out=True, took_ms=1000.0))
    app = create_app(settings, _raise_none, parts=AppParts(metrics=counted))
    metrics = read_metrics(app.test_client())
    assert metrics[of("broadsheet_searches_timed_out_total")] == 1
    assert metrics[of("broadsheet_searches_slow_total")] == 1


def test_the_state_of_the_index_and_of_its_writer_is_told(client: FlaskClient, index_dir: Path) -> None:
    facts = client.get("/readyz").json
    before = read_metrics(client)
    assert before[of("broadsheet_index_generation")] == facts["index_generation"]
    assert before[of("broadsheet_articles")] == facts["articles"]
    assert (before[of("broadsheet_ready")], before[of("broadsheet_ingest_queued")]) == (1, 0)
    assert before[of("broadsheet_index_writing")] == 0
    with WhooshIndex.open(index_dir).writer(16):
        assert read_metrics(client)[of("broadsheet_index_writing")] == 1
    assert read_metrics(client)[of("broadsheet_index_writing")] == 0


def test_metrics_are_there_when_the_index_is_not() -> None:
    metrics = read_metrics(create_app(Settings(index_dir=Path("nowhere")), _raise_none).test_client())
    assert metrics[of("broadsheet_ready")] == 0
    assert of("broadsheet_articles") not in metrics


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IndexNotFoundError("there is no index at x; run: broadsheet index PATH..."), "no_index"),
        (IndexVersionError("index was written by schema 3, this is 4; run: broadsheet rebuild"), "index_outdated"),
        (IndexDamagedError("a file is not what was written"), "index_unusable"),
    ],
)
def test_a_service_that_is_not_ready_says_whether_the_index_is_missing_old_or_damaged(
    error: Exception, code: str
) -> None:
    def find_service() -> SearchService:
        raise error

    response = create_app(Settings(), find_service).test_client().get("/readyz")
    assert (response.status_code, response.json["code"], response.json["detail"]) == (503, code, str(error))
    assert int(response.headers["Retry-After"]) > 0


def test_a_slow_query_is_logged_with_the_id_of_its_request_and_a_fast_one_is_not(
    index_dir: Path, logged: list[str]
) -> None:
    given = {"X-Request-ID": "slow-one"}
    fast = make_app(index_dir, slow_query_ms=60000).test_client()
    off = make_app(index_dir, slow_query_ms=0).test_client()
    for client in (fast, off):
        client.get("/api/v1/search?q=lantern", headers=given)
    assert logged == []
    app = make_app(index_dir, slow_query_ms=1)
    with app.test_request_context("/api/v1/search", headers=given):
        app.preprocess_request()
        settings = app.config["BROADSHEET"]
        page = SearchService(WhooshEngine(index_dir), Analyzer(), settings, lambda: TODAY).search(
            _request('lantern "\n\x1b[31m')
        )
        watch_searches(settings, Metrics())(replace(page, took_ms=712.5))
    (line,) = logged
    assert all(each in line for each in ("slow query", "slow-one", "lantern", "712.5"))
    assert "\n" not in line
    assert "\x1b" not in line


def test_json_logs_have_a_line_a_request_without_its_query(index_dir: Path, logged: list[str]) -> None:
    client = make_app(index_dir, log="json").test_client()
    client.get("/api/v1/search?q=verysecret", headers={"X-Request-ID": "one"})
    client.get("/nowhere?q=verysecret")
    assert len(logged) == 2
    assert "verysecret" not in "".join(logged)
    if not logged[0].startswith("{"):
        return
    first, second = map(json.loads, logged)
    assert (first["request_id"], first["route"], first["status"]) == ("one", "api.search", 200)
    assert (first["path"], first["level"], first["took_ms"] > 0) == ("/api/v1/search", "info", True)
    assert (second["route"], second["status"]) == ("none", 404)


def test_a_failure_of_ours_is_logged_with_its_request_and_its_traceback(
    index_dir: Path, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(SearchService, "_search", fail)
    response = make_app(index_dir).test_client().get("/api/v1/search?q=x", headers={"X-Request-ID": "broken"})
    assert response.status_code == 500
    (line,) = logged
    assert "broken" in line
    assert "RuntimeError: unforeseen" in line
    if line.startswith("{"):
        assert orjson.loads(line)["request_id"] == "broken"


def _raise_none() -> SearchService:
    raise IndexNotFoundError("there is none")


def _request(q: str) -> Any:
    from searchapp.search.request import SearchRequest

    return SearchRequest(q=q)
