"""The words of a parsed query as the index may spell them, and which of them count.

A stop word counts in quotes, after NOT, in a name, and where nothing else is looked for in the texts; beside other
words it is left out. `the war -peace date:1916` looks for war, `to be or not to be date:1916` for all six words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise, product
from operator import is_
from typing import Final, TypeAlias

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import TypedWord
from searchapp.query.nodes import (
    And,
    CloseWord,
    InField,
    Near,
    Node,
    Not,
    Note,
    Or,
    Pattern,
    Phrase,
    PlainWord,
    Query,
    Spelled,
    Word,
    Words,
)
from searchapp.query.notes import Notes
from searchapp.search.plan import Unit
from searchapp.search.remembering import remember
from searchapp.search.spelled import SpelledWord, read_spelled

#: Spellings of one phrase that are looked for; three hyphenated words alone would make eight.
MAX_VARIANTS = 4
#: What stands between two parts of a query that somebody joined by hand.
_TYPED_AND = re.compile(r"\bAND\b|&&")
#: Fields whose words are looked up as they are written: names have no stem and no stop words.
NAME_FIELDS = frozenset({"author", "source", "tag"})
ReadWord: TypeAlias = TypedWord | SpelledWord
#: As tuples, since a union is looked through slowly, and this is done for every node of every query.
_SPELLED: Final = (Word, Phrase, Pattern, CloseWord)
_WITH_CHILDREN: Final = (Words, Near, And, Or)
_WITH_CHILD: Final = (InField, Not)


class QueryReading:
    """One query's words, analysed once. `notes` tell what has no word in it."""

    def __init__(self, analyzer: Analyzer, langs: tuple[str, ...], query: Query, *, any_word: bool) -> None:
        """`any_word`: articles with any of what is typed side by side will do, phrases and brackets as well."""
        self._raw = query.raw
        self._any_word = any_word
        self._analyzer = analyzer
        self._langs = langs
        self._pasted = query.pasted_headline
        self._read: dict[tuple[Pattern | CloseWord, bool], tuple[ReadWord, ...]] = {}
        self._typed: dict[tuple[str, bool], tuple[TypedWord, ...]] = {}
        self._dropped: dict[tuple[int, str], None] = {}
        texts: list[Spelled] = []
        sought: list[Spelled] = []
        _gather(query.tree, texts, sought)
        plain = [node.text for node in sought if isinstance(node, Word)]
        self._stop_langs = analyzer.stop_languages(plain, langs)
        self._shortened = Notes()
        empty = [node for node in texts if not self.words(node)]
        self._drops_stop_words = any(
            isinstance(node, Phrase) or not word.is_stop_word for node in sought for word in self.words(node)
        )
        self.notes = (
            *self._shortened.in_order(),
            *(
                Note("no_word", node.start, f"ignored, since there is no letter or digit in it: {node.text}")
                for node in empty
            ),
        )

    def words(self, node: Spelled, *, as_written: bool = False) -> tuple[ReadWord, ...]:
        """The words of a chunk or a phrase, empty for punctuation; by surfaces in quotes or when `as_written`."""
        if isinstance(node, Word | Phrase):
            return self.typed_words(node, as_written=as_written)
        key = (node, as_written)
        if key not in self._read:
            self._read[key] = read_spelled(node, self._analyse, self._shortened, as_written=as_written)
        return self._read[key]

    def typed_words(self, node: Word | Phrase, *, as_written: bool = False) -> tuple[TypedWord, ...]:
        """The same where no word is a pattern or a close spelling."""
        key = (node.text, as_written or isinstance(node, Phrase))
        typed = self._typed.get(key)
        if typed is None:
            typed = self._typed[key] = self._analyse(node.text, quoted=key[1])
        return typed

    def _analyse(self, text: str, *, quoted: bool) -> tuple[TypedWord, ...]:
        return self._analyzer.read_words(
            text, self._langs, quoted=quoted, pasted_headline=self._pasted, stop_langs=self._stop_langs
        )

    def plain_words(self, node: PlainWord) -> tuple[ReadWord, ...]:
        """The words of a chunk among plain words that count."""
        words = self.words(node)
        if not self._drops_stop_words or not any(word.is_stop_word for word in words):
            return words
        for word in words:
            if word.is_stop_word:
                self._dropped[node.start, word.text] = None
        return tuple(word for word in words if not word.is_stop_word)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The words that were asked for and do not count, in the order they were typed in."""
        return tuple(text for _, text in sorted(self._dropped))

    def alternatives(self, node: And) -> tuple[Node, ...]:
        """The children of which any will do: none unless that was asked for, or where somebody typed AND.

        `"human rights" maps source:x` is an article with the phrase or the word, from x.
        """
        if not self._any_word:
            return ()
        ordered = sorted(node.children, key=lambda child: child.start)
        between = (self._raw[left.end : right.start] for left, right in pairwise(ordered))
        if any(_TYPED_AND.search(gap) for gap in between):
            return ()
        return tuple(child for child in node.children if isinstance(child, Words | Phrase | Near | Or | And))

    def prune(self, node: Node, *, plain: bool = True) -> Node | None:  # noqa: C901 one a kind of node
        """The tree as it is searched: without what has no word or does not count, plain words joined by OR where
        any of them will do. None where nothing is left."""
        match node:
            case Word() | Phrase() | Pattern() | CloseWord():
                return node if self.words(node) else None
            case Near(units):
                left = tuple(unit for unit in units if self.words(unit))
                return replace(node, children=left) if len(left) > 1 else next(iter(left), None)
            case Words(children):
                kept = tuple(child for child in children if (self.plain_words(child) if plain else self.words(child)))
                if self._any_word and plain and len(kept) > 1:
                    return Or(kept, node.start, node.end)
                if len(kept) == len(children):
                    return node
                return node._replace(children=kept) if kept else None
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
                if not loose:
                    return self._prune_all(node, plain=plain)
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
        if len(left) == len(node.children) > 1 and all(map(is_, left, node.children)):
            return node
        if len(left) < 2:
            return left[0] if left else None
        return replace(node, children=left)


def phrase_variants(words: Sequence[TypedWord]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Whole spellings of a phrase, each a row of slots of alternative surfaces: `well being`, then `wellbeing`."""
    return _spell_variants(tuple([word.alternatives for word in words]))


