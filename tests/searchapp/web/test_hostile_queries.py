"""Whatever is sent, page and endpoint answer 200 or 400 in good order, and go on answering what others ask.

`benchmarks/hostile.py` sends the same, and 100,000 made ones, to a real server, one at a time and sixteen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, quote_plus

import pytest
from flask.testing import FlaskClient
from hostile import ARGUMENTS, IDS, PLAIN, QUERIES, made_queries

MADE: Final = 400
ADDRESSES: Final = ("/api/v1/search", "/")


def in_address(query: str) -> str:
    return quote_plus(query.encode("utf-8", "surrogatepass"))


def check(client: FlaskClient, path: str, arguments: str) -> None:
    answer = client.get(f"{path}?{arguments}")
    assert answer.status_code in {200, 400}, (answer.status_code, arguments[:200])
    if path.startswith("/api"):
        assert answer.is_json or answer.content_type.startswith("application/problem+json")
        content = answer.json
        assert isinstance(content, Mapping)
        assert ("code" if answer.status_code == 400 else "results") in content
    else:
        assert answer.content_type == "text/html; charset=utf-8"
        assert "Traceback" not in answer.text
        for planted in ("<script>alert", '"onmouseover="alert', "<b>\n"):
            assert planted not in answer.text
    assert "X-Y" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_is_answered(client: FlaskClient, path: str, name: str) -> None:
    check(client, path, f"q={in_address(QUERIES[name])}")
    check(client, path, f"q={in_address(QUERIES[name])}&strict=1&match=any&explain=1&histogram=year")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_hostile_arguments_are_answered(client: FlaskClient, path: str, name: str) -> None:
    check(client, path, ARGUMENTS[name])


@pytest.mark.parametrize("path", ADDRESSES)
def test_made_queries_are_answered(client: FlaskClient, path: str) -> None:
    for query in made_queries(1916, MADE):
        check(client, path, f"q={in_address(query)}")


@pytest.mark.parametrize("path", ["/articles/{}", "/api/v1/articles/{}", "/api/v1/articles/{}/similar"])
@pytest.mark.parametrize("article_id", IDS)
def test_an_id_that_is_none_is_not_found(client: FlaskClient, path: str, article_id: str) -> None:
    answer = client.get(path.format(article_id))
    assert answer.status_code in {400, 404}, answer.status_code
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", [*QUERIES])
def test_suggestions_for_a_hostile_start_are_answered(client: FlaskClient, name: str) -> None:
    assert client.get(f"/api/v1/suggest?q={in_address(QUERIES[name])}").status_code in {200, 400}


def test_a_plain_query_is_answered_after_all_of_them(client: FlaskClient) -> None:
    assert client.get(f"/api/v1/search?q={quote(PLAIN)}").json["total"] > 0
