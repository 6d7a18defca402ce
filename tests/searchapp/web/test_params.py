from __future__ import annotations

import string
from dataclasses import replace
from datetime import date
from typing import get_args
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.plan import FacetName, FacetRequest
from searchapp.search.request import Filters, Match, SearchRequest, Sort
from searchapp.web.parameters import ParameterError
from searchapp.web.params import (
    KNOWN,
    MAX_PER_PAGE,
    REPEATABLE,
    SINGLE,
    WINDOW_HITS,
    Asked,
    last_page,
    read_params,
    write_params,
)


def read(address: str, *, refuse_unknown: bool = True) -> SearchRequest:
    return read_params(parse_qsl(address, keep_blank_values=True), refuse_unknown=refuse_unknown).search


def refusal(address: str, *, refuse_unknown: bool = True) -> ParameterError:
    with pytest.raises(ParameterError) as caught:
        read(address, refuse_unknown=refuse_unknown)
    return caught.value


def test_no_arguments_ask_for_the_whole_archive():
    assert read("") == SearchRequest()
    assert write_params(SearchRequest()) == ""


def test_every_parameter_is_read():
    asked = read_params(
        parse_qsl(
            "q=minefield+maps&match=any&rank=bm25&from=2020-02&to=2021&year=2021&source=A&source=B%26C&author=V&lang=az"
            "&tag=x&collection=c&sort=newest&page=3&per_page=25&facets=source,year:5&histogram=month&strict=1"
        ),
        refuse_unknown=True,
    )
    assert asked == Asked(
        SearchRequest(
            q="minefield maps",
            match="any",
            rank="bm25",
            filters=Filters(
                source=("A", "B&C"),
                author=("V",),
                year=("2021",),
                lang=("az",),
                tag=("x",),
                collection=("c",),
                from_day=date(2020, 2, 1),
                to_day=date(2021, 12, 31),
            ),
            sort="newest",
            page=3,
            per_page=25,
            facets=(FacetRequest("source"), FacetRequest("year", 5)),
            histogram="month",
        ),
        strict=True,
    )


