"""What a score is said to be the sum of is what it is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.answer import answer
from searchapp.search.port import Explanation
from searchapp.search.request import SearchRequest
from searchapp.search.service import SearchService

TEXT = "harbour ferry wreck chart mine minefield mines map maps storm light well-being council the of"
WORDS = re.findall(r"\S+", TEXT)
QUERIES = (
    "mines",
    "harbour ferry",
    "ferry OR wreck",
    "mines AND maps",
    "ferry NOT storm",
    '"harbour ferry" wreck',
    "title:wreck chart",
    "mine* map",
    "stom~ light",
    "harbour NEAR/5 map",
    "well-being council",
    "(ferry OR date:2020) AND light",
    "harbour harbour ferry storm light council wreck",
)


@pytest.fixture(scope="module", params=["plain", "compiled"] if HAS_NUMBA else ["plain"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("explained") / "index"
    chance = random.Random(5)
    with WhooshIndex.create(folder).writer(32) as writer:
        for number in range(90):
            article = Article(
                title=" ".join(chance.choices(WORDS, k=4)),
                body=" ".join(chance.choices(WORDS, k=chance.randrange(5, 60))),
                lang="en",
                external_id=str(number),
                published=Published(str(2018 + number % 5)),
            )
            writer.write(make_draft(article, "/somewhere"))
            if number == 40:
                writer.commit()
        writer.commit()
    compiled = request.param == "compiled"
    engine = WhooshEngine(folder, compiled=compiled)
    settings = replace(Settings(), search_deadline_ms=30_000)
    yield SearchService(engine, Analyzer(), settings, lambda: date(2024, 1, 1), compiled=compiled)
    engine.close()


def explained(service: SearchService, **asked) -> list[tuple[str, float, Explanation]]:
    found = []
    for hit in service.search(SearchRequest(explain=True, per_page=100, **asked)).hits:
        assert hit.explanation is not None
        found.append((hit.stored.id, hit.score, hit.explanation))
    assert found
    return found


@pytest.mark.parametrize("match", ["auto", "any"])
@pytest.mark.parametrize("q", QUERIES)
def test_words_add_up_to_bm25f(service: SearchService, q: str, match) -> None:
    for _, score, explanation in explained(service, q=q, match=match, rank="bm25"):
        assert explanation.extras == ()
        assert sum(part.score for part in explanation.clauses) == pytest.approx(score, rel=1e-5)
        for part in explanation.clauses:
            tf = sum(field.tf for field in part.fields)
            assert part.score == pytest.approx(part.typed * part.idf * tf / (1.4 + tf))


@pytest.mark.parametrize("q", QUERIES)
def test_words_are_worth_the_same_ranked_again_and_extras_make_the_rest(service: SearchService, q: str) -> None:
    plain = {article_id: score for article_id, score, _ in explained(service, q=q, match="any", rank="bm25")}
    long = len(q.split()) > 4
    for article_id, score, explanation in explained(service, q=q, match="any"):
        words = sum(part.score for part in explanation.clauses)
        extras = {part.name: part.score for part in explanation.extras}
        assert words == pytest.approx(plain[article_id], rel=1e-5)
        assert words + sum(extras.values()) == pytest.approx(score, rel=2e-4)
        assert min(extras.values(), default=0.0) >= 0
        assert long or not extras.get("feedback")


def test_longer_queries_are_explained_by_all_parts(service: SearchService) -> None:
    found = explained(service, q=QUERIES[-1], match="any")
    names = {part.name for _, _, explanation in found[:50] for part in explanation.extras if part.score}
    assert names == {"as_typed", "window", "adjacent", "near", "feedback"}
    assert all(not explanation.extras for _, _, explanation in found[50:])


def test_a_page_further_on_says_the_same(service: SearchService) -> None:
    whole = explained(service, q="harbour ferry", match="any")
    second = service.search(SearchRequest(q="harbour ferry", match="any", explain=True, page=2, per_page=10))
    assert [hit.explanation for hit in second.hits] == [explanation for _, _, explanation in whole[10:20]]


def test_the_answer_names_words_and_fields(service: SearchService) -> None:
    page = service.search(SearchRequest(q="harbour ferry", explain=True))
    explanation = answer(page, None)["results"][0]["explanation"]
    assert explanation is not None
    assert [part["text"] for part in explanation["clauses"]] == ["harbour", "ferry"]
    assert {field["field"] for part in explanation["clauses"] for field in part["fields"]} == {"title", "body"}
    assert "explanation" not in answer(service.search(SearchRequest(q="harbour")), None)["results"][0]


def test_without_time_nothing_is_explained(service: SearchService) -> None:
    hasty = replace(service, settings=replace(Settings(), search_deadline_ms=0))
    assert all(hit.explanation is None for hit in hasty.search(SearchRequest(q="mines", explain=True)).hits)
