"""What is added to the best hits for how the words of a query stand in them: on a cluster what it is in a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import log

import numpy as np
import pytest
from archives import Told, write_to_cluster, write_to_disk
from opensearch_nodes import Cluster
from test_queries import TODAY, plan_typed

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article
from indexer.backends.words import choose_collector
from indexer.settings import Settings
from searchapp.backends.cluster.teaching import kept_length
from searchapp.search.extras import RANKED_AGAIN
from searchapp.search.feedback import KeyTerm, TaughtArticle, measure_feedback
from searchapp.search.plan import Plan
from searchapp.search.port import Engine
from searchapp.search.request import SearchRequest
from searchapp.search.scoring import DEFAULT_PARAMETERS
from searchapp.search.service import SearchService

QUERIES = (
    "mine map",
    "human rights women",
    "well-being plan danger",
    "US NATO map map",
    "мины карта",
    "résumé of the minister",
)
WHOLE = RANKED_AGAIN + 250


def plan_ranked(q: str, engine: Engine, match: str = "any") -> Plan:
    plan = plan_typed(q, engine, SearchRequest(q=q, match=match, per_page=10), TODAY)
    assert plan.ranked
    return plan._replace(count=WHOLE, facets=(), histogram=None)


def scores_by(engine: Engine, plan: Plan) -> dict[str, float]:
    return {hit.id: hit.score for hit in engine.execute(plan).hits}


@pytest.mark.parametrize("q", QUERIES)
def test_what_is_added_for_closeness_is_what_brute_force_adds(engine: Engine, told: Told, q: str) -> None:
    plan = plan_ranked(q, engine)._replace(feedback=0.0)
    before = engine.execute(plan._replace(ranked=())).hits
    after = scores_by(engine, plan)
    listed = {article.id: article for article in told.oracle.articles}
    assert len(before) == len(after) > 0
    for hit in before[:RANKED_AGAIN:7]:  # brute force takes its time
        added = told.oracle.extras(plan.ranked, listed[hit.id])
        assert after[hit.id] - hit.score == pytest.approx(added, rel=1e-3, abs=1e-4)
    assert [(hit.id, after[hit.id]) for hit in before[RANKED_AGAIN:]] == [
        (hit.id, hit.score) for hit in before[RANKED_AGAIN:]
    ]


@pytest.mark.parametrize("match", ["auto", "all", "any"])
def test_pages_are_slices_of_one_order(engine: Engine, match: str) -> None:
    plan = plan_ranked("mine map plan danger peace", engine, match)._replace(count=RANKED_AGAIN + 10)
    assert plan.feedback
    whole = engine.execute(plan).hits
    paged = [
        hit for first in range(0, len(whole), 15) for hit in engine.execute(plan._replace(first=first, count=15)).hits
    ]
    assert [(hit.id, hit.all_words) for hit in paged[: len(whole)]] == [(hit.id, hit.all_words) for hit in whole]
    assert [hit.score for hit in paged[: len(whole)]] == pytest.approx([hit.score for hit in whole], rel=1e-5)
    assert engine.execute(plan._replace(count=0)).hits == ()


def test_what_the_best_hits_teach_is_nearly_what_the_formula_says(engine: Engine, told: Told) -> None:
    """A folder counts by the segment, a cluster also what it has not forgotten yet; neither looks at every term."""
    plan = plan_ranked("mine map plan danger peace", engine)._replace(count=RANKED_AGAIN)
    unlearned = [hit.id for hit in engine.execute(plan._replace(feedback=0.0)).hits]
    before, after = scores_by(engine, plan._replace(feedback=0.0)), scores_by(engine, plan)
    expected = measure_feedback(taught_by(told, unlearned), DEFAULT_PARAMETERS.k1)
    added = [(after[article_id] - before[article_id]) / plan.feedback for article_id in unlearned]
    assert min(added) >= 0.0
    assert max(expected) > 0.1
    assert added == pytest.approx(expected, abs=0.12)
    assert np.corrcoef(added, expected)[0, 1] > 0.95


def taught_by(told: Told, ids: list[str]) -> list[TaughtArticle]:
    """Every term a key term: the articles are short."""
    analyzer = Analyzer()
    counted: dict[str, Counter[str]] = {}
    lengths: dict[str, tuple[int, int]] = {}
    for article_id, article in told.articles.items():
        title, body = (analyzer.analyse(text, article.lang) for text in (article.title, article.body))
        counted[article_id] = Counter(term for text in (title, body) for token in text.tokens for term in token.terms)
        lengths[article_id] = title.length, body.length
    held = Counter(term for terms in counted.values() for term in terms)
    average = sum(body for _, body in lengths.values()) / len(lengths)
    body = DEFAULT_PARAMETERS.body

    def rarity(term: str) -> float:
        return log(1 + (len(counted) - held[term] + 0.5) / (held[term] + 0.5))

    return [
        TaughtArticle(
            [KeyTerm(0, term, times, rarity(term)) for term, times in counted[article_id].items()],
            sum(lengths[article_id]),
            1 / (1 - body.b + body.b * lengths[article_id][1] / average),
        )
        for article_id in ids
    ]


def test_words_that_stand_side_by_side_bring_an_article_to_the_top(
    shared_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Articles of the same words, so that nothing else tells them apart; and one longer than is read of any."""
    rest = ["north", "south", "east", "west", "spring", "summer", "autumn", "winter", "morning", "evening", "noon"]
    apart = [["harbour", *rest[:at], "festival", *rest[at:]] for at in range(4, len(rest))]
    bodies = [" ".join(words) for words in (*apart, ["harbour", "festival", *rest])]
    articles = [
        Article(title=f"Report {number}", body=body, lang="en", external_id=f"close-{number}")
        for number, body in enumerate([*bodies, f"{'lorem ipsum ' * 4000} harbour festival"])
    ]
    commits = [(articles, ())]
    found = []
    for engine in (
        write_to_disk(tmp_path_factory.mktemp("close") / "index", commits, choose_collector),
        write_to_cluster(shared_cluster.urls, "close", commits, choose_collector),
    ):
        service = SearchService(engine, Analyzer(), replace(Settings(), search_deadline_ms=60_000.0), lambda: TODAY)
        page = service.search(SearchRequest(q="harbour festival", explain=True))
        found.append([hit.stored.article.external_id for hit in page.hits])
        for hit in page.hits:
            assert hit.explanation is not None
            parts = [part.score for part in (*hit.explanation.clauses, *hit.explanation.extras)]
            assert sum(parts) == pytest.approx(hit.score, rel=1e-4)
        assert page.hits[0].explanation is not None
        assert {part.name for part in page.hits[0].explanation.extras} == {"as_typed", "window", "adjacent", "near"}
        engine.close()
    on_disk, on_cluster = found
    assert on_cluster == on_disk
    assert on_cluster[0] == f"close-{len(bodies) - 1}"
    assert on_cluster[-1] == f"close-{len(bodies)}"


def test_lengths_are_kept_as_a_cluster_keeps_them() -> None:
    kept = [kept_length(positions) for positions in range(5000)]
    assert kept[:41] == list(range(41))
    assert [kept[positions] for positions in (41, 42, 55, 57, 300, 1000)] == [40, 42, 54, 56, 280, 984]
    assert all(0.87 * positions <= each <= positions for positions, each in enumerate(kept))
