"""What the best hits of a generation teach, and how much of it stands in the others, by kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from indexer.codec.kernels.packing import F32, I32, I64
from indexer.codec.key_terms import segment_idf
from indexer.codec.numbers import U64
from indexer.codec.segment import MappedSegment
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import feedback as kernels
from searchapp.backends.kernels.memory import address_of
from searchapp.search.feedback import CHOSEN, TEACHERS
from searchapp.search.scoring import DEFAULT_PARAMETERS, Floats

_K1: Final = DEFAULT_PARAMETERS.k1


class _Found(NamedTuple):
    """What is known of a segment's key terms beside what its file says: rarities, hashes, and places by hash."""

    rarities: F32
    hashes: U64
    slots: I32


class _Table(NamedTuple):
    """The rows of all segments, and what they point to that nobody else keeps."""

    rows: I64
    found: list[_Found]


def measure_feedback(docs: I64, generation: Generation) -> Floats:
    """What is added to each of the documents, best first, at a strength of 1."""
    added = np.zeros(len(docs))
    if len(docs) > TEACHERS:
        table = generation.make_once("key terms", lambda: _make_table(generation.segments))
        kernels.measure_feedback(table.rows, docs, TEACHERS, CHOSEN, _K1, added)
    return added


def _make_table(segments: Sequence[SearchedSegment]) -> _Table:
    found = [_find_terms(segment.mapped) for segment in segments]
    rows = [_table_row(segment, each) for segment, each in zip(segments, found, strict=True)]
    return _Table(np.array(rows, np.int64), found)


def _find_terms(segment: MappedSegment) -> _Found:
    ordinals, terms = segment.key_terms.ordinals, segment.text.terms
    found = _Found(
        segment_idf(segment.document_count, segment.text.packed.doc_freq[ordinals]),
        np.empty(len(ordinals), np.uint64),
        np.full(1 << (2 * len(ordinals) + 1).bit_length(), -1, np.int32),
    )
    kernels.hash_texts(terms.blob, terms.offsets, ordinals, found.hashes, found.slots)
    return found


def _table_row(segment: SearchedSegment, found: _Found) -> list[int]:
    key_terms, columns = segment.mapped.key_terms, segment.mapped.columns
    return [
        address_of(key_terms.words),
        address_of(key_terms.offsets),
        len(key_terms.ordinals),
        address_of(found.rarities),
        address_of(found.hashes),
        address_of(found.slots),
        len(found.slots) - 1,
        address_of(columns.title_length),
        address_of(columns.body_length),
        address_of(segment.text[10]),
        segment.base,
    ]
