"""Over an index whose postings fill blocks and windows, kernels answer what the plain path answers: slices or not.

Brute force is asked about small indexes (test_engine_against_brute_force.py); here it is about what begins where a
block, a window of documents, a segment or a slice of time ends.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from searchapp.backends import flat_questions, phrases
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.query.parser import parse_query
from searchapp.search.extras import RANKED_AGAIN
from searchapp.search.plan import FacetRequest
from searchapp.search.planner import plan_search
from searchapp.search.port import Matches
from searchapp.search.request import SearchRequest

TODAY = date(2021, 3, 12)
ANALYZER = Analyzer()
#: From a word in every second article to one in a few: `us` and `un` have readings as acronyms.
WORDS = (
    *("minister", "said", "talks", "border", "us", "peace", "maps", "un", "minefield", "river", "school", "village"),
    *("bridge", "harvest", "well-being", "ferry", "strike", "crane", "budget", "vote", "storm", "G7", "lighthouse"),
)
SEGMENTS = (9_000, 700, 130)
FACETS = (FacetRequest("source"), FacetRequest("year"), FacetRequest("author", 3))


def make_articles(random: Random) -> list[Article]:
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]

    def words(count: int) -> str:
        text = " ".join(random.choices(WORDS, weights, k=count))
        return text.upper() if random.random() < 0.2 else text

    return [
        Article(
            external_id=f"n{number}",
            title=words(random.randrange(4)),
            body=words(random.randrange(12) if random.random() < 0.99 else 300),
            author=tuple(random.sample(("Ada Lorne", "Bo", "Vafa"), random.randrange(3))),
            source=random.choice(("Tribune", "The Star", "")),
            published=Published(
                random.choice((None, "2019", "2020-05", f"20{number % 22:02}-07-{number % 28 + 1:02}"))
            ),
            lang="en",
        )
        for number in range(sum(SEGMENTS))
    ]


def write(folder: Path, articles: list[Article], gone: list[Article]) -> Path:
    start = 0
    with WhooshIndex.create(folder).writer(32) as writer:
        for size in SEGMENTS:
            for article in articles[start : start + size]:
                writer.write(make_draft(article, "/somewhere"))
            writer.commit(tidy=False)
            start += size
        for article in gone:
            writer.remove(article.id)
        writer.commit(tidy=False)
    return folder


@pytest.fixture(scope="module", params=["whole", "with deletions"])
def engines(request, tmp_path_factory) -> tuple[WhooshEngine, WhooshEngine]:
    random = Random(1916)
    articles = make_articles(random)
    gone = random.sample(articles, 900) if request.param == "with deletions" else []
    folder = write(tmp_path_factory.mktemp("index") / "index", articles, gone)
    return WhooshEngine(folder), WhooshEngine(folder, compiled=False)


@pytest.fixture(params=[600_000, 700], ids=["at once", "in slices"])
def budget(request, monkeypatch) -> None:
    monkeypatch.setattr(flat_questions, "_BUDGET", request.param)
    monkeypatch.setattr(phrases, "_BUDGET", request.param)
    monkeypatch.setattr(phrases, "_FIRST_CAPACITY", 16)


def make_request(random: Random) -> SearchRequest:
    first, second, third, fourth = random.sample(WORDS, 4)
    q = random.choice(
        (
            first,
            f"{first} {second}",
            f"{first} {second} {third} {fourth} {first}s",
            f"{first} OR {second} OR {third}",
            f"{first} AND {second}",
            f"{first} {second} -{third}",
            f'"{first}"',
            f'"{first} {second}"',
            f'"{first} {second}" OR {third}',
            f'{first} -"{second} {third}"',
            f"{first} ({second} OR {third})",
            f"({first} {second}) OR ({second} {third})",
            f"({first} OR {second}) date:2003..2011-07",
            f"{first} after:2010 -source:star",
            f"title:{first} OR {second}",
            f"title:({first} {second})",
            f"author:ada {first} OR {second}",
            f"{first} author:(ada OR bo) -{second}",
            f"-{first}",
            f"{first[:3]}* {second}",
            "date:2020",
            "",
        )
    )
    return SearchRequest(
        q=q,
        match=random.choice(("auto", "all", "any")),
        sort=random.choice(("relevance", "relevance", "newest", "oldest")),
        page=random.choice((1, 1, 2, 40)),
        facets=random.choice(((), FACETS)),
        histogram=random.choice((None, None, "month", "year")),
    )


def answer(engine: WhooshEngine, request: SearchRequest) -> Matches:
    query = parse_query(request.q, TODAY)
    return engine.execute(plan_search(query, request, engine.facts().langs, ANALYZER, 600_000).plan)


@pytest.mark.usefixtures("budget")
@pytest.mark.parametrize("seed", range(4))
def test_kernels_answer_as_the_plain_path_does(engines, seed: int) -> None:
    compiled, plain = engines
    random = Random(seed)
    for _ in range(60):
        request = make_request(random)
        found, expected = answer(compiled, request), answer(plain, request)
        assert [hit.id for hit in found.hits] == [hit.id for hit in expected.hits], request
        assert [hit.all_words for hit in found.hits] == [hit.all_words for hit in expected.hits], request
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected.hits], rel=1e-5)
        for name in ("total", "total_all_words", "facets", "histogram", "clause_articles", "expansions"):
            assert getattr(found, name) == getattr(expected, name), (name, request)


@pytest.mark.parametrize("match", ["any", "all"])
def test_what_is_behind_the_hits_that_are_ranked_again_stays_as_it_is_on_every_page(engines, match: str) -> None:
    compiled, _ = engines
    request = SearchRequest(q="peace talks border", match=match, per_page=80)
    whole = answer(compiled, request)
    plain = answer(compiled, replace(request, rank="bm25"))
    assert {hit.id for hit in whole.hits[:RANKED_AGAIN]} == {hit.id for hit in plain.hits[:RANKED_AGAIN]}
    assert [hit.id for hit in whole.hits[:RANKED_AGAIN]] != [hit.id for hit in plain.hits[:RANKED_AGAIN]]
    assert whole.hits[RANKED_AGAIN:] == plain.hits[RANKED_AGAIN:]
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)
    pages = [answer(compiled, replace(request, per_page=20, page=page)).hits for page in (1, 2, 3, 4)]
    assert tuple(hit for page in pages for hit in page) == whole.hits
