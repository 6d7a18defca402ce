"""The document of the endpoint is valid OpenAPI, says everything, and what it says is so."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from indexer.errors import ClusterError, IndexDamagedError, IndexNotFoundError
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.search.service import SearchService
from searchapp.web.openapi import describe_endpoint
from searchapp.web.operations import OPERATIONS
from searchapp.web.params import KNOWN
from searchapp.web.problems import PROBLEMS

DOCUMENT = describe_endpoint()
PATHS = {path: methods["get"] for path, methods in DOCUMENT["paths"].items()}
#: What only those are told who bring and delete articles (test_ingest.py), and those who are not let in
#: (test_admission.py, test_safety.py).
ELSEWHERE = {
    "queue_full",
    "rate_limited",
    "untrusted_host",
    "no_article",
    "no_token",
    "ingest_off",
    "body_too_large",
    "too_many_articles",
    "unsupported_media_type",
    "index_busy",
}
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "endpoint.md").read_text(encoding="utf-8")
#: What the document cannot be about: itself, and the page printed from it.
ABOUT_ITSELF = {"/api/v1/openapi.json", "/api/v1/docs"}


def closed(schema: Any) -> Any:
    """A schema that lets no field through that it does not name: answers may gain fields, but not in silence."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if "properties" in inner and "required" in inner else inner


@cache
def validator(path: str, status: str, media_type: str) -> Draft202012Validator:
    schema = PATHS[path]["responses"][status]["content"][media_type]["schema"]
    return Draft202012Validator({**closed(schema), "components": closed(DOCUMENT["components"])})


def check(path: str, response: Any) -> Any:
    """The answer, held to what the document says of its status."""
    status = str(response.status_code)
    described = PATHS[path]["responses"][status]
    for header in described.get("headers", {}):
        assert header in response.headers or response.headers["Cache-Control"] == "no-store"
    if "content" not in described:
        assert response.data == b""
        return None
    (media_type,) = described["content"]
    assert response.content_type == f"{media_type}; charset=utf-8"
    validator(path, status, media_type).validate(response.json)
    return response.json


def address(path: str, article_id: str, **arguments: str | list[str]) -> str:
    filled = path.replace("{article_id}", quote(article_id, safe=""))
    return f"{filled}?{urlencode(arguments, doseq=True)}" if arguments else filled


@pytest.fixture
def article_id(client: FlaskClient) -> str:
    found: str = client.get("/api/v1/search?q=lighthouse").json["results"][0]["id"]
    return found


def parameters_of(path: str) -> Iterator[dict[str, Any]]:
    return (parameter for parameter in PATHS[path]["parameters"] if parameter["in"] == "query")


def needed(path: str) -> dict[str, str]:
    return {each["name"]: each["example"] for each in parameters_of(path) if each["required"]}


def test_the_document_is_served_and_is_valid_openapi_of_its_version(client: FlaskClient):
    served = client.get("/api/v1/openapi.json")
    assert served.content_type == "application/json; charset=utf-8"
    assert served.json == DOCUMENT
    assert served.json["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(served.json).validate()
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": served.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_address_of_the_endpoint_is_an_operation_and_the_other_way_round(app: Flask):
    rules = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules()}
    asked = {rule for rule in rules if rule.startswith("/api/") or rule.endswith("z")}
    assert asked - ABOUT_ITSELF == set(PATHS) == {operation.path for operation in OPERATIONS}


def test_the_search_has_every_parameter_that_is_read():
    assert [each["name"] for each in parameters_of("/api/v1/search")] == list(KNOWN)


def test_everything_is_described():
    for path in PATHS:
        assert all(each["description"] for each in PATHS[path]["parameters"])
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        assert [field for field, told in schema["properties"].items() if not told.get("description")] == [], name


@pytest.mark.parametrize("path", PATHS)
def test_every_operation_answers_as_its_schema_says(client: FlaskClient, path: str, article_id: str):
    response = client.get(address(path, article_id, **needed(path)))
    assert response.status_code == 200
    check(path, response)


