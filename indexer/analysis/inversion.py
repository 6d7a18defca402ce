"""Occurrences of pairs in the order of the texts -> an inverted group, by a counting sort over terms.

Terms are taken a stretch at a time, each of which reads all occurrences and takes its own: so what it takes in memory
is little more than the occurrences themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.analysis.interning import TextTable
from indexer.analysis.kernels import inversion as kernels
from indexer.analysis.pairing import Lexicon
from indexer.codec.dictionary import Dictionary
from indexer.codec.group import MOST_FORMS, NO_SURFACE, InvertedGroup, TermStretch
from indexer.codec.kernels.packing import I32, I64, U16, U32
from indexer.codec.packing import FlatPostings

_PACKED_BITS = 64
#: Occurrences that are sorted at a time, unless one term has more; 40 bytes each with their postings.
STRETCH: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What stands in the texts of some documents, in their order.

    `stream` has twice the number of each pair; the pair stands one position behind the one before, the first of a text
    at 0, unless an odd number precedes it: half of that, rounded down, is how far behind it stands. Text t ends at
    `stops[t]`, and codes[t] is twice the number of its document, one more when it is a body. The texts of one code
    follow each other and their positions rise. `most_position` is the highest.
    """

    stream: U32
    codes: I64
    stops: I64
    most_position: int

    def memory_bytes(self) -> int:
        return self.stream.nbytes + self.codes.nbytes + self.stops.nbytes


@dataclass(frozen=True, slots=True)
class _Numbering:
    """How what stands in a group is numbered in its segment: by pair the term and the form."""

    terms: Dictionary
    surfaces: Dictionary
    term_of_pair: I32
    form_of_pair: U16
    form_start: U32
    form_surface: U32


def make_occurrences(pairs: I32, positions: I32, codes: I64, stops: I64) -> Occurrences:
    """From pairs and positions beside each other; text t ends at stops[t]."""
    stream, stream_stops = np.empty(2 * len(pairs), np.uint32), np.empty(len(stops), np.int64)
    most_position = int(kernels.make_stream(pairs, positions, stops, stream, stream_stops))
    used = int(stream_stops[-1]) if len(stops) else 0
    return Occurrences(stream[:used].copy(), codes, stream_stops, most_position)


def invert_occurrences(chunks: Sequence[Occurrences], lexicon: Lexicon) -> InvertedGroup:
    """The stretches of the group are made as they are asked for, once; `lexicon` may change by then."""
    counts = np.zeros(len(lexicon), np.int64)
    for chunk in chunks:
        kernels.count_pairs(chunk.stream, counts)
    numbering = _number(counts, lexicon)
    occurrence_start = np.zeros(len(numbering.terms) + 1, np.int64)
    in_terms = numbering.term_of_pair >= 0
    by_term = np.bincount(numbering.term_of_pair[in_terms], weights=counts[in_terms], minlength=len(numbering.terms))
    np.cumsum(by_term.astype(np.int64), out=occurrence_start[1:])
    return InvertedGroup(
        numbering.terms,
        numbering.surfaces,
        numbering.form_start,
        numbering.form_surface,
        _make_stretches(chunks, numbering, occurrence_start),
    )


def _make_stretches(
    chunks: Sequence[Occurrences], numbering: _Numbering, occurrence_start: I64
) -> Iterator[TermStretch]:
    shifts = _shifts(chunks, numbering)
    term_count = len(numbering.terms)
    first = 0
    while first < term_count:
        last = int(np.searchsorted(occurrence_start, occurrence_start[first] + STRETCH, "right")) - 1
        last = min(max(last, first + 1), term_count)
        starts = occurrence_start[first : last + 1] - occurrence_start[first]
        packed = np.empty(int(starts[-1]), np.uint64)
        cursors = starts[:-1].copy()
        for chunk in chunks:
            kernels.scatter(
                *(chunk.stream, chunk.codes, chunk.stops, numbering.term_of_pair, numbering.form_of_pair),
                *((first, last), *shifts, cursors, packed),
            )
        yield _flatten(packed, starts, shifts, numbering.form_start[first : last + 1])
        first = last


