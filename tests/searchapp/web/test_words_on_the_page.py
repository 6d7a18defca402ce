"""Words that searches trip over, each from an article in an index to the page that shows it found and marked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.service import SearchService

ARTICLES = (
    ("telephone", "AT&T rings off.", "en"),
    ("country", "The U.S. sends grain.", "en"),
    ("pronoun", "They told us at noon.", "en"),
    ("play", "The actor said: To be, or not to be, that is the question.", "en"),
    ("spare", "Nobody had a Plan B for the quay.", "en"),
    ("plan", "The plan of the quay was lost.", "en"),
    ("resolution", "Resolution 02091-C-71 was read out.", "en"),
    ("other number", "Resolution 02091-D-72 was read out.", "en"),
    ("health", "Their well-being matters.", "en"),
    ("well", "Being at the well is hard.", "en"),
    ("simple", "A naïve question was asked.", "en"),
    ("выборы", "Выборы прошли в марте.", "ru"),
    ("ёлка", "Ёлка стояла у дома.", "ru"),
    ("seçkilər", "Əliyev Bakıda çıxış etdi.", "az"),
    ("şəhər", "Qarabağın şəhərləri böyüyür.", "az"),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("words") / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for title, body, lang in ARTICLES:
            writer.write(make_draft(Article(title=title, body=body, lang=lang, external_id=title), "/somewhere"))
        writer.commit()
    engine = WhooshEngine(folder)
    service = SearchService(engine, Analyzer(), Settings(search_deadline_ms=60_000), lambda: date(2022, 6, 1))
    yield create_app(service.settings, lambda: service).test_client()
    engine.close()


def shown(client: FlaskClient, q: str) -> dict[str, list[str]]:
    """Titles on the page of results, each with the words that are marked in it and in its snippets."""
    page = client.get(f"/?q={quote_plus(q)}&match=all").text
    found = {}
    for hit in re.findall(r'<article class="hit">.*?</article>', page, re.DOTALL):
        title = re.search(r'<h3 class="headline"><a[^>]*>(.*?)</a>', hit, re.DOTALL)
        assert title is not None
        marks = [html.unescape(mark) for mark in re.findall(r"<mark>(.*?)</mark>", hit)]
        found[html.unescape(re.sub("<[^>]*>", "", title[1]))] = marks
    return found


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("AT&T", {"telephone": ["AT&T"]}),
        ("at&t", {"telephone": ["AT&T"]}),
        ("U.S.", {"country": ["U.S."]}),
        ("US", {"country": ["U.S."]}),
        ('"us at noon"', {"pronoun": ["us at noon"]}),
        ('"to be or not to be"', {"play": ["To be, or not to be"]}),
        ('"Plan B"', {"spare": ["Plan B"]}),
        ("Plan B", {"spare": ["Plan", "B"]}),
        ("02091-C-71", {"resolution": ["02091-C-71"]}),
        ('"02091-C-71"', {"resolution": ["02091-C-71"]}),
        ("well-being", {"health": ["well-being"]}),
        ("wellbeing", {"health": ["well-being"]}),
        ('"well being"', {"health": ["well-being"]}),
        ("naïve", {"simple": ["naïve"]}),
        ("naive", {"simple": ["naïve"]}),
        ("выборы", {"выборы": ["выборы", "Выборы"]}),
        ("ВЫБОРОВ", {"выборы": ["выборы", "Выборы"]}),
        ("елка", {"ёлка": ["ёлка", "Ёлка"]}),
        ("Əliyev", {"seçkilər": ["Əliyev"]}),
        ("eliyev", {"seçkilər": ["Əliyev"]}),
        ("BAKIDA", {"seçkilər": ["Bakıda"]}),
        ("qarabag*", {"şəhər": ["Qarabağın"]}),
        ("выборы ИЛИ ёлка", {"выборы": ["выборы", "Выборы"], "ёлка": ["ёлка", "Ёлка"]}),
    ],
)
def test_word_is_found_and_marked(client: FlaskClient, q: str, expected: dict[str, list[str]]) -> None:
    assert shown(client, q) == expected


def test_to_be_or_not_to_be_is_found_without_quotes(client: FlaskClient) -> None:
    found = shown(client, "to be or not to be")
    assert list(found) == ["play"]
    assert [mark.lower() for mark in found["play"]] == ["to", "be", "or", "not", "to", "be"]


def test_us_in_small_letters_finds_the_word_and_the_country(client: FlaskClient) -> None:
    assert shown(client, "us") == {"pronoun": ["us"], "country": ["U.S."]}
