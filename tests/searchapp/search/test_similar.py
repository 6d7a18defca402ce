"""More like this: what an article's words lead to, and what they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import log

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.request import Filters
from searchapp.search.service import SearchService
from searchapp.search.similar import SimilarArticles, SimilarRequest
from searchapp.search.telling_words import choose_words, read_words
from searchapp.search.words_answer import similar_answer

FERRY = Article(
    title="Ferry Lindmere sank in the Quellport storm",
    body="The ferry Lindmere sank off Quellport in the storm. Divers searched the wreck of the ferry. 120 people.",
    lang="en",
    source="Gazette",
    external_id="ferry",
    published=Published("2019-01-01", None, "day"),
)
ARTICLES = (
    FERRY,
    replace(FERRY, external_id="reprint", source="Post", title="Sunk", body=FERRY.body.upper().replace(" ", "\n")),
    Article(
        title="Divers at the wreck",
        body="Divers found the wreck of the ferry Lindmere near Quellport.",
        lang="en",
        source="Post",
        external_id="wreck",
        published=Published("2020-01-01", None, "day"),
    ),
    Article(title="Storm", body="A storm came over the town, people stayed home.", lang="en", external_id="storm"),
    Article(title="Fähre", body="Die Fähre sank im Sturm: ferry.", lang="de", external_id="german"),
    Article(title="Nothing in common", body="Zzyzx.", lang="en", external_id="alone"),
    *(
        Article(title=f"Council {number}", body="The council met in the town and the people voted.", lang="en",
                external_id=f"council-{number}")
        for number in range(20)
    ),
)  # fmt: skip


@pytest.fixture(scope="module", params=[True, False] if HAS_NUMBA else [False], ids=lambda fast: f"compiled={fast}")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("similar") / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for article in ARTICLES:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
    engine = WhooshEngine(folder, compiled=request.param)
    patient = replace(Settings(), search_deadline_ms=60_000)
    yield SearchService(engine, Analyzer(), patient, lambda: date(2021, 1, 1), compiled=request.param)
    engine.close()


def alike(service: SearchService, external_id: str, **options) -> SimilarArticles:
    found = service.similar(SimilarRequest(Article(external_id=external_id).id, **options))
    assert found is not None
    return found


def ids(found: SimilarArticles) -> list[str | None]:
    return [hit.stored.article.external_id for hit in found.hits]


def test_most_alike_comes_first_without_the_article_and_its_reprint(service: SearchService) -> None:
    found = alike(service, "ferry")
    assert ids(found)[0] == "wreck"
    assert not {"ferry", "reprint"} & set(ids(found))
    assert "alone" not in ids(found)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


def test_words_that_were_looked_for_are_told_and_marked(service: SearchService) -> None:
    found = alike(service, "ferry")
    texts = [word.text for word in found.words]
    assert {"sank", "ferry", "Lindmere", "Quellport", "wreck"} <= set(texts)
    assert not {"the", "in", "of", "off", "120", "THE"} & set(texts)
    assert sum(word.weight for word in found.words) == pytest.approx(1)
    assert {word.text: word.articles for word in found.words}["Lindmere"] == 3
    marked = {s.text[start:end] for s in found.hits[0].snippets for start, end in s.spans}
    assert {"Lindmere", "Quellport", "ferry", "wreck"} <= marked


def test_filters_narrow_what_may_be_alike(service: SearchService) -> None:
    assert ids(alike(service, "ferry", filters=Filters(source=("Post",)))) == ["wreck"]
    assert ids(alike(service, "ferry", filters=Filters(year=("1999",)))) == []
    assert ids(alike(service, "ferry", filters=Filters(lang=("de",)))) == []


def test_no_more_than_were_asked_for(service: SearchService) -> None:
    assert len(alike(service, "council-1", per_page=3).hits) <= 3
    assert len(alike(service, "ferry", per_page=1).hits) == 1


def test_article_that_shares_no_word_has_none_like_it(service: SearchService) -> None:
    found = alike(service, "alone")
    assert (found.hits, found.words, found.timed_out) == ((), (), False)


def test_article_that_is_not_there_is_none(service: SearchService) -> None:
    assert service.similar(SimilarRequest("0000000000000000")) is None


def test_no_time_is_no_article_and_says_so(service: SearchService) -> None:
    hasty = replace(service, settings=replace(service.settings, search_deadline_ms=0))
    found = hasty.similar(SimilarRequest(FERRY.id))
    assert found is not None
    assert (found.hits, found.timed_out) == ((), True)


def test_answer_names_article_words_and_hits(service: SearchService) -> None:
    content = similar_answer(alike(service, "ferry"))
    assert list(content) == ["id", "words", "timed_out", "took_ms", "index_generation", "results"]
    assert content["id"] == FERRY.id


def test_words_are_weighed_by_tf_idf() -> None:
    words = read_words(Article(title="Maps", body="maps map mapped border well-being", lang="en"), Analyzer())
    strengths = {word.text: word.strength for word in words}
    # Title 2.5 and body 1 each: 5.5 / (1.4 + 5.5), as BM25F has it.
    assert strengths["maps"] == pytest.approx(5.5 / 6.9)
    assert strengths["border"] == pytest.approx(1 / 2.4)
    assert "well-being" not in strengths
    held = [{"maps": 50, "border": 3}.get(word.text, 1) for word in words]
    chosen = choose_words(words, held, 1000)
    idf = {"maps": log(1 + 950.5 / 50.5), "border": log(1 + 997.5 / 3.5)}
    whole = sum(strengths[text] * idf[text] for text in idf)
    assert {word.text: word.weight for word in chosen} == pytest.approx(
        {text: strengths[text] * idf[text] / whole for text in idf}
    )
