"""The plan of what is typed most: plain words, side by side or all joined by OR or by AND, each a word of its own.

It is the one that the planner makes of any tree, in a third of the time; what the planner does with all else stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import TypedWord
from searchapp.query.nodes import And, Or, Query, Word, Words
from searchapp.search.plan import AllOf, AnyOf, PlanNode, RankedWord, WordPlan
from searchapp.search.shown import ShownClause, show_runs


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """`all_words`, `any_words` and `ranked` as in `Plan`; `shown[i]` shows `clauses[i]`."""

    all_words: PlanNode
    any_words: PlanNode
    understood: str
    clauses: tuple[WordPlan, ...]
    shown: tuple[ShownClause, ...]
    ranked: tuple[RankedWord, ...] = ()


def plan_plain(query: Query, langs: tuple[str, ...], analyzer: Analyzer, *, any_word: bool) -> PlainPlan | None:
    """None for what the planner has to look at."""
    if query.notes or query.pasted_headline:
        return None
    tree = query.tree
    texts = _texts_of(tree)
    if texts is None:
        return None
    stop_langs = analyzer.stop_languages(texts, langs)
    typed: list[TypedWord] = []
    for text in texts:
        words = analyzer.read_words(text, langs, stop_langs=stop_langs)
        if len(words) != 1:
            return None
        typed.append(words[0])
    kept = [word for word in typed if not word.is_stop_word]
    said = [text for text, word in zip(texts, typed, strict=True) if not word.is_stop_word]
    if not kept:  # words that count only where nothing else is typed
        kept, said = typed, texts
    clauses = tuple(
        WordPlan("text", word.alternatives, surface=False, weight=1.0, clause=number)
        for number, word in enumerate(kept)
    )
    is_row = isinstance(tree, Words)
    if is_row and len({word.alternatives for word in kept}) < len(kept):  # one typed twice weighs twice
        return None
    shown = tuple(ShownClause(word.text, show_runs(word.alternatives)) for word in kept)
    is_any = isinstance(tree, Or) or (is_row and any_word)
    understood = (" OR " if is_any else " AND ").join(said)
    if len(clauses) == 1:
        return PlainPlan(clauses[0], clauses[0], understood, clauses, shown)
    all_words: PlanNode = AnyOf(clauses) if isinstance(tree, Or) else AllOf(clauses)
    as_typed = [analyzer.read_words(text, langs, quoted=True, stop_langs=stop_langs)[0] for text in said]
    ranked = tuple(
        RankedWord(word.alternatives, written.alternatives, follows=is_row and number > 0)
        for number, (word, written) in enumerate(zip(kept, as_typed, strict=True))
    )
    return PlainPlan(all_words, AnyOf(clauses) if is_row else all_words, understood, clauses, shown, ranked)


def _texts_of(tree: object) -> list[str] | None:
    if isinstance(tree, Words):
        nodes: list[object] = list(tree.children)
    elif isinstance(tree, Or | And):
        nodes = [
            child.children[0] if isinstance(child, Words) and len(child.children) == 1 else None
            for child in tree.children
        ]
    else:
        return None
    texts = [node.text for node in nodes if isinstance(node, Word)]
    return texts if len(texts) == len(nodes) else None
