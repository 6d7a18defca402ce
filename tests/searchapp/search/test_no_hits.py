"""A search that found nothing says why where that is known, and what would find something, by having looked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.answer import answer
from searchapp.search.no_hits import explain_no_hits
from searchapp.search.request import NO_FILTERS, Filters, SearchRequest
from searchapp.search.service import SearchService

TODAY = date(2021, 3, 12)
ARTICLES = (
    *(
        Article(
            title=f"Mines near the river {number}",
            body="Deminers found mines. The map of them is old.",
            source="Courier",
            author=("Vafa Ismayilova",),
            published=Published(f"2020-05-{number:02}"),
            external_id=f"mines-{number}",
            lang="en",
        )
        for number in range(1, 13)
    ),
    Article(
        title="Chart of the harbour",
        body="A chart was drawn. Pilots and a plan wait for the harbour master far beyond the eastern mole.",
        source="Gazette",
        published=Published("2019-01-02"),
        external_id="chart",
        lang="en",
    ),
    Article(title="Karte", body="Eine Karte der Felder.", external_id="karte", lang="de"),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("no_hits") / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for article in ARTICLES:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
    engine = WhooshEngine(folder)
    yield SearchService(engine, Analyzer(), Settings(search_deadline_ms=60_000), lambda: TODAY)
    engine.close()


def changes(service: SearchService, q: str, **options) -> list[tuple[str, int]]:
    page = service.search(SearchRequest(q=q, **options))
    assert page.total == 0
    return [] if page.no_hits is None else [(change.message, change.total) for change in page.no_hits.changes]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("mines source:xyz", [("without source:xyz", 12)]),
        ("mines -river", [("without -river", 12)]),
        ("mines date:2021", [("without the dates", 12)]),
        ("mines after:2020 before:2024", [("without the dates", 12)]),
        ("mines date:2021 source:xyz", [("without the dates, without source:xyz", 12)]),
        ('"river mines"', [('with the words of "river mines" apart', 12)]),
        ('author:"Ismayilova Vafa"', [('with the words of "Ismayilova Vafa" apart', 12)]),
        ("chart NEAR/2 master", [("with chart NEAR/2 master at any distance", 1)]),
        ('"plan pilots"~0', [('with the words of "plan pilots"~0 apart', 1)]),
        ("title:deminers", [("with deminers anywhere, not in the title alone", 12)]),
        ("chart AND deminers", [("with any of the words", 13), ("without chart", 12), ("without deminers", 1)]),
        ("xyzzy", []),
        ("", []),
    ],
)
def test_smallest_changes_are_named_with_what_they_find(
    service: SearchService, q: str, expected: list[tuple[str, int]]
) -> None:
    if q:
        assert changes(service, q) == expected


def test_chosen_filters_are_changes_too(service: SearchService) -> None:
    assert changes(service, "mines", filters=Filters(source=("Gazette",))) == [
        ("without source Gazette", 12),
        ("without mines", 1),
    ]
    assert changes(service, "mines", filters=Filters(from_day=date(2021, 1, 1)))[0] == ("without the dates", 12)


def test_words_that_are_all_asked_for_may_be_left_out_or_any_of_them_asked_for(service: SearchService) -> None:
    assert changes(service, "mines xyzzy map", match="all") == [("with any of the words", 12), ("without xyzzy", 12)]


def test_two_steps_are_taken_where_one_is_not_enough_and_no_more(service: SearchService) -> None:
    assert changes(service, "mines source:xyz author:nobody") == [("without source:xyz, without author:nobody", 12)]


def test_where_nothing_near_finds_anything_the_words_alone_are_offered(service: SearchService) -> None:
    q = "mines source:xyz author:nobody tag:nothing"
    assert changes(service, q) == [("with any of the words, and without all that narrows the search", 12)]


def test_a_search_with_hits_is_left_alone(service: SearchService) -> None:
    assert service.search(SearchRequest(q="mines")).no_hits is None
    assert service.search(SearchRequest(q="mines", page=900)).no_hits is None


@pytest.mark.parametrize(
    ("q", "filters", "at", "message"),
    [
        ("mines date:1978-09", NO_FILTERS, 6, "the archive holds no articles of September 1978"),
        ("date:1978-09-03", NO_FILTERS, 0, "the archive holds no articles of 3 September 1978"),
        ("mines date:1978", NO_FILTERS, 6, "the archive holds no articles of 1978"),
        ("mines after:2021", NO_FILTERS, 6, "the archive holds no articles of 1 January 2022 or later"),
        ("mines before:1978", NO_FILTERS, 6, "the archive holds no articles of 31 December 1977 or earlier"),
        ("date:1978..1980", NO_FILTERS, 0, "the archive holds no articles from 1 January 1978 to 31 December 1980"),
        (
            "after:2019-01-02 before:2020-05-01",
            NO_FILTERS,
            0,
            "the archive holds no articles from 3 January 2019 to 30 April 2020",
        ),
        ("x after:2021 before:2019", NO_FILTERS, 2, "no day lies within all of these dates"),
        ("mines", Filters(year=("1978",)), 0, "the archive holds no articles of 1978"),
        (
            "mines",
            Filters(from_day=date(1978, 9, 1), to_day=date(1978, 9, 30)),
            0,
            "the archive holds no articles of September 1978",
        ),
    ],
)
def test_days_without_any_article_are_the_reason(
    service: SearchService, q: str, filters: Filters, at: int, message: str
) -> None:
    no_hits = service.search(SearchRequest(q=q, filters=filters)).no_hits
    assert no_hits is not None
    assert [(note.at, note.message) for note in no_hits.reasons] == [(at, message)]


def test_days_with_articles_are_no_reason(service: SearchService) -> None:
    no_hits = service.search(SearchRequest(q="mines date:2019")).no_hits
    assert no_hits is not None
    assert no_hits.reasons == ()


def test_answer_names_what_to_ask_next(service: SearchService) -> None:
    request = SearchRequest(q="mines date:2019-01", filters=Filters(from_day=date(2019, 1, 1), source=("Gazette",)))
    given_answer = orjson.loads(orjson.dumps(answer(service.search(request), None)))
    assert given_answer["query"]["no_hits"] == {
        "reasons": [],
        "changes": [
            {"message": "without mines", "total": 1, "q": "date:2019-01-01..2019-01-31", "match": "auto", "without": []}
        ],
    }
    request = SearchRequest(q="mines", filters=Filters(from_day=date(2021, 1, 1), lang=("en",)))
    asked = orjson.loads(orjson.dumps(answer(service.search(request), None)))["query"]["no_hits"]["changes"][0]
    assert (asked["message"], asked["q"], asked["without"]) == ("without the dates", "mines", ["from"])


def test_no_more_is_looked_for_than_there_is_time() -> None:
    asked: list[SearchRequest] = []

    def no_time(request: SearchRequest) -> None:
        asked.append(request)

    q = "title:(a OR b) source:x author:y tag:z date:1999 " + " AND ".join(f"w{number}" for number in range(20))
    assert explain_no_hits(SearchRequest(q=q, match="all"), TODAY, no_time) is None
    assert 30 < len(asked) <= 60
    assert len(asked) == len(set(asked))


parts = st.sampled_from(
    [
        *("mines", "chart", "xyzzy", '"river mines"', "source:xyz", "source:Gazette", "title:map", "date:2019"),
        *("-mines", "-chart", "AND", "OR", "(", ")", "NEAR/2", "lang:de", "author:vafa", "after:2021", "the", "*", '"'),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    q=st.lists(parts, max_size=8).map(" ".join),
    match=st.sampled_from(["auto", "all", "any"]),
    source=st.sampled_from([(), ("Gazette",), ("nowhere",)]),
)
def test_every_change_finds_what_it_says(service: SearchService, q: str, match, source: tuple[str, ...]) -> None:
    page = service.search(SearchRequest(q=q, match=match, filters=Filters(source=source)))
    if page.no_hits is not None:
        assert page.total == 0
        for change in page.no_hits.changes:
            assert change.total > 0
            assert service.search(change.request).total == change.total, change
