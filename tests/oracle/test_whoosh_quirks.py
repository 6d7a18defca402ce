"""Quirks: where stock Whoosh does otherwise, and we do not mean to follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stock_comparisons import (
    ids_of,
    near,
    open_both,
    scores_of,
)
from stock_index import (
    BroadsheetWeighting,
    found_ids,
    found_scores,
    write_stock_index,
)
from test_engine_against_brute_force import InventedWords, write_index
from whoosh import query

from indexer.article import Article
from indexer.backends.port import Document
from indexer.document import make_document
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import (
    AllOf,
    EveryArticle,
    SpellingPlan,
    WordPlan,
)
from searchapp.search.spellings import CloseTo

MARKS = {"mine map": "1", "mine": "2", "talk": "3"}


@pytest.fixture
def three(tmp_path: Path) -> tuple[WhooshEngine, list[Document]]:
    documents = [
        make_document(Article(title=title, body=f"{title} peace", external_id=key), "/a", InventedWords())
        for title, key in MARKS.items()
    ]
    write_index(tmp_path / "index", [documents], set())
    return WhooshEngine(tmp_path / "index"), documents


def test_quirk_stock_whoosh_adds_up_the_scores_of_fields(three) -> None:
    """A word in title and body counts twice there, with two idfs; BM25F saturates the two together."""
    engine, documents = three
    model = BroadsheetWeighting("title", k1=1.4, b=0.0, weight=1.0)
    with write_stock_index([documents]).searcher(weighting=model) as searcher:
        alone = [found_scores(searcher, query.Term(field, "en:mine")) for field in ("title", "body")]
        both = found_scores(searcher, query.Or([query.Term("title", "en:mine"), query.Term("body", "en:mine")]))
    (one, other) = (article.id for article in (documents[0].article, documents[1].article))
    assert both == pytest.approx({each: alone[0][each] + alone[1][each] for each in (one, other)})
    ours = scores_of(engine, WordPlan("text", (("en:mine",),), False, 1.0, 0))
    idf = alone[0][one] * 2.4
    assert all(score < idf for score in ours.values())
    assert all(score > 0.8 * idf for score in both.values())


def test_quirk_stock_whoosh_counts_deleted_articles_in_frequencies(three) -> None:
    _, documents = three
    changed = make_document(replace(documents[0].article, title="talk", body=""), "/a", InventedWords())
    with write_stock_index([documents, [changed]]).searcher() as searcher:
        assert searcher.doc_frequency("title", "en:mine") == 2
        assert len(found_ids(searcher, query.Term("title", "en:mine"))) == 1


def test_our_idf_counts_live_articles_alone(three, tmp_path: Path) -> None:
    _, documents = three
    changed = make_document(replace(documents[0].article, title="talk", body=""), "/a", InventedWords())
    write_index(tmp_path / "updated", [documents, [changed]], set())
    write_index(tmp_path / "fresh", [[documents[1], documents[2], changed]], set())
    node = WordPlan("text", (("en:mine",),), False, 1.0, 0)
    updated, fresh = (scores_of(WhooshEngine(tmp_path / name), node) for name in ("updated", "fresh"))
    assert updated == pytest.approx(fresh, rel=1e-5)


def test_quirk_stock_whoosh_rounds_long_lengths(tmp_path: Path) -> None:
    """It keeps a length in one byte; we keep the number."""
    long = make_document(Article(body="mine " * 1000, external_id="1"), "/a", InventedWords())
    write_index(tmp_path / "index", [[long]], set())
    ours, stock = open_both(tmp_path / "index", write_stock_index([[long]]))
    with ours, stock:
        assert ours.doc_field_length(0, "body") == 1000
        assert stock.doc_field_length(0, "body") != 1000


def test_quirk_stock_whoosh_counts_an_exchange_of_letters_as_two_steps(three) -> None:
    _, documents = three
    with write_stock_index([documents]).searcher() as searcher:
        assert found_ids(searcher, query.FuzzyTerm("title_surface", "mien", maxdist=1, prefixlength=0)) == set()
        assert len(found_ids(searcher, query.FuzzyTerm("title_surface", "mien", maxdist=2, prefixlength=0))) == 2


def test_close_spellings_turn_letters_round_in_one_step(three) -> None:
    engine, _ = three
    assert len(ids_of(engine, SpellingPlan("title", CloseTo("mien", 1), 1.0, 0))) == 2


def test_quirk_slop_of_stock_whoosh_is_between_each_two_words(tmp_path: Path) -> None:
    """`"a b c"~1` is any order and one position more in all here; there one in each gap, in this order."""
    text = "mine the map talk peace"
    document = make_document(Article(body=text, external_id="1"), "/a", InventedWords())
    write_index(tmp_path / "index", [[document]], set())
    engine = WhooshEngine(tmp_path / "index")

    def window(*typed: str) -> set[str]:
        return ids_of(engine, near("text", [*typed], 1))

    with write_stock_index([[document]]).searcher() as searcher:
        for typed, in_stock, here in (
            (("mine", "map", "talk"), 1, 1),
            (("map", "mine", "talk"), 0, 1),
            (("mine", "map", "peace"), 1, 0),
        ):
            assert len(found_ids(searcher, query.Phrase("body_surface", list(typed), slop=2))) == in_stock
            assert len(window(*typed)) == here


def test_quirk_a_query_of_everything_swallows_what_narrows_it_in_stock_whoosh(three) -> None:
    """Its own simplification of a query takes `everything AND x` for everything."""
    asked = query.And([query.Every(), query.Term("title", "en:mine")])
    assert asked.normalize() == query.Every()
    engine, _ = three
    assert len(ids_of(engine, AllOf((EveryArticle(), WordPlan("title", (("en:mine",),), False, 1.0, 0))))) == 2


def test_quirk_a_column_query_of_stock_whoosh_stands_alone(three) -> None:
    _, documents = three
    narrowed = query.And([query.Term("title", "en:mine"), query.ColumnQuery("first_day", lambda day: day >= 0)])
    with write_stock_index([documents]).searcher() as searcher, pytest.raises(NotImplementedError):
        searcher.search(narrowed)


def test_quirk_stock_whoosh_weighs_the_like_a_word(three) -> None:
    """Stop words are terms in both; what a plain query does with them is the planner's work, not the index's."""
    _, documents = three
    the = make_document(Article(title="the mine", external_id="4"), "/a", InventedWords())
    with write_stock_index([[*documents, the]]).searcher() as searcher:
        scores = found_scores(searcher, query.Or([query.Term("title", "en:the"), query.Term("title", "en:mine")]))
    assert max(scores, key=scores.__getitem__) == the.id
