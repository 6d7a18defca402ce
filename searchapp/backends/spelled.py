"""A pattern or a close spelling in every segment of a generation: the forms that it fits, and the documents they make.

What it fits is looked up in the sorted surfaces of each segment and kept for the generation. The postings of all these
forms are added up document by document: a term all of whose forms fit counts as it stands, of others the forms are
looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.token import ACRONYM_MARK
from indexer.codec.dictionary import Dictionary
from indexer.codec.group import PostingGroup
from indexer.codec.kernels.packing import I32, I64, U8
from indexer.codec.numbers import pack_numbers
from searchapp.backends.adding_up import add_up_forms
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import fuzzy, merging_forms, patterns, unions
from searchapp.backends.kernels.blocks import UNSCORED
from searchapp.backends.leaf import LateError, SegmentLeaf
from searchapp.search.plan import SpellingPlan
from searchapp.search.port import SHOWN_FORMS, Expansion, Form, FormsRequest
from searchapp.search.spellings import CloseTo, Wildcard

#: Texts, and postings, that one call of a kernel may look at: a few milliseconds.
_SLICE_TEXTS: Final = 100_000
_SLICE_POSTINGS: Final = 400_000
_SIGN: Final = re.compile(r"[*?]")
_SIGN_CODES: Final = {ord("*"): patterns.ANY, ord("?"): patterns.ONE}


@dataclass(frozen=True, slots=True)
class FittingForms:
    """`numbers` are, by segment, the surfaces that fit, rising; `marks` say of each whether it is weighed.

    `count` is how many different ones there are, `shown` the most frequent.
    """

    numbers: tuple[I32, ...]
    marks: tuple[U8, ...]
    count: int
    shown: tuple[str, ...]


def find_fitting_forms(clause: SpellingPlan, generation: Generation, has_time: Callable[[], bool]) -> FittingForms:
    """Raises LateError when there is no time left to look for them."""
    group_name = "text" if clause.scope == "title" else clause.scope
    key = ("forms", clause.spelling, group_name, clause.scored)
    known: FittingForms | None = generation.sets.get(key)
    if known is not None:
        return known
    groups = [segment.mapped.group(group_name) for segment in generation.segments]
    numbers = tuple(_find_numbers(clause.spelling, group.surfaces, has_time) for group in groups)
    totals = [_sum_frequencies(found, group, None) for found, group in zip(numbers, groups, strict=True)]
    ranks, count = _rank_texts(numbers, groups)
    total_of_rank = np.bincount(ranks, np.concatenate([_NO_TOTALS, *totals]), minlength=count)
    weighed = np.ones(count, np.bool_)
    if count > clause.scored:
        if not generation.everything_lives:
            live = [
                _count_live(found, group, segment, group_name, has_time) if segment.deleted else total
                for found, group, segment, total in zip(numbers, groups, generation.segments, totals, strict=True)
            ]
            live_of_rank = np.bincount(ranks, np.concatenate(live), minlength=count)
        else:
            live_of_rank = total_of_rank
        weighed[:] = False
        weighed[_most_frequent(live_of_rank, clause.scored)] = True
    marks = np.where(weighed[ranks], np.uint8(unions.WEIGHED), np.uint8(unions.OTHER))
    forms = FittingForms(
        numbers,
        tuple(np.split(marks, np.cumsum([len(found) for found in numbers])[:-1])),
        count,
        tuple(
            _text_of(int(np.argmax(ranks == rank)), numbers, groups)
            for rank in _most_frequent(total_of_rank, SHOWN_FORMS)
        ),
    )
    return generation.sets.put(key, forms, 256 + 5 * len(marks))


def expand_spelling(clause: SpellingPlan, generation: Generation, has_time: Callable[[], bool]) -> Expansion | None:
    """None where there is no time to look for the forms."""
    try:
        forms = find_fitting_forms(clause, generation, has_time)
    except LateError:
        return None
    return Expansion(clause.clause, forms.count, forms.shown)


def list_forms(request: FormsRequest, generation: Generation, has_time: Callable[[], bool]) -> tuple[Form, ...]:
    """The forms that fit, the most frequent first; none where there is no time to look for them."""
    group_name = "text" if request.scope == "title" else request.scope
    key = ("listed", request.spelling, group_name, request.most)
    known: tuple[Form, ...] | None = generation.sets.get(key)
    if known is not None:
        return known
    groups = [segment.mapped.group(group_name) for segment in generation.segments]
    try:
        numbers = tuple(_find_numbers(request.spelling, group.surfaces, has_time) for group in groups)
    except LateError:
        return ()
    totals = [_sum_frequencies(found, group, None) for found, group in zip(numbers, groups, strict=True)]
    ranks, count = _rank_texts(numbers, groups)
    total_of_rank = np.bincount(ranks, np.concatenate([_NO_TOTALS, *totals]), minlength=count).astype(np.int64)
    chosen = _most_frequent(total_of_rank, request.most)
    place_of = np.empty(count, np.int64)
    place_of[ranks[::-1]] = np.arange(len(ranks))[::-1]
    texts = (_text_of(place, numbers, groups) for place in place_of[chosen].tolist())
    forms = tuple(map(Form, texts, total_of_rank[chosen].tolist()))
    return generation.sets.put(key, forms, 256 + 128 * len(forms))


def find_spelled_leaf(
    clause: SpellingPlan, segment: SearchedSegment, generation: Generation, mode: int, has_time: Callable[[], bool]
) -> SegmentLeaf:
    """Raises LateError when there is no time left to look for the forms, or to add them up."""
    group_name = "text" if mode != UNSCORED else clause.scope
    key = ("terms", clause.spelling, group_name, clause.scored, segment.number)
    sought: _SoughtTerms | None = generation.sets.get(key)
    if sought is None:
        forms = find_fitting_forms(clause, generation, has_time)
        sought = _seek_terms(forms, segment, group_name)
        generation.sets.put(key, sought, 256 + 14 * len(sought.terms) + len(sought.wanted))
    if not len(sought.terms):
        return SegmentLeaf(0)
    return add_up_forms(*sought, segment, group_name, mode, has_time)


class _SoughtTerms(NamedTuple):
    """What a spelling is in a segment, as `kernels/unions.py` reads it."""

    terms: I32
    form_at: I64
    wanted: U8
    whole: NDArray[np.bool_]


def _seek_terms(forms: FittingForms, segment: SearchedSegment, group_name: str) -> _SoughtTerms:
    numbers = forms.numbers[segment.number]
    group = segment.mapped.group(group_name)
    terms, form_at, place_of = _gather_terms(numbers, group)
    wanted, whole = np.zeros(form_at[-1], np.uint8), np.empty(len(terms), np.bool_)
    ways = group.forms
    unions.mark_forms(
        numbers, forms.marks[segment.number],
        ways.surface_start.words, ways.surface_term.words, ways.surface_form.words, place_of, form_at, wanted, whole,
    )  # fmt: skip
    return _SoughtTerms(terms.copy(), form_at.copy(), wanted, whole)


_NO_TOTALS: Final[I64] = np.zeros(0, np.int64)


def _find_numbers(spelling: Wildcard | CloseTo, surfaces: Dictionary, has_time: Callable[[], bool]) -> I32:
    ranges = [range(len(surfaces))]
    if isinstance(spelling, Wildcard):
        head = _SIGN.split(spelling.text, maxsplit=1)[0]
        if head:
            ranges = [surfaces.prefix_range(head), surfaces.prefix_range(ACRONYM_MARK + head)]
            ranges.sort(key=lambda each: each.start)
        if head and spelling.text == head + "*":
            return np.concatenate([np.arange(each.start, each.stop, dtype=np.int32) for each in ranges])
        pattern = np.array([_SIGN_CODES.get(ord(char), ord(char)) for char in spelling.text], np.int32)
    else:
        pattern = np.array([ord(char) for char in spelling.text], np.int32)
    parts: list[I32] = []
    for each in ranges:
        for first in range(each.start, each.stop, _SLICE_TEXTS):
            if not has_time():
                raise LateError
            stop = min(first + _SLICE_TEXTS, each.stop)
            numbers = np.empty(stop - first, np.int32)
            if isinstance(spelling, Wildcard):
                found = patterns.find_fitting(surfaces.blob, surfaces.offsets, first, stop, pattern, numbers)
            else:
                found = fuzzy.find_close(surfaces.blob, surfaces.offsets, first, stop, pattern, spelling.steps, numbers)
            parts.append(numbers[:found].copy())
    return np.concatenate([np.zeros(0, np.int32), *parts])


def _gather_terms(numbers: I32, group: PostingGroup) -> tuple[I32, I64, I32]:
    """The terms of the surfaces, where their forms begin, and by term its place among them, from 1 on."""
    ways = group.forms
    most = int((ways.surface_start[numbers + 1] - ways.surface_start[numbers]).sum())
    place_of = np.zeros(len(group.terms), np.int32)
    terms, form_at = np.empty(most, np.int32), np.empty(most + 1, np.int64)
    found = unions.gather_terms(
        numbers, ways.surface_start.words, ways.surface_term.words, ways.form_start.words, place_of, terms, form_at
    )
    return terms[:found], form_at[: found + 1], place_of


def _sum_frequencies(numbers: I32, group: PostingGroup, form_freq: NDArray[np.uint32] | None) -> I64:
    """How often each surface stands; by the segment's own frequencies, or by others of the same shape."""
    ways = group.forms
    totals = np.empty(len(numbers), np.int64)
    unions.sum_frequencies(
        numbers, ways.surface_start.words, ways.surface_term.words, ways.surface_form.words,
        ways.form_start.words, ways.form_freq.words if form_freq is None else pack_numbers(form_freq), totals,
    )  # fmt: skip
    return totals


