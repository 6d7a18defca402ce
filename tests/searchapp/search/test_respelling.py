"""Did you mean: what is offered for a misspelt query, and what is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from indexer.settings import Settings
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.query.parser import parse_query
from searchapp.search.answer import answer
from searchapp.search.port import Form, FormsRequest
from searchapp.search.request import Filters, SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.spellings import CloseTo, Wildcard
from searchapp.search.written import choose_written

TODAY = date(2021, 3, 20)
TEXTS = (
    ("Minefield maps for the border", "Deminers in Baku want maps of every minefield.", "Vafa Ismayilova"),
    ("Talks", "Əliyev met Erdoğan. The government of Əliyev signed.", "Jon Maren"),
    ("OPEC MEETS", "OPEC and the government met; coffee was served, in the café.", "Jon Maren"),
)


def write_index(folder: Path) -> Path:
    """Two segments and a deleted article."""
    articles = [
        Article(title=title, body=body, author=(author,), source="Azernews", lang="en", external_id=f"{number}-{copy}")
        for number, (title, body, author) in enumerate(TEXTS)
        for copy in range(8)
    ]
    with WhooshIndex.create(folder).writer(32) as writer:
        for article in articles[::2]:
            writer.write(make_draft(article, "/somewhere"))
        writer.commit()
        for article in articles[1::2]:
            writer.write(make_draft(article, "/somewhere"))
        writer.remove(articles[0].id)
        writer.commit()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_index(tmp_path_factory.mktemp("respelling") / "index")


@pytest.fixture(scope="module", params=[True, False] if HAS_NUMBA else [False], ids=lambda fast: f"compiled={fast}")
def service(request: pytest.FixtureRequest, folder: Path) -> Iterator[SearchService]:
    engine = WhooshEngine(folder, compiled=request.param)
    patient = replace(Settings(), search_deadline_ms=60_000)
    yield SearchService(engine, Analyzer(), patient, lambda: TODAY, compiled=request.param)
    engine.close()


def meant(service: SearchService, q: str, **options) -> str | None:
    found = service.search(SearchRequest(q=q, **options)).did_you_mean
    return found and found.q


@pytest.mark.parametrize(
    ("q", "offered"),
    [
        ("minefeld", "minefield"),
        ("minfield maps", "minefield maps"),
        ("  minefeld   (map  OR chart) -ferry ", "  minefield   (map  OR chart) -ferry "),
        ('"minefeld maps"', '"minefield maps"'),
        ("“minefeld maps”", "“minefield maps”"),
        ('"maps minefeld"~3', '"maps minefield"~3'),
        ("maps NEAR/5 minefeld", "maps NEAR/5 minefield"),
        ("title:minefeld", "title:minefield"),
        ("author:Ismaylova", "author:Ismayilova"),
        ("source:azrnews baku", "source:Azernews baku"),
        ("Eliyew", "Əliyev"),
        ("Erdogann Eliyew", "Erdoğan Əliyev"),
        ("govermnent", "government"),
        ("Govermnent", "Government"),
        ("oppec", "OPEC"),
        ("OPPEC MEETS TODAY", None),
        ("OPPEC MEETS", "OPEC MEETS"),
        ("cofee date:2021", None),
        ("cofee", "coffee"),
    ],
)
def test_whole_query_is_rewritten_as_people_write_it(service: SearchService, q: str, offered: str | None) -> None:
    assert meant(service, q) == offered


@pytest.mark.parametrize(
    "q",
    [
        "",
        "-minefeld baku",
        "titel:minefield",
        "minefe*",
        "minefeld~",
        "xyzzyqwk",
        "mapz1",
        "zz",
        "lang:em",
        "***",
        '"',
        "the of an",
    ],
)
def test_nothing_is_offered_for_what_is_no_misspelt_word(service: SearchService, q: str) -> None:
    assert meant(service, q) is None


def test_enough_articles_are_left_alone(service: SearchService) -> None:
    page = service.search(SearchRequest(q="government"))
    assert (page.total, page.did_you_mean) == (16, None)


@pytest.mark.parametrize("match", ["auto", "all", "any"])
def test_offer_finds_as_many_as_it_says_and_more_than_before(service: SearchService, match) -> None:
    request = SearchRequest(q="minefeld baku", match=match)
    page = service.search(request)
    assert page.did_you_mean is not None
    assert page.did_you_mean.articles == 7 > page.total_all_words
    assert service.search(replace(request, q=page.did_you_mean.q)).total_all_words == 7
    assert [page.did_you_mean.q[start:end] for start, end in page.did_you_mean.spans] == ["minefield"]


def test_filter_that_leaves_nothing_is_not_blamed_on_the_spelling(service: SearchService) -> None:
    assert meant(service, "minefield", filters=Filters(source=("Elsewhere",))) is None
    assert meant(service, "minefeld", filters=Filters(source=("Elsewhere",))) is None
    assert meant(service, "minefeld", filters=Filters(source=("Azernews",))) == "minefield"


def test_answer_names_the_query(service: SearchService) -> None:
    page = service.search(SearchRequest(q="minefeld"))
    assert answer(page, None)["query"]["did_you_mean"] == "minefield"


def test_no_time_is_no_offer(service: SearchService) -> None:
    hasty = replace(service, settings=replace(service.settings, search_deadline_ms=0))
    assert hasty.search(SearchRequest(q="minefeld")).did_you_mean is None


@given(q=st.text(alphabet="minefeldaps \"()-:~*?ə'OR", max_size=30))
def test_any_query_is_taken_and_an_offer_parses_like_it(service: SearchService, q: str) -> None:
    found = service.search(SearchRequest(q=q)).did_you_mean
    if found is not None:
        assert found.q != q
        assert [note.code for note in parse_query(found.q, TODAY).notes] == [
            note.code for note in parse_query(q, TODAY).notes
        ]


@pytest.mark.parametrize(
    ("written", "typed", "shown"),
    [
        ({"Baku": 3}, "bakku", "Baku"),
        ({"Talks": 5, "talks": 1}, "tlaks", "talks"),
        ({"talks": 5}, "Tlaks", "Talks"),
        ({"talks": 5}, "TLAKS", "TALKS"),
        ({"COFFEE": 9, "coffee": 1}, "cofee", "coffee"),
        ({"NATO": 9}, "ntao", "NATO"),
        ({"NEAR": 2}, "naer", "near"),
        ({"near": 2}, "NAER", "near"),
        ({}, "x", ""),
    ],
)
def test_case_is_the_archives_and_the_typists(written: dict[str, int], typed: str, shown: str) -> None:
    assert choose_written(Counter(written), typed) == shown


def test_listed_forms_are_those_of_counting_words(folder: Path, service: SearchService) -> None:
    analyzer = Analyzer()
    counts: Counter[str] = Counter()
    for title, body, _ in TEXTS:
        for text in (title, body):
            for token in analyzer.analyse(text, "en").tokens:
                counts.update(dict.fromkeys(token.surfaces, 8))
    for spelling in (Wildcard("m*"), Wildcard("?o*"), CloseTo("tals", 1), CloseTo("opec", 2)):
        expected = sorted(
            (Form(surface, count) for surface, count in counts.items() if spelling.fits(surface)),
            key=lambda form: (-form.occurrences, form.surface),
        )
        for most in (1, 3, 1000):
            assert list(service.engine.list_forms(FormsRequest("text", spelling, most), 60_000)) == expected[:most]
    assert service.engine.list_forms(FormsRequest("author", Wildcard("mare*"), 9), 60_000) == (Form("maren", 16),)


def test_a_word_is_offered_as_the_newest_generation_writes_it(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    WhooshIndex.create(folder)
    service: SearchService | None = None
    for written in ("lantern", "lanTern"):
        with WhooshIndex.open(folder).writer(32) as writer:
            for number in range(12):
                article = Article(title="Evening", body=f"One {written} in the harbour.", external_id=str(number))
                writer.write(make_draft(article, "/somewhere"))
            writer.commit()
        if service is None:
            service = SearchService(WhooshEngine(folder), Analyzer(), Settings(), lambda: TODAY)
        service.engine.refresh()
        for _ in range(2):  # found, then remembered
            meant = service.search(SearchRequest(q="lantren")).did_you_mean
            assert meant is not None
            assert meant.q == written
