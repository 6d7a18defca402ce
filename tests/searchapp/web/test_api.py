from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ClusterError, IndexDamagedError, IndexNotFoundError
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.search.service import SearchService
from searchapp.web.safety import SAFETY_HEADERS


def search(client: FlaskClient, arguments: str = "") -> Any:
    response = client.get(f"/api/v1/search?{arguments}")
    assert response.status_code == 200, response.text
    assert response.content_type == "application/json; charset=utf-8"
    return response.json


def problem(client: FlaskClient, address: str, status: int, method: str = "GET") -> Any:
    response = client.open(address, method=method)
    assert response.status_code == status
    assert response.content_type == "application/problem+json; charset=utf-8"
    content = response.json
    assert content["status"] == status
    assert {"type", "title", "status", "detail", "code"} <= set(content)
    return content


def test_a_search_answers_with_every_field_of_the_contract(client: FlaskClient):
    found = search(client, "q=lantern+lighthouse&facets=source,year&histogram=year")
    assert list(found) == [
        *("query", "total", "total_is_exact", "total_all_words", "timed_out", "took_ms", "index_generation"),
        *("results", "facets", "histogram", "next"),
    ]
    assert found["query"]["raw"] == "lantern lighthouse"
    assert set(found["results"][0]) == {
        *("id", "external_id", "url", "title", "title_spans", "author", "source", "lang", "tag", "published_on"),
        *("published_at", "score", "all_words", "snippets", "story"),
    }
    assert found["results"][0]["external_id"] == "lighthouse-all"
    assert found["results"][0]["published_at"] == "2021-05-04T09:30:00+02:00"
    assert found["facets"]["source"][0].keys() == {"value", "count", "chosen"}
    assert found["histogram"]["interval"] == "year"


def test_titles_and_snippets_highlight_by_code_points(client: FlaskClient):
    hit = search(client, "q=lighthouse")["results"][0]
    assert [hit["title"][start:end] for start, end in hit["title_spans"]] == ["lighthouse"]
    snippet = hit["snippets"][0]
    assert [snippet["text"][start:end] for start, end in snippet["spans"]] == ["lighthouse"]
    assert "<mark>lighthouse</mark>" in snippet["html"]


def test_next_leads_through_every_hit_once(client: FlaskClient):
    address: str | None = "/api/v1/search?q=ferries&per_page=10&sort=newest&facets=source:3"
    seen = []
    total = 0
    while address:
        found = client.get(address).json
        seen += [hit["id"] for hit in found["results"]]
        total, address = found["total"], found["next"]
    assert len(seen) == len(set(seen)) == total
    assert total >= 34


def test_values_of_one_filter_are_alternatives_and_filters_narrow_each_other(client: FlaskClient):
    both = search(client, "q=ferries&source=Lindmere+Post&source=The+Quellport+Courier")["total"]
    one = search(client, "q=ferries&source=Lindmere+Post")["total"]
    assert 0 < one < both
    assert search(client, "q=ferries&source=Lindmere+Post&year=2018")["total"] < one


def test_days_from_and_to_are_included(client: FlaskClient):
    day = search(client, "q=ferries&sort=newest&per_page=1")["results"][0]["published_on"]
    assert search(client, f"q=ferries&from={day}&to={day}")["total"] >= 1


def test_strict_turns_notes_into_a_refusal(client: FlaskClient):
    notes = search(client, "q=%22open+lantern")["query"]["notes"]
    assert notes
    refused = problem(client, "/api/v1/search?q=%22open+lantern&strict=1", 400)
    assert (refused["code"], refused["parameter"]) == ("query_notes", "q")
    assert notes[0]["message"] in refused["detail"]
    assert client.get("/api/v1/search?q=lantern&strict=1").status_code == 200