def test_arguments_are_written_in_one_order_whatever_order_they_came_in():
    assert (
        write_params(read("page=2&source=B&q=a&source=A&from=2021-03"))
        == "q=a&from=2021-03-01&source=B&source=A&page=2"
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
values = st.lists(texts, max_size=3, unique=True).map(tuple)
days = st.dates()
facet_requests = (
    st.lists(st.sampled_from(get_args(FacetName)), unique=True)
    .flatmap(lambda names: st.tuples(*(st.builds(FacetRequest, st.just(name), st.integers(1, 1000)) for name in names)))
    .map(tuple)
)


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    first, last = sorted((draw(days), draw(days)))
    per_page = draw(st.integers(1, MAX_PER_PAGE))
    return SearchRequest(
        q=draw(texts | st.just("")),
        match=draw(st.sampled_from(get_args(Match))),
        rank=draw(st.sampled_from(("default", "bm25"))),
        filters=Filters(
            **{name: draw(values) for name in REPEATABLE if name != "year"},
            year=draw(st.lists(st.from_regex(r"[0-9]{4}", fullmatch=True), max_size=3, unique=True).map(tuple)),
            from_day=draw(st.sampled_from((None, first))),
            to_day=draw(st.sampled_from((None, last))),
        ),
        sort=draw(st.sampled_from(get_args(Sort))),
        page=draw(st.integers(1, WINDOW_HITS // per_page)),
        per_page=per_page,
        facets=draw(facet_requests),
        histogram=draw(st.sampled_from((None, "day", "month", "year"))),
    )


@given(requests(), st.booleans(), texts | st.just(""))
def test_what_is_written_is_read_back(request: SearchRequest, strict: bool, cursor: str):
    if cursor:
        request = replace(request, page=1)
    address = write_params(request, strict=strict, cursor=cursor)
    assert address.isascii()
    assert read_params(parse_qsl(address), refuse_unknown=True) == Asked(request, strict, cursor)


@given(st.text())
def test_any_query_can_be_written_even_one_with_half_a_surrogate(q: str):
    assert write_params(replace(SearchRequest(), q=q)).isascii()


pairs = st.lists(
    st.tuples(
        st.sampled_from(KNOWN) | st.text(max_size=8),
        st.text(max_size=12) | st.text(string.digits + "-:,", max_size=24) | st.sampled_from(["-1", "NaN", "1e9", "٣"]),
    ),
    max_size=6,
)


@given(pairs, st.booleans())
def test_any_arguments_are_read_or_refused(arguments: list[tuple[str, str]], refuse_unknown: bool):
    try:
        request = read_params(arguments, refuse_unknown=refuse_unknown).search
    except ParameterError:
        return
    assert 1 <= request.page * request.per_page <= WINDOW_HITS
    assert 1 <= request.per_page <= MAX_PER_PAGE


@pytest.mark.parametrize(
    ("address", "parameter", "code", "right"),
    [
        ("page=-1", "page", "bad_value", "whole number from 1 on"),
        ("page=0", "page", "bad_value", "whole number"),
        ("page=1.5", "page", "bad_value", "whole number"),
        ("page=٣", "page", "bad_value", "whole number"),
        ("page=1000000000000", "page", "beyond_window", "first 10,000 hits"),
        ("page=1001", "page", "beyond_window", "1,000 pages of 10"),
        ("page=101&per_page=100", "page", "beyond_window", "100 pages of 100"),
        ("page=" + "9" * 5000, "page", "bad_value", "whole number"),
        ("per_page=NaN", "per_page", "bad_value", "whole number from 1 to 100"),
        ("per_page=101", "per_page", "bad_value", "from 1 to 100"),
        ("per_page=0", "per_page", "bad_value", "from 1 to 100"),
        ("from=2021-13", "from", "bad_value", "2021-03-12, 2021-03 or 2021"),
        ("from=2021-02-30", "from", "bad_value", "2021-03-12"),
        ("to=yesterday", "to", "bad_value", "2021-03-12"),
        ("to=0000", "to", "bad_value", "2021-03-12"),
        ("from=2022&to=2021", "from", "bad_value", "is after `to`"),
        ("year=21", "year", "bad_value", "four digits"),
        ("sort=foo", "sort", "bad_value", "relevance, newest or oldest"),
        ("sort=newst", "sort", "bad_value", "did you mean `newest`?"),
        ("match=every", "match", "bad_value", "auto, all or any"),
        ("rank=tfidf", "rank", "bad_value", "default or bm25"),
        ("histogram=week", "histogram", "bad_value", "day, month or year"),
        ("strict=maybe", "strict", "bad_value", "1 or 0"),
        ("facets=sauce", "facets", "bad_value", "did you mean `source`?"),
        ("facets=source:0", "facets", "bad_value", "source:10"),
        ("facets=source:lots", "facets", "bad_value", "source:10"),
        ("facets=source,source:5", "facets", "bad_value", "each name once"),
        ("facets=source:1001", "facets", "bad_value", "at most 1000"),
        ("q=a&q=b", "q", "repeated_parameter", "give it once"),
        ("q=&q=", "q", "repeated_parameter", "give it once"),
        ("page=1&page=1", "page", "repeated_parameter", "give it once"),
        ("&".join(f"tag={number}" for number in range(5000)), "tag", "too_many_values", "at most 50"),
        ("source=" + "x" * 1001, "source", "bad_value", "1000 characters"),
    ],
)
def test_a_bad_value_is_refused_with_what_would_be_right(address: str, parameter: str, code: str, right: str):
    for refuse_unknown in (True, False):
        error = refusal(address, refuse_unknown=refuse_unknown)
        assert (error.parameter, error.code) == (parameter, code)
        assert right in str(error)
        assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("name", "meant"), [("soruce", "source"), ("query", "known are q, match"), ("perpage", "per_page"), ("Q", "q")]
)
def test_an_unknown_parameter_is_refused_with_the_right_one(name: str, meant: str):
    error = refusal(f"{name}=x")
    assert error.code == "unknown_parameter"
    assert error.parameter == name
    assert meant in str(error)


def test_a_cursor_and_a_page_are_not_given_together():
    error = refusal("page=2&cursor=abc")
    assert (error.parameter, error.code) == ("cursor", "bad_value")
    assert read("page=2&cursor=abc", refuse_unknown=False).page == 2


def test_the_page_passes_over_what_it_does_not_know():
    assert read("q=a&utm_source=x&gclid=1&cursor=abc", refuse_unknown=False) == SearchRequest(q="a")


@pytest.mark.parametrize("name", [*SINGLE, *REPEATABLE])
def test_an_empty_value_counts_as_not_given(name: str):
    assert read(f"{name}=") == SearchRequest()


@pytest.mark.parametrize(
    ("total", "per_page", "last"), [(0, 10, 1), (10, 10, 1), (11, 10, 2), (99_999, 10, 1000), (20_000, 33, 303)]
)
def test_the_last_page_has_hits_and_lies_within_the_window(total: int, per_page: int, last: int):
    assert last_page(total, per_page) == last
