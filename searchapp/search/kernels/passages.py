"""Which stretches of a body to show: `passages.py` beside this folder, over arrays. Code points count from the start of
the array in which the texts lie."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.search.kernels.marking import CLAUSE, MARK_END, MARK_START, first_from
from searchapp.search.kernels.sentences import SPACE, TAIL, can_cut, class_of, split_sentences

TARGET_CHARS = 240
#: How much of a long sentence is shown before the first match of a passage.
LEAD_CHARS = 60
#: No word is longer than this; what is may be cut.
LONGEST_WORD = 120
#: Enough to find a good passage; a book that says "war" 50,000 times must not cost a second.
MARKS_A_CLAUSE = 200
#: A headline or a place line on top of a body says less than the paragraph after it.
SHORTEST_LEAD = 40
#: How much of a paragraph is looked at for the lead.
LEAD_STRETCH = 20 * TARGET_CHARS

#: Columns of a passage. Flags say whether the sentence goes on before and behind it.
FIRST, STOP, PARAGRAPH, CUT_BEFORE, CUT_AFTER, MARKED_AT = range(6)
_FEED, _ZERO_WIDTH_JOINER = 0x0A, 0x200D


@kernel
def whole_letter(text, at, low, high, pages, classes):
    """Nearest place not after `at` that tears no mark from its letter."""
    while low < at < high and (class_of(text, at, pages, classes) & TAIL or text[at - 1] == _ZERO_WIDTH_JOINER):
        at -= 1
    return at


@kernel
def cut_back(text, wanted, low, limits, pages, classes):
    """The last place before `wanted` where a line may begin, not below `low`."""
    for at in range(wanted - 1, max(low, wanted - LONGEST_WORD) - 1, -1):
        if at == low or can_cut(text, at, limits[0], limits[1], pages, classes):
            return at
    return max(low, whole_letter(text, wanted, limits[0], limits[1], pages, classes))


@kernel
def cut_at(text, wanted, low, high, limits, pages, classes):
    """The first place from `wanted` to `high` where a line may begin, else one before it, not below `low`."""
    for at in range(wanted, high + 1):
        if can_cut(text, at, limits[0], limits[1], pages, classes):
            return at
    return cut_back(text, wanted, low, limits, pages, classes)


@kernel
def cut_before(text, wanted, low, high, limits, pages, classes):
    """The last place from `low` to `wanted` where a line may end, else one after it, not above `high`."""
    for at in range(wanted, low - 1, -1):
        if can_cut(text, at, limits[0], limits[1], pages, classes):
            return at
    for at in range(wanted + 1, min(high, wanted + LONGEST_WORD) + 1):
        if at == high or can_cut(text, at, limits[0], limits[1], pages, classes):
            return at
    return whole_letter(text, wanted, limits[0], limits[1], pages, classes)


@kernel
def fit_window(text, low, high, mark_start, mark_end, limits, pages, classes, passage):
    """A stretch of a long sentence around a match, of whole words."""
    mark_end = min(mark_end, high)
    start = low
    if mark_start - low > LEAD_CHARS:
        start = cut_at(text, mark_start - LEAD_CHARS, low, mark_start, limits, pages, classes)
    wanted_end = max(start + TARGET_CHARS, mark_end)
    end = high
    if wanted_end < high:
        end = cut_before(text, wanted_end, mark_end, high, limits, pages, classes)
    if end == high:
        wanted = max(end - TARGET_CHARS, low)
        if wanted == low:
            start = low
        else:
            start = min(start, cut_at(text, wanted, low, mark_start, limits, pages, classes))
    while start < end and class_of(text, start, pages, classes) & SPACE:
        start += 1
    while end > start and class_of(text, end - 1, pages, classes) & SPACE:
        end -= 1
    passage[FIRST] = start
    passage[STOP] = end
    passage[CUT_BEFORE] = start > low
    passage[CUT_AFTER] = end < high


@kernel
def fit_passage(text, starts, ends, count, first, mark_start, mark_end, limits, pages, classes, passage):
    """The whole sentences around sentence `first` that have room, or a window of it."""
    start = np.int64(starts[first])
    end = np.int64(ends[first])
    passage[MARKED_AT] = mark_start
    if end - start > TARGET_CHARS:
        fit_window(text, start, end, mark_start, mark_end, limits, pages, classes, passage)
        return
    last = first
    while last + 1 < count and ends[last + 1] - start <= TARGET_CHARS:
        last += 1
    end = np.int64(ends[last])
    while first > 0 and end - starts[first - 1] <= TARGET_CHARS:
        first -= 1
    passage[FIRST] = starts[first]
    passage[STOP] = end
    passage[CUT_BEFORE] = 0
    passage[CUT_AFTER] = 0


@kernel
def next_paragraph(text, at, high, breaks, at_break, pages, classes):
    """Span of the first paragraph from `at` on, where to go on, and the next line feed then; empty at the end.

    `breaks` are the places of all line feeds, `at_break` the first that does not lie before `at`.
    """
    while at < high:
        gap = high
        following = high
        while at_break < len(breaks) and breaks[at_break] < high:
            feed = breaks[at_break]
            at_break += 1
            behind = feed + 1
            while behind < high and text[behind] != _FEED and class_of(text, behind, pages, classes) & SPACE:
                behind += 1
            if behind < high and text[behind] == _FEED:
                while behind < high and class_of(text, behind, pages, classes) & SPACE:
                    behind += 1
                while at_break < len(breaks) and breaks[at_break] < behind:
                    at_break += 1
                gap = feed
                following = behind
                break
        start = at
        while start < gap and class_of(text, start, pages, classes) & SPACE:
            start += 1
        while gap > start and class_of(text, gap - 1, pages, classes) & SPACE:
            gap -= 1
        at = following
        if start < gap:
            return start, gap, at, at_break
    return high, high, high, at_break


@kernel
def list_passages(
    text, marks, first, last, low, high, breaks, at_break, clauses, pages, classes,
    capitalised, any_case, before_a_number, sentence_starts, sentence_ends, passages, lead,
):  # fmt: skip
    """A passage for every sentence with a match, and for every match of a sentence that is too long to be shown, each
    once. Returns how many, and how many paragraphs there are; writes the lead to `lead`."""
    limits = (low, high)
    counts = np.zeros(clauses, np.int64)
    found = 0
    paragraph = 0
    lead_start = np.int64(-1)
    lead_end = np.int64(-1)
    at = low
    i = first
    while True:
        start, end, at, at_break = next_paragraph(text, at, high, breaks, at_break, pages, classes)
        if start == high:
            break
        paragraph += 1
        if lead_start < 0 or (lead_end - lead_start < SHORTEST_LEAD <= end - start):
            lead_start = start
            lead_end = end
            lead[PARAGRAPH] = paragraph
        while i < last and marks[i, MARK_START] < start:
            counts[marks[i, CLAUSE]] += 1
            i += 1
        if i == last or marks[i, MARK_START] >= end:
            continue
        stop = first_from(marks, i, last, end)
        enough = marks[stop - 1, MARK_START] + TARGET_CHARS
        sentences = split_sentences(
            text, start, end, enough, pages, classes,
            capitalised, any_case, before_a_number, sentence_starts, sentence_ends,
        )  # fmt: skip
        sentence = 0
        while i < stop:
            clause = marks[i, CLAUSE]
            counts[clause] += 1
            if counts[clause] <= MARKS_A_CLAUSE and sentences:
                mark_start = np.int64(marks[i, MARK_START])
                while sentence + 1 < sentences and sentence_starts[sentence + 1] <= mark_start:
                    sentence += 1
                passage = passages[found]
                passage[PARAGRAPH] = paragraph
                fit_passage(
                    text, sentence_starts, sentence_ends, sentences, sentence,
                    mark_start, np.int64(marks[i, MARK_END]), limits, pages, classes, passage,
                )  # fmt: skip
                # A passage begins at its match or before it: none of a match before this passage is the same.
                known = found - 1
                while known >= 0 and passages[known, MARKED_AT] >= passage[FIRST]:
                    if passages[known, FIRST] == passage[FIRST] and passages[known, STOP] == passage[STOP]:
                        break
                    known -= 1
                if known < 0 or passages[known, MARKED_AT] < passage[FIRST]:
                    found += 1
            i += 1
    if found == 0 and paragraph:
        stop = min(lead_end, lead_start + LEAD_STRETCH)
        sentences = split_sentences(
            text, lead_start, stop, lead_start + TARGET_CHARS, pages, classes,
            capitalised, any_case, before_a_number, sentence_starts, sentence_ends,
        )  # fmt: skip
        fit_passage(
            text, sentence_starts, sentence_ends, sentences, 0, lead_start, lead_start, limits, pages, classes, lead
        )
    return found, paragraph
