"""Texts of a query -> what stands for them in one segment: pairs of a term and one of its forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from indexer.codec.group import PostingGroup
from indexer.codec.kernels.packing import I64
from searchapp.backends.generation import Generation, SearchedSegment

#: A term of a segment and one of its forms, `ANY_FORM` for all of them.
Pair: TypeAlias = tuple[int, int]
ANY_FORM: Final = -1


def find_pairs(
    texts: Sequence[str], segment: SearchedSegment, generation: Generation, group_name: str, *, surface: bool
) -> tuple[Pair, ...]:
    """The pairs of all these surfaces or terms, each once; none where the segment holds none of them."""
    if len(texts) == 1:
        return _pairs_of(texts[0], segment, generation, group_name, surface=surface)
    every = (_pairs_of(text, segment, generation, group_name, surface=surface) for text in texts)
    return tuple(dict.fromkeys(pair for pairs in every for pair in pairs))


def cut_at(sizes: Sequence[int]) -> I64:
    """Where stretches of these sizes begin when they stand one after the other, and where the last one ends."""
    starts = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts


def _pairs_of(
    text: str, segment: SearchedSegment, generation: Generation, group_name: str, *, surface: bool
) -> tuple[Pair, ...]:
    key = (segment.number, group_name, surface, text)
    known: tuple[Pair, ...] | None = generation.numbers.get(key)
    if known is not None:
        return known
    return generation.numbers.put(key, _look_up(segment.mapped.group(group_name), text, surface=surface))


def _look_up(group: PostingGroup, text: str, *, surface: bool) -> tuple[Pair, ...]:
    # A lone surrogate stands in no index: "?" for it finds nothing, where encoding it would fail.
    clean = text.encode("utf-8", "replace").decode()
    number = int((group.surfaces if surface else group.terms).find((clean,))[0])
    if number < 0:
        return ()
    if not surface:
        return ((number, ANY_FORM),)
    forms = group.forms
    pairs = []
    for at in range(int(forms.surface_start[number]), int(forms.surface_start[number + 1])):
        term = int(forms.surface_term[at])
        is_only = int(forms.form_start[term + 1]) - int(forms.form_start[term]) == 1
        pairs.append((term, ANY_FORM if is_only else int(forms.surface_form[at])))
    return tuple(pairs)
