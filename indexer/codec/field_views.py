"""The fields of the schema as views of a segment's groups.

A segment keeps title and body together, and surfaces as forms of terms; the schema has `title`, `body`,
`title_surface` and `body_surface`. Here a posting list of one field is taken out of what holds it. This is the plain
way, list by list: for Whoosh's own API and for whoever does without kernels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.codec.dictionary import Dictionary
from indexer.codec.group import PostingGroup
from indexer.codec.kernels.packing import I32, I64
from indexer.codec.segment import MappedSegment
from indexer.codec.unpacking import unpack_terms

#: Field -> group, whether its terms are the group's surfaces, and which part of the postings it is.
TEXT_FIELDS: Final = {
    "title": ("text", False, "title"),
    "body": ("text", False, "body"),
    "title_surface": ("text", True, "title"),
    "body_surface": ("text", True, "body"),
    "author": ("author", False, "body"),
    "source": ("source", False, "body"),
    "tag": ("tag", False, "body"),
}
_PLACE_BITS: Final = 32
_TERMS_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """Where one term stands in one field: `docs` rise; `position_start` (docs + 1) cuts the positions by document."""

    docs: I32
    position_start: I64
    positions: npt.NDArray[np.uint32]

    @property
    def frequencies(self) -> I64:
        return np.diff(self.position_start)


class FieldView:
    """One field of `TEXT_FIELDS` in one segment. Safe to share between threads."""

    def __init__(self, segment: MappedSegment, field: str) -> None:
        name, self._is_surface, self._part = TEXT_FIELDS[field]
        self._group: PostingGroup = segment.group(name)
        self._is_shared = name == "text"
        self.dictionary: Dictionary = self._group.surfaces if self._is_surface else self._group.terms

    def postings(self, text: str) -> FieldPostings | None:
        """None where the field does not hold the term."""
        number = int(self.dictionary.find([text])[0])
        return None if number < 0 else self.postings_of(number)

    def postings_of(self, number: int) -> FieldPostings | None:
        """By the number of the term in `dictionary`, which may stand in the other field alone: None then."""
        forms = self._group.forms
        if self._is_surface:
            ways = slice(int(forms.surface_start[number]), int(forms.surface_start[number + 1]))
            pairs = zip(forms.surface_term[ways].tolist(), forms.surface_form[ways].tolist(), strict=True)
            places = np.unique(np.concatenate([self._places(term, form) for term, form in pairs] or [_NO_PLACES]))
        else:
            places = np.unique(self._places(number, None))
        if not len(places):
            return None
        docs, starts = np.unique(places >> _PLACE_BITS, return_index=True)
        return FieldPostings(
            docs.astype(np.int32),
            np.append(starts, len(places)).astype(np.int64),
            (places & 0xFFFFFFFF).astype(np.uint32),
        )

    def terms_from(self, first: bytes) -> Iterator[int]:
        """The numbers of the field's terms from the first that does not sort before this one."""
        for number in range(self.dictionary.lower_bound(first), len(self.dictionary)):
            if self.holds(number):
                yield number

    def holds(self, number: int) -> bool:
        return bool(self._held[number]) if self._is_shared else True

    @cached_property
    def _held(self) -> npt.NDArray[np.bool_]:
        """Which of the dictionary's texts stand in this part at all. Reads every posting, once."""
        group, forms = self._group, self._group.forms
        held = np.zeros(len(self.dictionary), np.bool_)
        for first in range(0, len(group.terms), _TERMS_AT_ONCE):
            last = min(first + _TERMS_AT_ONCE, len(group.terms))
            flat = unpack_terms(group.packed, first, last, positions=self._is_surface)
            terms = first + np.repeat(np.arange(last - first), np.diff(flat.term_start))
            if not self._is_surface:
                freq = flat.title_freq if self._part == "title" else flat.body_freq
                held[terms[freq > 0]] = True
                continue
            posting = np.repeat(np.arange(len(flat.docs)), np.diff(flat.position_start))
            chosen = _in_part(flat.position_start, flat.title_freq, posting, self._part)
            surfaces = forms.form_surface[forms.form_start[terms[posting[chosen]]] + flat.forms[chosen]]
            held[surfaces[surfaces < len(held)]] = True
        return held

    def _places(self, term: int, form: int | None) -> I64:
        flat = unpack_terms(self._group.packed, term, term + 1)
        posting = np.repeat(np.arange(len(flat.docs)), np.diff(flat.position_start))
        chosen = _in_part(flat.position_start, flat.title_freq, posting, self._part)
        if form is not None:
            chosen &= flat.forms == form
        return (flat.docs[posting[chosen]].astype(np.int64) << _PLACE_BITS) | flat.positions[chosen]


_NO_PLACES: Final = np.empty(0, np.int64)


def _in_part(position_start: I64, title_freq: npt.NDArray[np.uint32], posting: I64, part: str) -> npt.NDArray[np.bool_]:
    """Which positions belong to the title, or to the body; `posting` is the posting of each position."""
    inside = np.arange(len(posting)) - position_start[posting]
    in_title: npt.NDArray[np.bool_] = inside < title_freq[posting]
    return in_title if part == "title" else ~in_title
