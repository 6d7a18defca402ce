"""One posting group out of several segments' groups, without the documents that were deleted.

Terms are taken a stretch at a time: unpacked, given new document numbers and new forms, and packed again. So the
memory it takes goes by the longest stretch, and not by the size of the segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.dictionary_merge import keep_texts, merge_dictionaries
from indexer.codec.group import MOST_FORMS, NO_SURFACE, PostingGroup, invert_forms, write_vocabulary
from indexer.codec.kernels import merging as kernels
from indexer.codec.kernels.packing import F32, I32, I64, U32
from indexer.codec.packing import FlatPostings, pack_postings
from indexer.codec.segment_file import SegmentFileWriter
from indexer.codec.spool import PackedSpool
from indexer.codec.unpacking import unpack_terms

#: Postings that are in memory at a time, unless one term has more; about 100 bytes each with their positions.
STRETCH: Final = 500_000


@dataclass(frozen=True, slots=True)
class _Part:
    """What one segment gives to a stretch: its terms' postings, their merged numbers counted from the stretch's first,
    and where the forms of each term start in the segment's list."""

    flat: FlatPostings
    merged: I32
    form_at: I64


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of merged terms: `postings` and forms, without those that nothing is left of. `kept` says which."""

    kept: np.ndarray
    postings: FlatPostings
    form_counts: I64
    form_surface: U32
    form_freq: U32


def merge_groups(
    writer: SegmentFileWriter,
    name: str,
    groups: Sequence[PostingGroup],
    new_docs: Sequence[I32],
    gains: tuple[F32, F32],
    release: Callable[[], None],
) -> tuple[I32, ...]:
    """Write the merged group; returns the new number of each term of each group, -1 where no document is left of it.

    `new_docs[s][doc]` is the new number of a document of segment s, -1 if deleted. `release` is called now and then,
    to let go of the pages of the mapped groups that have been read."""
    terms, term_numbers = merge_dictionaries([group.terms for group in groups])
    surfaces, surface_numbers = merge_dictionaries([group.surfaces for group in groups])
    form_surface = tuple(
        _map_surfaces(group.forms.form_surface.astype(np.uint32), numbers)
        for group, numbers in zip(groups, surface_numbers, strict=True)
    )
    kept_terms = np.zeros(len(terms), np.bool_)
    stretches: list[_Stretch] = []
    with PackedSpool() as spool:
        for first, last in _stretches(groups, term_numbers, len(terms)):
            stretch = _merge_stretch(groups, term_numbers, form_surface, new_docs, (first, last))
            kept_terms[first:last] = stretch.kept
            spool.add(pack_postings(stretch.postings, *gains))
            stretches.append(_without_postings(stretch))
            release()
        spool.write(writer, name)
    new_surface = np.concatenate([each.form_surface for each in stretches] or [np.empty(0, np.uint32)])
    used = np.zeros(len(surfaces), np.bool_)
    used[new_surface[new_surface != NO_SURFACE]] = True
    form_start = np.zeros(int(kept_terms.sum()) + 1, np.uint32)
    counts = np.concatenate([each.form_counts for each in stretches] or [np.empty(0, np.int64)])
    np.cumsum(counts, out=form_start[1:], dtype=np.uint32)
    forms = invert_forms(
        form_start,
        _map_surfaces(new_surface, np.cumsum(used) - 1),
        np.concatenate([each.form_freq for each in stretches] or [np.empty(0, np.uint32)]),
        int(used.sum()),
    )
    write_vocabulary(writer, name, (keep_texts(terms, kept_terms), keep_texts(surfaces, used)), forms)
    new_terms = np.where(kept_terms, np.cumsum(kept_terms) - 1, -1).astype(np.int32)
    return tuple(new_terms[of_group] for of_group in term_numbers)


def _stretches(groups: Sequence[PostingGroup], numbers: Sequence[I32], count: int) -> Iterator[tuple[int, int]]:
    postings = np.zeros(count, np.int64)
    for group, of_group in zip(groups, numbers, strict=True):
        postings[of_group] += group.packed.doc_freq[:]
    before = np.concatenate([[0], np.cumsum(postings)])
    first = 0
    while first < count:
        last = max(first + 1, int(np.searchsorted(before, before[first] + STRETCH, "right")) - 1)
        yield first, min(last, count)
        first = last


def _merge_stretch(
    groups: Sequence[PostingGroup],
    numbers: Sequence[I32],
    form_surface: Sequence[U32],
    new_docs: Sequence[I32],
    terms: tuple[int, int],
) -> _Stretch:
    parts: list[_Part] = []
    owners: list[I32] = []  # the merged term of each form of each part
    named: list[U32] = []  # its surface
    for group, of_group, surfaces in zip(groups, numbers, form_surface, strict=True):
        first, last = (int(each) for each in np.searchsorted(of_group, terms))
        starts = group.forms.form_start[first : last + 1]
        merged = of_group[first:last] - terms[0]
        flat = unpack_terms(group.packed, first, last)
        parts.append(_Part(flat, merged, starts[:-1] - starts[0] if last > first else starts[:0]))
        owners.append(np.repeat(merged, np.diff(starts)))
        named.append(surfaces[starts[0] : starts[-1]] if last > first else surfaces[:0])
    form_start, union, form_of = _unite_forms(np.concatenate(owners), np.concatenate(named), terms[1] - terms[0])
    split = np.split(form_of, np.cumsum([len(each) for each in owners])[:-1])
    postings = _join_parts(parts, split, new_docs, terms[1] - terms[0])
    return _drop_unused(postings, form_start, union)


def _unite_forms(owners: I32, surfaces: U32, term_count: int) -> tuple[I64, U32, np.ndarray]:
    """The forms of each merged term, in the order of their surfaces; and which of its term's each given form is now."""
    while True:
        keys, inverse = np.unique((owners.astype(np.int64) << 32) | surfaces, return_inverse=True)
        form_start = np.searchsorted(keys >> 32, np.arange(term_count + 1))
        rank = (np.arange(len(keys)) - form_start[keys >> 32])[inverse]
        if not len(rank) or rank.max() < MOST_FORMS:
            return form_start, (keys & 0xFFFFFFFF).astype(np.uint32), rank.astype(np.uint16)
        surfaces = np.where(rank >= MOST_FORMS - 1, np.uint32(NO_SURFACE), surfaces)


