"""What the array search promises beside its answers: deadlines, bounds, and an order for everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_draft
from searchapp.backends.array_source import ArraySource
from searchapp.backends.generation import Generation, open_generation
from searchapp.backends.kernel_search import execute_by_kernels
from searchapp.search.counting import MAX_FILLED_BUCKETS
from searchapp.search.execute import Clock, execute_plan
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    EveryArticle,
    Exclude,
    FacetRequest,
    Plan,
    PlanNode,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.port import Matches
from searchapp.search.spellings import CloseTo, Spelling, Wildcard


def word(term: str, clause: int = 0) -> WordPlan:
    return WordPlan("text", ((f"en:{term}",),), surface=False, weight=1.0, clause=clause)


def spelled(spelling: Spelling, scored: int = 512) -> SpellingPlan:
    return SpellingPlan("text", spelling, weight=1.0, clause=0, scored=scored)


def near(*terms: str, distance: int = 3) -> WindowPlan:
    units = tuple(Unit((((f"en:{term}",),),), surface=False) for term in terms)
    return WindowPlan("text", (units,), distance, weight=1.0, clause=0)


def make_plan(all_words: PlanNode, any_words: PlanNode | None = None, **options) -> Plan:
    given = {"match": "auto", "filters": (), "sort": "relevance", "first": 0, "count": 10, **options}
    return Plan(all_words, any_words or all_words, **given)


def open_index(folder: Path, articles: list[Article]) -> Generation:
    with WhooshIndex.create(folder / "index").writer(32) as writer:
        for article in articles:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
    return open_generation(WhooshIndex.open(folder / "index").view())


def execute_plainly(plan: Plan, generation: Generation, clock: Clock) -> Matches:
    return execute_plan(plan, ArraySource(generation), clock)


@pytest.fixture(params=[execute_plainly, execute_by_kernels], ids=["plainly", "by kernels"])
def execute(request):
    return request.param


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
def generation(tmp_path: Path) -> Generation:
    articles = [make_article(f"m{number}", "mine map" if number % 2 else "mine") for number in range(12)]
    return open_index(tmp_path, [*articles, make_article("p", "peace")])


@pytest.mark.parametrize("seconds", range(30))
@pytest.mark.parametrize(
    "node",
    [
        AllOf((word("mine"), word("map"))),
        AnyOf((word("mine"), word("peac"))),
        AllOf((word("mine"), Exclude(word("map")))),
        Exclude(AnyOf((word("map"), Exclude(word("peac"))))),
        spelled(Wildcard("m*")),
        near("mine", "map"),
        AllOf((spelled(CloseTo("mien", 2)), Exclude(near("map", "mine")))),
        Exclude(AnyOf((spelled(Wildcard("m*p")), Exclude(spelled(Wildcard("p*")))))),
    ],
)
def test_late_search_gives_fewer_hits_and_no_wrong_one(execute, generation, node: PlanNode, seconds: int) -> None:
    plan = make_plan(node, count=100, facets=(FacetRequest("lang"),), clauses=(word("mine"),))
    whole = execute(plan, generation, lambda: 0.0)
    late = execute(plan._replace(deadline_ms=seconds * 1000.0), generation, Ticking())
    assert {hit.id for hit in late.hits} <= {hit.id for hit in whole.hits}
    assert late.timed_out is not late.total_is_exact
    assert late.timed_out or late.hits == whole.hits


def test_a_search_can_be_late_and_can_be_in_time(execute, generation) -> None:
    plan = make_plan(word("mine"))
    assert execute(plan._replace(deadline_ms=0.0), generation, Ticking()).timed_out
    assert not execute(plan._replace(deadline_ms=1e9), generation, Ticking()).timed_out


def test_pattern_tells_how_many_forms_it_fits_and_the_most_frequent(execute, tmp_path: Path) -> None:
    bodies = ["protest protests protest", "protester Protest", "pro PROTESTED protests", "peace"]
    opened = open_index(tmp_path, [make_article(f"n{number}", body) for number, body in enumerate(bodies)])
    clauses = (spelled(Wildcard("protest*")), replace(spelled(CloseTo("piece", 2)), clause=1))
    found = execute(make_plan(AnyOf(clauses), clauses=(word("peac"), *clauses)), opened, lambda: 0.0)
    assert [(each.clause, each.forms) for each in found.expansions] == [(0, 4), (1, 1)]
    assert found.expansions[0].shown == ("protest", "protests", "protested", "protester")
    assert found.clause_articles == (1, 3, 1)


def test_forms_beyond_the_limit_are_found_and_count_as_one(execute, tmp_path: Path) -> None:
    bodies = ["mine mine mine", "mines mines mines", "mines", "miner miner miner"]
    opened = open_index(tmp_path, [make_article(f"n{number}", f"{body} x y z") for number, body in enumerate(bodies)])
    everything = execute(make_plan(spelled(Wildcard("mine*"))), opened, lambda: 0.0)
    limited = execute(make_plan(spelled(Wildcard("mine*"), scored=1)), opened, lambda: 0.0)
    assert everything.total == limited.total == 4
    scores = {hit.id: hit.score for hit in limited.hits}
    mine, mines, one_mines, miner = (scores[make_article(f"n{number}", "").id] for number in range(4))
    assert mines > one_mines
    assert mine == miner < mines  # of equal lengths: three times in vain, and counted once


def test_articles_with_all_words_come_first_and_the_divider_is_told(execute, generation) -> None:
    both = AllOf((word("mine"), word("map", 1)))
    either = AnyOf((word("mine"), word("map", 1)))
    found = execute(make_plan(both, either, count=100), generation, lambda: 0.0)
    assert (found.total, found.total_all_words) == (12, 6)
    assert [hit.all_words for hit in found.hits] == [True] * 6 + [False] * 6


def test_ten_articles_with_all_words_are_enough(execute, generation) -> None:
    narrow, wide = word("mine"), AnyOf((word("mine"), word("peac", 1)))
    assert execute(make_plan(narrow, wide), generation, lambda: 0.0).total == 12
    assert execute(make_plan(narrow, wide, match="any"), generation, lambda: 0.0).total == 13


def test_filters_count_towards_the_fallback(execute, tmp_path: Path) -> None:
    articles = [make_article(f"n{number}", "mine", source="A" if number < 9 else "B") for number in range(20)]
    opened = open_index(tmp_path, [*articles, make_article("p", "peace", source="A")])
    narrow, wide = word("mine"), AnyOf((word("mine"), word("peac", 1)))
    found = execute(make_plan(narrow, wide, filters=(ValueIn("source", ("A",)),)), opened, lambda: 0.0)
    assert (found.total, found.total_all_words) == (10, 9)


def test_equal_scores_are_ordered_by_day_then_id(execute, tmp_path: Path) -> None:
    days = ["2020", None, "2021-03", "2021-03-12", "2021-03-12", None]
    articles = [make_article(f"n{number}", "mine", on) for number, on in enumerate(days)]
    opened = open_index(tmp_path, articles)
    found = execute(make_plan(word("mine")), opened, lambda: 0.0)
    expected = sorted(articles, key=lambda each: each.id)
    expected.sort(key=lambda each: each.published.on or "", reverse=True)
    assert [hit.id for hit in found.hits] == [each.id for each in expected]


def test_deep_page_goes_on_where_the_first_ended(execute, tmp_path: Path) -> None:
    articles = [make_article(f"n{number}", "mine " * (number % 5)) for number in range(200)]
    opened = open_index(tmp_path, articles)
    whole = execute(make_plan(EveryArticle(), count=200), opened, lambda: 0.0).hits
    pieces = [
        hit
        for first in range(0, 200, 7)
        for hit in execute(make_plan(EveryArticle(), first=first, count=7), opened, lambda: 0.0).hits
    ]
    assert pieces == list(whole)
    assert len({hit.id for hit in whole}) == 200
    assert execute(make_plan(EveryArticle(), first=500), opened, lambda: 0.0).hits == ()


def test_one_wrong_date_does_not_make_a_thousand_years_of_days(execute, tmp_path: Path) -> None:
    dates = ["1021-03-12", "2021-03-12", "2021-03-14", "9999-12-31", "0001-01-01", "2021-03"]
    articles = [make_article(f"n{number}", "mine", on) for number, on in enumerate(dates)]
    opened = open_index(tmp_path, articles)
    days = execute(make_plan(EveryArticle(), histogram="day"), opened, lambda: 0.0).histogram
    assert [bucket.start for bucket in days] == ["0001-01-01", "1021-03-12", "2021-03-12", "2021-03-14", "9999-12-31"]
    years = execute(make_plan(EveryArticle(), histogram="year"), opened, lambda: 0.0).histogram
    assert len(years) <= MAX_FILLED_BUCKETS
    assert sum(bucket.count for bucket in years) == 6


def test_name_given_twice_in_one_byline_counts_once(execute, tmp_path: Path) -> None:
    opened = open_index(tmp_path, [make_article("n", "mine", author=("Ada", "Ada", "Bo"))])
    found = execute(make_plan(EveryArticle(), facets=(FacetRequest("author"),)), opened, lambda: 0.0)
    assert [(each.value, each.count) for each in found.facets[0].counts] == [("Ada", 1), ("Bo", 1)]


def test_days_have_no_clock_zone(tmp_path: Path) -> None:
    opened = open_index(tmp_path, [make_article("n", "mine", "2021-03-12")])
    assert ArraySource(opened).days.first.tolist() == [date(2021, 3, 12).toordinal()]
