"""Stock Whoosh over the same articles finds the same, and scores each field alone the same, by our formula in it.

Where we mean to differ, a test says so by name: test_whoosh_quirks.py.
"""

from __future__ import annotations

import itertools
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stock_comparisons import (
    TERMS,
    batches,
    ids_of,
    near,
    open_both,
    scores_of,
    trees,
    weighting,
    whoosh_queries,
    without_title,
)
from stock_index import (
    as_whoosh,
    found_ids,
    found_scores,
    write_stock_index,
)
from test_engine_against_brute_force import write_index
from whoosh import query

from indexer.analysis.analyzer import Analyzer
from indexer.article import ReadArticle, day_range
from indexer.backends.port import Document
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_document, make_draft
from indexer.readers.read import ReadOptions, read_articles
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    Exclude,
    PhrasePlan,
    PlanNode,
    SpellingPlan,
    ValueIn,
    WordPlan,
)
from searchapp.search.spellings import CloseTo, Wildcard

REUTERS = 300
QUERIES = 400


# Invented articles


@settings(max_examples=25)
@given(written=batches, asked=st.lists(trees, min_size=8, max_size=20))
def test_the_engine_finds_what_stock_whoosh_finds(written, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder) / "index", written, set())
        engine = WhooshEngine(Path(folder) / "index")
        with write_stock_index(written).searcher() as searcher:
            for node in asked:
                assert ids_of(engine, node) == found_ids(searcher, as_whoosh(node)), node


def as_scored(node: PlanNode) -> query.Query:
    """One field's terms, AND, OR: the nodes that add something to a score."""
    match node:
        case WordPlan(_, ((term,),), _):
            return query.Term("title" if node.scope == "title" else "body", term)
        case AllOf(children):
            return query.And([as_scored(child) for child in children])
        case AnyOf(children):
            return query.Or([as_scored(child) for child in children])
    raise AssertionError(node)


def scored_trees(scope: str) -> st.SearchStrategy:
    leaves = st.sampled_from(TERMS).map(lambda term: WordPlan(scope, ((term,),), False, 1.0, 0))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        ),
        max_leaves=5,
    )


@settings(max_examples=25)
@given(written=batches, asked=st.lists(scored_trees("title"), min_size=4, max_size=10))
def test_titles_alone_score_as_in_stock_whoosh_with_our_weighting(written, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        held = write_index(Path(folder) / "index", written, set())
        engine = WhooshEngine(Path(folder) / "index")
        # Asked for by itself a title weighs 1. Only what lives goes into the stock index: it counts deleted articles.
        model = weighting("title", 1.0)
        with write_stock_index([held.values()]).searcher(weighting=model) as searcher:
            for node in asked:
                assert scores_of(engine, node) == pytest.approx(found_scores(searcher, as_scored(node)), rel=1e-5)


@settings(max_examples=25)
@given(written=batches, asked=st.lists(scored_trees("text"), min_size=4, max_size=10))
def test_bodies_alone_score_as_in_stock_whoosh_with_our_weighting(written, asked) -> None:
    bare = [[without_title(document) for document in batch] for batch in written]
    with tempfile.TemporaryDirectory() as folder:
        held = write_index(Path(folder) / "index", bare, set())
        engine = WhooshEngine(Path(folder) / "index")
        with write_stock_index([held.values()]).searcher(weighting=weighting("body")) as searcher:
            for node in asked:
                assert scores_of(engine, node) == pytest.approx(found_scores(searcher, as_scored(node)), rel=1e-5)


# Real articles


@pytest.fixture(scope="module")
def reuters(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Document]]:
    """Our index of some hundred articles, in three segments with updates in them, and its documents as they live."""
    events = read_articles([test_data / "news" / "reuters21578.jsonl.gz"], ReadOptions())
    taken = [event.article for event in itertools.islice(events, REUTERS) if isinstance(event, ReadArticle)]
    folder = tmp_path_factory.mktemp("stock") / "index"
    with WhooshIndex.create(folder).writer(64) as writer:
        for part in range(3):
            for article in taken[part::3]:
                writer.write(make_draft(article, "/reuters"))
            for article in taken[: 40 * part]:
                changed = replace(article, body=article.body.replace("said", "told"))
                if changed.id not in {each.id for each in taken[part::3]}:
                    writer.write(make_draft(changed, "/reuters"))
            writer.commit(tidy=False)
    index = WhooshIndex.open(folder)
    assert len(index.view().segments) == 3
    analyzer = Analyzer()
    return folder, [make_document(held.article, held.origin, analyzer) for held in index.articles()]


@pytest.fixture(scope="module")
def stock_reuters(reuters):
    return write_stock_index([reuters[1]])


def draw_word(chosen: random.Random, documents: list[Document], *, surface: bool, field: str) -> str:
    while True:
        tokens = getattr(chosen.choice(documents), field).tokens
        if tokens:
            token = chosen.choice(tokens)
            return chosen.choice(token.surfaces if surface else token.terms)


def draw_phrase(chosen: random.Random, documents: list[Document]) -> tuple[tuple[str, ...], ...]:
    while True:
        tokens = [token for token in chosen.choice(documents).body.tokens if token.width == 1]
        if len(tokens) > 6:
            first = chosen.randrange(len(tokens) - 4)
            return tuple((token.surfaces[0],) for token in tokens[first : first + chosen.randint(2, 4)])


