"""The plan of what is typed most: plain words, side by side or all joined by OR or by AND, each a word of its own, or
one phrase, pattern or close spelling; and of days beside these.

It is the one that the planner makes of any tree, in a third of the time; what the planner does with all else stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import TypedWord
from searchapp.query.nodes import And, CloseWord, DateRange, Node, Or, Pattern, Phrase, Query, Word, Words
from searchapp.query.notes import Notes
from searchapp.search.plan import (
    AllOf,
    AnyOf,
    Clause,
    DaysWithin,
    PhrasePlan,
    PlanNode,
    RankedWord,
    SpellingPlan,
    WordPlan,
)
from searchapp.search.reading import phrase_variants
from searchapp.search.shown import ShownClause, show_runs, show_variants
from searchapp.search.spelled import SpelledWord, read_spelled


class PlainPlan(NamedTuple):
    """`all_words`, `any_words` and `ranked` as in `Plan`; `tree` is what they search; `shown[i]` shows `clauses[i]`;
    `dropped` are words too common to count."""

    all_words: PlanNode
    any_words: PlanNode
    tree: Node
    clauses: tuple[Clause, ...]
    shown: tuple[ShownClause, ...]
    dropped: tuple[str, ...] = ()
    ranked: tuple[RankedWord, ...] = ()


def plan_plain(query: Query, langs: tuple[str, ...], analyzer: Analyzer, *, any_word: bool) -> PlainPlan | None:
    """None for what the planner has to look at."""
    if query.notes or query.pasted_headline:
        return None
    tree = query.tree
    if type(tree) is And and type(days := tree.children[-1]) is DateRange:
        return None if any_word else _plan_dated(tree, days, langs, analyzer)
    return _plan_sought(tree, langs, analyzer, any_word=any_word)


def _plan_sought(tree: Node, langs: tuple[str, ...], analyzer: Analyzer, *, any_word: bool) -> PlainPlan | None:
    if type(tree) is Phrase:
        return _plan_phrase(tree, langs, analyzer)
    if type(tree) is Words:
        first = tree.children[0]
        if type(first) is not Word and len(tree.children) == 1:
            return _plan_spelled(tree, cast("Pattern | CloseWord", first), langs, analyzer)
        return _plan_words(tree, tree.children, langs, analyzer, any_word=any_word)
    if type(tree) is Or or type(tree) is And:
        alone = [child.children[0] for child in tree.children if type(child) is Words and len(child.children) == 1]
        if len(alone) == len(tree.children):
            return _plan_words(tree, alone, langs, analyzer, any_word=any_word)
    return None


def _plan_dated(tree: And, days: DateRange, langs: tuple[str, ...], analyzer: Analyzer) -> PlainPlan | None:
    others = tree.children[:-1]
    sought = _plan_sought(
        others[0] if len(others) == 1 else And(others, tree.start, tree.end), langs, analyzer, any_word=False
    )
    if sought is None:
        return None
    within = DaysWithin(days.first, days.last)
    kept: tuple[Node, ...] = (sought.tree,)
    all_words: PlanNode = AllOf((sought.all_words, within))
    if len(others) > 1 and type(sought.all_words) is AllOf:  # one AND, of the words and the days
        kept = cast("And", sought.tree).children
        all_words = AllOf((*sought.all_words.children, within))
    any_words = all_words if sought.any_words is sought.all_words else AllOf((sought.any_words, within))
    return sought._replace(all_words=all_words, any_words=any_words, tree=And((*kept, days), tree.start, tree.end))


def _plan_words(
    tree: Words | Or | And, nodes: Sequence[object], langs: tuple[str, ...], analyzer: Analyzer, *, any_word: bool
) -> PlainPlan | None:
    texts = [node.text for node in nodes if type(node) is Word]
    if len(texts) < len(nodes):
        return None
    stop_langs = analyzer.stop_languages(texts, langs)
    typed: list[TypedWord] = []
    for text in texts:
        words = analyzer.read_words(text, langs, stop_langs=stop_langs)
        if len(words) != 1:
            return None
        typed.append(words[0])
    counting = [place for place, word in enumerate(typed) if not word.is_stop_word]
    # Stop words count only where nothing else is typed.
    kept = [typed[place] for place in counting] if 0 < len(counting) < len(typed) else typed
    if type(tree) is Words and len({word.alternatives for word in kept}) < len(kept):  # one typed twice weighs twice
        return None
    searched: Node = tree
    dropped: tuple[str, ...] = ()
    if len(kept) < len(typed):
        searched = _keep(tree, counting)
        dropped = tuple([word.text for word in typed if word.is_stop_word])
    if any_word and type(searched) is Words and len(kept) > 1:
        searched = Or(searched.children, tree.start, tree.end)
    clauses = tuple([WordPlan("text", word.alternatives, False, 1.0, number) for number, word in enumerate(kept)])
    shown = tuple([ShownClause(word.text, show_runs(word.alternatives)) for word in kept])
    if len(clauses) == 1:
        return PlainPlan(clauses[0], clauses[0], searched, clauses, shown, dropped)
    all_words: PlanNode = AnyOf(clauses) if type(tree) is Or else AllOf(clauses)
    any_words = AnyOf(clauses) if type(tree) is Words else all_words
    written = texts if kept is typed else [texts[place] for place in counting]
    ranked = [
        RankedWord(
            word.alternatives,
            analyzer.read_words(text, langs, quoted=True, stop_langs=stop_langs)[0].alternatives,
            type(tree) is Words and number > 0,
        )
        for number, (word, text) in enumerate(zip(kept, written, strict=True))
    ]
    return PlainPlan(all_words, any_words, searched, clauses, shown, dropped, tuple(ranked))


def _keep(tree: Words | Or | And, places: Sequence[int]) -> Node:
    """The tree with these children alone."""
    if isinstance(tree, Words):
        return tree._replace(children=tuple([tree.children[place] for place in places]))
    children = tree.children
    if len(places) == 1:
        return children[places[0]]
    return type(tree)(tuple([children[place] for place in places]), tree.start, tree.end)


def _plan_phrase(tree: Phrase, langs: tuple[str, ...], analyzer: Analyzer) -> PlainPlan | None:
    words = analyzer.read_words(tree.text, langs, quoted=True, stop_langs=analyzer.stop_languages((), langs))
    if tree.slop is not None or len(words) < 2:
        return None
    clause = PhrasePlan("text", phrase_variants(words), 1.0, 0)
    return PlainPlan(clause, clause, tree, (clause,), (ShownClause(tree.text, show_variants(clause.variants)),))


def _plan_spelled(
    tree: Words, node: Pattern | CloseWord, langs: tuple[str, ...], analyzer: Analyzer
) -> PlainPlan | None:
    stop_langs = analyzer.stop_languages((), langs)

    def analyse(text: str, *, quoted: bool) -> tuple[TypedWord, ...]:
        return analyzer.read_words(text, langs, quoted=quoted, stop_langs=stop_langs)

    notes = Notes()
    words = read_spelled(node, analyse, notes, as_written=False)
    if notes or len(words) != 1 or type(word := words[0]) is not SpelledWord:
        return None
    clause = SpellingPlan("text", word.spelling, 1.0, 0)
    return PlainPlan(clause, clause, tree, (clause,), (ShownClause(word.text, (), word.start),))