@pytest.mark.parametrize(
    ("path", "parameter"), [(path, each) for path in PATHS for each in parameters_of(path)], ids=str
)
def test_every_parameter_takes_its_example_and_each_of_its_choices(
    client: FlaskClient, path: str, parameter: dict[str, Any], article_id: str
):
    schema = parameter["schema"]
    values = [*([parameter["example"]] if "example" in parameter else []), *schema.get("enum", ())]
    if parameter["name"] == "cursor":
        values = [client.get("/api/v1/search?q=ferries").json["next"].partition("cursor=")[2]]
    assert values
    for value in values:
        if schema["type"] in {"string", "array"}:
            Draft202012Validator(schema).validate(value)
        asked = {**needed(path), parameter["name"]: value}
        if parameter["name"] == "cursor":
            asked["q"] = "ferries"
        response = client.get(address(path, article_id, **asked))
        assert response.status_code == 200, response.text
        check(path, response)


@pytest.mark.parametrize(
    "arguments",
    [
        "q=lantern+lighthouse&facets=source,author,year,lang,tag,collection&histogram=month&per_page=100",
        "q=%22open+lantern+OR&facets=source:1&source=Lindmere+Post&source=The+Quellport+Courier",
        "q=ferr*&sort=oldest&histogram=day",
        "q=xyzzyq&histogram=year",
        "per_page=100",
        "sort=newest&from=2018&to=2021-03&histogram=year",
    ],
)
def test_rich_answers_are_as_the_schema_says(client: FlaskClient, arguments: str):
    found = check("/api/v1/search", client.get(f"/api/v1/search?{arguments}"))
    for hit in found["results"]:
        check("/api/v1/articles/{article_id}", client.get(f"/api/v1/articles/{hit['id']}?highlight=ferries"))
    while found["next"]:
        found = check("/api/v1/search", client.get(found["next"]))


def test_an_unchanged_answer_is_a_304_where_the_document_says_so(client: FlaskClient, article_id: str):
    for path, described in PATHS.items():
        asked = address(path, article_id, **needed(path))
        tag = client.get(asked).headers.get("ETag")
        assert (tag is not None) == ("304" in described["responses"]), path
        if tag:
            response = client.get(asked, headers={"If-None-Match": tag})
            assert response.status_code == 304
            check(path, response)


