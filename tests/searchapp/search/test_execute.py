"""What the array search promises beside its answers: deadlines, bounds, and an order for everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_document
from searchapp.backends.whoosh_source import WhooshSource
from searchapp.search.counting import MAX_FILLED_BUCKETS
from searchapp.search.execute import execute_plan
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    EveryArticle,
    Exclude,
    FacetRequest,
    Plan,
    PlanNode,
    ValueIn,
    WordPlan,
)

ANALYZER = Analyzer()


def word(term: str, clause: int = 0) -> WordPlan:
    return WordPlan("text", ((f"en:{term}",),), surface=False, weight=1.0, clause=clause)


def make_plan(all_words: PlanNode, any_words: PlanNode | None = None, **options) -> Plan:
    given = {"match": "auto", "filters": (), "sort": "relevance", "first": 0, "count": 10, **options}
    return Plan(all_words, any_words or all_words, **given)


def open_source(folder: Path, articles: list[Article]) -> WhooshSource:
    with WhooshIndex.create(folder / "index").writer(ANALYZER, 32) as writer:
        for article in articles:
            writer.write(make_document(article, "/somewhere", ANALYZER))
        writer.commit()
    return WhooshSource(folder / "index", WhooshIndex.open(folder / "index").whoosh.reader())


def make_article(name: str, body: str, on: str | None = None, **fields) -> Article:
    return Article(external_id=name, body=body, lang="en", published=Published(on), **fields)


class Ticking:
    """A clock that gains a second whenever it is read."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.fixture
def source(tmp_path: Path):
    articles = [make_article(f"m{number}", "mine map" if number % 2 else "mine") for number in range(12)]
    opened = open_source(tmp_path, [*articles, make_article("p", "peace")])
    yield opened
    opened.close()


@pytest.mark.parametrize("seconds", range(30))
@pytest.mark.parametrize(
    "node",
    [
        AllOf((word("mine"), word("map"))),
        AnyOf((word("mine"), word("peac"))),
        AllOf((word("mine"), Exclude(word("map")))),
        Exclude(AnyOf((word("map"), Exclude(word("peac"))))),
    ],
)
def test_late_search_gives_fewer_hits_and_no_wrong_one(source, node: PlanNode, seconds: int) -> None:
    plan = make_plan(node, count=100, facets=(FacetRequest("lang"),), clauses=(word("mine"),))
    whole = execute_plan(plan, source, lambda: 0.0)
    late = execute_plan(Plan(**{**fields_of(plan), "deadline_ms": seconds * 1000.0}), source, Ticking())
    assert {hit.id for hit in late.hits} <= {hit.id for hit in whole.hits}
    assert late.timed_out is not late.total_is_exact
    assert late.timed_out or late.hits == whole.hits


def fields_of(plan: Plan) -> dict:
    return {name: getattr(plan, name) for name in Plan.__slots__}


def test_a_search_can_be_late_and_can_be_in_time(source) -> None:
    plan = make_plan(word("mine"))
    assert execute_plan(Plan(**{**fields_of(plan), "deadline_ms": 0.0}), source, Ticking()).timed_out
    assert not execute_plan(Plan(**{**fields_of(plan), "deadline_ms": 1e9}), source, Ticking()).timed_out


def test_articles_with_all_words_come_first_and_the_divider_is_told(source) -> None:
    both = AllOf((word("mine"), word("map", 1)))
    either = AnyOf((word("mine"), word("map", 1)))
    found = execute_plan(make_plan(both, either, count=100), source, lambda: 0.0)
    assert (found.total, found.total_all_words) == (12, 6)
    assert [hit.all_words for hit in found.hits] == [True] * 6 + [False] * 6


def test_ten_articles_with_all_words_are_enough(source) -> None:
    narrow, wide = word("mine"), AnyOf((word("mine"), word("peac", 1)))
    assert execute_plan(make_plan(narrow, wide), source, lambda: 0.0).total == 12
    assert execute_plan(make_plan(narrow, wide, match="any"), source, lambda: 0.0).total == 13


def test_filters_count_towards_the_fallback(tmp_path: Path) -> None:
    articles = [make_article(f"n{number}", "mine", source="A" if number < 9 else "B") for number in range(20)]
    opened = open_source(tmp_path, [*articles, make_article("p", "peace", source="A")])
    narrow, wide = word("mine"), AnyOf((word("mine"), word("peac", 1)))
    found = execute_plan(make_plan(narrow, wide, filters=(ValueIn("source", ("A",)),)), opened, lambda: 0.0)
    assert (found.total, found.total_all_words) == (10, 9)
    opened.close()


def test_equal_scores_are_ordered_by_day_then_id(tmp_path: Path) -> None:
    days = ["2020", None, "2021-03", "2021-03-12", "2021-03-12", None]
    articles = [make_article(f"n{number}", "mine", on) for number, on in enumerate(days)]
    opened = open_source(tmp_path, articles)
    found = execute_plan(make_plan(word("mine")), opened, lambda: 0.0)
    expected = sorted(articles, key=lambda each: each.id)
    expected.sort(key=lambda each: each.published.on or "", reverse=True)
    assert [hit.id for hit in found.hits] == [each.id for each in expected]
    opened.close()


def test_deep_page_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    articles = [make_article(f"n{number}", "mine " * (number % 5)) for number in range(200)]
    opened = open_source(tmp_path, articles)
    whole = execute_plan(make_plan(EveryArticle(), count=200), opened, lambda: 0.0).hits
    pieces = [
        hit
        for first in range(0, 200, 7)
        for hit in execute_plan(make_plan(EveryArticle(), first=first, count=7), opened, lambda: 0.0).hits
    ]
    assert pieces == list(whole)
    assert len({hit.id for hit in whole}) == 200
    assert execute_plan(make_plan(EveryArticle(), first=500), opened, lambda: 0.0).hits == ()
    opened.close()


def test_one_wrong_date_does_not_make_a_thousand_years_of_days(tmp_path: Path) -> None:
    dates = ["1021-03-12", "2021-03-12", "2021-03-14", "9999-12-31", "0001-01-01", "2021-03"]
    articles = [make_article(f"n{number}", "mine", on) for number, on in enumerate(dates)]
    opened = open_source(tmp_path, articles)
    days = execute_plan(make_plan(EveryArticle(), histogram="day"), opened, lambda: 0.0).histogram
    assert [bucket.start for bucket in days] == ["0001-01-01", "1021-03-12", "2021-03-12", "2021-03-14", "9999-12-31"]
    years = execute_plan(make_plan(EveryArticle(), histogram="year"), opened, lambda: 0.0).histogram
    assert len(years) <= MAX_FILLED_BUCKETS
    assert sum(bucket.count for bucket in years) == 6
    opened.close()


def test_name_given_twice_in_one_byline_counts_once(tmp_path: Path) -> None:
    opened = open_source(tmp_path, [make_article("n", "mine", author=("Ada", "Ada", "Bo"))])
    found = execute_plan(make_plan(EveryArticle(), facets=(FacetRequest("author"),)), opened, lambda: 0.0)
    assert [(each.value, each.count) for each in found.facets[0].counts] == [("Ada", 1), ("Bo", 1)]
    opened.close()


def test_days_have_no_clock_zone(tmp_path: Path) -> None:
    opened = open_source(tmp_path, [make_article("n", "mine", "2021-03-12")])
    assert opened.days.first.tolist() == [date(2021, 3, 12).toordinal()]
    opened.close()
