"""Names that turn the direction of writing, in lines where other names stand: what they turn ends with them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.app import create_app
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.service import SearchService

#: Ends the element that it stands in, as far as directions go, and turns what follows.
TURN = "\u2069\u202e\u2067"
NAMES = ("Ada", "Bo", "Courier", "harbours", "old papers", "number one")
HEBREW = "\u05d3\u05d5\u05d3"
MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("directions") / "index"
    ada, bo, source, tag, collection, own_id = (f"{TURN}{name}" for name in NAMES)
    texts = ("The lantern of the harbour was lit again on Friday evening, and the ferry came home by its light. " * 5,)
    with WhooshIndex.open_or_create(folder).writer(16) as writer:
        for number, title in enumerate(("A lantern", "A lantern again")):
            article = Article(
                title=f"{TURN}{title}", body=texts[0], author=(ada, bo, HEBREW), source=f"{source}{number or ''}",
                tag=(tag,), collection=collection, external_id=f"{own_id}{number or ''}", lang="en",
                published=Published("2021-03-12", None, "day", f"{TURN}12 March 2021"),
            )  # fmt: skip
            writer.write(make_draft(article, "/a"))
        writer.commit()
    settings = Settings(index_dir=folder)
    service = SearchService(WhooshEngine(folder), Analyzer(), settings, lambda: date(2022, 6, 1))
    return create_app(settings, lambda: service).test_client()


def read(client: FlaskClient, address: str) -> str:
    """The page without what stands in blocks of its own: headlines and passages."""
    page = client.get(address).text
    return re.sub(r'(?s)<(h1|h3)\b.*?</\1>|<p class="snippet.*?</p>', "", page)


def test_names_beside_others_stand_alone_and_turn_nothing(client: FlaskClient) -> None:
    article_id = client.get("/api/v1/search?q=lantern").json["results"][0]["id"]
    found = read(client, "/?q=lantern&author=Ada")
    assert not MARKS.search(found)
    found = read(client, "/?q=lantern")
    article = read(client, f"/articles/{article_id}")
    home = read(client, "/")
    for page in (found, article, home):
        assert not MARKS.search(page)
        for name in ("Ada", "Bo", HEBREW):
            assert f"<bdi>{name}</bdi>" in page
        assert re.search("<bdi>Courier1?</bdi>", page)
    for name in ("harbours", "old papers", "12 March 2021"):
        assert f"<bdi>{name}</bdi>" in article
    assert re.search("<bdi>number one1?</bdi>", article)


def test_links_and_answers_for_programs_keep_names_as_they_are(client: FlaskClient) -> None:
    (hit, _) = client.get("/api/v1/search?q=lantern").json["results"]
    assert hit["author"] == [f"{TURN}Ada", f"{TURN}Bo", HEBREW]
    address = re.search(r'<a href="(/\?[^"]*)"[^>]*><bdi>Ada</bdi>', client.get(f"/articles/{hit['id']}").text)
    assert address
    assert "2 articles" in client.get(address[1].replace("&amp;", "&")).text
