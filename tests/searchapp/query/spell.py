"""A tree as one line of brackets, so that tables of trees can be read: (and (words mine map) (not "human rights"))."""

from __future__ import annotations

from searchapp.query.nodes import (
    And,
    CloseWord,
    DateRange,
    Everything,
    InField,
    Near,
    Node,
    Not,
    Or,
    Pattern,
    Phrase,
    Word,
    Words,
)


def spell(node: Node) -> str:  # noqa: C901 one case a kind of node
    """What a tree says, without positions: equal for trees that mean the same."""
    match node:
        case Word(text):
            return text
        case Pattern(text):
            return f"<{text}>"
        case CloseWord(text, steps):
            return f"<{text}~{steps}>"
        case Near(children, distance):
            return f"(near {distance} {' '.join(map(spell, children))})"
        case Phrase(text, _, _, slop):
            return f'"{text}"' if slop is None else f'"{text}"~{slop}'
        case Words(children):
            return f"(words {' '.join(map(spell, children))})"
        case InField(field, child):
            return f"({field} {spell(child)})"
        case DateRange(first, last):
            return f"{first or ''}..{last or ''}"
        case And(children):
            return f"(and {' '.join(map(spell, children))})"
        case Or(children):
            return f"(or {' '.join(map(spell, children))})"
        case Not(child):
            return f"(not {spell(child)})"
        case Everything():
            return "(everything)"
