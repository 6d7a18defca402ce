"""What the array search reads: postings and columns as flat arrays, behind one protocol.

A document number is an index from 0 to `document_count - 1`, deleted articles included; it means something only to
the source that gave it and never leaves an engine. Nothing here knows where arrays come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from searchapp.search.feedback import KeyTerm

PostingField = Literal["title", "body", "title_surface", "body_surface", "author", "source", "tag"]
TextField = Literal["title", "body"]
ValueFacet = Literal["source", "author", "lang", "tag", "collection"]

Documents: TypeAlias = NDArray[np.int32]
Places: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

#: A place is a document number and a position in one number: `document << PLACE_BITS | position`.
PLACE_BITS = 32


@dataclass(frozen=True, slots=True)
class Postings:
    """Where one term stands in one field.

    `docs` (int32) ascends without repeats and may hold deleted articles; `frequencies` (int32) is aligned with it.
    `positions` (uint32) lists the positions of every document one after the other, ascending within each, so its
    length is the sum of `frequencies`; None when they were not asked for.
    """

    docs: Documents
    frequencies: NDArray[np.int32]
    positions: NDArray[np.uint32] | None

    def places(self) -> Places:
        """Every occurrence as a place, ascending. Needs positions."""
        assert self.positions is not None
        return (np.repeat(self.docs.astype(np.int64), self.frequencies) << PLACE_BITS) | self.positions


NO_POSTINGS = Postings(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint32))


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """The values of one facet: document d has `values[codes[offsets[d]:offsets[d + 1]]]`, none of them twice.

    `values` ascends; `codes` is int32; `offsets` is int64 of shape (document_count + 1,).
    """

    values: tuple[str, ...]
    codes: NDArray[np.int32]
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DayColumns:
    """Shape (document_count,): proleptic ordinals of the first and last day that `published_on` covers, 0 where
    undated (int32); `instant` in seconds since 1970 UTC, `UNKNOWN_INSTANT` where not given (int64)."""

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    instant: NDArray[np.int64]


UNKNOWN_INSTANT = -(2**63)


class PlaceSource(Protocol):
    """Where terms stand in some articles. Nobody writes to its arrays."""

    def postings(self, field: PostingField, term: str, *, positions: bool) -> Postings:
        """`NO_POSTINGS` where the field does not hold the term."""
        ...

    def lengths(self, field: TextField) -> NDArray[np.int32]:
        """Lengths in positions, by document."""
        ...

    def average_length(self, field: TextField) -> float:
        """Over live articles; 0 for an empty index."""
        ...


class PostingSource(PlaceSource, Protocol):
    """One unchanging generation of an index, safe to read from several threads. Nobody writes to its arrays."""

    @property
    def generation(self) -> int: ...

    @property
    def document_count(self) -> int: ...

    @property
    def live(self) -> Flags:
        """False for deleted documents; shape (document_count,)."""
        ...

    @property
    def live_count(self) -> int: ...

    def surfaces(self, field: PostingField) -> Iterable[str]:
        """Every surface that stands in the field, and perhaps others. For fields of surfaces and of names."""
        ...

    @property
    def days(self) -> DayColumns: ...

    def facet(self, name: ValueFacet) -> FacetColumn: ...

    def key_terms(self, doc: int) -> Sequence[KeyTerm]:
        """The heaviest terms of a document, rising by their bytes."""
        ...

    def ids(self, docs: Documents) -> NDArray[np.str_]:
        """The article ids of these documents, aligned."""
        ...


#: Facets whose values an index keeps as such; `year` is counted from the days.
VALUE_FACETS: tuple[ValueFacet, ...] = ("source", "author", "lang", "tag", "collection")
