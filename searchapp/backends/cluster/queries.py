"""A plan's tree in the query language of OpenSearch: what matches, and what it is worth.

A word is one synonym, however it may be spelled; its idf is that of all its spellings together, by the contract's
formula and by counts that were asked for before (`Rarity`). Plain words are scored by `combined_fields`, which is BM25F
with one `b` for both fields. Phrases are scored by how often they stand in an article, however long that is, patterns
and words near each other by standing there. So scores are of another form than the embedded engine's, and only what is
far apart stands in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from indexer.analysis.token import ACRONYM_MARK
from indexer.backends.opensearch_fields import lanes
from searchapp.backends.cluster.places import Json, Lanes, find_phrase, find_runs, find_window
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    Clause,
    DaysWithin,
    EveryArticle,
    Exclude,
    NoArticle,
    PhrasePlan,
    PlanNode,
    Scope,
    SpellingPlan,
    ValueIn,
    WindowPlan,
    WordPlan,
)
from searchapp.search.scoring import DEFAULT_PARAMETERS
from searchapp.search.spellings import CloseTo, Spelling

#: The idf of what stands in the archive as the clause says.
Rarity: TypeAlias = Callable[[Clause], float]

EVERYTHING: Final[Json] = {"match_all": {}}
NOTHING: Final[Json] = {"match_none": {}}
_TITLE: Final = lanes("title", "terms"), lanes("title", "surfaces")
_BODY: Final = lanes("body", "terms"), lanes("body", "surfaces")
#: The texts of a scope, each by terms and by surfaces. Names have no terms beside their surfaces.
_TEXTS: Final[dict[Scope, tuple[tuple[Lanes, Lanes], ...]]] = {
    "text": (_TITLE, _BODY),
    "title": (_TITLE,),
    "author": ((lanes("author", "surfaces"),) * 2,),
    "source": ((lanes("source", "surfaces"),) * 2,),
    "tag": ((lanes("tag", "surfaces"),) * 2,),
}
_WEIGHED: Final = (*(f"{lane}^{DEFAULT_PARAMETERS.title.weight}" for lane in _TITLE[0]), *_BODY[0])
#: Words that are scored spelling by spelling; a cluster takes 1,024 parts in a query. Others count by idf alone.
_MOST_SPELLINGS: Final = 200
#: What standing once in the body of an article of average length is worth, and in its title: tf / (k1 + tf).
_ONCE_IN_BODY: Final = 1 / (DEFAULT_PARAMETERS.k1 + 1)
_ONCE_IN_TITLE: Final = DEFAULT_PARAMETERS.title.weight / (DEFAULT_PARAMETERS.k1 + DEFAULT_PARAMETERS.title.weight)
#: An interval's own score for standing once; it grows to 1.
_ONE_INTERVAL: Final = 0.5
_BOTH: Final = 0.2


def is_scored(node: PlanNode) -> bool:
    """Whether the node adds to a score: words in texts, and what holds some."""
    if isinstance(node, WordPlan | PhrasePlan | SpellingPlan | WindowPlan):
        return node.scope in {"text", "title"}
    return isinstance(node, AllOf | AnyOf) and any(map(is_scored, node.children))


def matching(node: PlanNode) -> Json:  # noqa: C901 one return a kind of node
    """The articles of a node, without scores."""
    match node:
        case WordPlan():
            return _match_word(node)
        case PhrasePlan(scope, _):
            return any_of([intervals(surfaces, find_phrase(node, surfaces)) for _, surfaces in _TEXTS[scope]])
        case WindowPlan(scope, _):
            texts = _TEXTS[scope]
            return any_of([intervals(terms, find_window(node, terms, surfaces)) for terms, surfaces in texts])
        case SpellingPlan():
            return any_of([_fit(node.spelling, field) for _, surfaces in _TEXTS[node.scope] for field in surfaces])
        case AllOf(children):
            return all_of([matching(child) for child in children])
        case AnyOf(children):
            return any_of([matching(child) for child in children])
        case Exclude(child):
            return {"bool": {"must_not": [matching(child)]}}
        case DaysWithin(first, last):
            return _within(first, last)
        case ValueIn("year", values):
            return {"terms": {"year": [f"{int(year):04d}" for year in values if _is_year(year)]}}
        case ValueIn(facet, values):
            return {"terms": {facet: list(values)}}
        case EveryArticle():
            return EVERYTHING
        case NoArticle():
            return NOTHING


def scoring(node: PlanNode, rarity: Rarity, *, named: bool = False) -> Json:
    """The articles of a node with what they score. `named`: each clause by the name `clause_name` gives it, so that an
    answer tells its part."""
    if not is_scored(node):
        return _constant(matching(node), 0.0)
    if isinstance(node, AllOf):
        scored = [scoring(child, rarity, named=named) for child in node.children if is_scored(child)]
        others = [matching(child) for child in node.children if not is_scored(child)]
        return {"bool": {"must": scored, **({"filter": others} if others else {})}}
    if isinstance(node, AnyOf):
        parts = [scoring(child, rarity, named=named) for child in node.children]
        return {"bool": {"should": parts, "minimum_should_match": 1}}
    assert isinstance(node, WordPlan | PhrasePlan | SpellingPlan | WindowPlan)
    query = _score_clause(node, rarity)
    return {"bool": {"must": [query], "_name": clause_name(node)}} if named else query


def clause_name(clause: Clause) -> str:
    return f"clause {clause.clause}"


def spellings_of(clause: Clause) -> tuple[WordPlan, ...]:
    """A word's spellings of one term, each as a word: their own idf says how much the word's own differs from it."""
    if not isinstance(clause, WordPlan) or clause.surface or len(clause.alternatives) < 2 or not is_scored(clause):
        return ()
    single = [run for run in clause.alternatives if len(run) == 1]
    return tuple(WordPlan(clause.scope, (run,), surface=False, weight=1.0, clause=0) for run in single)


def all_of(queries: Sequence[Json]) -> Json:
    if len(queries) < 2:
        return queries[0] if queries else EVERYTHING
    return {"bool": {"filter": list(queries)}}


def any_of(queries: Sequence[Json]) -> Json:
    if len(queries) < 2:
        return queries[0] if queries else NOTHING
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def intervals(read: Lanes, source: Json, boost: float = 1.0) -> Json:
    return {"intervals": {read[0]: {**source, **({"boost": boost} if boost != 1.0 else {})}}}


def _match_word(word: WordPlan) -> Json:
    single = [run[0] for run in word.alternatives if len(run) == 1]
    longer = word._replace(alternatives=tuple(run for run in word.alternatives if len(run) > 1))
    queries: list[Json] = []
    for terms, surfaces in _TEXTS[word.scope]:
        read = surfaces if word.surface else terms
        if single:
            queries += [{"terms": {lane: single}} for lane in read]
        if longer.alternatives:
            queries.append(intervals(read, find_runs(longer, read)))
    return any_of(queries)


def _score_clause(clause: Clause, rarity: Rarity) -> Json:
    if isinstance(clause, WordPlan) and not clause.surface:
        return _score_word(clause, rarity)
    idf = rarity(clause) * clause.weight
    parts: list[Json] = []
    for (terms, surfaces), worth in zip(_TEXTS[clause.scope], _worth(clause.scope), strict=True):
        match clause:
            case SpellingPlan(_, spelling):
                parts.append(_constant(any_of([_fit(spelling, field) for field in surfaces]), idf * worth))
            case WindowPlan():
                # An interval scores less the wider it is, which ours does not.
                found = intervals(terms, find_window(clause, terms, surfaces))
                parts.append(_constant(found, idf * worth))
            case PhrasePlan():
                parts.append(intervals(surfaces, find_phrase(clause, surfaces), idf * worth / _ONE_INTERVAL))
            case WordPlan():
                parts.append(intervals(surfaces, find_runs(clause, surfaces), idf * worth / _ONE_INTERVAL))
    return _either(parts)


def _score_word(word: WordPlan, rarity: Rarity) -> Json:
    idf = rarity(word)
    if len(word.alternatives) > _MOST_SPELLINGS:
        return _constant(_match_word(word), idf * word.weight * _ONCE_IN_BODY)
    spellings = spellings_of(word) or tuple(
        word._replace(alternatives=(run,)) for run in word.alternatives if len(run) == 1
    )
    queries = []
    for spelling in spellings:
        own = rarity(spelling)
        queries.append(_score_term(word.scope, spelling.alternatives[0][0], word.weight * (idf / own if own else 1.0)))
    longer = word._replace(alternatives=tuple(run for run in word.alternatives if len(run) > 1))
    if longer.alternatives:
        queries += [
            intervals(terms, find_runs(longer, terms), idf * word.weight * worth / _ONE_INTERVAL)
            for (terms, _), worth in zip(_TEXTS[word.scope], _worth(word.scope), strict=True)
        ]
    return _either(queries)


def _score_term(scope: Scope, term: str, boost: float) -> Json:
    return {
        "combined_fields": {"query": term, "fields": list(_TITLE[0] if scope == "title" else _WEIGHED), "boost": boost}
    }


def _constant(query: Json, score: float) -> Json:
    return {"constant_score": {"filter": query, "boost": score}}


def _worth(scope: Scope) -> tuple[float, ...]:
    """Of standing once, by text in the order of `_TEXTS`."""
    return (_ONCE_IN_TITLE, _ONCE_IN_BODY) if scope == "text" else (_ONCE_IN_BODY,)


def _either(queries: Sequence[Json]) -> Json:
    """The best of them, and a little for the others: spellings of one word do not add up as words do."""
    return queries[0] if len(queries) == 1 else {"dis_max": {"queries": list(queries), "tie_breaker": _BOTH}}


def _fit(spelling: Spelling, field: str) -> Json:
    """The forms of one field that a pattern or a close spelling fits, all of them, with an acronym's mark or without.

    That a form has a mark costs a step at least, so nothing is too close that is found without looking at marks.
    """
    if isinstance(spelling, CloseTo):
        plain = _close(field, spelling.text, spelling.steps, 0)
        return any_of([plain, _close(field, ACRONYM_MARK + spelling.text, spelling.steps, 1)])
    text = spelling.text.replace("\\", "\\\\")
    return any_of([_pattern(field, text), _pattern(field, ACRONYM_MARK + text)])


def _close(field: str, text: str, steps: int, fixed: int) -> Json:
    asked: dict[str, Any] = {"value": text, "fuzziness": steps, "prefix_length": fixed, "transpositions": True}
    # The rewrite that takes every form there is; the default one takes the best 50.
    return {"fuzzy": {field: {**asked, "rewrite": "constant_score"}}}


def _pattern(field: str, text: str) -> Json:
    head = text[:-1]
    if text.endswith("*") and not any(sign in head for sign in "*?\\"):
        return {"prefix": {field: {"value": head}}}
    return {"wildcard": {field: {"value": text}}}


def _within(first: date | None, last: date | None) -> Json:
    """Articles whose days lie wholly within; who has no day has no field either."""
    ranges: list[Json] = []
    if first is not None:
        ranges.append({"range": {"first_day": {"gte": first.isoformat()}}})
    if last is not None:
        ranges.append({"range": {"last_day": {"lte": last.isoformat()}}})
    return all_of(ranges or [{"exists": {"field": "first_day"}}])


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