def _join_parts(
    parts: Sequence[_Part], form_of: Sequence[np.ndarray], new_docs: Sequence[I32], term_count: int
) -> FlatPostings:
    if not HAS_NUMBA:
        return _join_plainly(parts, form_of, new_docs, term_count)
    posting_count, position_count = np.zeros(term_count, np.int64), np.zeros(term_count, np.int64)
    for part, docs in zip(parts, new_docs, strict=True):
        flat = part.flat
        kernels.count_merged(
            flat.term_start,
            flat.docs,
            flat.title_freq,
            flat.body_freq,
            part.merged,
            docs,
            posting_count,
            position_count,
        )
    term_start = np.concatenate([[0], np.cumsum(posting_count)])
    postings, positions = int(term_start[-1]), int(position_count.sum())
    posting_at = term_start[:-1].copy()
    position_at = np.cumsum(position_count) - position_count
    joined = FlatPostings(
        term_start,
        np.empty(postings, np.int32),
        np.empty(postings, np.uint32),
        np.empty(postings, np.uint32),
        np.empty(postings + 1, np.int64),
        np.empty(positions, np.int32),
        np.empty(positions, np.uint16),
    )
    joined.position_start[-1] = positions
    for part, forms, docs in zip(parts, form_of, new_docs, strict=True):
        flat = part.flat
        kernels.place_merged(
            flat.term_start, flat.docs, flat.title_freq, flat.body_freq, flat.position_start, flat.positions,
            flat.forms, part.merged, docs, part.form_at, forms, posting_at, position_at,
            joined.docs, joined.title_freq, joined.body_freq, joined.position_start, joined.positions, joined.forms,
        )  # fmt: skip
    return joined


