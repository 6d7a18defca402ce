"""Stories on the page and at the endpoint: grouped on request, unfolded on a click, with what a copy changed."""

from __future__ import annotations

import html
import re
from datetime import date
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
from searchapp.search.service import SearchService
from tests.indexer.codec.golden_copies import COPIES, FOLLOW_UP, MORE, PIECE

TODAY = date(2022, 6, 1)

FIRST = Article(
    external_id="first",
    title="Dockers strike",
    body=PIECE,
    source="Agency",
    lang="en",
    published=Published("2021-03-04"),
)
SECOND = Article(
    external_id="second",
    title="Harbour <b>at a standstill",
    body=f"{PIECE}\n\n{MORE} <script>alert(1)</script>",
    source="Morning <Post>",
    lang="en",
    published=Published("2021-03-05"),
)
THIRD = Article(
    external_id="third",
    title="Strike",
    body=COPIES["its last sentence cut"],
    source="Evening",
    lang="en",
    published=Published("2021-03-06"),
)
NEXT = Article(
    external_id="next",
    title="Dockers back",
    body=FOLLOW_UP,
    source="Agency",
    lang="en",
    published=Published("2021-03-09"),
)
OTHERS = tuple(
    Article(external_id=f"other{number}", title=f"Docks {number}", body=f"Dock workers, number {number}.", lang="en")
    for number in range(30)
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("stories") / "index"
    with WhooshIndex.create(folder).writer(16) as writer:
        for articles in ((THIRD, NEXT), (FIRST, *OTHERS), (SECOND,)):
            for article in articles:
                writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
    service = SearchService(WhooshEngine(folder), Analyzer(), Settings(index_dir=folder), lambda: TODAY)
    return create_app(service.settings, lambda: service).test_client()


def search(client: FlaskClient, arguments: str) -> Any:
    response = client.get(f"/api/v1/search?{arguments}")
    assert response.status_code == 200, response.text
    return response.json


def test_a_hit_tells_the_story_it_belongs_to(client: FlaskClient) -> None:
    found = search(client, "q=dock+workers&per_page=100")
    stories = {hit["external_id"]: hit["story"] for hit in found["results"]}
    told = {"id": FIRST.id, "articles": 3}
    assert [stories[each] for each in ("first", "second", "third")] == [told] * 3
    assert stories["next"] is None
    assert found["total"] == len(stories) == 34


def test_grouped_only_the_best_of_a_story_is_a_hit_and_articles_are_counted(client: FlaskClient) -> None:
    every = search(client, "q=dock+workers&per_page=100&facets=source&histogram=year")
    grouped = search(client, "q=dock+workers&per_page=100&facets=source&histogram=year&group=story")
    best = next(hit["id"] for hit in every["results"] if hit["story"])
    left_out = {FIRST.id, SECOND.id, THIRD.id} - {best}
    assert grouped["results"] == [hit for hit in every["results"] if hit["id"] not in left_out]
    assert grouped["next"] is None
    same = ("total", "total_all_words", "facets", "histogram")
    assert [grouped[name] for name in same] == [every[name] for name in same]


@pytest.mark.parametrize("arguments", ["q=dock+workers", "q=docks&sort=oldest", "q=harbour&sort=newest", ""])
@pytest.mark.parametrize("per_page", [1, 2, 5, 31])
def test_pages_and_walks_give_the_grouped_hits_in_one_order(client: FlaskClient, arguments: str, per_page: int) -> None:
    whole = [hit["id"] for hit in search(client, f"{arguments}&per_page=100&group=story")["results"]]
    content = search(client, f"{arguments}&per_page={per_page}&group=story")
    walked = [hit["id"] for hit in content["results"]]
    paged = walked.copy()
    while content["next"]:
        content = client.get(content["next"]).json
        walked += [hit["id"] for hit in content["results"]]
        paged += [
            hit["id"]
            for hit in search(
                client, f"{arguments}&per_page={per_page}&group=story&page={-(-len(walked) // per_page)}"
            )["results"]
        ]
    assert walked == paged == whole
    assert content["results"]


def test_group_takes_stories_alone(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?group=source")
    assert (response.status_code, response.json["code"], response.json["parameter"]) == (400, "bad_value", "group")


def test_a_page_unfolds_other_publications_without_a_script(client: FlaskClient) -> None:
    page = client.get("/?q=container+lift&group=story").text
    (unfolded,) = re.findall(r'<details class="others">.*?</details>', page, re.DOTALL)
    assert "<summary>and 2 more publications</summary>" in unfolded
    links = re.findall(r'href="/articles/(\w+)\?q=', unfolded)
    (shown,) = re.findall(r'<h3 class="headline"><a href="/articles/(\w+)', page)
    order = [FIRST.id, SECOND.id, THIRD.id]
    assert links == [each for each in order if each != shown]
    assert "Morning &lt;Post&gt;" in page
    assert "<b>at" not in page


def test_a_page_offers_to_group_and_to_list_all(client: FlaskClient) -> None:
    page = html.unescape(client.get("/?q=docks").text)
    assert '<a href="/?q=docks&group=story" rel="nofollow"><span class="value">One of each story' in page
    assert (
        '<a href="/?q=docks" rel="nofollow" class="chosen" aria-current="true"><span class="value">Every article'
        in page
    )
    grouped = html.unescape(client.get("/?q=docks&group=story").text)
    assert '<a href="/?q=docks" rel="nofollow"><span class="value">Every article' in grouped
    assert '<a href="/?q=docks&group=story&page=2"' in grouped
    assert '<input type="hidden" name="group" value="story">' in grouped


def test_a_page_past_the_last_story_says_so(client: FlaskClient) -> None:
    page = client.get("/?q=docks&group=story&page=40")
    assert page.status_code == 200
    assert "is past the last hit" in page.text


def test_the_page_of_a_copy_tells_what_it_added_and_left_out(client: FlaskClient) -> None:
    added = client.get(f"/articles/{SECOND.id}").text
    assert "Published 3 times" in added
    assert re.search(r"<ins>.*Local bus services", added)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in added
    assert "<script>alert" not in added
    cut = client.get(f"/articles/{THIRD.id}").text
    assert re.search(r"<del>.*A spokesman for the ministry", cut)
    first = client.get(f"/articles/{FIRST.id}").text
    assert "Published 3 times" in first
    assert "What it added" not in first
    assert "Published 3 times" not in client.get(f"/articles/{NEXT.id}").text


def test_the_endpoint_tells_the_story_of_an_article(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/articles/{THIRD.id}/story").json
    assert (found["id"], found["articles"]) == (FIRST.id, 3)
    assert [each["external_id"] for each in found["publications"]] == ["first", "second", "third"]
    ((piece,),) = found["differences"]["changes"]
    assert piece["kind"] == "left_out"
    assert piece["text"].startswith("A spokesman")
    assert client.get(f"/api/v1/articles/{FIRST.id}/story").json["differences"] is None
    alone = client.get(f"/api/v1/articles/{NEXT.id}/story").json
    assert (alone["id"], alone["articles"], len(alone["publications"])) == (NEXT.id, 1, 1)
    assert client.get("/api/v1/articles/0000000000000000/story").status_code == 404
    assert client.get(f"/api/v1/articles/{NEXT.id}/story?page=2").json["code"] == "unknown_parameter"


def test_more_like_this_leaves_copies_out(client: FlaskClient) -> None:
    for article in (FIRST, SECOND, THIRD):
        found = {hit["id"] for hit in client.get(f"/api/v1/articles/{article.id}/similar").json["results"]}
        assert NEXT.id in found
        assert not found & {FIRST.id, SECOND.id, THIRD.id}
    others = [hit["id"] for hit in client.get(f"/api/v1/articles/{NEXT.id}/similar").json["results"]]
    assert len({FIRST.id, SECOND.id, THIRD.id} & set(others)) == 1
