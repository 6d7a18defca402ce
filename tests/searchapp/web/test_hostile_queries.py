"""Whatever is sent, page and endpoint answer 200 or 400 in good order, and go on answering what others ask.

`test_hostile_server.py` sends the same to a real server, and `benchmarks/hostile.py` 100,000 made ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hostile import ARGUMENTS, ASKED_FOR, IDS, PLAIN, QUERIES, SEARCHED, made_queries, search_in

MADE: Final = 200


def check(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {200, 400}, (answer.status_code, address[:200])
    if address.startswith("/api"):
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


@pytest.mark.parametrize("path", SEARCHED)
@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_is_answered(client: FlaskClient, path: str, name: str) -> None:
    address = search_in(path, QUERIES[name])
    check(client, address)
    check(client, f"{address}&strict=1&match=any&explain=1&histogram=year")


@pytest.mark.parametrize("path", SEARCHED)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_hostile_arguments_are_answered(client: FlaskClient, path: str, name: str) -> None:
    check(client, f"{path}?{ARGUMENTS[name]}")


@pytest.mark.parametrize("path", SEARCHED)
def test_made_queries_are_answered(client: FlaskClient, path: str) -> None:
    for query in made_queries(1916, MADE):
        check(client, search_in(path, query))


@pytest.mark.parametrize("path", ASKED_FOR)
@pytest.mark.parametrize("article_id", IDS)
def test_an_id_that_is_none_is_not_found(client: FlaskClient, path: str, article_id: str) -> None:
    answer = client.get(path.format(article_id))
    assert answer.status_code in {400, 404}, answer.status_code
    assert "root:" not in answer.text


@pytest.mark.parametrize("name", [*QUERIES])
def test_suggestions_for_a_hostile_start_are_answered(client: FlaskClient, name: str) -> None:
    assert client.get(search_in("/api/v1/suggest", QUERIES[name])).status_code in {200, 400}


def test_a_plain_query_is_answered_after_all_of_them(client: FlaskClient) -> None:
    assert client.get(f"/api/v1/search?q={quote(PLAIN)}").json["total"] > 0
