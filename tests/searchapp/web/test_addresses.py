from __future__ import annotations

import pytest

from searchapp.search.request import Filters, SearchRequest
from searchapp.web.addresses import (
    article_address,
    next_page_address,
    safe_link,
    search_address,
    with_value,
    without_filters,
    without_value,
)

ASKED = SearchRequest(q="a b", filters=Filters(source=("X & Y",), year=("2021",)), sort="newest", page=3)


def test_a_changed_choice_starts_again_at_the_first_page():
    assert search_address(ASKED, sort="oldest") == "/?q=a+b&year=2021&source=X+%26+Y&sort=oldest"
    assert search_address(ASKED, page=4) == "/?q=a+b&year=2021&source=X+%26+Y&sort=newest&page=4"
    assert search_address(SearchRequest()) == "/"


def test_values_are_chosen_and_let_go():
    assert with_value(ASKED, "source", "Z") == "/?q=a+b&year=2021&source=X+%26+Y&source=Z&sort=newest"
    assert without_value(ASKED, "source", "X & Y") == "/?q=a+b&year=2021&sort=newest"
    assert without_filters(ASKED) == "/?q=a+b&sort=newest"


def test_next_ends_where_hits_or_pages_end():
    assert next_page_address(ASKED, 31, strict=True) == (
        "/api/v1/search?q=a+b&year=2021&source=X+%26+Y&sort=newest&page=4&strict=1"
    )
    assert next_page_address(ASKED, 30, strict=False) is None
    assert next_page_address(SearchRequest(page=1000), 50_000, strict=False) is None


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
