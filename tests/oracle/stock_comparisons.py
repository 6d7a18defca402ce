"""What is asked of our engine and of stock Whoosh, both ways: invented articles, plans, Whoosh's own queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from stock_index import (
    BroadsheetWeighting,
)
from test_engine_against_brute_force import DAYS, InventedWords, articles
from whoosh import index as whoosh_index
from whoosh import query
from whoosh.query import spans

from indexer.article import day_range
from indexer.backends.port import Document
from indexer.document import make_document
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


def without_title(document: Document) -> Document:
    return make_document(replace(document.article, title=""), document.origin, InventedWords())


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
