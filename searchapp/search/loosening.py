"""Trees that ask for a little less: every one that a single step away from a parsed query leads to.

Knows nothing of engines. No step leaves a search for everything, or for words to leave out alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from searchapp.query.joining import is_only_negative, join_all, join_any
from searchapp.query.nodes import And, DateRange, InField, Near, Node, Not, Or, Phrase, Word, Words
from searchapp.query.printing import print_query


class Looser(NamedTuple):
    """A tree that finds more, what is other in it in words, and how much that changes: `weight` orders the steps.

    `keeps_all`: every word of it is still asked for.
    """

    tree: Node
    message: str
    weight: int
    keeps_all: bool = False


def loosen(tree: Node, *, all_words: bool) -> Iterator[Looser]:
    """Every tree that one step makes of this one; `all_words` says whether words side by side are all asked for."""
    for looser in _loosen(tree, all_words=all_words):
        if not is_only_negative(looser.tree):
            yield looser


def without_dates(tree: Node) -> Node | None:
    """The tree without the days that narrow all of it; None where nothing else is asked, the tree itself where no day
    is."""
    match tree:
        case DateRange():
            return None
        case And(children):
            kept = [child for child in children if not isinstance(child, DateRange)]
            return tree if len(kept) == len(children) else join_all(kept, _rows(kept))
        case _:
            return tree


def find_dates(tree: Node) -> tuple[DateRange, ...]:
    """The days that narrow all of the query."""
    children = tree.children if isinstance(tree, And) else (tree,)
    return tuple(child for child in children if isinstance(child, DateRange))


def words_alone(tree: Node) -> Node | None:
    """The words and phrases that are looked for in all of a text, side by side; None where there is none."""
    children = tree.children if isinstance(tree, And) else (tree,)
    return join_all([child for child in children if isinstance(child, Words | Phrase | Near)], set())


def any_words(tree: Node) -> Node | None:
    """The tree with its words and phrases side by side, for `match=any`; None where there are not two of them."""
    children = tree.children if isinstance(tree, And) else (tree,)
    loose = [child for child in children if isinstance(child, Words | Phrase | Near)]
    if sum(len(child.children) if isinstance(child, Words) else 1 for child in loose) < 2:
        return None
    return join_all(children, set())


def _loosen(node: Node, *, all_words: bool) -> Iterator[Looser]:  # noqa: C901 one a kind of node
    match node:
        case And(children):
            join = _join_apart if _rows(children) else _join
            for number, child in enumerate(children):
                if not isinstance(child, DateRange):  # days are left out all at once
                    rest = join((*children[:number], *children[number + 1 :]))
                    yield Looser(rest, f"without {print_query(child)}", 3 if isinstance(child, Not) else 5)
            yield from _loosen_one(children, join, all_words=all_words)
        case Or(children):
            yield from _loosen_one(children, _join_any, all_words=all_words)
        case Words(children) if all_words and len(children) > 1:
            for number, word in enumerate(children):
                rest = Words((*children[:number], *children[number + 1 :]), node.start, node.end)
                yield Looser(rest, f"without {word.text}", 5)
        case InField(name, child) if name != "lang":
            if name == "title":
                yield Looser(child, f"with {print_query(child)} anywhere, not in the title alone", 2, keeps_all=True)
            for inner in _loosen(child, all_words=all_words or name != "title"):
                yield inner._replace(tree=InField(name, inner.tree, node.start, node.end))
        case Phrase(text) if " " in text:
            words = tuple(Word(word, node.start, node.end) for word in text.split())
            yield Looser(
                Words(words, node.start, node.end), f"with the words of {print_query(node)} apart", 1, keeps_all=True
            )
        case Near(children):
            units = [Words((unit,), unit.start, unit.end) if isinstance(unit, Word) else unit for unit in children]
            yield Looser(_join_apart(units), f"with {print_query(node)} at any distance", 1, keeps_all=True)


def _loosen_one(
    children: Sequence[Node], join: Callable[[Sequence[Node]], Node], *, all_words: bool
) -> Iterator[Looser]:
    for number, child in enumerate(children):
        for inner in _loosen(child, all_words=all_words):
            yield inner._replace(tree=join((*children[:number], inner.tree, *children[number + 1 :])))


def _rows(parts: Sequence[Node]) -> set[int]:
    """The rows of words that a typed AND keeps apart: where there are several."""
    rows = {number for number, part in enumerate(parts) if isinstance(part, Words)}
    return rows if len(rows) > 1 else set()


def _join(parts: Sequence[Node]) -> Node:
    joined = join_all(parts, set())
    assert joined is not None
    return joined


def _join_apart(parts: Sequence[Node]) -> Node:
    joined = join_all(parts, set(range(len(parts))))
    assert joined is not None
    return joined


def _join_any(parts: Sequence[Node]) -> Node:
    joined = join_any(parts)
    assert joined is not None
    return joined
