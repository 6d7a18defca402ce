"""From words typed to the JSON answer, over a real index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, OriginalLine, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.answer import answer, article_answer
from searchapp.search.plan import FacetRequest
from searchapp.search.request import Filters, SearchRequest
from searchapp.search.service import SearchService

TODAY = date(2021, 3, 20)
SAVED = Article(
    title="Deminers ask for maps & more",
    body="The town waits.\n\nDeminers said <no> map shows the minefields. Elections are near.",
    author=("Vafa Ismayilova", "Ən Xəbər"),
    source="Azernews.Az",
    url="https://azernews.example/1",
    published=Published("2021-03-12"),
    lang="en",
    tag=("politics",),
    external_id="a-1",
    original=(OriginalLine("Subscribe", "boilerplate"), OriginalLine("The town waits.")),
    extra_json='{"page":3}',
)
ARTICLES = (
    SAVED,
    Article(title="AT&T and the U.S.", body="AT&T spoke to us at noon. Plan B.", lang="en", external_id="a-2"),
    Article(title="Wahlen", body="Die Wahl in Baku. To be or not to be.", lang="de", external_id="a-3"),
    Article(title="Seçkilər", body="Bakıda Erdoğan və Əliyev danışdı. 02091-C-71", lang="az", external_id="a-4"),
    Article(title="ELECTION TODAY IN US", body="well-being, wellbeing", lang="en-GB", external_id="a-5"),
    Article(title="Выборы", body="Выборы прошли в марте.", lang="ru", external_id="a-6", source="Azernews.Az"),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("service") / "index"
    analyzer = Analyzer()
    with WhooshIndex.create(folder).writer(32) as writer:
        for article in ARTICLES:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
    engine = WhooshEngine(folder)
    yield SearchService(engine, analyzer, Settings(), lambda: TODAY)
    engine.close()


def found(service: SearchService, q: str, **options) -> list[str | None]:
    page = service.search(SearchRequest(q=q, **options))
    return [hit.stored.article.external_id for hit in page.hits]


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("minefield map", ["a-1"]),
        ("AT&T", ["a-2"]),
        ("at", ["a-2"]),
        ("U.S.", {"a-2", "a-5"}),
        ('"us at noon"', ["a-2"]),
        ("to be or not to be", ["a-3"]),
        ("Plan B", ["a-2"]),
        ("02091-C-71", ["a-4"]),
        ("well-being", ["a-5"]),
        ("wellbeing", ["a-5"]),
        ('"well being"', ["a-5"]),
        ("Erdogan", ["a-4"]),
        ("Eliyev", ["a-4"]),
        ("выборы", ["a-6"]),
        ("elections", {"a-1", "a-5"}),
        ('"elections"', ["a-1"]),
        ("lang:en elections", {"a-1", "a-5"}),
        ("lang:en-GB elections", ["a-5"]),
        ("author:vafa", ["a-1"]),
        ('author:"Vafa Ismayilova"', ["a-1"]),
        ('author:"Ismayilova Ən"', []),
        ("source:azernews.az выборы", ["a-6"]),
        ("tag:politics", ["a-1"]),
        ("title:map", ["a-1"]),
        ("title:minefields", []),
        ("date:2021-03-12", ["a-1"]),
        ("map -minefields", []),
        ('"deminers said <no> map"', ["a-1"]),
        ("minef*", ["a-1"]),
        ("elect*", {"a-1", "a-5"}),
        ("w?hl*n", ["a-3"]),
        ("Elijev~", ["a-4"]),
        ("Erdgoan~", ["a-4"]),
        ("well-be*", ["a-5"]),
        ("выбор*", ["a-6"]),
        ("author:ismay*", ["a-1"]),
        ("title:map*", ["a-1"]),
        ("title:minef*", []),
        ("source:azern*", {"a-1", "a-6"}),
        ("deminers NEAR/1 map", []),
        ("map NEAR/2 deminers", ["a-1"]),
        ('"map deminers"~2', ["a-1"]),
        ('"no map" NEAR/5 elections', ["a-1"]),
        ("ask NEAR/50 town", []),
    ],
)
def test_words_find_what_they_should(service: SearchService, q: str, ids: list[str] | set[str]) -> None:
    hits = found(service, q, match="all")
    assert len(hits) == len(set(hits))
    assert (set(hits) if isinstance(ids, set) else hits) == ids


def test_fewer_than_ten_with_all_words_are_followed_by_those_with_any(service: SearchService) -> None:
    page = service.search(SearchRequest(q="elections minefields"))
    assert [(hit.stored.article.external_id, hit.all_words) for hit in page.hits] == [("a-1", True), ("a-5", False)]
    assert (page.total, page.total_all_words) == (2, 1)


def test_pattern_shows_the_forms_that_it_found(service: SearchService) -> None:
    (clause,) = service.search(SearchRequest(q="elec*")).clauses
    assert (clause.text, set(clause.terms), clause.articles) == ("elec*", {"election", "elections"}, 2)
    (clause,) = service.search(SearchRequest(q="us~")).clauses
    assert {"US", "us"} <= set(clause.terms)


def test_pattern_that_fits_more_forms_than_are_weighed_finds_all_and_says_so(tmp_path) -> None:
    articles = [
        Article(body=" ".join(f"mine{chr(97 + place)}{number}" for place in range(10)), external_id=f"n{number}")
        for number in range(60)
    ]
    with WhooshIndex.create(tmp_path / "index").writer(32) as writer:
        for article in articles:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
    patient = Settings(search_deadline_ms=60_000)
    many = SearchService(WhooshEngine(tmp_path / "index"), Analyzer(), patient, lambda: TODAY)
    page = many.search(SearchRequest(q="x OR mine*"))
    assert page.total == 60
    assert [(note.code, note.at) for note in page.notes] == [("many_forms", 5)]
    assert "600 forms" in page.notes[0].message
    assert not many.search(SearchRequest(q="minea*")).notes


@pytest.mark.parametrize(
    ("q", "dropped"),
    [
        ("the map of the minefields", ("the", "of", "the")),
        ("map OR the", ("the",)),
        ("the (map OR minefields) -of", ("the",)),
        ("to be or not to be", ()),
        ('"the map" of', ("of",)),
        ("author:the map", ()),
        ("", ()),
    ],
)
def test_words_too_common_to_count_are_named(service: SearchService, q: str, dropped: tuple[str, ...]) -> None:
    assert service.search(SearchRequest(q=q)).dropped == dropped


def test_clause_names_the_field_it_is_looked_for_in(service: SearchService) -> None:
    clauses = service.search(SearchRequest(q='title:map author:"vafa" minefields')).clauses
    assert [(clause.field, clause.text, clause.articles) for clause in clauses] == [
        ("title", "map", 1),
        ("author", "vafa", 1),
        ("", "minefields", 1),
    ]


def test_empty_query_shows_the_whole_archive(service: SearchService) -> None:
    page = service.search(SearchRequest(sort="newest"))
    assert page.total == len(ARTICLES)
    assert page.hits[0].stored.article == replace(SAVED, original=())
    assert all(hit.snippets for hit in page.hits)


def test_filter_narrows_by_the_exact_value(service: SearchService) -> None:
    assert found(service, "", filters=Filters(source=("Azernews.Az",), lang=("ru",))) == ["a-6"]
    assert found(service, "", filters=Filters(author=("Vafa",))) == []
    assert found(service, "", filters=Filters(year=("2021", "1999"))) == ["a-1"]


def test_answer_is_the_contracts(service: SearchService) -> None:
    facets = (FacetRequest("source"), FacetRequest("year"))
    request = SearchRequest(
        q="minefields map", facets=facets, histogram="month", filters=Filters(source=("Azernews.Az",))
    )
    page = service.search(request)
    given = orjson.loads(orjson.dumps(answer(page, "/next")))
    took_ms, score = given.pop("took_ms"), given["results"][0].pop("score")
    assert 0 < took_ms < 60_000
    assert score > 0
    assert given == {
        "query": {
            "raw": "minefields map",
            "understood": "minefields AND map",
            "clauses": [
                {"text": "minefields", "field": None, "terms": given["query"]["clauses"][0]["terms"], "articles": 1},
                {"text": "map", "field": None, "terms": given["query"]["clauses"][1]["terms"], "articles": 1},
            ],
            "dropped": [],
            "notes": [],
            "did_you_mean": None,
            "no_hits": None,
        },
        "total": 1,
        "total_is_exact": True,
        "total_all_words": 1,
        "timed_out": False,
        "index_generation": 1,
        "results": [
            {
                "id": SAVED.id,
                "external_id": "a-1",
                "url": "https://azernews.example/1",
                "title": "Deminers ask for maps & more",
                "title_spans": [[17, 21]],
                "author": ["Vafa Ismayilova", "Ən Xəbər"],
                "source": "Azernews.Az",
                "lang": "en",
                "tag": ["politics"],
                "published_on": "2021-03-12",
                "published_at": None,
                "all_words": True,
                "snippets": [
                    {
                        "text": "Deminers said <no> map shows the minefields. Elections are near.",
                        "spans": [[19, 22], [33, 43]],
                        "html": "Deminers said &lt;no&gt; <mark>map</mark> shows the <mark>minefields</mark>. "
                        "Elections are near.",
                        "paragraph": 2,
                        "paragraphs": 2,
                    }
                ],
                "story": None,
            }
        ],
        "facets": {
            "source": [{"value": "Azernews.Az", "count": 1, "chosen": True}],
            "year": [{"value": "2021", "count": 1, "chosen": False}],
        },
        "histogram": {"interval": "month", "buckets": [{"start": "2021-03", "count": 1, "of": 1}]},
        "next": "/next",
    }
    assert list(answer(page, None)) == [
        *("query", "total", "total_is_exact", "total_all_words", "timed_out", "took_ms", "index_generation"),
        *("results", "facets", "histogram", "next"),
    ]
    assert given["query"]["clauses"][0]["terms"][0] == "minefield"


def test_article_answer_has_the_stored_fields(service: SearchService) -> None:
    stored = service.article(SAVED.id)
    assert stored is not None
    shown = article_answer(stored, service.highlight(stored, '"the minefields" vafa'))
    assert (shown["title"], shown["body"], shown["extra"]) == (SAVED.title, SAVED.body, {"page": 3})
    assert shown["original"] == (
        {"text": "Subscribe", "left_out": "boilerplate"},
        {"text": "The town waits.", "left_out": None},
    )
    assert [SAVED.body[start:end] for start, end in shown["body_spans"]] == ["the minefields"]
    assert "body_spans" not in article_answer(stored, None)


def test_what_is_not_there_is_none(service: SearchService) -> None:
    assert service.article("nothing") is None
    assert service.find_external_id("nothing") == ()
    assert [each.article for each in service.find_external_id("a-1")] == [SAVED]


def test_archive_can_be_browsed(service: SearchService) -> None:
    (sources, years) = service.browse((FacetRequest("source"), FacetRequest("year")))
    assert [(each.value, each.count) for each in sources.counts] == [("Azernews.Az", 2)]
    assert [(each.value, each.count) for each in years.counts] == [("2021", 1)]


def test_page_past_the_last_is_empty(service: SearchService) -> None:
    page = service.search(SearchRequest(q="elections", page=500))
    assert (page.hits, page.total) == ((), 2)


parts = st.sampled_from(
    ["map", "the", '"', "-", "(", ")", "OR", "title:", "date:", "U.S.", "😀", "\ud800", "\x00", "*", "~"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.one_of(st.lists(parts, max_size=12).map(" ".join), st.text(max_size=80)))
def test_whatever_is_typed_gets_an_answer(service: SearchService, q: str) -> None:
    for match in ("auto", "any"):
        page = service.search(SearchRequest(q=q, match=match))
        assert page.total >= len(page.hits)
        assert all(hit.snippets for hit in page.hits)
        if q.isprintable():
            orjson.dumps(answer(page, None))
