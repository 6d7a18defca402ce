"""Stock Whoosh over the same articles finds the same, and scores each field alone the same, by our formula in it.

Where we mean to differ, a test says so by name: see "Quirks".
"""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stock_index import (
    BroadsheetWeighting,
    as_whoosh,
    found_ids,
    found_scores,
    write_stock_index,
)
from test_engine_against_brute_force import DAYS, InventedWords, articles, write_index
from whoosh import index as whoosh_index
from whoosh import query, sorting
from whoosh.query import spans

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, ReadArticle, day_range
from indexer.backends.port import Document
from indexer.backends.whoosh_index import WhooshIndex
from indexer.document import make_document, make_draft
from indexer.readers.read import ReadOptions, read_articles
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    Plan,
    PlanNode,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.scoring import DEFAULT_PARAMETERS
from searchapp.search.spellings import CloseTo, Wildcard

REUTERS = 300
QUERIES = 400
FORMS = ("mine", "map", "talk", "peace", "us", "the", "minemap", "nowhere")
TERMS = (*(f"en:{form}" for form in FORMS), "^us")
FIELDS = ("title", "body", "title_surface", "body_surface", "author", "source", "tag")

batches = st.lists(
    st.lists(articles(), min_size=1, max_size=8, unique_by=lambda document: document.id), min_size=3, max_size=4
)


def runs(of: tuple[str, ...]) -> st.SearchStrategy:
    return st.lists(st.lists(st.sampled_from(of), min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple)


def near(scope: str, typed: list[str], distance: int) -> WindowPlan:
    return WindowPlan(scope, (tuple(Unit((((word,),),), surface=True) for word in typed),), distance, 1.0, 0)


texts = st.sampled_from(["text", "title"])
slots = st.lists(st.lists(st.sampled_from(FORMS), min_size=1, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple)
words = st.one_of(
    st.builds(WordPlan, texts, runs(TERMS), st.just(False), st.just(1.0), st.just(0)),
    st.builds(WordPlan, texts, runs(FORMS), st.just(True), st.just(1.0), st.just(0)),
    st.builds(PhrasePlan, texts, st.lists(slots, min_size=1, max_size=2).map(tuple), st.just(1.0), st.just(0)),
    st.builds(
        SpellingPlan,
        texts,
        # No exchange of letters leads from these to a form: Whoosh would count it as two steps.
        st.one_of(
            st.sampled_from(["m*", "ma*", "*a*", "t?lk", "mine*p", "th?", "nowhere*", "na*"]).map(Wildcard),
            st.builds(CloseTo, st.sampled_from(["mime", "tilk", "minemap", "pe"]), st.sampled_from([1, 2])),
        ),
        *(st.just(1.0), st.just(0)),
    ),
    st.builds(
        near,
        texts,
        st.lists(st.sampled_from(FORMS), min_size=2, max_size=2, unique=True),
        st.integers(0, 4),
    ),
    st.builds(
        WordPlan,
        st.sampled_from(["author", "source", "tag"]),
        runs(("vafa", "ada", "azernews", "the", "star", "war")),
        *(st.just(True), st.just(1.0), st.just(0)),
    ),
)
narrowing = st.one_of(
    st.builds(
        DaysWithin,
        st.sampled_from([None, *(day_range(day)[0] for day in DAYS if day)]),
        st.sampled_from([None, *(day_range(day)[1] for day in DAYS if day)]),
    ),
    st.builds(ValueIn, st.just("year"), st.sampled_from([("2019",), ("2020", "2021"), ()])),
    st.builds(ValueIn, st.just("source"), st.sampled_from([("Azernews",), ("The Star", "Tribune"), ("",)])),
    st.builds(ValueIn, st.just("author"), st.sampled_from([("Ada",), ("Bo", "Vafa")])),
)
trees = st.recursive(
    st.one_of(words, words, narrowing, st.just(EveryArticle()), st.just(NoArticle())),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Exclude, inner),
    ),
    max_leaves=6,
)


def plan_of(node: PlanNode) -> Plan:
    return Plan(node, node, match="all", filters=(), sort="relevance", first=0, count=10_000)


def ids_of(engine: WhooshEngine, node: PlanNode) -> set[str]:
    found = engine.execute(plan_of(node))
    assert found.total == len(found.hits)
    return {hit.id for hit in found.hits}


def scores_of(engine: WhooshEngine, node: PlanNode) -> dict[str, float]:
    return {hit.id: hit.score for hit in engine.execute(plan_of(node)).hits}


def weighting(field: str, weight: float | None = None) -> BroadsheetWeighting:
    parameters = getattr(DEFAULT_PARAMETERS, field)
    return BroadsheetWeighting(
        field, k1=DEFAULT_PARAMETERS.k1, b=parameters.b, weight=parameters.weight if weight is None else weight
    )


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


def without_title(document: Document) -> Document:
    return make_document(replace(document.article, title=""), document.origin, InventedWords())


# Whoosh's own queries over our index and over a stock one


