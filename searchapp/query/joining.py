"""Nodes joined as nodes.py promises: no And in an And, and words typed side by side in one `Words`."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from searchapp.query.nodes import And, InField, Node, Not, Or, PlainWord, Words


def join_all(parts: Sequence[Node], beside_and: AbstractSet[int]) -> Node | None:
    """The parts under AND. Words are put together where the first of them stood, but for the parts whose number is in
    `beside_and`, which a typed AND asks for by themselves. None for no part.
    """
    if len(parts) == 1:
        return parts[0]
    joined: list[Node] = []
    side_by_side: list[PlainWord] = []
    place = 0
    for number, part in enumerate(parts):
        if isinstance(part, And):
            joined.extend(part.children)
        elif isinstance(part, Words) and number not in beside_and:
            if not side_by_side:
                place = len(joined)
                joined.append(part)
            side_by_side.extend(part.children)
        else:
            joined.append(part)
    if side_by_side:
        joined[place] = Words(tuple(side_by_side), side_by_side[0].start, side_by_side[-1].end)
    if len(joined) < 2:
        return joined[0] if joined else None
    return And(tuple(joined), *_span(joined))


def join_any(parts: Sequence[Node]) -> Node | None:
    """The parts under OR; None for no part."""
    if len(parts) < 2:
        return parts[0] if parts else None
    joined: list[Node] = []
    for part in parts:
        joined.extend(part.children if isinstance(part, Or) else (part,))
    return Or(tuple(joined), *_span(joined))


def is_only_negative(node: Node) -> bool:
    """Whether nothing is looked for: `-a -b` finds all other articles, most of them about nothing that was asked."""
    match node:
        case Not():
            return True
        case And(children) | Or(children):
            return all(map(is_only_negative, children))
        case InField(_, child):
            return is_only_negative(child)
        case _:
            return False


def _span(nodes: Sequence[Node]) -> tuple[int, int]:
    return min(node.start for node in nodes), max(node.end for node in nodes)
