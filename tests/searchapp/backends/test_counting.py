"""How many articles hold a word, where nobody wants to know of more than a few: held to the whole count."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from indexer.article import Article
from indexer.backends.whoosh_index import WhooshIndex
from indexer.codec.compiled import HAS_NUMBA
from indexer.document import make_draft
from searchapp.backends.whoosh_searcher import WhooshEngine
from searchapp.search.plan import Clause, NoArticle, PhrasePlan, Plan, Scope, WordPlan
from searchapp.search.port import Engine

#: Forms that share stems, some of them in nearly every article and some in a few; an acronym and the word like it.
WEIGHTS = {
    "protest": 900, "protests": 40, "protested": 4, "protesting": 1, "state": 300, "states": 300, "stated": 3,
    "map": 60, "maps": 2, "mapped": 1, "it": 500, "IT": 5, "us": 30, "US": 30, "well-being": 4, "wellbeing": 6,
    "lantern": 7, "lanterns": 6, "lone": 1,
}  # fmt: skip
SURFACES = (*(word.lower() for word in WEIGHTS), "unheard")


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "with deleted articles"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three segments, in which the same words are rare and frequent."""
    folder = tmp_path_factory.mktemp("counting") / "index"
    chance = random.Random(7)
    articles = []
    for number in range(150):
        words = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=chance.randrange(1, 40))
        if number % 3 == 0:
            words = [word for word in words if not word.startswith("state")]
        title = " ".join(chance.choices(list(WEIGHTS), k=2))
        articles.append(Article(title=title, body=" ".join(words), lang="en", external_id=str(number)))
    with WhooshIndex.create(folder).writer(32) as writer:
        for first in (0, 10, 60):
            for article in articles[first : {0: 10, 10: 60, 60: 150}[first]]:
                writer.write(make_draft(article, "made"))
            writer.commit()
        if request.param:
            for article in chance.sample(articles, 40):
                writer.remove(article.id)
            writer.commit()
    return folder


def clauses_of(scope: Scope) -> tuple[Clause, ...]:
    words = [
        WordPlan(scope, ((surface,), (f"^{surface}",)), surface=True, weight=1.0, clause=0) for surface in SURFACES
    ]
    stems = [
        WordPlan(scope, (("en:protest",),), surface=False, weight=1.0, clause=0),
        WordPlan(scope, (("en:state",), ("en:map",)), surface=False, weight=1.0, clause=0),
    ]
    phrase = PhrasePlan(scope, ((("protest",), ("state", "states")),), 1.0, 0)
    return (*words, *stems, phrase)


def count(engine: Engine, clauses: tuple[Clause, ...], enough: int | None) -> tuple[int, ...]:
    plan = Plan(NoArticle(), NoArticle(), "all", (), "relevance", 0, 0, clauses=clauses, count_enough=enough)
    return engine.execute(plan).clause_articles


@pytest.mark.parametrize("scope", ["text", "title"])
@pytest.mark.parametrize(
    "compiled", [pytest.param(True, marks=pytest.mark.skipif(not HAS_NUMBA, reason="no numba")), False]
)
def test_a_count_is_exact_as_far_as_it_is_asked_for_and_never_too_high(
    folder: Path, scope: Scope, compiled: bool
) -> None:
    clauses = clauses_of(scope)
    whole = count(WhooshEngine(folder, compiled=False), clauses, None)
    assert len(set(whole)) > 8
    for enough in (0, 1, 2, 5, 10, 40, 1000):
        # A new one each time: what was counted before is remembered.
        counted = count(WhooshEngine(folder, compiled=compiled), clauses, enough)
        for number, (found, exact) in enumerate(zip(counted, whole, strict=True)):
            assert (found == exact) if exact <= enough else (enough < found <= exact), clauses[number]
