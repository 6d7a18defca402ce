"""What every answer carries, whom the service answers, and where it may send a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from indexer.errors import SettingError
from indexer.settings import Settings, load_settings
from searchapp.app import create_app
from searchapp.search.service import SearchService
from searchapp.web.hosts import is_trusted
from searchapp.web.safety import SAFETY_HEADERS

ADDRESSES = (
    *("/", "/?q=lantern&explain=1", "/help", "/articles/none", "/nowhere", "/?page=-1", "/static/broadsheet.js"),
    *("/static/none", "/healthz", "/readyz", "/metrics", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/search?q=a"),
    *("/api/v1/search?nothing=1", "/api/v1/suggest?q=la", "/api/v1/articles/none"),
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "TRACE"])
def test_every_answer_carries_the_safety_headers(client: FlaskClient, address: str, method: str) -> None:
    with client.open(address, method=method) as response:
        assert {name: response.headers.getlist(name) for name in SAFETY_HEADERS} == {
            name: [text] for name, text in SAFETY_HEADERS.items()
        }
        assert "Access-Control-Allow-Origin" not in response.headers
        if response.content_length:
            assert response.content_type


@pytest.mark.parametrize(
    "address",
    ["/?q=lantern", "/api/v1/search?q=lantern", "/api/v1/docs", "/static/broadsheet.css", "/api/v1/openapi.json"],
)
def test_an_answer_that_has_not_changed_carries_them_too(client: FlaskClient, address: str) -> None:
    with client.get(address) as first:
        tag = first.headers.get("ETag")
    if tag is None:
        assert address.startswith("/?")
        return
    with client.get(address, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
        assert all(again.headers[name] == text for name, text in SAFETY_HEADERS.items())


@pytest.mark.parametrize(
    "address",
    [
        *(
            "//evil.example",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
            "/%2f%2fevil.example",
            "//evil.example/%2e%2e",
        ),
        *(
            "/articles//evil.example",
            "/articles/",
            "//articles/none",
            "/help/",
            "/static//evil.example",
            "/?next=//evil.example",
        ),
        *("/api/v1//search", "/api/v1/search/", "/.//evil.example", "/https://evil.example"),
    ],
)
def test_nobody_is_sent_anywhere(client: FlaskClient, address: str) -> None:
    with client.get(address, headers={"Host": "evil.example"}) as response:
        assert "Location" not in response.headers
        assert response.status_code < 300 or response.status_code >= 400
        assert "evil.example" not in str(response.headers)


@pytest.mark.parametrize(
    ("host", "is_known"),
    [
        *(("archive.example", True), ("ARCHIVE.example:8000", True), ("archive.example.", True)),
        *(("a.news.example", True), ("news.example:80", True), ("[::1]:8000", True), ("127.0.0.1:8000", True)),
        *(("evil.example", False), ("evilnews.example", False), ("archive.example.evil.example", False), ("", False)),
        *(("archive.example@evil.example", False), ("archive.example:x", False), ("archive.example, evil", False)),
        *(
            ("[::2]", False),
            ("archive.example/", False),
            ("127.0.0.2", False),
        ),
    ],
)
def test_only_listed_names_are_answered(service: SearchService, host: str, is_known: bool) -> None:
    names = "archive.example, .news.example,[::1],127.0.0.1"
    client = create_app(replace(service.settings, trusted_hosts=names), lambda: service).test_client()
    assert is_trusted(host, [name.strip() for name in names.split(",")]) == is_known
    for address in ("/api/v1/search?q=lantern", "/api/v1/nowhere", "/?q=lantern", "/static/broadsheet.css", "/metrics"):
        with client.get(address, headers={"Host": host}) as response:
            assert (response.status_code == 400) != is_known, address
            if not is_known:
                assert "lantern" not in response.text.replace('value="lantern"', "")
                assert response.headers["Content-Security-Policy"]
    if not is_known:
        response = client.get("/api/v1/search", headers={"Host": host})
        assert (response.json["code"], response.content_type) == (
            "untrusted_host",
            "application/problem+json; charset=utf-8",
        )
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_any_name_is_answered_unless_some_are_listed_and_none_is_repeated(client: FlaskClient) -> None:
    for host in ("archive.example", "evil.example", "10.0.0.1", "<script>", "a  b"):
        for address in ("/", "/?q=lantern&page=1", "/api/v1/search?q=lantern&per_page=1", "/nowhere", "/api/v1/docs"):
            response = client.get(address, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
            assert response.status_code in {200, 404}, (host, address)
            assert host not in response.text.replace("<script src=", "")
            assert "evil.example" not in response.text


@pytest.mark.parametrize("host", [".", "..", "." * 300, "a" * 300, "\xff", "a:99999999", "[", "]:80"])
def test_what_can_be_no_name_is_answered_in_good_order(client: FlaskClient, host: str) -> None:
    for address in ("/", "/?q=lantern", "/api/v1/search", "/nowhere", "/static/broadsheet.css"):
        with client.get(address, headers={"Host": host}) as response:
            assert response.status_code in {200, 400, 404}, (host, address)
            assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("names", ["http://archive.example", "archive.example:8000", "a b", "*", ".", "[::1"])
def test_what_is_no_name_of_a_host_is_refused_as_a_setting(names: str, tmp_path) -> None:
    with pytest.raises(SettingError, match="trusted_hosts"):
        load_settings({}, {"BROADSHEET_TRUSTED_HOSTS": names}, tmp_path)


@pytest.mark.parametrize("address", ["/", "/api/v1/search", "/api/v1/suggest", "/articles/none"])
def test_a_body_that_nobody_asked_for_does_no_harm(client: FlaskClient, address: str) -> None:
    response = client.open(address, method="GET", data=b"a" * 200_000)
    assert response.status_code in {200, 400, 404, 413}
    assert client.post(address, data=b"a" * 200_000).status_code in {405, 413}


def test_by_default_no_name_is_listed() -> None:
    assert Settings().trusted_hosts == ""
