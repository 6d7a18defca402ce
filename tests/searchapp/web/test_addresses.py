from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.request import Filters, Page, SearchRequest
from searchapp.web.addresses import (
    SearchLinks,
    article_address,
    next_page_address,
    safe_link,
    search_address,
    with_filter,
)
from searchapp.web.params import REPEATABLE

ASKED = SearchRequest(q="a b", filters=Filters(source=("X & Y",), year=("2021",)), sort="newest", page=3)


def test_a_changed_choice_starts_again_at_the_first_page():
    assert search_address(ASKED, sort="oldest") == "/?q=a+b&year=2021&source=X+%26+Y&sort=oldest"
    assert search_address(ASKED, page=4) == "/?q=a+b&year=2021&source=X+%26+Y&sort=newest&page=4"
    assert search_address(SearchRequest()) == "/"


def test_values_are_chosen_and_let_go():
    links = SearchLinks(ASKED)
    assert links.with_value("source", "Z") == "/?q=a+b&year=2021&source=X+%26+Y&source=Z&sort=newest"
    assert links.without_value("source", "X & Y") == "/?q=a+b&year=2021&sort=newest"
    assert links.without_filters() == "/?q=a+b&sort=newest"


texts = st.text(max_size=6)
days = st.none() | st.dates()


@given(
    st.builds(
        SearchRequest,
        q=texts,
        match=st.sampled_from(["auto", "all", "any"]),
        rank=st.sampled_from(["default", "bm25"]),
        filters=st.builds(
            Filters, from_day=days, to_day=days, **{name: st.lists(texts, max_size=2).map(tuple) for name in REPEATABLE}
        ),
        sort=st.sampled_from(["relevance", "newest", "oldest"]),
        group=st.sampled_from([None, "story"]),
        page=st.integers(1, 30),
        per_page=st.sampled_from([10, 25]),
        facets=st.sampled_from([(), (FacetRequest("source"), FacetRequest("tag", 5))]),
        histogram=st.sampled_from([None, "month"]),
        explain=st.booleans(),
    ),
    st.sampled_from(REPEATABLE),
    texts,
    st.dates(),
)
def test_a_link_is_the_address_of_the_search_with_that_one_change(
    asked: SearchRequest, name: FacetName, value: str, day: date
):
    links, filters = SearchLinks(asked), asked.filters
    chosen: tuple[str, ...] = getattr(filters, name)
    facets = (FacetRequest("year", 100),)

    def narrowed(values: tuple[str, ...]) -> str:
        return search_address(asked, filters=with_filter(filters, name, values))

    assert links.first_page() == search_address(asked)
    assert links.page(7) == search_address(asked, page=7)
    assert links.page(1) == search_address(asked, page=1)
    assert links.sort("oldest") == search_address(asked, sort="oldest")
    assert links.sort("relevance") == search_address(asked, sort="relevance")
    assert links.group("story") == search_address(asked, group="story")
    assert links.group(None) == search_address(asked, group=None)
    assert links.match("all") == search_address(asked, match="all")
    assert links.explained(asked.page, explain=not asked.explain) == search_address(
        asked, page=asked.page, explain=not asked.explain
    )
    assert links.facets(asked.page, facets) == search_address(asked, page=asked.page, facets=facets)
    assert links.with_value(name, value) == narrowed((*chosen, value))
    assert links.without_value(name, value) == narrowed(tuple(each for each in chosen if each != value))
    assert links.within(day, day) == search_address(asked, filters=replace(filters, from_day=day, to_day=day))
    assert links.without_day("from") == search_address(asked, filters=replace(filters, from_day=None))
    assert links.without_day("to") == search_address(asked, filters=replace(filters, to_day=None))
    assert links.without_filters() == search_address(asked, filters=Filters())


def test_next_ends_where_hits_or_pages_end():
    assert next_page_address(page_of(ASKED, has_more=True), strict=True) == (
        "/api/v1/search?q=a+b&year=2021&source=X+%26+Y&sort=newest&page=4&strict=1"
    )
    assert next_page_address(page_of(ASKED, has_more=False), strict=False) is None
    assert next_page_address(page_of(SearchRequest(page=1000), has_more=True), strict=False) is None


def page_of(request: SearchRequest, *, has_more: bool) -> Page:
    return Page(
        request=request,
        understood="",
        clauses=(),
        notes=(),
        hits=(),
        total=50_000,
        total_is_exact=True,
        total_all_words=50_000,
        timed_out=False,
        facets=(),
        histogram=(),
        generation=1,
        took_ms=0.0,
        has_more=has_more,
    )


def test_an_article_takes_the_query_along():
    assert article_address("7h2k") == "/articles/7h2k"
    assert article_address("a/b", 'say "so" & go') == "/articles/a%2Fb?q=say+%22so%22+%26+go"


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://news.example/a?b=c#d", True),
        ("http://news.example", True),
        ("HTTPS://NEWS.EXAMPLE/", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//news.example/", False),
        ("/articles/x", False),
        ("https:///no-host", False),
        ("https://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_may_be_followed(url: str | None, is_safe: bool):
    assert safe_link(url) == (url if is_safe else None)
