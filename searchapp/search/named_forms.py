"""Patterns and close spellings as the words that they became, so that a page looks for these and tries no pattern."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.search.highlight import Wanted
from searchapp.search.plan import Clause, SpellingPlan, WordPlan
from searchapp.search.port import Expansion


def name_forms(wanted: Wanted, expansions: Sequence[Expansion]) -> Wanted:
    """The clauses with a word in quotes for each pattern whose forms are all known; what it marks is the same, in any
    article of the index."""
    named = {each.clause: each.named for each in expansions if len(each.named) == each.forms}
    return tuple(_as_word(clause, named) for clause in wanted)


def _as_word(clause: Clause, named: dict[int, tuple[str, ...]]) -> Clause:
    if not isinstance(clause, SpellingPlan) or clause.clause not in named:
        return clause
    forms = tuple((form,) for form in named[clause.clause])
    return WordPlan(clause.scope, forms, surface=True, weight=clause.weight, clause=clause.clause)
