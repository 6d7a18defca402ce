"""Analysed articles -> inverted groups, plainly: the path without compiled bulk analysis, and the oracle of it.

How a token's surfaces go with its terms, so that words in quotes are found through terms:

    one surface           with the first term; a second term (the stem of the plain spelling) is posted without one
    surfaces (s, ^s)      a line in capitals: s with the first term, ^s with the acronym term, which stands last
    an acronym's surface  with the acronym term, which is then the first and only one
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis.token import ACRONYM_MARK, AnalysedText, Token
from indexer.backends.port import Document
from indexer.codec.dictionary import build_dictionary
from indexer.codec.group import NO_SURFACE, InvertedGroup, TermStretch
from indexer.codec.kernels.packing import U32
from indexer.codec.kernels.sketching import SKETCH_WORDS
from indexer.codec.packing import FlatPostings
from indexer.codec.sketching import U64, sketch_text

#: A place: position and surface, None where the term has no surface there.
_Places = list[tuple[int, str | None]]


@dataclass(frozen=True, slots=True)
class InvertedBatch:
    """The words of n documents; lengths (n,) are in positions, `sketches` (n, 4) are as `sketching.py` says."""

    text: InvertedGroup
    author: InvertedGroup
    source: InvertedGroup
    tag: InvertedGroup
    title_length: U32
    body_length: U32
    sketches: U64


def invert_documents(documents: Sequence[Document]) -> InvertedBatch:
    """Documents are numbered in the order given."""
    return InvertedBatch(
        text=_invert([(_term_places(each.title), _term_places(each.body)) for each in documents]),
        author=_invert([({}, _surface_places(each.author)) for each in documents]),
        source=_invert([({}, _surface_places(each.source)) for each in documents]),
        tag=_invert([({}, _surface_places(each.tag)) for each in documents]),
        title_length=np.array([each.title.length for each in documents], np.uint32),
        body_length=np.array([each.body.length for each in documents], np.uint32),
        sketches=np.array([sketch_text(each.body) for each in documents], np.uint64).reshape(-1, SKETCH_WORDS),
    )


def pair_surfaces(token: Token) -> Iterator[tuple[str, str | None]]:
    """Each term of a token with the surface that leads to it."""
    terms, surfaces = token.terms, token.surfaces
    if len(surfaces) == 1:
        yield terms[0], surfaces[0]
        yield from ((term, None) for term in terms[1:])
        return
    assert len(surfaces) == 2
    assert terms[-1].startswith(ACRONYM_MARK)
    yield terms[0], surfaces[0]
    yield from ((term, None) for term in terms[1:-1])
    yield terms[-1], surfaces[1]


def _term_places(analysed: AnalysedText) -> dict[str, _Places]:
    places: dict[str, _Places] = defaultdict(list)
    for token in analysed.tokens:
        for term, surface in pair_surfaces(token):
            places[term].append((token.position, surface))
    return places


def _surface_places(analysed: AnalysedText) -> dict[str, _Places]:
    places: dict[str, _Places] = defaultdict(list)
    for token in analysed.tokens:
        for surface in token.surfaces:
            places[surface].append((token.position, surface))
    return places


def _invert(documents: Sequence[tuple[dict[str, _Places], dict[str, _Places]]]) -> InvertedGroup:
    holders: dict[str, list[int]] = defaultdict(list)
    for doc, (title, body) in enumerate(documents):
        for term in {**title, **body}:
            holders[term].append(doc)
    ordered = sorted(holders, key=str.encode)
    surfaces_of = {term: _surfaces_of(term, holders[term], documents) for term in ordered}
    all_surfaces = sorted(
        {each for of_term in surfaces_of.values() for each in of_term if each is not None}, key=str.encode
    )
    surface_number: dict[str | None, int] = {surface: number for number, surface in enumerate(all_surfaces)}
    surface_number[None] = NO_SURFACE
    term_start, position_start, form_start = [0], [0], [0]
    docs: list[int] = []
    title_freq: list[int] = []
    body_freq: list[int] = []
    positions: list[int] = []
    forms: list[int] = []
    form_surface: list[int] = []
    form_freq: list[int] = []
    for term in ordered:
        form_of = {surface: form for form, surface in enumerate(surfaces_of[term])}
        freq = [0] * len(form_of)
        for doc in holders[term]:
            in_title, in_body = (
                sorted(set(part.get(term, ())), key=lambda place: (place[0], form_of[place[1]]))
                for part in documents[doc]
            )
            docs.append(doc)
            title_freq.append(len(in_title))
            body_freq.append(len(in_body))
            for position, surface in (*in_title, *in_body):
                positions.append(position)
                forms.append(form_of[surface])
                freq[form_of[surface]] += 1
            position_start.append(len(positions))
        term_start.append(len(docs))
        form_surface.extend(surface_number[surface] for surface in surfaces_of[term])
        form_freq.extend(freq)
        form_start.append(len(form_surface))
    postings = FlatPostings(
        term_start=np.array(term_start, np.int64),
        docs=np.array(docs, np.int32),
        title_freq=np.array(title_freq, np.uint32),
        body_freq=np.array(body_freq, np.uint32),
        position_start=np.array(position_start, np.int64),
        positions=np.array(positions, np.int32),
        forms=np.array(forms, np.uint16),
    )
    return InvertedGroup(
        terms=build_dictionary(term.encode() for term in ordered),
        surfaces=build_dictionary(surface.encode() for surface in all_surfaces),
        form_start=np.array(form_start, np.uint32),
        form_surface=np.array(form_surface, np.uint32),
        stretches=(TermStretch(postings, np.array(form_freq, np.uint32)),),
    )


def _surfaces_of(
    term: str, docs: list[int], documents: Sequence[tuple[dict[str, _Places], dict[str, _Places]]]
) -> list[str | None]:
    """In the order of their bytes, "no surface" last."""
    found = {surface for doc in docs for part in documents[doc] for _, surface in part.get(term, ())}
    ordered = sorted((surface for surface in found if surface is not None), key=str.encode)
    return [*ordered, None] if None in found else [*ordered]
