"""A generation as plain arrays: what the search by kernels is compared with, and what searches without numba."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from indexer.codec.field_views import FieldView
from indexer.codec.key_terms import segment_idf
from searchapp.backends.generation import Generation
from searchapp.search.feedback import KeyTerm
from searchapp.search.postings import (
    NO_POSTINGS,
    DayColumns,
    Documents,
    FacetColumn,
    Flags,
    PostingField,
    Postings,
    TextField,
    ValueFacet,
)


class ArraySource:
    """Implements `PostingSource` over the segments of a generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._views: dict[PostingField, list[FieldView]] = {}
        self._facets: dict[ValueFacet, FacetColumn] = {}
        segments = generation.segments
        self.generation = generation.number
        self.document_count = generation.document_count
        self.live_count = generation.live_count
        self.live: Flags = np.concatenate([np.zeros(0, np.bool_), *(segment.live_flags for segment in segments)])
        columns = [segment.mapped.columns for segment in segments]
        self.days = DayColumns(
            first=np.concatenate([np.zeros(0, np.int32), *(each.first_day for each in columns)]),
            last=np.concatenate([np.zeros(0, np.int32), *(each.last_day for each in columns)]),
            instant=np.concatenate([np.zeros(0, np.int64), *(each.instant for each in columns)]),
        )
        nothing = np.zeros(0, np.int32)
        self._lengths: dict[TextField, NDArray[np.int32]] = {
            "title": np.concatenate([nothing, *(each.title_length.astype(np.int32) for each in columns)]),
            "body": np.concatenate([nothing, *(each.body_length.astype(np.int32) for each in columns)]),
        }
        self._averages: dict[TextField, float] = {"title": generation.averages[0], "body": generation.averages[1]}

    def postings(self, field: PostingField, term: str, *, positions: bool) -> Postings:  # noqa: ARG002 read at once
        # A lone surrogate stands in no index: "?" for it finds nothing, where encoding it would fail.
        text = term.encode("utf-8", "replace").decode()
        parts = [
            (found, segment.base)
            for view, segment in zip(self._views_of(field), self._generation.segments, strict=True)
            if (found := view.postings(text)) is not None
        ]
        if not parts:
            return NO_POSTINGS
        return Postings(
            np.concatenate([found.docs + np.int32(base) for found, base in parts]),
            np.concatenate([found.frequencies for found, _ in parts]).astype(np.int32),
            np.concatenate([found.positions for found, _ in parts]),
        )

    def surfaces(self, field: PostingField) -> Iterator[str]:
        for view in self._views_of(field):
            yield from (view.dictionary[number] for number in range(len(view.dictionary)))

    def _views_of(self, field: PostingField) -> list[FieldView]:
        if field not in self._views:
            self._views[field] = [FieldView(segment.mapped, field) for segment in self._generation.segments]
        return self._views[field]

    def lengths(self, field: TextField) -> NDArray[np.int32]:
        return self._lengths[field]

    def average_length(self, field: TextField) -> float:
        return self._averages[field]

    def facet(self, name: ValueFacet) -> FacetColumn:
        if name not in self._facets:
            columns = [segment.column(name) for segment in self._generation.segments]
            texts = [[column.values[code] for code in range(len(column.values))] for column in columns]
            values = tuple(sorted({text for of_segment in texts for text in of_segment}))
            places = {value: code for code, value in enumerate(values)}
            codes = [
                np.array([places[text] for text in of_segment], np.int32)[column.codes]
                for of_segment, column in zip(texts, columns, strict=True)
            ]
            sizes = [np.diff(column.offsets.astype(np.int64)) for column in columns]
            offsets = np.zeros(self.document_count + 1, np.int64)
            np.cumsum(np.concatenate([np.zeros(0, np.int64), *sizes]), out=offsets[1:])
            self._facets[name] = FacetColumn(values, np.concatenate([np.zeros(0, np.int32), *codes]), offsets)
        return self._facets[name]

    def key_terms(self, doc: int) -> tuple[KeyTerm, ...]:
        segment, inside = self._generation.locate(doc)
        key_terms, group = segment.mapped.key_terms, segment.mapped.text
        flat = key_terms.unpack(inside, inside + 1)
        ordinals = key_terms.ordinals[flat.terms]
        rarities = segment_idf(segment.documents, group.packed.doc_freq[ordinals]).tolist()
        return tuple(
            KeyTerm(segment.number, group.terms[number], frequency, rarity)
            for number, frequency, rarity in zip(ordinals.tolist(), flat.freqs.tolist(), rarities, strict=True)
        )

    def ids(self, docs: Documents) -> NDArray[np.str_]:
        return np.array([self._generation.id_of(int(doc)) for doc in docs], np.str_)