def _number(counts: I64, lexicon: Lexicon) -> _Numbering:
    pair_term, pair_surface = lexicon.columns()
    present = np.flatnonzero(counts[1:]) + 1
    term_of, surface_of = pair_term[present], pair_surface[present]
    terms, term_rank = _ranks(term_of, lexicon.terms)
    surfaces, surface_rank = _ranks(surface_of[surface_of >= 0], lexicon.surfaces)
    rank = term_rank[term_of]
    surface = np.full(len(present), NO_SURFACE, np.int64)
    surface[surface_of >= 0] = surface_rank[surface_of[surface_of >= 0]]
    order = np.lexsort((surface, rank))
    first_form = np.zeros(len(terms) + 1, np.int64)
    np.cumsum(np.bincount(rank, minlength=len(terms)), out=first_form[1:])
    form = np.empty(len(present), np.int64)
    form[order] = np.arange(len(present)) - np.repeat(first_form[:-1], np.diff(first_form))
    # A term with more surfaces than forms: the last form stands for all the others and for none of them.
    surface[form >= MOST_FORMS - 1] = NO_SURFACE
    np.minimum(form, MOST_FORMS - 1, out=form)
    form_counts = np.minimum(np.diff(first_form), MOST_FORMS)
    form_start = np.zeros(len(terms) + 1, np.uint32)
    np.cumsum(form_counts, out=form_start[1:], dtype=np.uint32)
    form_surface = np.full(int(form_start[-1]), NO_SURFACE, np.uint32)
    form_surface[form_start[rank] + form] = surface
    term_of_pair = np.full(len(lexicon), -1, np.int32)
    term_of_pair[present] = rank
    form_of_pair = np.zeros(len(lexicon), np.uint16)
    form_of_pair[present] = form
    return _Numbering(terms, surfaces, term_of_pair, form_of_pair, form_start, form_surface)


def _ranks(numbers: I64, texts: TextTable) -> tuple[Dictionary, I64]:
    """The dictionary of the texts of these numbers, and by number the place of each in it."""
    is_there = np.zeros(len(texts), np.bool_)
    is_there[numbers] = True
    dictionary, ordered = texts.dictionary(np.flatnonzero(is_there))
    ranks = np.empty(len(texts), np.int64)
    ranks[ordered] = np.arange(len(ordered))
    return dictionary, ranks


def _shifts(chunks: Sequence[Occurrences], numbering: _Numbering) -> tuple[np.uint64, np.uint64]:
    """How far positions and codes are shifted to share 64 bits with forms."""
    form_bits = int(numbering.form_of_pair.max(initial=0)).bit_length()
    position_bits = max((chunk.most_position.bit_length() for chunk in chunks), default=0)
    code_bits = max((int(chunk.codes.max(initial=0)).bit_length() for chunk in chunks), default=0)
    if form_bits + position_bits + code_bits > _PACKED_BITS - 1:
        raise OverflowError(f"documents too long to be written together: {position_bits} bits of positions")
    return np.uint64(form_bits), np.uint64(form_bits + position_bits)


def _flatten(
    packed: np.ndarray, occurrence_start: I64, shifts: tuple[np.uint64, np.uint64], form_start: U32
) -> TermStretch:
    term_count = len(occurrence_start) - 1
    posting_counts, place_counts = np.zeros(term_count, np.int64), np.zeros(term_count, np.int64)
    kernels.count_postings(packed, occurrence_start, shifts[1] + np.uint64(1), posting_counts, place_counts)
    term_start, place_start = np.zeros(term_count + 1, np.int64), np.zeros(term_count + 1, np.int64)
    np.cumsum(posting_counts, out=term_start[1:])
    np.cumsum(place_counts, out=place_start[1:])
    posting_count, place_count = int(term_start[-1]), int(place_start[-1])
    postings = FlatPostings(
        term_start=term_start,
        docs=np.empty(posting_count, np.int32),
        title_freq=np.zeros(posting_count, np.uint32),
        body_freq=np.zeros(posting_count, np.uint32),
        position_start=np.empty(posting_count + 1, np.int64),
        positions=np.empty(place_count, np.int32),
        forms=np.empty(place_count, np.uint16),
    )
    form_freq = np.zeros(int(form_start[-1]) - int(form_start[0]), np.uint32)
    kernels.flatten(
        *(packed, occurrence_start, *shifts, term_start, place_start, form_start - form_start[0]),
        *(postings.docs, postings.title_freq, postings.body_freq, postings.position_start),
        *(postings.positions, postings.forms, form_freq),
    )
    return TermStretch(postings, form_freq)
