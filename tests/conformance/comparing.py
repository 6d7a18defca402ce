"""What it means that an engine answers a plan as brute force does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from brute_force import BruteForce

from searchapp.search.plan import AllOf, AnyOf, Plan, PlanNode, SpellingPlan, WindowPlan
from searchapp.search.port import Engine, Matches

#: Scores of engines are of different forms. Where one article scores so many times as much as another, all engines list
#: it first.
FAR_APART = 3.0
EVERY_HIT = 10_000


def compare(engine: Engine, oracle: BruteForce, plan: Plan) -> None:
    """Match sets, totals, which hits have every word, facets, histogram and counts of clauses; order where it is clear.

    The plan is asked for all of its hits, and once more for those that it wants: these are a slice of all.
    """
    plan = plan._replace(ranked=(), feedback=0.0)
    whole = plan._replace(first=0, count=EVERY_HIT)
    found, expected = engine.execute(whole), oracle.search(whole)
    assert {hit.id for hit in found.hits} == set(expected["ids"])
    assert len(found.hits) == found.total == expected["total"]
    assert {hit.id for hit in found.hits if hit.all_words} == expected["all_words"] & set(expected["ids"])
    assert found.total_all_words == expected["total_all_words"]
    assert {
        (request.name, request.size): [(counted.value, counted.count) for counted in counts.counts]
        for request, counts in zip(plan.facets, found.facets, strict=True)
    } == expected["facets"]
    assert [(bucket.start, bucket.count, bucket.of) for bucket in found.histogram] == expected["histogram"]
    assert list(found.clause_articles) == expected["clause_articles"]
    assert found.total_is_exact
    assert not found.timed_out
    compare_order(found, expected, plan)
    if plan.first == 0 and plan.count >= found.total:
        return
    part = engine.execute(plan._replace(facets=(), histogram=None, clauses=()))
    assert [hit.id for hit in part.hits] == [hit.id for hit in found.hits[plan.first : plan.first + plan.count]]


def is_weighed_alike(node: PlanNode) -> bool:
    """Whether all that scores in it are words and phrases. Patterns and words near each other count once on a cluster,
    however often and in whatever length of text they stand."""
    if isinstance(node, AllOf | AnyOf):
        return all(map(is_weighed_alike, node.children))
    return not isinstance(node, SpellingPlan | WindowPlan)


def compare_order(found: Matches, expected: dict[str, Any], plan: Plan) -> None:
    """By date in the same order; by relevance those with every word first, and what scores far more before others."""
    ids = [hit.id for hit in found.hits]
    if plan.sort != "relevance":
        assert ids == expected["ids"], plan
        return
    scores = expected["scores"]
    if plan.match == "auto":  # those with every word first
        tiers = [article_id in expected["all_words"] for article_id in ids]
        assert tiers == sorted(tiers, reverse=True)
    if not is_weighed_alike(plan.all_words) or not is_weighed_alike(plan.any_words):
        return
    tier = expected["all_words"] if plan.match == "auto" else set()
    for part in ([each for each in ids if each in tier], [each for each in ids if each not in tier]):
        least = float("inf")
        for article_id in part:
            assert scores[article_id] <= FAR_APART * least, f"{article_id} is listed behind one of a third of its score"
            least = min(least, scores[article_id])
    for one, other in pairwise(found.hits):
        if one.score == other.score and one.all_words == other.all_words:  # later days first, then ids
            assert expected["ids"].index(one.id) < expected["ids"].index(other.id) or scores[one.id] != scores[other.id]
