"""Who is let in, who waits, and who is told to come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.search.service import SearchService
from searchapp.web.admission import Queue, RateLimit

WITHIN_S = 60.0


@pytest.fixture
def held_up(service: SearchService) -> Iterator[tuple[Flask, threading.Event, threading.Semaphore]]:
    """An application with one place and one to wait, whose searches go on when they are told to; and how many began."""
    go_on, begun = threading.Event(), threading.Semaphore(0)

    class HeldUp:
        def __getattr__(self, name: str) -> Any:
            return getattr(service, name)

        def search(self, request: Any) -> Any:
            begun.release()
            assert go_on.wait(WITHIN_S)
            return service.search(request)

    settings = replace(service.settings, serve_at_once=1, serve_queue=1, serve_wait_ms=60000)
    yield create_app(settings, HeldUp), go_on, begun  # type: ignore[arg-type,return-value]
    go_on.set()


def wait_until(is_so: Any) -> None:
    until = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def waiting(app: Flask) -> float:
    text: str = app.test_client().get("/metrics").text
    return float(text.partition("\nbroadsheet_requests_waiting ")[2].partition("\n")[0])


def test_beyond_the_queue_a_request_is_told_at_once_to_come_back_and_health_is_answered(held_up) -> None:
    app, go_on, begun = held_up
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(app.test_client().get("/api/v1/search?q=lantern").status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    threads[0].start()
    assert begun.acquire(timeout=WITHIN_S)
    threads[1].start()
    wait_until(lambda: waiting(app) == 1)
    for address in ("/api/v1/search?q=lantern", "/?q=lantern", "/api/v1/suggest?q=lan"):
        response = app.test_client().get(address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        if address.startswith("/api/"):
            assert response.json["code"] == "queue_full"
    for address in ("/healthz", "/readyz", "/metrics"):
        assert app.test_client().get(address).status_code == 200
    go_on.set()
    for thread in threads:
        thread.join()
    assert statuses == [200, 200]
    assert app.test_client().get("/api/v1/search?q=lantern").status_code == 200


def test_every_place_is_given_back_whatever_became_of_the_request(service: SearchService) -> None:
    app = create_app(replace(service.settings, serve_at_once=1, serve_queue=0), lambda: service)
    client = app.test_client()
    for address in ("/nowhere", "/api/v1/search?page=0", "/api/v1/articles/none", "/?q=x", "/api/v1/search?q=x") * 3:
        assert client.get(address).status_code in {200, 400, 404}
        assert client.post(address).status_code in {401, 403, 404, 405}

    def fail() -> SearchService:
        raise RuntimeError("broken")

    broken = create_app(replace(service.settings, serve_at_once=1, serve_queue=0), fail).test_client()
    assert [broken.get("/?q=x").status_code for _ in range(3)] == [500] * 3


def test_who_comes_when_a_place_is_left_does_not_overtake_who_waits() -> None:
    queue = Queue(at_once=1, length=1, wait_s=WITHIN_S)
    assert queue.enter()
    entered: list[bool] = []
    waits = threading.Thread(target=lambda: entered.append(queue.enter()))
    waits.start()
    wait_until(lambda: queue.waiting == 1)
    queue.leave()
    waits.join(WITHIN_S)
    late = threading.Thread(target=lambda: entered.append(queue.enter()))
    late.start()
    wait_until(lambda: queue.waiting == 1)
    assert entered == [True]
    queue.leave()
    late.join(WITHIN_S)
    assert entered == [True, True]


def test_all_places_are_free_again_when_everybody_has_left() -> None:
    queue = Queue(at_once=2, length=2, wait_s=0.01)
    assert [queue.enter() for _ in range(3)] == [True, True, False]
    queue.leave()
    queue.leave()
    assert queue.waiting == 0
    assert [queue.enter(), queue.enter()] == [True, True]


def test_who_has_waited_for_too_long_is_told_so() -> None:
    queue = Queue(at_once=1, length=5, wait_s=0.05)
    assert queue.enter()
    assert not queue.enter()
    assert queue.waiting == 0
    queue.leave()
    assert queue.enter()


def test_a_client_has_a_burst_and_then_its_rate() -> None:
    now = 1000.0
    limit = RateLimit(60, None, lambda: now)
    assert [limit.take("a") for _ in range(10)] == [0.0] * 10
    assert 0 < limit.take("a") <= 1.0
    assert limit.take("b") == 0.0
    for _ in range(20):
        now += 1.0
        assert limit.take("a") == 0.0
        assert limit.take("a") > 0.0
    now += 3600.0
    assert [limit.take("a") for _ in range(11)].count(0.0) == 10


@given(st.integers(1, 600), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_no_client_gets_more_than_its_rate_and_its_burst(per_minute: int, pauses: list[float]) -> None:
    now = 0.0
    limit = RateLimit(per_minute, None, lambda: now)
    taken = 0
    for pause in pauses:
        now += pause
        taken += limit.take("a") == 0.0
    burst = max(10.0 * per_minute / 60, 10)
    assert taken <= burst + now * per_minute / 60 + 1e-6
    assert taken >= min(len(pauses), 10)


def test_a_limit_holds_across_processes(tmp_path: Path) -> None:
    RateLimit.make_table(tmp_path / "limits")
    one, other = (RateLimit(60, tmp_path / "limits", lambda: 5.0) for _ in range(2))
    assert [each.take("a") for each in (one, other) * 5] == [0.0] * 10
    assert one.take("a") > 0
    assert other.take("a") > 0


def test_over_the_limit_is_a_problem_that_says_when_to_go_on(service: SearchService) -> None:
    settings = replace(service.settings, rate_limit_per_minute=1, client_header="X-Forwarded-For")
    client = create_app(settings, lambda: service).test_client()

    def ask(named: str) -> Any:
        return client.get("/api/v1/suggest?q=lan", headers={"X-Forwarded-For": named})

    assert [ask("10.0.0.1, 192.0.2.1").status_code for _ in range(10)] == [200] * 10
    refused = ask("spoofed, 192.0.2.1")
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert ask("192.0.2.2").status_code == 200
    assert client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 200


def test_there_is_no_limit_unless_it_is_set(service: SearchService) -> None:
    assert Settings().rate_limit_per_minute == 0
    client = create_app(service.settings, lambda: service).test_client()
    assert {client.get("/healthz").status_code for _ in range(50)} == {200}
    assert {client.get("/api/v1/suggest?q=l").status_code for _ in range(50)} == {200}
