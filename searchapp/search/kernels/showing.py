"""What a page shows of its texts, written as code points and numbers: `highlight.mark_text` and `snippets.py` beside
this folder, over arrays."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.search.kernels.choosing import choose, make_desk
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

_ELLIPSIS, _BLANK, _LAST_ASCII = 0x2026, 0x20, 0x7F
#: Quotation mark and greater-than sign: what HTML escapes lies between them.
_FIRST_ESCAPED, _LAST_ESCAPED = 0x22, 0x3E
_MARK, _END_MARK = np.frombuffer(b"<mark>", np.uint8), np.frombuffer(b"</mark>", np.uint8)
_AMPERSAND, _QUOTE, _APOSTROPHE = (np.frombuffer(name, np.uint8) for name in (b"&amp;", b"&quot;", b"&#x27;"))
_LESS, _GREATER = np.frombuffer(b"&lt;", np.uint8), np.frombuffer(b"&gt;", np.uint8)
#: `<mark>` and `</mark>` take so many code points, and an escaped one at most so many.
_MARK_CHARS = 13
_ESCAPED_CHARS = 6


@kernel
def write_spans(marks, first, last, low, high, shift, numbers, used):
    """How many spans the marks make that lie from low to high, then start and end of each, counted from low; those that
    overlap are one. `shift` is added. Returns `used`."""
    count_at = used
    used += 1
    at = first
    while at < last and marks[at, MARK_START] < high:
        start = marks[at, MARK_START]
        end = marks[at, MARK_END]
        at += 1
        while at < last and marks[at, MARK_START] < end:
            end = max(end, marks[at, MARK_END])
            at += 1
        if end > low:
            numbers[used] = max(start, low) - low + shift
            numbers[used + 1] = min(end, high) - low + shift
            used += 2
    numbers[count_at] = (used - count_at) >> 1
    return used


@kernel
def write_word(letters, at, word):
    """Write ASCII letters."""
    for letter in word:
        letters[at] = letter
        at += 1
    return at


@kernel
def write_escaped(letters, start, end, at):
    """Write a stretch of the letters once more, escaped for HTML."""
    for i in range(start, end):
        code = letters[i]
        if code > _LAST_ESCAPED or code < _FIRST_ESCAPED:
            letters[at] = code
            at += 1
        elif code == 0x26:
            at = write_word(letters, at, _AMPERSAND)
        elif code == 0x3C:
            at = write_word(letters, at, _LESS)
        elif code == 0x3E:
            at = write_word(letters, at, _GREATER)
        elif code == 0x22:
            at = write_word(letters, at, _QUOTE)
        elif code == 0x27:
            at = write_word(letters, at, _APOSTROPHE)
        else:
            letters[at] = code
            at += 1
    return at


@kernel
def write_html(letters, start, end, numbers, spans_at, at):
    """Write a stretch of the letters escaped, with the spans listed from `spans_at` on in `<mark>`."""
    done = start
    for k in range(spans_at + 1, spans_at + 1 + 2 * numbers[spans_at], 2):
        at = write_escaped(letters, done, start + numbers[k], at)
        at = write_word(letters, at, _MARK)
        done = start + numbers[k + 1]
        at = write_escaped(letters, start + numbers[k], done, at)
        at = write_word(letters, at, _END_MARK)
    return write_escaped(letters, done, end, at)


@kernel
def write_shown(
    text, text_starts, text_stops, scopes, marks, first_mark, breaks, rarity, count, pages, classes,
    capitalised, any_case, before_a_number, sentence_starts, sentence_ends, numbers, letters,
):  # fmt: skip
    """What is shown of each text, one number after the other, and its letters; returns how many of both.

    Of a title: where its HTML ends, how many spans, and the start and end of each. Of a body: how many paragraphs, how
    many passages, and of each of these its paragraph, where its text ends, where its HTML ends, and spans as above. A
    piece begins where the one before it ends. Where there is no room for all letters, returns how many have room.
    """
    used = 0
    written = 0
    at_break = 0
    most = 0
    for t in range(len(scopes)):
        most = max(most, first_mark[t + 1] - first_mark[t])
    passages = np.empty((min(most, MARKS_A_CLAUSE * len(rarity)) + 1, 6), np.int32)
    lead = np.empty(6, np.int32)
    chosen = np.empty(count, np.int64)
    desk = make_desk(len(rarity))
    for t in range(len(scopes)):
        low = np.int64(text_starts[t])
        high = np.int64(text_stops[t])
        first = np.int64(first_mark[t])
        last = np.int64(first_mark[t + 1])
        if scopes[t] != IN_BODY:
            needed = written + (1 + _ESCAPED_CHARS) * (high - low) + _MARK_CHARS * (last - first)
            if needed > len(letters):
                return -1, needed
            spans_at = used + 1
            next_used = write_spans(marks, first, last, low, high, 0, numbers, spans_at)
            # Behind the HTML there is room for the title as it is, which nobody reads there.
            title = needed - (high - low)
            for i in range(low, high):
                letters[title + i - low] = text[i]
            written = write_html(letters, title, needed, numbers, spans_at, written)
            numbers[used] = written
            used = next_used
            continue
        while at_break < len(breaks) and breaks[at_break] < low:
            at_break += 1
        found, paragraphs = list_passages(
            text, marks, first, last, low, high, breaks, at_break, len(rarity), pages, classes,
            capitalised, any_case, before_a_number, sentence_starts, sentence_ends, passages, lead,
        )  # fmt: skip
        size = choose(found, passages, marks, first, last, rarity, count, desk, chosen)
        if size == 0 and paragraphs:
            passages[0] = lead
            chosen[0] = 0
            size = 1
        numbers[used] = paragraphs
        numbers[used + 1] = size
        used += 2
        for k in range(size):
            passage = passages[chosen[k]]
            start = np.int64(passage[FIRST])
            end = np.int64(passage[STOP])
            needed = written + (1 + _ESCAPED_CHARS) * (end - start + 4) + _MARK_CHARS * (last - first)
            if needed > len(letters):
                return -1, needed
            text_at = written
            if passage[CUT_BEFORE]:
                letters[written] = _ELLIPSIS
                letters[written + 1] = _BLANK
                written += 2
            spans_at = used + 3
            next_used = write_spans(marks, first, last, start, end, written - text_at, numbers, spans_at)
            for i in range(start, end):
                code = text[i]
                if (code < _BLANK or code > _LAST_ASCII) and class_of(text, i, pages, classes) & SPACE:
                    code = np.uint32(_BLANK)
                letters[written] = code
                written += 1
            if passage[CUT_AFTER]:
                letters[written] = _BLANK
                letters[written + 1] = _ELLIPSIS
                written += 2
            numbers[used] = passage[PARAGRAPH]
            numbers[used + 1] = written
            written = write_html(letters, text_at, written, numbers, spans_at, written)
            numbers[used + 2] = written
            used = next_used
    return used, written