def draw_spelling(chosen: random.Random, documents: list[Document]) -> SpellingPlan:
    word = ""
    while len(word) < 4 or not word.isalpha():
        word = draw_word(chosen, documents, surface=True, field="body")
    if chosen.random() < 0.5:
        return SpellingPlan("text", Wildcard(chosen.choice([f"{word[:3]}*", f"{word[:2]}?{word[3:]}"])), 1.0, 0)
    # Every step is needed for a letter of another alphabet: none is left to exchange two, which is two steps in Whoosh.
    steps = chosen.choice([1, 2])
    return SpellingPlan("text", CloseTo("яж"[:steps] + word[steps:], steps), 1.0, 0)


def draw_tree(chosen: random.Random, documents: list[Document], depth: int = 0) -> PlanNode:
    kind = chosen.random()
    if depth < 3 and kind < 0.45:
        children = tuple(draw_tree(chosen, documents, depth + 1) for _ in range(chosen.randint(1, 3)))
        return chosen.choice([AllOf, AnyOf])(children)
    if depth < 3 and kind < 0.5:
        return Exclude(draw_tree(chosen, documents, depth + 1))
    if kind < 0.6:
        days = sorted(day_range(chosen.choice(documents).article.published.on)[place] for place in (0, 1))
        return DaysWithin(chosen.choice([None, days[0]]), chosen.choice([None, days[1]]))
    if kind < 0.75:
        return PhrasePlan("text", (draw_phrase(chosen, documents),), 1.0, 0)
    if kind < 0.8:
        return draw_spelling(chosen, documents)
    if kind < 0.85:
        drawn = {draw_word(chosen, documents, surface=True, field="body") for _ in range(9)}
        return near("text", chosen.sample(sorted(drawn), 2), chosen.randint(0, 9))
    if kind < 0.9:
        return ValueIn("tag", (chosen.choice([tag for each in documents for tag in each.article.tag] or ["none"]),))
    surface = chosen.random() < 0.5
    field = chosen.choice(["body", "body", "title"])
    term = draw_word(chosen, documents, surface=surface, field=field)
    return WordPlan(chosen.choice(["text", "text", "title"]), ((term,),), surface, 1.0, 0)


def test_real_articles_are_found_as_by_stock_whoosh(reuters, stock_reuters) -> None:
    folder, documents = reuters
    chosen = random.Random(16)
    engine = WhooshEngine(folder)
    found = 0
    with stock_reuters.searcher() as searcher:
        for _ in range(QUERIES):
            node = draw_tree(chosen, documents)
            ids = ids_of(engine, node)
            assert ids == found_ids(searcher, as_whoosh(node)), node
            found += bool(ids) and len(ids) < len(documents)
    assert found > QUERIES / 3


def test_titles_of_real_articles_score_as_in_stock_whoosh_with_our_weighting(reuters, stock_reuters) -> None:
    folder, documents = reuters
    chosen = random.Random(17)
    engine = WhooshEngine(folder)
    with stock_reuters.searcher(weighting=weighting("title", 1.0)) as searcher:
        for _ in range(100):
            drawn = [draw_word(chosen, documents, surface=False, field="title") for _ in range(chosen.randint(1, 4))]
            node = AnyOf(tuple(WordPlan("title", ((term,),), False, 1.0, 0) for term in dict.fromkeys(drawn)))
            expected = found_scores(searcher, as_scored(node))
            assert expected
            assert scores_of(engine, node) == pytest.approx(expected, rel=1e-5), node


def test_bodies_of_real_articles_score_as_in_stock_whoosh_with_our_weighting(reuters, tmp_path: Path) -> None:
    analyzer = Analyzer()
    bare = [make_document(replace(each.article, title=""), each.origin, analyzer) for each in reuters[1]]
    with WhooshIndex.create(tmp_path / "index").writer(64) as writer:
        for document in {document.id: document for document in bare}.values():
            writer.write(make_draft(document.article, document.origin))
        writer.commit()
    chosen = random.Random(18)
    engine = WhooshEngine(tmp_path / "index")
    stock = write_stock_index([{document.id: document for document in bare}.values()])
    with stock.searcher(weighting=weighting("body")) as searcher:
        for _ in range(100):
            drawn = [draw_word(chosen, bare, surface=False, field="body") for _ in range(chosen.randint(1, 4))]
            node = AnyOf(tuple(WordPlan("text", ((term,),), False, 1.0, 0) for term in dict.fromkeys(drawn)))
            expected = found_scores(searcher, as_scored(node))
            assert expected
            assert scores_of(engine, node) == pytest.approx(expected, rel=1e-5), node


def test_whooshs_own_queries_find_real_articles_in_our_index_as_in_a_stock_one(reuters, stock_reuters) -> None:
    chosen = random.Random(19)
    ours, stock = open_both(reuters[0], stock_reuters)
    with ours, stock:
        for field in ("title", "body_surface"):
            held = sorted(stock.reader().field_terms(field))
            for asked in whoosh_queries(field, lambda held=held: chosen.choice(held)):
                assert found_ids(ours, asked) == found_ids(stock, asked), asked
