"""What the score of a hit is made of: every word by field, with the parts of BM25F, and what ranking again adds.

Reads plain arrays, as the specification of the search does (`execute.py`), so an explanation is reckoned apart from the
kernels whose scores it explains. Only the part of feedback is what is left of the score: it hangs on the whole list of
hits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from searchapp.search.closeness import Closeness
from searchapp.search.execute import Clock, DeadlineError, Evaluation
from searchapp.search.extras import DEFAULT_WEIGHTS, RANKED_AGAIN, as_clause, tell_apart
from searchapp.search.finding_extras import find_closeness
from searchapp.search.matching import contains, count_clause
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    Clause,
    PhrasePlan,
    Plan,
    PlanNode,
    SpellingPlan,
    WindowPlan,
    WordPlan,
)
from searchapp.search.port import ClausePart, Explanation, ExtraPart, FieldPart, ScoredArticle
from searchapp.search.postings import Documents, PostingSource
from searchapp.search.scoring import DEFAULT_PARAMETERS, Parameters, inverse_frequency, normalise_frequencies

#: An article's own part of each clause that brings something to its score.
_PartsOf = dict[int, ClausePart]
#: Less than that is the last bits of a sum in another order.
_LEAST_SHARE = 1e-4


def explain_hits(
    plan: Plan,
    hits: Sequence[tuple[ScoredArticle, int]],
    first: int,
    source: PostingSource,
    clock: Clock,
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> tuple[Explanation | None, ...]:
    """Of each hit, which comes with its document number; `first` hits come before them. None where time was up."""
    ends = None if plan.deadline_ms is None else clock() + plan.deadline_ms / 1000
    evaluation = Evaluation(source, parameters, clock, ends)
    docs = np.array(sorted(doc for _, doc in hits), np.int32)
    try:
        explaining = _Explaining(docs, source, parameters, evaluation)
        closeness = dict(zip(docs.tolist(), explaining.closeness(plan), strict=True))
        return tuple(
            explaining.explain(plan, hit, doc, closeness[doc] if first + number < RANKED_AGAIN else None)
            for number, (hit, doc) in enumerate(hits)
        )
    except DeadlineError:
        return (None,) * len(hits)


def name_extras(
    score: float, clauses: Sequence[ClausePart], closeness: Closeness | None, plan: Plan
) -> tuple[ExtraPart, ...]:
    """What a score holds beside its clauses; nothing where the hit was not ranked again."""
    if closeness is None:
        return ()
    extras = list(_weigh(closeness))
    if plan.feedback:
        rest = score - sum(part.score for part in clauses) - sum(part.score for part in extras)
        extras.append(ExtraPart("feedback", rest if rest > _LEAST_SHARE * score else 0.0))
    return tuple(extras)


class _Explaining:
    def __init__(self, docs: Documents, source: PostingSource, parameters: Parameters, evaluation: Evaluation) -> None:
        self._docs = docs
        self._source = source
        self._parameters = parameters
        self._evaluation = evaluation
        self._known: dict[Clause, _PartsOf] = {}

    def explain(self, plan: Plan, hit: ScoredArticle, doc: int, closeness: Closeness | None) -> Explanation:
        node = plan.all_words if hit.all_words and plan.match != "any" else plan.any_words
        clauses = tuple(self._walk(node, doc))
        return Explanation(clauses, name_extras(hit.score, clauses, closeness, plan))

    def closeness(self, plan: Plan) -> list[Closeness | None]:
        """Aligned with the documents; none where nothing is ranked again."""
        if not plan.ranked:
            return [None] * len(self._docs)
        words = tell_apart(plan.ranked)
        rarity = [
            inverse_frequency(self._source.live_count, len(self._evaluation.find(as_clause(word)).docs))
            for word in words.words
        ]
        check = self._evaluation.check
        check()
        return [*find_closeness(self._docs, words, rarity, self._source, self._parameters, check)]

    def _walk(self, node: PlanNode, doc: int) -> Iterator[ClausePart]:
        """What of the tree an article matches, in its order."""
        if isinstance(node, WordPlan | PhrasePlan | SpellingPlan | WindowPlan):
            part = self._parts_of(node).get(doc)
            if part is not None and part.fields:
                yield part
        elif isinstance(node, AllOf | AnyOf):
            for child in node.children:
                if isinstance(node, AllOf) or self._holds(child, doc):
                    yield from self._walk(child, doc)

    def _holds(self, node: PlanNode, doc: int) -> bool:
        self._evaluation.check()
        return bool(contains(self._evaluation.find(node).docs, np.array([doc], np.int32))[0])

    def _parts_of(self, clause: Clause) -> _PartsOf:
        known = self._known.get(clause)
        if known is None:
            known = self._known[clause] = self._reckon(clause)
        return known

    def _reckon(self, clause: Clause) -> _PartsOf:
        counted = count_clause(clause, self._source, self._parameters, self._evaluation.check)
        self._evaluation.check()
        held = self._docs[contains(counted.docs, self._docs)]
        places = np.searchsorted(counted.docs, held)
        fields: list[list[FieldPart]] = [[] for _ in held]
        for name, frequencies in counted.fields:
            gains = normalise_frequencies(frequencies)
            for parts, place in zip(fields, places, strict=True):
                parts.append(
                    FieldPart(
                        name,
                        float(frequencies.frequencies[place]),
                        int(frequencies.lengths[place]),
                        frequencies.average_length,
                        float(gains[place]),
                    )
                )
        return {
            doc: self._weigh_fields(clause, counted.idf, tuple(parts))
            for doc, parts in zip(held.tolist(), fields, strict=True)
        }

    def _weigh_fields(self, clause: Clause, idf: float, fields: tuple[FieldPart, ...]) -> ClausePart:
        tf = sum(part.tf for part in fields)
        score = clause.weight * idf * tf / (self._parameters.k1 + tf)
        return ClausePart(clause.clause, clause.weight, idf, fields, score)


def _weigh(closeness: Closeness) -> Iterator[ExtraPart]:
    weights = DEFAULT_WEIGHTS
    yield ExtraPart("as_typed", weights.as_typed * closeness.as_typed)
    yield ExtraPart("window", weights.window * closeness.window)
    yield ExtraPart("adjacent", weights.adjacent * closeness.adjacent)
    yield ExtraPart("near", weights.near * closeness.near)
