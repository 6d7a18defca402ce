"""Articles like one, and suggestions: over HTTP, and on the page."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient


def find_id(client: FlaskClient, q: str) -> str:
    found: Any = client.get("/api/v1/search", query_string={"q": q}).json
    identity: str = found["results"][0]["id"]
    return identity


def test_similar_gives_articles_with_the_words_that_led_to_them(client: FlaskClient) -> None:
    identity = find_id(client, "harbour ferries")
    response = client.get(f"/api/v1/articles/{identity}/similar?per_page=3")
    assert response.status_code == 200
    content = response.json
    assert content["id"] == identity
    assert len(content["results"]) == 3
    assert identity not in {hit["id"] for hit in content["results"]}
    assert {"text", "term", "articles", "weight"} == set(content["words"][0])
    assert response.headers["Cache-Control"] == "no-cache"


def test_similar_takes_filters(client: FlaskClient) -> None:
    identity = find_id(client, "harbour ferries")
    content = client.get(f"/api/v1/articles/{identity}/similar?source=Lindmere+Post&year=2019").json
    assert content["results"]
    assert {(hit["source"], hit["published_on"][:4]) for hit in content["results"]} == {("Lindmere Post", "2019")}


def test_similar_refuses_what_it_does_not_know(client: FlaskClient) -> None:
    response = client.get("/api/v1/articles/0000000000000000/similar?sort=newest")
    assert (response.status_code, response.json["code"], response.json["parameter"]) == (
        400,
        "unknown_parameter",
        "sort",
    )
    response = client.get("/api/v1/articles/0000000000000000/similar?per_page=0")
    assert (response.status_code, response.json["code"]) == (400, "bad_value")
    response = client.get("/api/v1/articles/0000000000000000/similar")
    assert (response.status_code, response.json["code"]) == (404, "article_not_found")


def test_article_page_shows_more_like_it(client: FlaskClient) -> None:
    text = client.get(f"/articles/{find_id(client, 'harbour ferries')}").get_data(as_text=True)
    assert "More like this" in text
    assert text.count('<h3 class="headline">') == 5
    assert 'href="/?q=' in text[text.index("Looked for") :]


def test_suggestions_lead_to_pages_that_hold_something(client: FlaskClient) -> None:
    response = client.get("/api/v1/suggest?q=var")
    assert response.status_code == 200
    content = response.json
    assert list(content) == ["q", "suggestions", "took_ms", "index_generation"]
    (author,) = [each for each in content["suggestions"] if each["kind"] == "author"]
    assert (author["text"], author["spans"], author["id"]) == ("Ilse Varga", [[5, 10]], None)
    assert author["page"] == "/?author=Ilse+Varga"
    kinds = set()
    for typed in ("harb", "varga", "cour", "quell"):
        for each in client.get("/api/v1/suggest", query_string={"q": typed}).json["suggestions"]:
            kinds.add(each["kind"])
            page = client.get(each["page"])
            assert page.status_code == 200
            assert "No articles" not in page.get_data(as_text=True)
    assert kinds == {"phrase", "author", "source", "headline"}


def test_suggest_takes_a_text_and_nothing_else(client: FlaskClient) -> None:
    assert client.get("/api/v1/suggest").json["suggestions"] == []
    response = client.get("/api/v1/suggest?q=a&sort=newest")
    assert (response.status_code, response.json["code"], response.json["parameter"]) == (
        400,
        "unknown_parameter",
        "sort",
    )
    response = client.get("/api/v1/suggest?q=a&q=b")
    assert (response.status_code, response.json["code"]) == (400, "repeated_parameter")
