"""The words of a parsed query as the index may spell them, and which of them count.

A stop word counts in quotes, after NOT, in a name, and where nothing else is looked for in the texts; beside other
words it is left out. `the war -peace date:1916` looks for war, `to be or not to be date:1916` for all six words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import TypedWord
from searchapp.query.nodes import And, InField, Node, Not, Note, Or, Phrase, Query, Word, Words

#: Spellings of one phrase that are looked for; three hyphenated words alone would make eight.
MAX_VARIANTS = 4
#: What stands between two parts of a query that somebody joined by hand.
_TYPED_AND = re.compile(r"\bAND\b|&&")
#: Fields whose words are looked up as they are written: names have no stem and no stop words.
NAME_FIELDS = frozenset({"author", "source", "tag"})


class QueryReading:
    """One query's words, analysed once. `notes` tell what has no word in it."""

    def __init__(self, analyzer: Analyzer, langs: tuple[str, ...], query: Query, *, any_word: bool) -> None:
        """`any_word`: articles with any of what is typed side by side will do, phrases and brackets as well."""
        self._raw = query.raw
        self._any_word = any_word
        self._analyzer = analyzer
        self._langs = langs
        self._pasted = query.pasted_headline
        self._read: dict[tuple[Word | Phrase, bool], tuple[TypedWord, ...]] = {}
        plain = list(_plain_words(query.tree))
        self._stop_langs = analyzer.stop_languages(" ".join(word.text for word in plain), langs)
        sought = [typed for node in _sought(query.tree) for typed in self.all_words(node)]
        quoted = any(isinstance(node, Phrase) for node in _sought(query.tree) if self.all_words(node))
        self._drops_stop_words = quoted or any(not typed.is_stop_word for typed in sought)
        self.notes = tuple(
            Note("no_word", node.start, f"ignored, since there is no letter or digit in it: {node.text}")
            for node in _all_texts(query.tree)
            if not self.all_words(node)
        )

    def all_words(self, node: Word | Phrase, *, as_written: bool = False) -> tuple[TypedWord, ...]:
        """The words of a chunk or a phrase, empty for punctuation; by surfaces in quotes or when `as_written`."""
        key = (node, as_written)
        if key not in self._read:
            self._read[key] = self._analyzer.read_words(
                node.text,
                self._langs,
                quoted=as_written or isinstance(node, Phrase),
                pasted_headline=self._pasted,
                stop_langs=self._stop_langs,
            )
        return self._read[key]

    def plain_words(self, node: Word) -> tuple[TypedWord, ...]:
        """The words of a chunk among plain words that count."""
        return tuple(typed for typed in self.all_words(node) if not (self._drops_stop_words and typed.is_stop_word))

    def alternatives(self, node: And) -> tuple[Node, ...]:
        """The children of which any will do: none unless that was asked for, or where somebody typed AND.

        `"human rights" maps source:x` is an article with the phrase or the word, from x.
        """
        ordered = sorted(node.children, key=lambda child: child.start)
        between = (self._raw[left.end : right.start] for left, right in pairwise(ordered))
        if not self._any_word or any(_TYPED_AND.search(gap) for gap in between):
            return ()
        return tuple(child for child in node.children if isinstance(child, Word | Words | Phrase | Or | And))

    def prune(self, node: Node, *, plain: bool = True) -> Node | None:
        """The tree as it is searched: without what has no word or does not count, plain words joined by OR where
        any of them will do. None where nothing is left."""
        match node:
            case Word() | Phrase():
                return node if self.all_words(node) else None
            case Words(children):
                kept = tuple(
                    child for child in children if (self.plain_words(child) if plain else self.all_words(child))
                )
                if self._any_word and plain and len(kept) > 1:
                    return Or(kept, node.start, node.end)
                return replace(node, children=kept) if kept else None
            case InField(name, child):
                if name == "lang":
                    return node
                kept_child = self.prune(child, plain=plain and name not in NAME_FIELDS)
                return None if kept_child is None else replace(node, child=kept_child)
            case Not(child):
                kept_child = self.prune(child, plain=False)
                return None if kept_child is None else replace(node, child=kept_child)
            case And(children):
                loose = self.alternatives(node) if plain else ()
                either = self._prune_all(Or(loose, node.start, node.end), plain=plain)
                strict = tuple(child for child in children if child not in loose)
                return self._prune_all(replace(node, children=(*((either,) if either else ()), *strict)), plain=plain)
            case Or():
                return self._prune_all(node, plain=plain)
            case _:
                return node

    def _prune_all(self, node: And | Or, *, plain: bool) -> Node | None:
        pruned = [self.prune(child, plain=plain) for child in node.children]
        left = tuple(child for child in pruned if child is not None)
        if len(left) < 2:
            return left[0] if left else None
        return replace(node, children=left)


def phrase_variants(words: Sequence[TypedWord]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Whole spellings of a phrase, each a row of slots of alternative surfaces: `well being`, then `wellbeing`."""
    spellings: list[list[tuple[tuple[str, ...], ...]]] = []
    for word in words:
        one_slot = tuple(dict.fromkeys(run[0] for run in word.alternatives if len(run) == 1))
        options = [tuple((part,) for part in run) for run in word.alternatives if len(run) > 1]
        spellings.append([*([(one_slot,)] if one_slot else []), *options])
    joined = (tuple(slot for option in options for slot in option) for options in product(*spellings))
    return tuple(dict.fromkeys(islice(joined, MAX_VARIANTS)))


def _children(node: Node) -> Sequence[Node]:
    match node:
        case Words(children) | And(children) | Or(children):
            return children
        case InField(_, child) | Not(child):
            return (child,)
        case _:
            return ()


def _all_texts(node: Node) -> Iterator[Word | Phrase]:
    if isinstance(node, Word | Phrase):
        yield node
    for child in _children(node):
        yield from _all_texts(child)


def _sought(node: Node) -> Iterator[Word | Phrase]:
    """What is looked for in the text: not what is excluded, and not names."""
    if isinstance(node, Word | Phrase):
        yield node
    if not isinstance(node, Not) and not (isinstance(node, InField) and node.field != "title"):
        for child in _children(node):
            yield from _sought(child)


def _plain_words(node: Node) -> Iterator[Word]:
    return (found for found in _sought(node) if isinstance(found, Word))