def test_an_article_answers_with_what_is_stored(client: FlaskClient):
    found = search(client, "q=lighthouse")["results"][0]
    article = client.get(f"/api/v1/articles/{found['id']}").json
    assert article["external_id"] == "lighthouse-all"
    assert article["author"] == ["Ilse Varga", "Tomas Okoro"]
    assert article["body"].startswith("The lantern was found")
    assert "body_spans" not in article


def test_highlight_adds_spans_over_title_and_body(client: FlaskClient):
    found = search(client, "q=lighthouse")["results"][0]
    article = client.get(f"/api/v1/articles/{found['id']}?highlight=lanterns").json
    assert {article["body"][start:end] for start, end in article["body_spans"]} == {"lantern"}
    assert {article["title"][start:end] for start, end in article["title_spans"]} == {"lantern"}


def test_an_article_is_found_by_the_id_it_was_given(client: FlaskClient):
    found = client.get("/api/v1/articles?external_id=lighthouse-all").json
    assert found["total"] == 1
    assert found["results"][0]["title"] == "Keepers of the lighthouse find a lantern"
    assert client.get("/api/v1/articles?external_id=nobody").json == {"total": 0, "results": []}


def test_what_was_left_out_of_a_scraped_page_is_told(client: FlaskClient):
    found = search(client, "q=%22tidal+barrier%22")["results"][0]
    original = client.get(f"/api/v1/articles/{found['id']}").json["original"]
    left_out = {line["text"]: line["left_out"] for line in original if line["left_out"]}
    assert left_out["Subscribe"]
    assert all(not line["left_out"] for line in original if "Petra Anselm" in line["text"])


