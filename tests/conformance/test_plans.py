"""Random plans over an archive of invented words, where several readings stand at one position: every engine finds what
brute force finds."""

from __future__ import annotations

import pytest
from archives import Told
from comparing import compare
from hypothesis import HealthCheck, assume, given, settings
from test_engine_against_brute_force import plans

from searchapp.backends.opensearch_searcher import OpenSearchEngine
from searchapp.search.plan import AllOf, AnyOf, Exclude, Plan, PlanNode, WindowPlan
from searchapp.search.port import Engine, QueryTooLargeError

#: Drawn for each engine. A cluster takes some twenty milliseconds for one.
PLANS = 120


def windows_of(node: PlanNode) -> list[WindowPlan]:
    match node:
        case WindowPlan():
            return [node]
        case AllOf(children) | AnyOf(children):
            return [window for child in children for window in windows_of(child)]
        case Exclude(child):
            return windows_of(child)
    return []


def is_said_exactly(plan: Plan) -> bool:
    """Whether a cluster can keep all units of all windows apart (`places.find_window`): not of three and more, of which
    one is several words wide, and not of many."""
    windows = [*windows_of(plan.all_words), *windows_of(plan.any_words)]
    windows += [window for clause in plan.clauses for window in windows_of(clause)]
    return all(
        len(units) <= 2 or (len(units) == 3 and all(unit.width == 1 for unit in units))
        for window in windows
        for units in window.variants
    )


def test_random_plans_are_answered_like_brute_force(invented_engine: Engine, told_invented: Told) -> None:
    @settings(max_examples=PLANS, suppress_health_check=list(HealthCheck))
    @given(plan=plans())
    def ask(plan: Plan) -> None:
        assume(is_said_exactly(plan))
        try:
            compare(invented_engine, told_invented.oracle, plan)
        except QueryTooLargeError:  # which a cluster says of some of them, and a folder of none
            assume(not isinstance(invented_engine, OpenSearchEngine))
            raise

    ask()


@pytest.mark.parametrize("place", ["title", "text"])
def test_what_an_index_holds_is_known(invented_engine: Engine, told_invented: Told, place: str) -> None:
    facts = invented_engine.facts()
    assert facts.articles == len(told_invented.articles)
