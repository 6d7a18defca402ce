"""Faults while a cluster is searched, each on a real one: who searches is told what is missing, and nothing has to be
started anew when it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from html.parser import HTMLParser

import orjson
import pytest
from archive import drafts_of, made_articles, open_index, settings_for
from flask.testing import FlaskClient
from opensearch_nodes import Cluster

from indexer.analysis.analyzer import Analyzer
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.choosing import open_engine
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.web.archive import Archive

ARTICLES = list(made_articles(400))
EVERYTHING = SearchRequest(sort="newest", per_page=50)
DEADLINE_MS = 1500


def fill(settings: Settings) -> None:
    with open_index(settings).writer(64) as writer:
        for draft in drafts_of(ARTICLES):
            writer.write(draft)
        assert writer.commit().articles == len(ARTICLES)


def service_of(settings: Settings) -> SearchService:
    return SearchService(open_engine(settings), Analyzer(), settings, lambda: date(2021, 3, 20))


@pytest.fixture
def settings(cluster: Cluster, request: pytest.FixtureRequest) -> Settings:
    """An index of three shards, each on two nodes, for this test alone."""
    name = "s-" + request.node.name.removeprefix("test_")[:40].replace("_", "-")
    made = replace(
        settings_for(cluster, name),
        opensearch_shards=3,
        opensearch_replicas=1,
        search_deadline_ms=DEADLINE_MS,
        refresh_every_s=0.2,
        opensearch_timeout_s=5.0,
    )
    fill(made)
    cluster.wait_until_green()
    return made


@pytest.fixture
def browser(settings: Settings) -> Iterator[FlaskClient]:
    with Archive(partial(service_of, settings), settings.refresh_every_s) as archive:
        yield create_app(settings, archive.service).test_client()


def wait_for(holds: object, what: str, within_s: float = 60.0) -> None:
    last = time.monotonic() + within_s
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < last, f"not {what} within {within_s} s"
        time.sleep(0.2)


def read_text(html: str) -> str:
    said: list[str] = []
    reader = HTMLParser()
    reader.handle_data = said.append  # type: ignore[method-assign]
    reader.feed(html)
    return " ".join(" ".join(said).split())


def test_searches_go_on_while_a_node_is_killed(cluster: Cluster, settings: Settings) -> None:
    service = service_of(settings)
    ended = threading.Event()
    totals: list[tuple[int, bool]] = []
    failed: list[Exception] = []

    def search_on() -> None:
        while not ended.is_set():
            try:
                page = service.search(EVERYTHING)
                totals.append((page.total, page.total_is_exact))
            except Exception as error:  # noqa: BLE001 whatever it is, it is what a person would have seen
                failed.append(error)

    thread = threading.Thread(target=search_on)
    thread.start()
    try:
        wait_for(lambda: len(totals) > 5, "searched")
        victim = next(node for node in cluster.nodes if node is not cluster.leader)
        victim.kill()
        cluster.wait_for(lambda: len(cluster.call("GET", "/_cat/nodes?format=json")) == 2, "two nodes")
        before = len(totals)
        wait_for(lambda: len(totals) > before + 20, "searched on")
    finally:
        ended.set()
        thread.join()
        service.engine.close()
    assert failed == []
    # Whoever was told that this is all was told the truth.
    assert {total for total, is_exact in totals if is_exact} == {len(ARTICLES)}
    assert totals[-1] == (len(ARTICLES), True)


def test_a_slow_shard_makes_a_marked_answer_in_time(cluster: Cluster, settings: Settings, browser: FlaskClient) -> None:
    wait_for(lambda: is_whole(browser), "whole")
    for node in cluster.nodes[1:]:
        node.pause()
    started = time.monotonic()
    late = browser.get("/api/v1/search?q=&sort=oldest")
    took_s = time.monotonic() - started
    answer = late.get_json()
    assert late.status_code == 200, answer
    assert (answer["timed_out"], answer["total_is_exact"], answer["next"]) == (True, False, None)
    assert "ETag" not in late.headers
    # The page says so in words.
    page = browser.get("/?q=mine")
    assert page.status_code == 200
    assert "took too long" in read_text(page.get_data(as_text=True))
    assert took_s < 20
    for node in cluster.nodes[1:]:
        node.resume()
    cluster.wait_until_green()
    wait_for(lambda: is_whole(browser), "whole again")


def test_a_part_that_is_gone_is_said_to_be_missing(cluster: Cluster, settings: Settings) -> None:
    alone = replace(settings, opensearch_index="s-without-copies", opensearch_replicas=0)
    fill(alone)
    cluster.wait_until_green()
    with Archive(partial(service_of, alone), alone.refresh_every_s) as archive:
        browser = create_app(alone, archive.service).test_client()
        assert browser.get("/api/v1/search?q=").get_json()["total"] == len(ARTICLES)
        victim = cluster.nodes[2]
        victim.kill()
        cluster.wait_for(lambda: len(cluster.call("GET", "/_cat/nodes?format=json")) == 2, "two nodes")
        answer = browser.get("/api/v1/search?q=&strict=1").get_json()
        assert 0 < answer["total"] < len(ARTICLES)
        assert (answer["total_is_exact"], answer["timed_out"], answer["next"]) == (False, False, None)
        assert [note["code"] for note in answer["query"]["notes"]] == ["partial"]
        missing = "a part of the index did not answer"
        assert missing in read_text(browser.get("/?q=report").get_data(as_text=True)).lower()
        assert missing in read_text(browser.get("/").get_data(as_text=True)).lower()
        # Who opens it now counts what is left, and says so.
        late = service_of(alone)
        assert (late.facts().is_whole, late.facts().articles < len(ARTICLES)) == (False, True)
        late.engine.close()
        victim.start()
        cluster.wait_until_green()
        wait_for(lambda: is_whole(browser), "whole again")
        assert missing not in read_text(browser.get("/").get_data(as_text=True)).lower()


def test_a_cluster_that_is_down_is_named_and_answers_again_when_it_is_back(
    cluster: Cluster, settings: Settings, browser: FlaskClient
) -> None:
    wait_for(lambda: browser.get("/readyz").status_code == 200 and is_whole(browser), "whole")
    for node in cluster.nodes:
        node.kill()
    refused = browser.get("/api/v1/search?q=mine")
    assert refused.status_code == 503
    assert refused.content_type.startswith("application/problem+json")
    problem = orjson.loads(refused.data)
    assert problem["code"] == "cluster_unavailable"
    assert cluster.nodes[0].url in problem["detail"]
    assert refused.headers["Retry-After"]
    for address in ("/?q=mine", "/", f"/articles/{ARTICLES[0].id}"):
        page = browser.get(address)
        said = read_text(page.get_data(as_text=True))
        assert page.status_code == 503
        assert "cannot be reached" in said
        assert "Traceback" not in said
    wait_for(lambda: browser.get("/readyz").status_code == 503, "said not to be ready")
    assert browser.get("/healthz").status_code == 200
    for node in cluster.nodes:
        node.start()
    cluster.wait_until_green()
    wait_for(lambda: is_whole(browser) and browser.get("/readyz").status_code == 200, "whole again")


def is_whole(browser: FlaskClient) -> bool:
    answer = browser.get("/api/v1/search?q=&sort=newest")
    found = answer.get_json()
    return answer.status_code == 200 and found["total_is_exact"] and found["total"] == len(ARTICLES)
