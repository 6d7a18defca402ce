"""What a page shows of its texts, as numbers for who prints it: `showing.py` beside this folder."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.search.kernels.choosing import choose
from searchapp.search.kernels.marking import IN_BODY, MARK_END, MARK_START
from searchapp.search.kernels.passages import (
    CUT_AFTER,
    CUT_BEFORE,
    FIRST,
    MARKS_A_CLAUSE,
    PARAGRAPH,
    STOP,
    list_passages,
)
from searchapp.search.kernels.sentences import SPACE, class_of


@kernel
def write_spans(marks, first, last, low, high, spans, used):
    """Marks as spans that do not overlap, as far as they lie from low to high, counted from low; returns `used`."""
    at = first
    while at < last and marks[at, MARK_START] < high:
        start = marks[at, MARK_START]
        end = marks[at, MARK_END]
        at += 1
        while at < last and marks[at, MARK_START] < end:
            end = max(end, marks[at, MARK_END])
            at += 1
        if end > low and start < high:
            spans[used] = max(start, low) - low
            spans[used + 1] = min(end, high) - low
            used += 2
    return used


@kernel
def describe(text, low, high, pages, classes):
    """Whether a stretch has white space other than blanks, and whether it has what HTML escapes."""
    has_breaks = False
    has_signs = False
    for at in range(low, high):
        code = text[at]
        if code != 0x20 and class_of(text, at, pages, classes) & SPACE:
            has_breaks = True
        elif code in (0x22, 0x26, 0x27, 0x3C, 0x3E):
            has_signs = True
    return has_breaks, has_signs


@kernel
def write_shown(
    text, text_starts, text_stops, scopes, marks, first_mark, breaks, rarity, count, pages, classes,
    capitalised, any_case, before_a_number, sentence_starts, sentence_ends, shown,
):  # fmt: skip
    """What is shown of each text, one number after the other; returns how many.

    Of a title: whether HTML escapes anything in it, how many spans, and the start and end of each. Of a body: how many
    paragraphs, how many passages, and of each of these start, end, paragraph, whether the sentence goes on before and
    behind, whether there is white space other than blanks, whether HTML escapes anything, and spans as above, counted
    from the start of the passage. Starts and ends count from the start of the text.
    """
    used = 0
    at_break = 0
    most = 0
    for t in range(len(scopes)):
        most = max(most, first_mark[t + 1] - first_mark[t])
    passages = np.empty((min(most, MARKS_A_CLAUSE * len(rarity)) + 1, 6), np.int32)
    lead = np.empty(6, np.int32)
    chosen = np.empty(count, np.int64)
    for t in range(len(scopes)):
        low = np.int64(text_starts[t])
        high = np.int64(text_stops[t])
        first = np.int64(first_mark[t])
        last = np.int64(first_mark[t + 1])
        if scopes[t] != IN_BODY:
            shown[used] = describe(text, low, high, pages, classes)[1]
            spans_from = used + 2
            used = write_spans(marks, first, last, low, high, shown, spans_from)
            shown[spans_from - 1] = (used - spans_from) >> 1
            continue
        while at_break < len(breaks) and breaks[at_break] < low:
            at_break += 1
        found, paragraphs = list_passages(
            text, marks, first, last, low, high, breaks, at_break, len(rarity), pages, classes,
            capitalised, any_case, before_a_number, sentence_starts, sentence_ends, passages, lead,
        )  # fmt: skip
        size = choose(found, passages, marks, first, last, rarity, count, chosen)
        if size == 0 and paragraphs:
            passages[0] = lead
            chosen[0] = 0
            size = 1
        shown[used] = paragraphs
        shown[used + 1] = size
        used += 2
        for k in range(size):
            passage = passages[chosen[k]]
            start = np.int64(passage[FIRST])
            end = np.int64(passage[STOP])
            has_breaks, has_signs = describe(text, start, end, pages, classes)
            shown[used] = start - low
            shown[used + 1] = end - low
            shown[used + 2] = passage[PARAGRAPH]
            shown[used + 3] = passage[CUT_BEFORE]
            shown[used + 4] = passage[CUT_AFTER]
            shown[used + 5] = has_breaks
            shown[used + 6] = has_signs
            spans_from = used + 8
            used = write_spans(marks, first, last, start, end, shown, spans_from)
            shown[spans_from - 1] = (used - spans_from) >> 1
    return used
