"""What is offered while somebody types, and that all of it finds something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, Published
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.request import Filters, SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.suggestions import MOST_HEADLINES, MOST_NAMES, Suggestion

NAMES = ("Vafa Ismayılova", "Ən Xəbər", "Jean-Luc Moreau")
HEADLINES = (
    "Human rights court hears minefield case",
    "Human Rights: a new court opens",
    "HUMAN RIGHTS COURT RULES",
    "Minister opens human rights court",
    "Əliyev meets the minister of the interior",
    "AT&T opens in Quellport",
    "Well-being week",
)
ARTICLES = tuple(
    Article(
        title=headline,
        body=f"{headline}. Nothing more was said.",
        author=(NAMES[(number + copy) % 3],),
        source=("The Quellport Courier", "Xəbər.Az")[copy % 2],
        lang="en",
        external_id=f"{number}-{copy}",
        published=Published(f"20{10 + copy}-01-{number + 1:02d}", None, "day"),
    )
    for number, headline in enumerate(HEADLINES)
    for copy in range(2)
)
REMOVED = Article(title="Gone for good", author=("Remo Ved",), external_id="removed", lang="en")


@pytest.fixture(scope="module", params=[True, False] if HAS_NUMBA else [False], ids=lambda fast: f"compiled={fast}")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("suggestions") / "index"
    with WhooshIndex.create(folder).writer(32) as writer:
        for article in (*ARTICLES[::2], REMOVED):
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
        for article in ARTICLES[1::2]:
            writer.write(make_draft(article, "/somewhere"))
        writer.remove(REMOVED.id)
        writer.commit()
    engine = WhooshEngine(folder, compiled=request.param)
    patient = replace(Settings(), search_deadline_ms=60_000)
    yield SearchService(engine, Analyzer(), patient, lambda: date(2021, 1, 1), compiled=request.param)
    engine.close()


def offered(service: SearchService, typed: str, kind: str) -> list[str]:
    return [each.text for each in service.suggest(typed).found if each.kind == kind]


@pytest.mark.parametrize(
    ("typed", "authors"),
    [
        ("vaf", ["Vafa Ismayılova"]),
        ("isma", ["Vafa Ismayılova"]),
        ("İSMA", ["Vafa Ismayılova"]),
        ("Ismayilova v", ["Vafa Ismayılova"]),
        ("vafa isma", ["Vafa Ismayılova"]),
        ("vafa ", ["Vafa Ismayılova"]),
        ("xeb", ["Ən Xəbər"]),
        ("luc", ["Jean-Luc Moreau"]),
        ("jean-l", ["Jean-Luc Moreau"]),
        ("vafa more", []),
        ("smay", []),
        ("remo", []),
        ("v", []),
    ],
)
def test_authors_are_found_by_any_part_of_their_name(service: SearchService, typed: str, authors: list[str]) -> None:
    assert offered(service, typed, "author") == authors


def test_outlets_are_found_too(service: SearchService) -> None:
    assert offered(service, "cour", "source") == ["The Quellport Courier"]
    assert offered(service, "xeber", "source") == ["Xəbər.Az"]


def test_phrases_are_what_several_headlines_go_on_with(service: SearchService) -> None:
    found = [each for each in service.suggest("hum").found if each.kind == "phrase"]
    # The colon parts "Human Rights: a new court", and one headline is in capitals alone.
    assert [(each.text, each.articles) for each in found] == [("human rights", 8), ("human rights court", 6)]
    assert offered(service, "human rights c", "phrase") == ["human rights court"]
    assert offered(service, "rights", "phrase") == ["rights court"]
    assert offered(service, "the int", "phrase") == []
    assert offered(service, "rights court human", "phrase") == []


def test_headlines_stand_once_each_the_newest_first(service: SearchService) -> None:
    assert offered(service, "human rights co", "headline") == [
        "Minister opens human rights court",
        "HUMAN RIGHTS COURT RULES",
        "Human Rights: a new court opens",
        "Human rights court hears minefield case",
    ]
    assert offered(service, "eliy", "headline") == ["Əliyev meets the minister of the interior"]
    assert offered(service, "at&t", "headline") == ["AT&T opens in Quellport"]
    assert offered(service, "well-be", "headline") == ["Well-being week"]
    assert offered(service, "gone", "headline") == []


def test_spans_are_the_words_that_were_meant(service: SearchService) -> None:
    (found,) = [each for each in service.suggest("minister eliy").found if each.kind == "headline"]
    assert [found.text[start:end] for start, end in found.spans] == ["Əliyev", "minister"]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "h", '"human', "title:hum", "(human", "human*", "human -rig", "human OR rights", "hum~", "x" * 81],
)
def test_nothing_is_offered_for_too_little_or_for_a_query_with_signs(service: SearchService, typed: str) -> None:
    assert service.suggest(typed).found == ()


def count_of(service: SearchService, suggestion: Suggestion) -> int:
    match suggestion.kind:
        case "headline":
            return 1 if service.article(suggestion.article_id or "") else 0
        case "phrase":
            return service.search(SearchRequest(q=f'"{suggestion.text}"', match="all")).total
        case kind:
            return service.search(SearchRequest(filters=Filters(**{kind: (suggestion.text,)}))).total


@given(
    words=st.lists(
        st.sampled_from(sorted({word for text in (*HEADLINES, *NAMES) for word in text.split()})), max_size=3
    ),
    cut=st.integers(1, 9),
)
def test_every_suggestion_finds_as_many_as_it_says(service: SearchService, words: list[str], cut: int) -> None:
    typed = " ".join([*words[:-1], *(word[:cut] for word in words[-1:])])
    found = service.suggest(typed).found
    for each in found:
        assert each.articles == count_of(service, each) > 0
        assert each.spans
    for kind, most in (("author", MOST_NAMES), ("source", MOST_NAMES), ("headline", MOST_HEADLINES)):
        assert sum(each.kind == kind for each in found) <= most


@given(typed=st.text(max_size=40))
def test_any_text_is_taken(service: SearchService, typed: str) -> None:
    for each in service.suggest(typed).found:
        assert each.text
