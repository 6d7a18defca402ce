"""Walks through deep results by cursor: whole, once, and in one order, whatever is committed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.cursor import CURSOR_LIVES_S, Cursor
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.walking import STRETCH_HITS

TODAY = date(2022, 6, 1)


def make_article(number: int) -> Article:
    return Article(
        title=f"Ferry {number}",
        body="ferry " * (number % 7) + f"harbour number {number}",
        external_id=str(number),
        lang="en",
        published=Published(f"20{10 + number % 10}-01-01", None, "day"),
    )


def write(folder: Path, numbers: range, away: range = range(0)) -> None:
    with WhooshIndex.open_or_create(folder).writer(32) as writer:
        for number in numbers:
            writer.write(make_draft(make_article(number), "/somewhere"))
        for number in away:
            writer.remove(make_article(number).id)
        writer.commit()


class Served:
    """An archive, whoever asks it, and the clock of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.day = TODAY
        self.engine = WhooshEngine(folder, clock=lambda: self.now)
        self.settings = Settings(index_dir=folder, search_deadline_ms=60_000)
        self.service = SearchService(self.engine, Analyzer(), self.settings, lambda: self.day)
        self.client = self.start()

    def start(self) -> FlaskClient:
        return create_app(self.settings, lambda: self.service, lambda: self.now).test_client()

    def search(self, address: str) -> Any:
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        return response.json


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    write(tmp_path / "index", range(40))
    served = Served(tmp_path / "index")
    yield served
    served.engine.close()


def ids(found: Any) -> list[str]:
    return [hit["id"] for hit in found["results"]]


@pytest.mark.parametrize("arguments", ["q=ferry", "q=ferry&sort=newest", "q=harbour+ferry&match=any", "sort=oldest"])
def test_a_walk_sees_the_archive_as_it_was_when_it_began(served: Served, arguments: str):
    whole = served.search(f"/api/v1/search?{arguments}&per_page=100")
    found = served.search(f"/api/v1/search?{arguments}&per_page=7&facets=year&histogram=year")
    walked, commits = ids(found), 0
    while found["next"]:
        write(served.folder, range(100 + commits, 101 + commits), away=range(commits * 3, commits * 3 + 3))
        commits += 1
        assert served.engine.refresh()
        following = served.search(found["next"])
        kept = ("total", "index_generation", "facets", "histogram")
        assert [following[name] for name in kept] == [found[name] for name in kept]
        found = following
        walked += ids(found)
    assert commits >= 4
    assert walked == ids(whole)
    assert served.search(f"/api/v1/search?{arguments}")["index_generation"] > found["index_generation"]


def test_how_many_hits_are_taken_at_a_time_may_change_on_the_way(served: Served):
    whole = ids(served.search("/api/v1/search?per_page=100"))
    found = served.search("/api/v1/search?per_page=5")
    assert ids(served.search(found["next"].replace("per_page=5", "per_page=30&facets=source"))) == whole[5:35]


def test_a_cursor_expires_after_ten_minutes_and_each_answer_gives_a_new_one(served: Served):
    first = served.search("/api/v1/search?per_page=5")["next"]
    write(served.folder, range(50, 60))
    served.engine.refresh()
    served.now += CURSOR_LIVES_S - 1
    second = served.search(first)["next"]
    served.now += 2
    expired = served.client.get(first)
    assert (expired.status_code, expired.json["code"], expired.json["parameter"]) == (410, "cursor_expired", "cursor")
    assert expired.content_type == "application/problem+json; charset=utf-8"
    served.now += CURSOR_LIVES_S - 3
    assert served.search(second)["next"]
    served.now += 2
    assert served.client.get(second).status_code == 410


def test_after_a_restart_every_cursor_has_expired(served: Served):
    found = served.search("/api/v1/search?per_page=5")
    answer = served.start().get(found["next"])
    assert (answer.status_code, answer.json["code"]) == (410, "cursor_expired")
    assert "search again from the first page" in answer.json["detail"]


def test_a_cursor_belongs_to_its_search(served: Served):
    address = served.search("/api/v1/search?q=ferry&per_page=5")["next"]
    other = served.client.get(address.replace("q=ferry", "q=harbour"))
    assert (other.status_code, other.json["code"], other.json["parameter"]) == (400, "bad_value", "cursor")


def test_no_cursor_can_be_made_up(served: Served):
    address = served.search("/api/v1/search?per_page=5")["next"]
    before, cursor = address.split("cursor=")
    for at in range(0, len(cursor), 5):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        assert served.client.get(f"{before}cursor={changed}").status_code in {400, 410}


def test_an_answer_that_has_not_changed_has_a_cursor_that_can_still_be_followed(served: Served):
    first = served.client.get("/api/v1/search?per_page=5")
    unchanged = 0
    for _ in range(12):
        served.now += 60
        again = served.client.get("/api/v1/search?per_page=5", headers={"If-None-Match": first.headers["ETag"]})
        if again.status_code == 304:
            unchanged += 1
            assert served.search(first.json["next"])["results"]
    assert 0 < unchanged < 10


def test_a_walk_over_midnight_keeps_its_day(served: Served):
    write(served.folder, range(0), away=range(40))
    with WhooshIndex.open(served.folder).writer(32) as writer:
        for number in range(8):
            dated = replace(make_article(number), published=Published("2022-05-31", None, "day"))
            writer.write(make_draft(dated, "/somewhere"))
        writer.commit()
    served.engine.refresh()
    found = served.search("/api/v1/search?q=date:yesterday&per_page=5")
    assert found["total"] == 8
    served.day = date(2022, 6, 2)
    assert len(ids(served.search(found["next"]))) == 3
    assert served.search("/api/v1/search?q=date:yesterday")["total"] == 0


def test_a_late_answer_has_no_next_and_a_late_cursor_no_hits_that_the_walk_would_see_twice(served: Served):
    late = SearchService(served.engine, Analyzer(), replace(served.settings, search_deadline_ms=0), lambda: TODAY)
    page = late.search(SearchRequest(q="ferry", per_page=5))
    assert page.timed_out
    assert late.cursor_after(page) is None
    cursor = Cursor(page.generation, 5, TODAY)
    page = late.search(SearchRequest(q="ferry", per_page=5, cursor=cursor))
    assert (page.timed_out, page.hits) == (True, ())
    page = served.service.search(SearchRequest(q="ferry", per_page=5, cursor=cursor))
    assert len(page.hits) == 5


def test_cursors_reach_beyond_the_hits_that_pages_reach(tmp_path: Path):
    articles = STRETCH_HITS + 260
    write(tmp_path / "index", range(articles))
    served = Served(tmp_path / "index")
    refused = served.client.get("/api/v1/search?per_page=100&page=101")
    assert refused.json["code"] == "beyond_window"
    found = served.search("/api/v1/search?per_page=100&page=100&sort=newest")
    seen = ids(found)
    while found["next"]:
        found = served.search(found["next"])
        seen += ids(found)
    assert len(seen) == len(set(seen)) == articles - 9_900
    # The same from the first hit on, so that a stretch ends on the way and another begins.
    cursor = Cursor(served.engine.facts().generation, 60, TODAY)
    walked: list[str] = []
    while cursor is not None:
        page = served.service.search(SearchRequest(sort="newest", per_page=100, cursor=cursor))
        walked += [hit.stored.id for hit in page.hits]
        cursor = served.service.cursor_after(page)
    assert len(walked) == len(set(walked)) == articles - 60
    assert walked[-len(seen) :] == seen
    served.engine.close()