def whoosh_queries(field: str, pick: Callable[[], str]) -> Iterator[query.Query]:
    """One of each kind, of a field's words as `pick` draws them."""
    yield query.Term(field, pick())
    yield query.And([query.Term(field, pick()), query.Term(field, pick())])
    yield query.Or([query.Term(field, pick()), query.Term(field, pick())])
    yield query.And([query.Term(field, pick()), query.Not(query.Term(field, pick()))])
    yield query.Not(query.Term(field, pick()))
    yield query.AndMaybe(query.Term(field, pick()), query.Term(field, pick()))
    yield query.AndNot(query.Term(field, pick()), query.Term(field, pick()))
    yield query.Require(query.Term(field, pick()), query.Term(field, pick()))
    yield query.DisjunctionMax([query.Term(field, pick()), query.Term(field, pick())])
    yield query.ConstantScoreQuery(query.Term(field, pick()))
    yield query.Every()
    yield query.Every(field)
    yield query.Prefix(field, pick()[:4])
    yield query.Wildcard(field, f"{pick()[:2]}*")
    yield query.Wildcard(field, f"*{pick()[-2:]}")
    yield query.Wildcard(field, "?".join([pick()[:3], pick()[-1:]]))
    yield query.Regex(field, f"{pick()[:2]}.*[aeiou]")
    yield query.FuzzyTerm(field, pick(), maxdist=1, prefixlength=0)
    yield query.FuzzyTerm(field, pick(), maxdist=2, prefixlength=1)
    first, last = sorted([pick(), pick()])
    yield query.TermRange(field, first, last)
    yield query.TermRange(field, first, None, startexcl=True)
    for slop in (1, 2, 5):
        yield query.Phrase(field, [pick(), pick()], slop=slop)
        yield query.Phrase(field, [pick(), pick(), pick()], slop=slop)
    yield spans.SpanFirst(query.Term(field, pick()), limit=2)
    yield spans.SpanNear2([query.Term(field, pick()), query.Term(field, pick())], slop=3, ordered=False)
    yield spans.SpanOr([query.Term(field, pick()), query.Term(field, pick())])
    yield spans.SpanNot(query.Term(field, pick()), query.Term(field, pick()))
    yield spans.SpanContains(
        spans.SpanNear2([query.Term(field, pick()), query.Term(field, pick())], slop=4), query.Term(field, pick())
    )


def open_both(ours: Path, stock) -> tuple:
    return whoosh_index.open_dir(str(ours), "MAIN").searcher(), stock.searcher()


@settings(max_examples=10)
@given(written=batches, seed=st.integers(0, 2**32))
def test_whooshs_own_queries_find_in_our_index_what_they_find_in_a_stock_one(written, seed) -> None:
    chosen = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        write_index(Path(folder) / "index", written, set())
        ours, stock = open_both(Path(folder) / "index", write_stock_index(written))
        with ours, stock:
            for field in FIELDS:
                held = sorted(stock.reader().field_terms(field)) or ["nowhere"]
                for asked in whoosh_queries(field, lambda held=held: chosen.choice(held)):
                    assert found_ids(ours, asked) == found_ids(stock, asked), asked


@settings(max_examples=10)
@given(written=batches)
def test_whooshs_own_reader_says_of_our_index_what_it_says_of_a_stock_one(written) -> None:
    with tempfile.TemporaryDirectory() as folder:
        held = write_index(Path(folder) / "index", written, set())
        ours, stock = open_both(Path(folder) / "index", write_stock_index([held.values()]))
        with ours, stock:
            ids = [
                {doc: searcher.stored_fields(doc)["id"] for doc in searcher.reader().all_doc_ids()}
                for searcher in (ours, stock)
            ]
            by_id = [{stored["id"]: stored for stored in searcher.documents()} for searcher in (ours, stock)]
            assert by_id[0].keys() == by_id[1].keys() == held.keys()
            for article_id, stored in by_id[1].items():
                # Whoosh stores nothing of an empty text; we always say what an article's texts are.
                assert {
                    name: value for name, value in by_id[0][article_id].items() if value or name in stored
                } == stored
            for field in FIELDS:
                assert {*ours.reader().field_terms(field)} >= {*stock.reader().field_terms(field)}
                for term in stock.reader().field_terms(field):
                    assert postings_of(ours, ids[0], field, term) == postings_of(stock, ids[1], field, term)
            for column in (
                "first_day",
                "last_day",
                "instant",
                "title_length",
                "body_length",
                "source_value",
                "author_values",
                "tag_values",
                "lang",
                "collection",
                "content_hash",
                "origin",
            ):
                assert column_of(ours, ids[0], column) == column_of(stock, ids[1], column), column
            order = [
                [
                    hit["id"]
                    for hit in searcher.search(
                        query.Every(),
                        limit=None,
                        sortedby=[sorting.FieldFacet("first_day", reverse=True), sorting.FieldFacet("id")],
                    )
                ]
                for searcher in (ours, stock)
            ]
            assert order[0] == order[1]
            grouped = [
                searcher.search(query.Every(), limit=None, groupedby="lang").groups() for searcher in (ours, stock)
            ]
            counts = [{name: len(docs) for name, docs in groups.items()} for groups in grouped]
            assert counts[0] == counts[1]


def postings_of(searcher, ids: dict[int, str], field: str, term: str) -> dict[str, tuple[float, list[int]]]:
    matcher = searcher.postings(field, term)
    found = {}
    while matcher.is_active():
        if matcher.id() in ids:
            found[ids[matcher.id()]] = (matcher.weight(), list(matcher.value_as("positions")))
        matcher.next()
    return found


def column_of(searcher, ids: dict[int, str], name: str) -> dict[str, object]:
    values = searcher.reader().column_reader(name)
    return {article_id: values[doc] for doc, article_id in ids.items()}


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


# Quirks: where stock Whoosh does otherwise, and we do not mean to follow


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