def valid_values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema of a parameter allows."""
    if schema["type"] == "array":
        return st.lists(valid_values(schema["items"]), max_size=3)
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"]).map(str)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 40), 40))


#: A slash in an id makes another address of it.
IDS = st.text(st.characters(exclude_characters="/"), min_size=1)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str]:
    """An operation, and an address of it with some arguments, most of them such as its schema allows."""
    path = draw(st.sampled_from(sorted(PATHS)))
    arguments = {
        each["name"]: draw(valid_values(each["schema"]) | st.text(max_size=12))
        for each in parameters_of(path)
        if each["required"] or draw(st.booleans())
    }
    encoded = urlencode(arguments, doseq=True, errors="replace")
    return (
        path,
        f"{path.replace('{article_id}', quote(draw(IDS), safe='', errors='replace'))}?{encoded}",
    )


@given(question=questions())
def test_whatever_is_asked_is_answered_as_the_document_says(app: Flask, question: tuple[str, str]):
    path, asked = question
    response = app.test_client().get(asked)
    check(path, response)


def is_in_the_calendar(text: str) -> bool:
    """There is no year 0 and no 30 February, which no pattern says."""
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    return year > 0 and day <= calendar.monthrange(year, month)[1]


@given(st.data())
def test_arguments_that_the_schema_allows_are_taken_one_by_one(app: Flask, data: st.DataObject):
    path = data.draw(st.sampled_from(["/api/v1/search", "/api/v1/articles"]))
    parameter = data.draw(st.sampled_from(list(parameters_of(path))))
    asked = {**needed(path), parameter["name"]: data.draw(valid_values(parameter["schema"]))}
    response = app.test_client().get(f"{path}?{urlencode(asked, doseq=True)}")
    if parameter["name"] in {"from", "to"}:
        assume(is_in_the_calendar(asked[parameter["name"]]))
    if parameter["name"] == "facets":
        names = [part.partition(":")[0] for part in asked["facets"].split(",")]
        assume(len(set(names)) == len(names))
    codes = {"beyond_window", "cursor_expired"}  # what depends on more than the argument itself
    assert response.status_code == 200 or response.json["code"] in codes, response.text


REFUSED = {
    "unknown_parameter": ("/api/v1/search", "soruce=x"),
    "repeated_parameter": ("/api/v1/search", "q=a&q=b"),
    "bad_value": ("/api/v1/articles", ""),
    "too_many_values": ("/api/v1/search", "&".join(f"tag={number}" for number in range(60))),
    "beyond_window": ("/api/v1/search", "page=5000"),
    "query_notes": ("/api/v1/search", "q=%22open&strict=1"),
    "cursor_expired": ("/api/v1/search", "cursor=" + "A" * 48),
    "article_not_found": ("/api/v1/articles/{article_id}", ""),
}


@pytest.mark.parametrize("code", REFUSED)
def test_every_refusal_is_a_problem_that_its_operation_lists(client: FlaskClient, code: str):
    path, arguments = REFUSED[code]
    response = client.get(f"{path.replace('{article_id}', 'none')}?{arguments}")
    assert response.status_code == PROBLEMS[code].status
    assert check(path, response)["code"] == code


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "error", [IndexNotFoundError("none"), IndexDamagedError("x"), ClusterError("z"), RuntimeError("y")]
)
def test_what_fails_without_an_archive_is_in_the_document(path: str, error: Exception):
    def find_service() -> SearchService:
        raise error

    client = create_app(Settings(), find_service).test_client()
    response = client.get(address(path, "none", **needed(path)))
    if path == "/healthz":
        assert response.status_code == 200
    else:
        assert check(path, response)["code"] in {"no_index", "index_unusable", "cluster_unavailable", "internal_error"}


def test_a_code_that_no_operation_lists_is_one_that_has_none():
    told = ((*operation.problems, *operation.admission_problems) for operation in OPERATIONS)
    listed = {code for codes in told for code in codes} | {"internal_error"}
    assert set(PROBLEMS) - listed == {"not_found", "method_not_allowed", "bad_request"}
    without_index = {"no_index", "index_outdated", "index_unusable", "cluster_unavailable"}
    assert set(REFUSED) == listed - {"internal_error"} - without_index - ELSEWHERE


def test_docs_list_every_code_with_its_status_and_every_operation():
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", DOCS, re.MULTILINE))
    assert rows == {code: str(problem.status.value) for code, problem in PROBLEMS.items()}
    assert all(f"`{path}`" in DOCS for path in [*PATHS, *ABOUT_ITSELF])


def test_docs_name_every_parameter():
    rows = re.findall(r"^\| `([a-z_]+)` \| [a-z`]", DOCS, re.MULTILINE)
    assert rows == list(KNOWN)


def test_the_page_names_everything_and_fetches_nothing_from_elsewhere(client: FlaskClient):
    page = client.get("/api/v1/docs")
    assert page.content_type == "text/html; charset=utf-8"
    for path, method, described in (
        (path, method, described)
        for path, methods in DOCUMENT["paths"].items()
        for method, described in methods.items()
    ):
        assert f"{method.upper()} {path}" in page.text
        assert described["summary"] in page.text
        assert all(f"<code>{each['name']}</code>" in page.text for each in described["parameters"])
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert f'id="{name}"' in page.text
        assert all(f"<code>{field}</code>" in page.text for field in schema["properties"])
    assert all(f"<code>{code}</code>" in page.text for operation in OPERATIONS for code in operation.problems)
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    links = set(re.findall(r'href="#(\w+)"', page.text))
    assert links <= set(re.findall(r'id="(\w+)"', page.text))


def test_every_page_links_to_the_reference_at_its_foot(client: FlaskClient):
    for shown in ("/", "/?q=ferries", "/?q=xyzzyq", "/nowhere", "/api/v1/docs"):
        foot = client.get(shown).text.partition('<footer class="colophon">')[2]
        assert 'href="/api/v1/docs"' in foot