def _count_live(
    numbers: I32, group: PostingGroup, segment: SearchedSegment, group_name: str, has_time: Callable[[], bool]
) -> I64:
    """How often each surface stands in articles that were not deleted: reads all their postings."""
    terms, _, _ = _gather_terms(numbers, group)
    form_start = group.forms.form_start
    counts = np.zeros(len(group.forms.form_freq), np.uint32)
    read = 0
    for term in terms.tolist():
        read += int(group.packed.doc_freq[term])
        if read > _SLICE_POSTINGS:
            read = 0
            if not has_time():
                raise LateError
        of_term = counts[int(form_start[term]) : int(form_start[term + 1])]
        unions.count_live_forms(segment.arrays(group_name), term, segment.live, of_term)
    return _sum_frequencies(numbers, group, counts)


def _rank_texts(numbers: tuple[I32, ...], groups: list[PostingGroup]) -> tuple[I64, int]:
    """The place of every surface of every segment among all different ones, and how many these are."""
    starts = np.zeros(len(numbers) + 1, np.int64)
    np.cumsum([len(found) for found in numbers], out=starts[1:])
    total = int(starts[-1])
    if sum(len(found) > 0 for found in numbers) <= 1:
        return np.arange(total), total
    sizes = [
        int((group.surfaces.offsets[found + 1] - group.surfaces.offsets[found]).sum(dtype=np.int64))
        for found, group in zip(numbers, groups, strict=True)
    ]
    texts, text_offsets = np.empty(sum(sizes), np.uint8), np.zeros(total + 1, np.int64)
    for found, group, first in zip(numbers, groups, starts.tolist(), strict=False):
        merging_forms.copy_texts(group.surfaces.blob, group.surfaces.offsets, found, texts, text_offsets, first)
    ranks = np.empty(total, np.int64)
    return ranks, int(merging_forms.number_texts(texts, text_offsets, starts, ranks))


def _most_frequent(totals: NDArray[Any], count: int) -> I64:
    """The places of the greatest totals, the greatest first; of equal ones those that come first."""
    places = np.arange(len(totals))
    if len(totals) > count:
        places = np.flatnonzero(totals >= np.partition(totals, len(totals) - count)[len(totals) - count])
    return places[np.argsort(-totals[places], kind="stable")[:count]]


def _text_of(place: int, numbers: tuple[I32, ...], groups: list[PostingGroup]) -> str:
    for found, group in zip(numbers, groups, strict=True):
        if place < len(found):
            return group.surfaces[int(found[place])]
        place -= len(found)
    raise IndexError(place)