def _join_plainly(
    parts: Sequence[_Part], form_of: Sequence[np.ndarray], new_docs: Sequence[I32], term_count: int
) -> FlatPostings:
    owner, docs, title_freq, body_freq, counts, positions, forms = ([] for _ in range(7))  # type: ignore[var-annotated, unused-ignore]
    for part, form_numbers, new in zip(parts, form_of, new_docs, strict=True):
        flat = part.flat
        term_of = np.repeat(np.arange(len(part.merged)), np.diff(flat.term_start))
        kept = new[flat.docs] >= 0
        held = np.diff(flat.position_start)
        kept_positions = np.repeat(kept, held)
        of_position = np.repeat(term_of, held)
        owner.append(part.merged[term_of][kept])
        docs.append(new[flat.docs][kept])
        title_freq.append(flat.title_freq[kept])
        body_freq.append(flat.body_freq[kept])
        counts.append(held[kept])
        positions.append(flat.positions[kept_positions])
        forms.append(form_numbers[part.form_at[of_position] + flat.forms][kept_positions])
    joined_owner, joined_counts = np.concatenate(owner), np.concatenate(counts)
    order = np.argsort(joined_owner, kind="stable")
    starts = np.cumsum(joined_counts) - joined_counts
    position_start = np.concatenate([[0], np.cumsum(joined_counts[order])]).astype(np.int64)
    inside = np.arange(int(position_start[-1])) - np.repeat(position_start[:-1], joined_counts[order])
    position_order = np.repeat(starts[order], joined_counts[order]) + inside
    return FlatPostings(
        np.searchsorted(joined_owner[order], np.arange(term_count + 1)).astype(np.int64),
        np.concatenate(docs)[order].astype(np.int32),
        np.concatenate(title_freq)[order],
        np.concatenate(body_freq)[order],
        position_start,
        np.concatenate(positions)[position_order],
        np.concatenate(forms)[position_order].astype(np.uint16),
    )


def _drop_unused(postings: FlatPostings, form_start: I64, form_surface: U32) -> _Stretch:
    """Terms and forms that only deleted documents held go."""
    form_freq = _count_forms(postings, form_start)
    used = form_freq > 0
    kept = np.diff(postings.term_start) > 0
    form_counts = np.diff(np.concatenate([[0], np.cumsum(used)])[form_start])
    if used.all():
        return _Stretch(kept, postings, form_counts, form_surface, form_freq)
    held = postings.position_start[postings.term_start]
    at = np.repeat(form_start[:-1], np.diff(held)) + postings.forms
    number = np.cumsum(used) - 1
    first_used = np.concatenate([[0], np.cumsum(used)])[form_start[:-1]]
    postings = FlatPostings(
        np.append(postings.term_start[:-1][kept], postings.term_start[-1]),
        postings.docs,
        postings.title_freq,
        postings.body_freq,
        postings.position_start,
        postings.positions,
        (number[at] - np.repeat(first_used, np.diff(held))).astype(np.uint16),
    )
    return _Stretch(kept, postings, form_counts[kept], form_surface[used], form_freq[used])


def _count_forms(postings: FlatPostings, form_start: I64) -> U32:
    if HAS_NUMBA:
        form_freq = np.zeros(int(form_start[-1]), np.uint32)
        kernels.count_forms(postings.term_start, postings.position_start, postings.forms, form_start, form_freq)
        return form_freq
    held = postings.position_start[postings.term_start]
    at = np.repeat(form_start[:-1], np.diff(held)) + postings.forms
    return np.bincount(at, minlength=int(form_start[-1])).astype(np.uint32)


def _without_postings(stretch: _Stretch) -> _Stretch:
    return _Stretch(stretch.kept, _NO_POSTINGS, stretch.form_counts, stretch.form_surface, stretch.form_freq)


def _map_surfaces(surfaces: U32, numbers: npt.NDArray[np.integer]) -> U32:
    mapped = np.full(len(surfaces), NO_SURFACE, np.uint32)
    named = surfaces != NO_SURFACE
    mapped[named] = numbers[surfaces[named]]
    return mapped


_NO_POSTINGS: Final = FlatPostings(
    np.zeros(1, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.uint32),
    np.empty(0, np.uint32),
    np.zeros(1, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.uint16),
)
