"""Articles over the endpoint, in this process: who may, what is answered, and what a search finds afterwards."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from indexer.analysis.analyzer import Analyzer
from indexer.backends.whoosh_index import WhooshIndex
from indexer.settings import Settings
from searchapp.app import AppParts, create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.ingest import intake as intake_module
from searchapp.ingest.bodies import read_body
from searchapp.ingest.group import GroupWriter
from searchapp.ingest.intake import Intake
from searchapp.ingest.jobs import Addition, Done
from searchapp.search.service import SearchService
from searchapp.web.archive import Archive
from searchapp.web.openapi import describe_endpoint

TOKEN = "a-token.that_is~long/enough+=="
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DOCUMENT = describe_endpoint()
ADDRESS = "/api/v1/articles"
KEYS = ("id", "title", "body", "author", "source", "url", "date", "lang", "tag")


def article(key: str, title: str = "A lantern") -> dict[str, object]:
    return {"id": key, "title": title, "body": "Light over the harbour.", "lang": "en", "date": "2021-03-12"}


def lines(*articles: dict[str, object]) -> bytes:
    return b"".join(orjson.dumps(each) + b"\n" for each in articles)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index", ingest_token=TOKEN, writer_memory_mb=16)


def open_service(settings: Settings) -> SearchService:
    return SearchService(WhooshEngine(settings.index_dir), Analyzer(), settings, date.today)


def client_of(settings: Settings, archive: Archive) -> FlaskClient:
    return create_app(settings, archive.service, parts=AppParts(refresh=archive.refresh)).test_client()


@pytest.fixture
def archive(settings: Settings) -> Iterator[Archive]:
    with Archive(partial(open_service, settings), 3600) as opened:  # nobody refreshes it but the ingest itself
        yield opened


@pytest.fixture
def client(settings: Settings, archive: Archive) -> FlaskClient:
    return client_of(settings, archive)


def post(client: FlaskClient, body: bytes, media_type: str = "application/x-ndjson", **headers: str) -> Any:
    return client.post(ADDRESS, data=body, content_type=media_type, headers={**BEARER, **headers})


def check(method: str, path: str, response: Any) -> Any:
    """The answer, held to what the document says of its status."""
    described = DOCUMENT["paths"][path][method]["responses"][str(response.status_code)]
    (media_type,) = described["content"]
    assert response.content_type == f"{media_type}; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    schema = {**described["content"][media_type]["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(response.json)
    return response.json


def found(client: FlaskClient, q: str) -> set[str]:
    return {hit["external_id"] for hit in client.get(f"/api/v1/search?q={q}&per_page=100").json["results"]}


def test_what_was_brought_is_searchable_when_the_answer_is_there(client: FlaskClient) -> None:
    answer = check("post", ADDRESS, post(client, lines(article("1"), article("2", "A beacon"))))
    assert (answer["added"], answer["index_generation"]) == (2, 1)
    assert [each["status"] for each in answer["articles"]] == ["added", "added"]
    assert found(client, "lantern") == {"1"}
    assert found(client, "harbour") == {"1", "2"}
    stored = client.get(f"{ADDRESS}/{answer['articles'][0]['id']}").json
    assert (stored["title"], stored["published_on"]) == ("A lantern", "2021-03-12")


def test_to_bring_it_again_changes_nothing_and_another_text_replaces_it(client: FlaskClient) -> None:
    first = post(client, lines(article("1"))).json
    again = check("post", ADDRESS, post(client, lines(article("1"))))
    assert (again["unchanged"], again["index_generation"]) == (1, first["index_generation"])
    changed = check("post", ADDRESS, post(client, lines(article("1", "A beacon"))))
    assert changed["updated"] == 1
    assert (found(client, "lantern"), found(client, "beacon")) == (set(), {"1"})


def test_one_object_as_json_is_an_article(client: FlaskClient) -> None:
    answer = check("post", ADDRESS, post(client, orjson.dumps(article("1")), "application/json; charset=utf-8"))
    assert [(each["line"], each["status"]) for each in answer["articles"]] == [(1, "added")]


def test_what_cannot_be_taken_is_told_by_its_line_and_costs_no_other(client: FlaskClient) -> None:
    answer = check("post", ADDRESS, post(client, lines(article("1")) + b"{\n" + lines(article("1", "Again"))))
    assert [(each["line"], each["status"]) for each in answer["articles"]] == [
        (1, "added"),
        (2, "refused"),
        (3, "conflict"),
    ]
    assert answer["articles"][1]["reason"].startswith("not JSON")
    assert (answer["added"], answer["refused"], answer["conflict"]) == (1, 1, 1)


@pytest.mark.parametrize("body", [b"", b"\n \n", b"not JSON", b'{"id": "1"}', b"[]", b"\xff\xfe", b"\x00" * 100])
def test_a_body_without_an_article_that_can_be_taken_is_a_problem(client: FlaskClient, body: bytes) -> None:
    response = post(client, body)
    assert (response.status_code, check("post", ADDRESS, response)["code"]) == (400, "no_article")


def test_a_deleted_article_is_found_no_more_and_does_not_come_back(client: FlaskClient) -> None:
    (brought,) = post(client, lines(article("1"))).json["articles"]
    one = f"{ADDRESS}/{brought['id']}"
    answer = check("delete", f"{ADDRESS}/{{article_id}}", client.delete(f"{one}?reason=withdrawn", headers=BEARER))
    assert (answer["id"], answer["status"]) == (brought["id"], "deleted")
    assert found(client, "lantern") == set()
    assert client.get(one).status_code == 404
    assert client.delete(one, headers=BEARER).json["status"] == "deleted_before"
    assert post(client, lines(article("1"))).json["deleted_before"] == 1
    missing = client.delete(f"{ADDRESS}/none", headers=BEARER)
    assert check("delete", f"{ADDRESS}/{{article_id}}", missing)["code"] == "article_not_found"


def test_the_tombstone_keeps_the_reason(client: FlaskClient, settings: Settings) -> None:
    (brought,) = post(client, lines(article("1"))).json["articles"]
    client.delete(f"{ADDRESS}/{brought['id']}?reason=withdrawn", headers=BEARER)
    (tombstone,) = WhooshIndex.open(settings.index_dir).tombstones()
    assert (tombstone.id, tombstone.reason) == (brought["id"], "withdrawn")


@pytest.mark.parametrize(
    "header",
    ["", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer тайна"],
)
def test_without_the_token_nothing_is_read_and_nothing_written(
    client: FlaskClient, settings: Settings, header: str
) -> None:
    headers = {"Authorization": header.encode().decode("latin-1")} if header else {}
    for response in (
        client.post(ADDRESS, data=lines(article("1")), content_type="application/json", headers=headers),
        client.post(f"{ADDRESS}?token={TOKEN}", data=b"x", headers=headers),
        client.delete(f"{ADDRESS}/none", headers=headers),
    ):
        assert (response.status_code, response.json["code"]) == (401, "no_token")
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert TOKEN not in response.text
    assert not settings.index_dir.exists()


def test_the_scheme_may_be_spelled_in_any_case(client: FlaskClient) -> None:
    assert post(client, lines(article("1")), Authorization=f"bEARER {TOKEN}").status_code == 200


def test_a_service_without_a_token_takes_nothing_from_anybody(settings: Settings, archive: Archive) -> None:
    client = client_of(replace(settings, ingest_token=""), archive)
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}, BEARER):
        response = client.post(ADDRESS, data=lines(article("1")), content_type="application/json", headers=headers)
        assert (response.status_code, check("post", ADDRESS, response)["code"]) == (403, "ingest_off")
        assert client.delete(f"{ADDRESS}/none", headers=headers).json["code"] == "ingest_off"
    assert not settings.index_dir.exists()


def test_what_a_form_of_another_site_could_send_is_refused(client: FlaskClient) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert client.post(ADDRESS, data=lines(article("1")), content_type=media_type).status_code == 401
        response = post(client, lines(article("1")), media_type)
        assert (response.status_code, check("post", ADDRESS, response)["code"]) == (415, "unsupported_media_type")
    packed = post(client, lines(article("1")), "application/json", **{"Content-Encoding": "gzip"})
    assert packed.json["code"] == "unsupported_media_type"


def test_limits_are_kept_and_nothing_of_what_is_over_them_is_taken(settings: Settings, archive: Archive) -> None:
    client = client_of(replace(settings, ingest_body_mb=1, ingest_most_articles=3), archive)
    many = post(client, lines(*(article(str(number)) for number in range(4))))
    assert (many.status_code, check("post", ADDRESS, many)["code"]) == (413, "too_many_articles")
    large = post(client, orjson.dumps({**article("1"), "body": "word " * 300_000}))
    assert (large.status_code, check("post", ADDRESS, large)["code"]) == (413, "body_too_large")
    assert not settings.index_dir.exists()
    fits = post(client, orjson.dumps({**article("1"), "body": "word " * 200_000}))
    assert (fits.status_code, found(client, "word")) == (200, {"1"})
    # What else is asked has a smaller limit still.
    assert client.get("/api/v1/search?q=word", data=b"x" * 100_000).status_code in {200, 413}


def test_another_writer_is_waited_for_and_then_said(
    client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(client, lines(article("1")))
    monkeypatch.setattr(intake_module, "_WAIT_FOR_WRITER_S", 0.2)
    with WhooshIndex.open(settings.index_dir).writer(16, wait_s=30):
        busy = post(client, lines(article("2")))
        assert (busy.status_code, check("post", ADDRESS, busy)["code"]) == (503, "index_busy")
        assert int(busy.headers["Retry-After"]) > 0
        deletion = client.delete(f"{ADDRESS}/none", headers=BEARER)
        assert check("delete", f"{ADDRESS}/{{article_id}}", deletion)["code"] == "index_busy"
    assert post(client, lines(article("2"))).json["added"] == 1


def test_an_index_of_another_version_is_not_written_to(client: FlaskClient, settings: Settings) -> None:
    settings.index_dir.mkdir()
    (settings.index_dir / "other").write_text("x")
    response = post(client, lines(article("1")))
    assert (response.status_code, check("post", ADDRESS, response)["code"]) == (503, "index_unusable")


def test_many_who_bring_at_once_are_answered_as_if_one_came_after_the_other(
    settings: Settings, archive: Archive
) -> None:
    app = create_app(settings, archive.service, parts=AppParts(refresh=archive.refresh))
    answers: dict[tuple[int, int], Any] = {}
    missed: list[str] = []

    def bring(who: int) -> None:
        client = app.test_client()
        for number in range(5):
            own = f"{who}-{number}"
            answers[who, number] = post(client, lines(article(own), article("shared", f"By {who} {number}"))).json
            missed.extend({own} - found(client, "lantern"))

    threads = [threading.Thread(target=bring, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), missed) == (20, [])
    assert all(answer["articles"][0]["status"] == "added" for answer in answers.values())
    # Of the article that all of them bring, one was the first, and whoever was last stands.
    shared = [answer["articles"][1]["status"] for answer in answers.values()]
    assert sorted(shared) == ["added"] + ["updated"] * 19
    who, number = max(answers, key=lambda key: answers[key]["index_generation"])
    stands = app.test_client().get(f"{ADDRESS}?external_id=shared").json["results"]
    assert [each["title"] for each in stands] == [f"By {who} {number}"]


def test_those_who_queue_share_a_commit(settings: Settings) -> None:
    intake = Intake(settings, lambda: None)
    done: list[Done] = []

    def bring(key: str) -> None:
        read = read_body(lines(article(key)), "", date(2024, 6, 1), 10)
        assert read is not None
        done.append(intake.hand_in(Addition(read)))

    threads = [threading.Thread(target=bring, args=(str(number),)) for number in range(6)]
    with WhooshIndex.create(settings.index_dir).writer(16, wait_s=30):
        for thread in threads:
            thread.start()
        until = time.monotonic() + 4
        while intake.queued < len(threads) and time.monotonic() < until:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert [each.generation for each in done] == [1] * 6
    assert len(list(WhooshIndex.open(settings.index_dir).articles())) == 6


def test_a_job_that_fails_fails_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.index_dir.parent.mkdir(exist_ok=True)
    intake = Intake(settings, lambda: None)
    good, bad = (Addition(read_body(lines(article(key)), "", date(2024, 6, 1), 10) or ()) for key in ("good", "bad"))
    write = GroupWriter.write

    def fail(self: GroupWriter, jobs: list[Addition]) -> tuple[Done, ...]:
        if bad in jobs:
            raise RuntimeError("as no article should be able to do")
        return write(self, jobs)

    monkeypatch.setattr(GroupWriter, "write", fail)
    results: dict[str, object] = {}

    def bring(name: str, job: Addition) -> None:
        try:
            results[name] = intake.hand_in(job).outcomes[0].status
        except RuntimeError as error:
            results[name] = str(error)

    threads = [threading.Thread(target=bring, args=each) for each in (("good", good), ("bad", bad))]
    with WhooshIndex.create(settings.index_dir).writer(16, wait_s=30):
        for thread in threads:
            thread.start()
        until = time.monotonic() + 4
        while intake.queued < len(threads) and time.monotonic() < until:
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert results == {"good": "added", "bad": "as no article should be able to do"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "x"]), inner, max_size=4),
    max_leaves=8,
)


@given(st.binary(max_size=60) | st.dictionaries(st.sampled_from(KEYS), JSON_VALUES, min_size=1, max_size=5), st.text())
@example(b'{"title": "\\ud800", "id": 1e999}', "../../etc/passwd")
@example(b'{"title": "a"}' * 3 + b"\n" + b"[" * 5000, "\x00" * 16)
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_brought_is_answered_as_the_document_says(
    client: FlaskClient, brought: bytes | dict[str, Any], wanted: str
) -> None:
    body = brought if isinstance(brought, bytes) else json.dumps(brought).encode()
    response = post(client, body)
    assert response.status_code in {200, 400}
    check("post", ADDRESS, response)
    gone = client.delete(f"{ADDRESS}/{quote(wanted or 'x', safe='')}", headers=BEARER)
    assert gone.status_code in {404, 405, 503, 308}, gone.text