def test_an_unchanged_index_answers_not_modified_and_another_question_does_not(client: FlaskClient):
    first = client.get("/api/v1/search?q=lantern")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/api/v1/search?q=lantern", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/api/v1/search?q=lanterns", headers={"If-None-Match": tag}).status_code == 200
    article = client.get(f"/api/v1/articles/{first.json['results'][0]['id']}")
    again = client.get(article.request.path, headers={"If-None-Match": article.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("address", "status", "code", "parameter"),
    [
        ("/api/v1/search?qq=a", 400, "unknown_parameter", "qq"),
        ("/api/v1/search?page=-1", 400, "bad_value", "page"),
        ("/api/v1/search?page=1000000000000", 400, "beyond_window", "page"),
        ("/api/v1/search?per_page=NaN", 400, "bad_value", "per_page"),
        ("/api/v1/search?q=a&q=b", 400, "repeated_parameter", "q"),
        ("/api/v1/search?" + "&".join(["q=a"] * 5000), 400, "repeated_parameter", "q"),
        ("/api/v1/search?cursor=x", 400, "bad_value", "cursor"),
        ("/api/v1/search?cursor=%FFx", 400, "bad_value", "cursor"),
        ("/api/v1/search?cursor=" + "A" * 48, 410, "cursor_expired", "cursor"),
        ("/api/v1/articles", 400, "bad_value", "external_id"),
        ("/api/v1/articles?id=x", 400, "unknown_parameter", "id"),
        ("/api/v1/articles/none?q=x", 400, "unknown_parameter", "q"),
        ("/api/v1/articles/none", 404, "article_not_found", None),
        ("/api/v1/articles/%00", 404, "article_not_found", None),
        ("/api/v1/articles/..%2F..%2Fetc%2Fpasswd", 404, "not_found", None),
        ("/api/v1/articles/" + "a" * 5000, 404, "article_not_found", None),
        ("/api/v1/nowhere", 404, "not_found", None),
    ],
)
def test_a_failure_is_a_problem_document(
    client: FlaskClient, address: str, status: int, code: str, parameter: str | None
):
    found = problem(client, address, status)
    assert found["code"] == code
    assert found.get("parameter") == parameter


def test_other_methods_are_refused_and_told_which_are_right(client: FlaskClient):
    assert problem(client, "/api/v1/search", 405, "POST")["code"] == "method_not_allowed"
    assert "GET" in client.delete("/api/v1/search").headers["Allow"]


@pytest.mark.parametrize(
    "q",
    [
        *("%00", "a%00b", "%ED%A0%80", "%FF%FE", "%F0%9F", "a%0D%0ASet-Cookie:x=1", "%E2%80%AE", "%CC%81" * 500),
        *(
            "*",
            "**",
            "?????*",
            "(((((",
            ")" * 300,
            "%22" * 301,
            "AND+AND+OR+NOT",
            "-a+-b",
            "title:",
            "date:99999999999",
        ),
        *("date:2021..", "after:tomorrow+before:yesterday", "%3Cscript%3E", "[TO]", "%2B%2B", "a" * 5000, "a+" * 3000),
    ],
)
def test_whatever_is_typed_is_answered(client: FlaskClient, q: str):
    for address in (f"/api/v1/search?q={q}", f"/?q={q}", f"/articles/none?q={q}"):
        assert client.get(address).status_code in {200, 404}
    assert client.get(f"/api/v1/search?q={q}&strict=1").status_code in {200, 400}


@given(q=st.text(max_size=60))
def test_any_text_is_answered_by_page_and_endpoint_alike(app: Flask, q: str):
    arguments = quote(q, errors="replace")
    client = app.test_client()
    answered = client.get(f"/api/v1/search?q={arguments}")
    page = client.get(f"/?q={arguments}")
    assert (answered.status_code, page.status_code) == (200, 200)


def test_the_page_and_the_endpoint_list_the_same_hits(client: FlaskClient):
    for arguments in ("q=ferries", "q=ferries&page=2", "q=lantern+lighthouse", "q=harbour&sort=oldest&year=2019"):
        page = client.get(f"/?{arguments}").text
        ids = [hit["id"] for hit in search(client, arguments)["results"]]
        at = [page.index(f'<h3 class="headline"><a href="/articles/{article_id}') for article_id in ids]
        assert at == sorted(at)
        assert page.count('<article class="hit">') == len(ids)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IndexNotFoundError("there is no index"), "no_index"),
        (IndexDamagedError("segment x"), "index_unusable"),
        (ClusterError("OpenSearch at http://a:9200 cannot be reached"), "cluster_unavailable"),
    ],
)
def test_without_an_index_everything_but_life_is_a_503_that_says_what_to_run(error: Exception, code: str):
    def find_service() -> SearchService:
        raise error

    client = create_app(Settings(), find_service).test_client()
    found = problem(client, "/api/v1/search?q=a", 503)
    assert (found["code"], found["detail"]) == (code, str(error))
    assert client.get("/api/v1/search").headers["Retry-After"]
    assert problem(client, "/readyz", 503)["code"] == code
    assert client.get("/healthz").json == {"status": "ok"}
    page = client.get("/?q=a")
    assert page.status_code == 503
    assert ("broadsheet index" in page.text) == (code == "no_index")


def test_an_unforeseen_error_tells_nothing_of_its_inside(caplog: pytest.LogCaptureFixture):
    def find_service() -> SearchService:
        raise RuntimeError("secret")

    client = create_app(Settings(), find_service).test_client()
    found = problem(client, "/api/v1/search", 500)
    assert found["code"] == "internal_error"
    assert "secret" not in str(found)
    assert "secret" not in client.get("/").text
    assert "secret" in caplog.text


def test_readiness_tells_the_generation(client: FlaskClient, service: SearchService):
    ready = client.get("/readyz").json
    assert ready == {"status": "ready", "index_generation": service.facts().generation, "articles": 55}


@pytest.mark.parametrize("address", ["/", "/?q=a", "/api/v1/search", "/nowhere", "/static/broadsheet.css", "/healthz"])
def test_every_answer_carries_the_safety_headers(client: FlaskClient, address: str):
    with client.get(address) as response:
        for name, text in SAFETY_HEADERS.items():
            assert response.headers[name] == text
