"""Where sentences end and where a line may be cut: `sentences.py` beside this folder, over code points.

What a code point is stands in pages of 256, as `indexer/analysis/characters.py` has it. A text lies between line feeds
or other texts, so that a look at the code point before or behind it is safe, and is given by its limits.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

SPACE, SMALL, CAPITAL, DIGIT, LETTER, TAIL, UNSPACED, CLOSING, OPENING, SPACED_END, UNSPACED_END = (
    1 << bit for bit in range(11)
)

_LINE_FEED, _DOT = 0x0A, 0x2E
_KELVIN, _SMALL_K = 0x212A, 0x6B
_LONGEST_ABBREVIATION = 8
#: How far back the word before a dot is looked for.
_LONGEST_CHUNK = 40


@kernel
def class_of(text, at, pages, classes):
    """The classes of a code point. The first page is always there, in the first row."""
    code = text[at]
    if code < 256:
        return np.int64(classes[0, code])
    return np.int64(classes[pages[code >> np.uint32(8)], code & np.uint32(255)])


@kernel
def first_of(text, at, end, wanted, pages, classes):
    """The first place before `end` with a code point of one of these classes, else `end`; `at` is not behind it."""
    while at < end and not class_of(text, at, pages, classes) & wanted:
        at += 1
    return at


@kernel
def is_joiner(code):
    """Whether this is a joiner of no width."""
    return code in (0x200C, 0x200D)


@kernel
def can_cut(text, at, low, high, pages, classes):
    """Whether a line may be cut before this code point without tearing a word or a letter from its marks."""
    if at <= low or at >= high:
        return True
    after = class_of(text, at, pages, classes)
    if after & TAIL or is_joiner(text[at - 1]):
        return False
    before = class_of(text, at - 1, pages, classes)
    return (before | after) & (SPACE | UNSPACED) != 0


@kernel
def holds(words, key):
    """Whether this key is among some dozens."""
    for word in words:
        if word == key:
            return True
    return False


@kernel
def lower_key(text, start, end):
    """The letters of a word in small letters, 8 bits each; 0 for what has others than ASCII ones, or too many."""
    if end - start > _LONGEST_ABBREVIATION or end <= start:
        return np.uint64(0)
    key = np.uint64(0)
    for at in range(start, end):
        code = np.int64(text[at])
        if 0x41 <= code <= 0x5A:
            code += 0x20
        elif code == _KELVIN:
            code = _SMALL_K
        elif code < 0x61 or code > 0x7A:
            return np.uint64(0)
        key = (key << np.uint64(8)) | np.uint64(code)
    return key


@kernel
def is_dotted_letters(text, start, end, pages, classes):
    """Whether a word is one or two letters, a dot, one or two letters, and so on: `U.S`, `Ph.D`."""
    letters = 0
    dots = 0
    for at in range(start, end):
        if text[at] == _DOT:
            if letters == 0:
                return False
            letters = 0
            dots += 1
        elif class_of(text, at, pages, classes) & LETTER and letters < 2:
            letters += 1
        else:
            return False
    return dots > 0 and letters > 0


@kernel
def is_end(text, begins, mark, stops, end, pages, classes, capitalised, any_case, before_a_number):
    """Whether the sentence that begins at `begins` ends with the marks from `mark` to `stops`."""
    following = stops
    while following < end and class_of(text, following, pages, classes) & SPACE:
        following += 1
    after = class_of(text, following, pages, classes)
    if after & SMALL:
        return False
    if text[mark] != _DOT or text[mark + 1] == _DOT:
        return True
    low = max(begins, mark - _LONGEST_CHUNK)
    high = mark
    if high > low and text[high - 1] == _LINE_FEED:
        high -= 1
    start = high
    while start > low and not class_of(text, start - 1, pages, classes) & SPACE:
        start -= 1
    if start == high:
        return True
    is_first = start == begins
    while start < high and class_of(text, start, pages, classes) & OPENING:
        start += 1
    key = lower_key(text, start, high)
    if key and holds(before_a_number, key):
        return not after & DIGIT
    if start == high:
        return True
    first = class_of(text, start, pages, classes)
    if high - start == 1 and first & CAPITAL:
        return False
    if key and (holds(any_case, key) or (text[start] < 0x5B and holds(capitalised, key))):
        return False
    if is_first:
        digits = start
        while digits < high and class_of(text, digits, pages, classes) & DIGIT:
            digits += 1
        if digits == high:
            return False
    return not is_dotted_letters(text, start, high, pages, classes)


@kernel
def split_sentences(
    text, start, end, enough, pages, classes, capitalised, any_case, before_a_number, sentence_starts, sentence_ends
):
    """Spans of the sentences between two places; returns how many. Those that begin behind `enough` may be missing."""
    found = 0
    begins = start
    at = start
    while begins <= enough:
        at = first_of(text, at, end, SPACED_END | UNSPACED_END, pages, classes)
        if at == end:
            break
        mark = at
        kind = class_of(text, at, pages, classes)
        if kind & SPACED_END:
            while at < end and class_of(text, at, pages, classes) & SPACED_END:
                at += 1
        else:
            while at < end and class_of(text, at, pages, classes) & UNSPACED_END:
                at += 1
        stops = at
        while stops < end and class_of(text, stops, pages, classes) & CLOSING:
            stops += 1
        if kind & SPACED_END and (stops >= end or not class_of(text, stops, pages, classes) & SPACE):
            continue
        at = stops
        if stops < end and not is_end(
            text, begins, mark, stops, end, pages, classes, capitalised, any_case, before_a_number
        ):
            continue
        sentence_starts[found] = begins
        sentence_ends[found] = stops
        found += 1
        begins = stops
        while begins < end and class_of(text, begins, pages, classes) & SPACE:
            begins += 1
    if begins < end and begins <= enough:
        stops = end
        while stops > begins and class_of(text, stops - 1, pages, classes) & SPACE:
            stops -= 1
        if stops > begins:
            sentence_starts[found] = begins
            sentence_ends[found] = stops
            found += 1
    return found
