"""Atoms that belong together: the parts of a hyphenated word, and the signs of a script without spaces.

A hyphen joins when it is the only thing between two words, or when the line ends after it (`mine-` / `fields`). A
chain of more than `MAX_PARTS` words is a list or a ruled line, not a word: it has parts but no joined form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from indexer.analysis.readings import Form, Spelled
from indexer.analysis.tokenizer import JOINERS

HYPHENS: Final = "-\u2010\u2011"
MAX_PARTS: Final = 16
#: A hyphenated word may be cut where the typesetter put a soft hyphen, or what scanners make of one.
LINE_END_HYPHENS: Final = HYPHENS + "\u00ad\u00ac"

_LINE_END: Final = re.compile(rf"[{LINE_END_HYPHENS}][ \t]{{0,8}}\r?\n[ \t]{{0,40}}")
# A zero-width space tells where a Khmer word ends; nobody types it in a query.
_NOT_SHOWN: Final = JOINERS + "\u200b"


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom where it stands: code point offsets, and what it can be read as."""

    start: int
    end: int
    form: Form


def joins_words(text: str, end: int, start: int) -> bool:
    """Whether what stands between two words, from the `end` of one to the `start` of the next, makes them one."""
    if start == end + 1:
        return text[end] in HYPHENS
    return start > end and text[end] in LINE_END_HYPHENS and _LINE_END.fullmatch(text, end, start) is not None


def joins_signs(text: str, end: int, start: int) -> bool:
    """Whether two signs stand side by side as far as a reader can see."""
    return start == end or not text[end:start].strip(_NOT_SHOWN)


def group_atoms(text: str, atoms: Iterable[Atom]) -> Iterator[tuple[Atom, ...]]:
    """The atoms of each word or run of signs, in order."""
    group: list[Atom] = []
    for atom in atoms:
        if group and not _belongs(text, group[-1], atom):
            yield tuple(group)
            group = []
        group.append(atom)
    if group:
        yield tuple(group)


def _belongs(text: str, before: Atom, atom: Atom) -> bool:
    if Spelled.ELISION in (before.form.spelled, atom.form.spelled):
        return False
    signs = (before.form.spelled is Spelled.SIGN) + (atom.form.spelled is Spelled.SIGN)
    if signs == 1:
        return False
    return (joins_signs if signs else joins_words)(text, before.end, atom.start)