@remember(2048, len)
def _spell_variants(words: tuple[tuple[tuple[str, ...], ...], ...]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    spellings: list[list[tuple[tuple[str, ...], ...]]] = []
    for alternatives in words:
        one_slot = tuple(dict.fromkeys(run[0] for run in alternatives if len(run) == 1))
        options = [tuple((part,) for part in run) for run in alternatives if len(run) > 1]
        spellings.append([*([(one_slot,)] if one_slot else []), *options])
    joined = (tuple(slot for option in options for slot in option) for options in product(*spellings))
    return tuple(dict.fromkeys(islice(joined, MAX_VARIANTS)))


def word_units(word: TypedWord, *, surface: bool) -> tuple[Unit, ...]:
    """The spellings of a word in a window, those of one width together: `wellbeing`, then `well being`."""
    widths: dict[int, list[tuple[str, ...]]] = {}
    for run in word.alternatives:
        widths.setdefault(len(run), []).append(run)
    return tuple(
        Unit(((tuple(run[0] for run in runs),),), surface)
        if width == 1
        else Unit(tuple(tuple((term,) for term in run) for run in runs), surface)
        for width, runs in widths.items()
    )


def phrase_units(words: Sequence[TypedWord]) -> tuple[Unit, ...]:
    """The spellings of a phrase in a window, those of one width together."""
    widths: dict[int, list[tuple[tuple[str, ...], ...]]] = {}
    for variant in phrase_variants(words):
        widths.setdefault(len(variant), []).append(variant)
    return tuple(Unit(tuple(variants), surface=True) for variants in widths.values())


def _children(node: Node) -> Sequence[Node]:
    if isinstance(node, _WITH_CHILDREN):
        return node.children
    return (node.child,) if isinstance(node, _WITH_CHILD) else ()


def _gather(node: Node, texts: list[Spelled], sought: list[Spelled] | None) -> None:
    """Everything that was typed, in order; and what is looked for in the text: not what is excluded, and not names."""
    if isinstance(node, _SPELLED):
        texts.append(node)
        if sought is not None:
            sought.append(node)
        return
    if isinstance(node, Not) or (isinstance(node, InField) and node.field != "title"):
        sought = None
    for child in _children(node):
        _gather(child, texts, sought)
