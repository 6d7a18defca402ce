"""The real engine, over a real index of several segments with deletions and updates, answers like brute force."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from brute_force import BruteForce, ListedArticle, Text
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.token import AnalysedText, Token
from indexer.article import Article, Published, day_range
from indexer.backends.port import Document, Draft
from indexer.backends.whoosh_index import WhooshIndex
from indexer.backends.words import PlainCollector
from indexer.document import make_document
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    DaysWithin,
    EveryArticle,
    Exclude,
    FacetRequest,
    NoArticle,
    PhrasePlan,
    Plan,
    RankedWord,
    SpellingPlan,
    Unit,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.spellings import CloseTo, Wildcard

WORDS = ("mine", "mines", "map", "talk", "peace", "us", "nato", "the")
SOURCES = ("", "Azernews", "Tribune", "The Star")
NAMES = ("Vafa", "Ada", "Bo")
DAYS = (None, "2020", "2021", "2021-03", "2021-03-12", "2021-03-13", "2019-12-31", "2020-02-29")


def make_text(words: list[str]) -> AnalysedText:
    """Surfaces are the words; terms are marked stems; `us` is an acronym, `nato` stands in a line of capitals,
    `mines` has the stem of `mine`, `talk` two stems, and `mine map` a joined form."""
    tokens = []
    for position, word in enumerate(words):
        terms = {
            "us": ("^us",),
            "nato": ("en:nato", "^^nato"),
            "mines": ("en:mine",),
            "talk": ("en:talk", "en:tal"),
        }.get(word, (f"en:{word}",))
        surfaces = ("nato", "^nato") if word == "nato" else (word,)
        tokens.append(Token(position, position + 1, position, 1, surfaces, terms))
        if words[position : position + 2] == ["mine", "map"]:
            tokens.append(Token(position, position + 2, position, 2, ("minemap",), ("en:minemap",)))
    return AnalysedText(tuple(tokens), len(words))


class InventedWords:
    """Analyses as `make_text` does, so that two readings of a word and joined forms are many."""

    def analyse(self, text: str, lang: str) -> AnalysedText:
        return make_text(text.lower().split())


def list_text(analysed: AnalysedText) -> Text:
    places = max((token.position + 1 for token in analysed.tokens), default=0)
    words = [(set(), set()) for _ in range(places)]
    for token in analysed.tokens:
        words[token.position][0].update(token.terms)
        words[token.position][1].update(token.surfaces)
    return Text(words, analysed.length)


@st.composite
def articles(draw) -> Document:
    number = draw(st.integers(0, 24))
    on = draw(st.sampled_from(DAYS))
    at = None
    if on is not None and len(on) == 10 and draw(st.booleans()):
        at = datetime.fromisoformat(f"{on}T{draw(st.sampled_from(['08:00', '20:00']))}:00").replace(tzinfo=UTC)
    article = Article(
        external_id=f"n{number}",
        title=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))),
        body=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=9))),
        author=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
        source=draw(st.sampled_from(SOURCES)),
        published=Published(on, at),
        lang=draw(st.sampled_from(["en", "az"])),
        tag=tuple(draw(st.lists(st.sampled_from(["war", "art"]), max_size=2, unique=True))),
    )
    return make_document(article, "/somewhere", InventedWords())


def list_article(document: Document) -> ListedArticle:
    article = document.article
    return ListedArticle(
        id=document.id,
        **{name: list_text(getattr(document, name)) for name in ("title", "body", "author", "source", "tag")},
        values={
            "source": [article.source] if article.source else [],
            "author": list(article.author),
            "tag": list(article.tag),
            "lang": [article.lang],
            "collection": [article.collection],
        },
        days=day_range(article.published.on),
        instant=None if article.published.at is None else int(article.published.at.timestamp()),
    )


forms = st.sampled_from((*WORDS, "^nato", "minemap", "nowhere"))
terms = forms.map(lambda word: "^us" if word == "us" else word if word[0] == "^" else f"en:{word}")
weights = st.sampled_from([1.0, 2.0])


def runs(of) -> st.SearchStrategy:
    return st.lists(st.lists(of, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3, unique=True).map(tuple)


texts = st.sampled_from(["text", "text", "title"])
names = st.sampled_from(["author", "source", "tag"])
name_forms = st.sampled_from(["vafa", "ada", "azernews", "the", "star", "war", "en:us"])
slots = st.lists(st.lists(forms, min_size=1, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple)
patterns = st.sampled_from(["m*", "ma*", "*a*", "m??*", "t?lk", "*", "mine*p", "us", "na*", "th?", "nowhere*", "*e"])
close_spellings = st.builds(
    CloseTo, st.sampled_from(["mime", "mien", "tlak", "as", "minemap", "nat", "пeace"]), st.sampled_from([1, 2])
)
spellings = st.one_of(patterns.map(Wildcard), close_spellings)
limits = st.sampled_from([512, 1, 2])
name_spellings = st.one_of(
    st.sampled_from(["va*", "a?a", "*", "th*"]).map(Wildcard),
    st.sampled_from(["vaff", "dat"]).map(lambda text: CloseTo(text, 1)),
)


@st.composite
def windows(draw) -> WindowPlan:
    """Units of one or two positions, with one or two spellings."""

    def draw_unit() -> Unit:
        surface = draw(st.booleans())
        slot = st.lists(forms if surface else terms, min_size=1, max_size=2).map(tuple)
        width = draw(st.integers(1, 2))
        runs = [tuple(draw(slot) for _ in range(width)) for _ in range(draw(st.integers(1, 2)))]
        return Unit(tuple(runs), surface)

    variants = [
        tuple(draw_unit() for _ in range(draw(st.integers(1, 4)))) for _ in range(draw(st.sampled_from([1, 1, 2])))
    ]
    return WindowPlan(draw(texts), tuple(variants), draw(st.integers(0, 5)), draw(weights), 0)


words = st.one_of(
    st.builds(
        WordPlan,
        texts,
        runs(st.one_of(terms, st.sampled_from(["^^nato", "en:tal"]))),
        st.just(False),
        weights,
        st.just(0),
    ),
    st.builds(WordPlan, texts, runs(forms), st.just(True), weights, st.just(0)),
    st.builds(WordPlan, names, runs(name_forms), st.just(True), weights, st.just(0)),
    st.builds(SpellingPlan, texts, spellings, weights, st.just(0), limits),
    st.builds(SpellingPlan, names, name_spellings, weights, st.just(0), limits),
    windows(),
    st.builds(PhrasePlan, texts, st.lists(slots, min_size=1, max_size=2).map(tuple), weights, st.just(0)),
)
days = st.builds(
    DaysWithin,
    st.sampled_from([None, *(day_range(day)[0] for day in DAYS if day)]),
    st.sampled_from([None, *(day_range(day)[1] for day in DAYS if day)]),
)
values = st.one_of(
    st.builds(
        ValueIn, st.just("year"), st.lists(st.sampled_from(["2019", "2020", "2021", "x"]), max_size=2).map(tuple)
    ),
    st.builds(ValueIn, st.just("source"), st.lists(st.sampled_from([*SOURCES, "?"]), max_size=2).map(tuple)),
    st.builds(ValueIn, st.just("author"), st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(tuple)),
    st.builds(ValueIn, st.just("lang"), st.just(("az",))),
)
leaves = st.one_of(words, words, words, days, values, st.just(EveryArticle()), st.just(NoArticle()))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Exclude, inner),
    ),
    max_leaves=6,
)
facets = st.lists(
    st.builds(
        FacetRequest, st.sampled_from(["source", "author", "lang", "tag", "collection", "year"]), st.integers(1, 3)
    ),
    max_size=3,
).map(tuple)


@st.composite
def ranked_words(draw) -> RankedWord:
    """Readings as a typed word has them, each with its terms and its surfaces, some spelled in two parts as well."""
    tokens = draw(st.lists(st.sampled_from(make_text([*WORDS, "mine", "map"]).tokens), min_size=1, max_size=2))
    stems = [(term,) for token in tokens for term in token.terms]
    surfaces = [(surface,) for token in tokens for surface in token.surfaces]
    stems += draw(st.lists(st.tuples(terms, terms), max_size=2))
    surfaces += draw(st.lists(st.tuples(forms, forms), max_size=1))
    return RankedWord(tuple(dict.fromkeys(stems)), tuple(dict.fromkeys(surfaces)), draw(st.booleans()))


@st.composite
def plans(draw) -> Plan:
    all_words = any_words = draw(trees)
    if draw(st.booleans()):
        pair = draw(st.lists(words, min_size=2, max_size=3))
        all_words, any_words = AllOf((*pair,)), AnyOf((*pair,))
    sort = draw(st.sampled_from(["relevance", "relevance", "newest", "oldest"]))
    ranked = (
        draw(st.lists(ranked_words(), min_size=2, max_size=5)) if sort == "relevance" and draw(st.booleans()) else []
    )
    return Plan(
        all_words=all_words,
        any_words=any_words,
        match=draw(st.sampled_from(["auto", "all", "any"])),
        filters=tuple(draw(st.lists(st.one_of(days, values), max_size=1))),
        sort=sort,
        ranked=tuple(ranked),
        first=draw(st.sampled_from([0, 0, 3])),
        count=draw(st.sampled_from([0, 2, 10, 100])),
        facets=draw(facets),
        histogram=draw(st.sampled_from([None, "day", "month", "year"])),
        clauses=tuple(draw(st.lists(words, max_size=2))),
    )


batches = st.lists(st.lists(articles(), min_size=1, max_size=8, unique_by=lambda document: document.id), max_size=4)


def write_index(folder: Path, written: list[list[Document]], removed: set[str]) -> dict[str, Document]:
    held: dict[str, Document] = {}
    with WhooshIndex.create(folder).writer(16, lambda _: PlainCollector(InventedWords())) as writer:
        for batch in written:
            for document in batch:
                writer.write(Draft(document.id, document.content_hash, document.origin, document.article))
                held[document.id] = document
            writer.commit(tidy=False)
        for article_id in sorted(removed & held.keys()):
            writer.remove(article_id)
            del held[article_id]
        writer.commit(tidy=False)
    return held


@given(
    written=batches, removed=st.sets(st.integers(0, 24), max_size=4), asked=st.lists(plans(), min_size=1, max_size=12)
)
def test_hits_totals_facets_scores_and_order_equal_brute_force(written, removed, asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        away = {Article(external_id=f"n{number}").id for number in removed}
        held = write_index(Path(folder) / "index", written, away)
        oracle = BruteForce([list_article(document) for document in held.values()])
        engine = WhooshEngine(Path(folder) / "index")
        try:
            for plan in asked:
                compare(engine, oracle, plan)
        finally:
            engine.close()


def compare(engine: WhooshEngine, oracle: BruteForce, plan: Plan) -> None:
    found, expected = engine.execute(plan), oracle.search(plan)
    assert [hit.id for hit in found.hits] == expected["ids"]
    assert [hit.score for hit in found.hits] == pytest.approx(
        [expected["scores"][hit.id] for hit in found.hits], rel=1e-5
    )
    assert [hit.all_words for hit in found.hits] == [hit.id in expected["all_words"] for hit in found.hits]
    assert (found.total, found.total_all_words) == (expected["total"], expected["total_all_words"])
    assert {
        (request.name, request.size): [(counted.value, counted.count) for counted in counts.counts]
        for request, counts in zip(plan.facets, found.facets, strict=True)
    } == expected["facets"]
    assert [(bucket.start, bucket.count, bucket.of) for bucket in found.histogram] == expected["histogram"]
    assert list(found.clause_articles) == expected["clause_articles"]
    assert found.total_is_exact
    assert not found.timed_out
