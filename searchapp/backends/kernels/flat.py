"""Answers a question that is one row of leaves, joined by OR or by AND, and narrowed: the shape of nearly all of them.

Windows of documents go by, over all segments. A question that nothing narrows adds scores up straight away. All others
first make bits of who matches, and then score these alone; in order of days nobody is scored but the hits.

`question` is int64: `HEAD` numbers, then for each segment where its part begins (0 where nothing can match). A part
has `PART` numbers, then its leaves and left-out leaves (`LEAF_FIELDS` each, `flat_leaves.py`), the leaves by size
(places in `question`), addresses of bitsets that must hold the matches, of those that must not, and pairs of days.
`state` is where to go on: segment, first document, matches so far, hits so far, and 1 when all is done.
`room` has the addresses of one thread's arrays.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK
from searchapp.backends.kernels.best import RELEVANCE
from searchapp.backends.kernels.flat_asking import look_up, score_asked, set_bits
from searchapp.backends.kernels.flat_collecting import collect_bits, collect_scores, is_empty, keep_days
from searchapp.backends.kernels.flat_leaves import (
    LEAF_FIELDS,
    add_scores,
    best_of_leaf,
    first_ahead,
    highest_score,
    place_cursors,
)
from searchapp.backends.kernels.memory import array_at, float_of
from searchapp.backends.kernels.tables import (
    BASE,
    DELETED,
    DOCUMENTS,
    FACTOR,
    FIRST_DAY,
    LAST_DAY,
    LIVE,
    SEGMENT_FIELDS,
    columns_of,
    text_of,
)

ANY, ALL = range(2)
JOIN, ORDER, HITS, K1, TITLE_SCALE, SEGMENTS, TABLE, BUDGET = range(8)
HEAD = 8
LEAVES, LEFT_OUT, ROWS, OTHER_ROWS, RANGES, MATCHED, KNOWN = range(7)
PART = 7
SEGMENT, START, MATCHES, FILLED, DONE = range(5)
FLAT_WINDOW = 4096
FLAT_WORDS = FLAT_WINDOW // 64
#: Where only blocks of promise are read, more documents at a time.
KNOWN_WINDOW = 64 * FLAT_WINDOW
(
    ROOM_SCORES, ROOM_BITS, ROOM_BEST, ROOM_CURSORS, ROOM_TERMS, ROOM_READERS
) = (0, 1, 2, 8, 19, 20)  # fmt: skip
ROOM = 21

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def best_of(room, size):
    """The arrays of the best documents, as `best.py` lists them."""
    return (
        array_at(room[ROOM_BEST], size, np.float64),
        array_at(room[ROOM_BEST + 1], size, np.int64),
        array_at(room[ROOM_BEST + 2], size, np.int64),
        array_at(room[ROOM_BEST + 3], size, np.float32),
        array_at(room[ROOM_BEST + 4], size, np.uint64),
        array_at(room[ROOM_BEST + 5], size, np.uint64),
    )


@kernel
def cursors_of(room):
    terms = room[ROOM_TERMS]
    first = ROOM_CURSORS
    return (
        array_at(room[first], terms + room[ROOM_READERS], np.int64),
        array_at(room[first + 1], terms, np.int64),
        array_at(room[first + 2], terms, np.int64),
        array_at(room[first + 3], terms * BLOCK, np.int32),
        array_at(room[first + 4], terms * BLOCK, np.float32),
        array_at(room[first + 5], terms, np.int64),
        array_at(room[first + 6], BLOCK, np.uint32),
        array_at(room[first + 7], BLOCK, np.uint32),
        array_at(room[first + 8], BLOCK, np.uint32),
        array_at(room[first + 9], BLOCK, np.int32),
        array_at(room[first + 10], BLOCK, np.float32),
    )


@kernel
def match_window(question, part, start, end, text, segment, cursors, bits, found):
    """Sets the bits of all matches in [start, end); returns how many postings were read."""
    held = (end - start + 63) >> 6
    row = start >> 6
    leaves = part + PART
    count = question[part + LEAVES]
    sizes = leaves + (count + question[part + LEFT_OUT]) * LEAF_FIELDS
    rows = sizes + count
    documents = segment[DOCUMENTS]
    words = (documents + 63) >> 6
    read = np.int64(0)
    if count == 0:
        live = array_at(segment[LIVE], words, np.uint64)
        bits[:held] = live[row : row + held]
    elif question[JOIN] == ANY:
        for leaf in range(count):
            read += set_bits(question, leaves + leaf * LEAF_FIELDS, start, end, text, cursors, bits)
    else:
        read += set_bits(question, question[sizes], start, end, text, cursors, bits)
        for leaf in range(1, count):
            if is_empty(bits, held):
                return read
            read += look_up(question, question[sizes + leaf], start, end, text, cursors, bits, found)
            for word in range(held):
                bits[word] = found[word]
                found[word] = _ZERO
    if segment[DELETED]:
        live = array_at(segment[LIVE], words, np.uint64)
        for word in range(held):
            bits[word] &= live[row + word]
    for i in range(question[part + ROWS]):
        kept = array_at(question[rows + i], words, np.uint64)
        for word in range(held):
            bits[word] &= kept[row + word]
    rows += question[part + ROWS]
    for i in range(question[part + OTHER_ROWS]):
        gone = array_at(question[rows + i], words, np.uint64)
        for word in range(held):
            bits[word] &= ~gone[row + word]
    days = rows + question[part + OTHER_ROWS]
    for i in range(question[part + RANGES]):
        keep_days(
            bits, start, end, array_at(segment[FIRST_DAY], documents, np.int32),
            array_at(segment[LAST_DAY], documents, np.int32), question[days + 2 * i], question[days + 2 * i + 1],
        )  # fmt: skip
    for leaf in range(count, count + question[part + LEFT_OUT]):
        if is_empty(bits, held):
            return read
        read += look_up(question, leaves + leaf * LEAF_FIELDS, start, end, text, cursors, bits, found)
        for word in range(held):
            bits[word] &= ~found[word]
            found[word] = _ZERO
    return read


@kernel
def next_window(question, part, start, text, cursors):
    """Start of the first window from `start` on that can hold a match."""
    if question[JOIN] == ALL:
        sizes = part + PART + (question[part + LEAVES] + question[part + LEFT_OUT]) * LEAF_FIELDS
        nearest = first_ahead(question, question[sizes], text, cursors)
        return max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)
    nearest = np.int64(1) << 40
    for leaf in range(question[part + LEAVES]):
        nearest = min(nearest, first_ahead(question, part + PART + leaf * LEAF_FIELDS, text, cursors))
    return max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)


@kernel
def run_scores(question, part, start, budget, text, segment, cursors, scores, best, filled):
    """Windows of one segment, of a question that nothing narrows; returns (next start, matches, filled, budget)."""
    documents = segment[DOCUMENTS]
    words = (documents + 63) >> 6
    columns = columns_of(segment)
    k1 = np.float32(float_of(question[K1]))
    title_scale = np.float32(float_of(question[TITLE_SCALE]))
    factor = np.float32(float_of(segment[FACTOR]))
    live = array_at(segment[LIVE], words if segment[DELETED] else 0, np.uint64)
    matched = array_at(question[part + MATCHED], words if question[part + MATCHED] else 0, np.uint64)
    count = question[part + LEAVES]
    size = len(best[0])
    matches = np.int64(0)
    while budget > 0:
        start = next_window(question, part, start, text, cursors)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        highest = np.float32(0)
        least = np.float32(0)
        if filled == size and (size == 0 or count > 1):
            # Nothing below this can be a hit any more, whatever the other leaves add to it.
            least = np.float32(np.inf)
            if size:
                least = np.float32(best[0][size - 1])
            for leaf in range(count):
                highest += highest_score(question, part + PART + leaf * LEAF_FIELDS, end, text, k1, factor, cursors)
        for leaf in range(count):
            at = part + PART + leaf * LEAF_FIELDS
            enough = np.float32(0)
            if least > 0:
                enough = least - (highest - highest_score(question, at, end, text, k1, factor, cursors))
            budget -= add_scores(question, at, start, end, enough, text, k1, title_scale, factor, cursors, scores)
        found, filled = collect_scores(scores, start, end, live, matched, segment[BASE], best, filled, columns)
        matches += found
        budget -= FLAT_WINDOW >> 3
        start = end
        if end == documents:
            break
    return start, matches, filled, budget


@kernel
def run_known(question, part, start, budget, text, segment, cursors, best, filled):
    """A leaf of which it is known how many documents it has; returns (next start, filled, budget)."""
    documents = segment[DOCUMENTS]
    columns = columns_of(segment)
    live = array_at(segment[LIVE], (documents + 63) >> 6 if segment[DELETED] else 0, np.uint64)
    while budget > 0 and start < documents:
        end = min(start + KNOWN_WINDOW, documents)
        filled, read = best_of_leaf(
            question, part + PART, end, end == documents, live, text, np.float32(float_of(question[K1])),
            np.float32(float_of(question[TITLE_SCALE])), np.float32(float_of(segment[FACTOR])), cursors, best, filled,
            segment[BASE], columns,
        )  # fmt: skip
        budget -= read
        start = end
    return start, filled, budget


@kernel
def run_bits(question, part, start, budget, text, segment, cursors, bits, found, scores, best, filled):
    """Windows of one segment; returns (next start, matches, filled, budget)."""
    documents = segment[DOCUMENTS]
    columns = columns_of(segment)
    k1 = np.float32(float_of(question[K1]))
    title_scale = np.float32(float_of(question[TITLE_SCALE]))
    order = question[ORDER]
    has_set = question[part + MATCHED] != 0
    matched = array_at(question[part + MATCHED], (documents + 63) >> 6 if has_set else 0, np.uint64)
    count = question[part + LEAVES]
    size = len(best[0])
    matches = np.int64(0)
    while budget > 0:
        if count:
            start = next_window(question, part, start, text, cursors)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        held = (end - start + 63) >> 6
        budget -= match_window(question, part, start, end, text, segment, cursors, bits, found)
        budget -= FLAT_WINDOW >> 3
        total = np.int64(0)
        for word in range(held):
            total += count_bits(bits[word])
        if total:
            matches += total
            if has_set:
                row = start >> 6
                for word in range(held):
                    matched[row + word] = bits[word]
            if size:
                if order == RELEVANCE:
                    budget -= total
                    for leaf in range(count):
                        score_asked(
                            question, part + PART + leaf * LEAF_FIELDS, start, end, text, k1, title_scale, cursors,
                            bits, scores,
                        )  # fmt: skip
                filled = collect_bits(bits, scores, start, end, segment[BASE], best, filled, order, columns)
            bits[:held] = _ZERO
        start = end
    return start, matches, filled, budget


@kernel
def score_hits(question, part, text, segment, cursors, bits, scores, best, filled):
    """Scores of the hits that lie in one segment."""
    k1 = np.float32(float_of(question[K1]))
    title_scale = np.float32(float_of(question[TITLE_SCALE]))
    base = segment[BASE]
    documents = segment[DOCUMENTS]
    for hit in range(filled):
        doc = best[2][hit] - base
        if doc < 0 or doc >= documents:
            continue
        start = doc // FLAT_WINDOW * FLAT_WINDOW
        end = min(start + FLAT_WINDOW, documents)
        slot = doc - start
        bits[slot >> 6] = _ONE << np.uint64(slot & 63)
        for leaf in range(question[part + LEAVES]):
            at = part + PART + leaf * LEAF_FIELDS
            place_cursors(question, at, start, text, cursors)
            score_asked(question, at, start, end, text, k1, title_scale, cursors, bits, scores)
        best[3][hit] = scores[slot]
        scores[slot] = 0
        bits[slot >> 6] = _ZERO


@kernel
def search_flat(question, room, state):
    """Goes on with a question until its budget of postings is used up, or all is done."""
    table = array_at(question[TABLE], question[SEGMENTS] * SEGMENT_FIELDS, np.int64)
    best = best_of(room, question[HITS])
    cursors = cursors_of(room)
    scores = array_at(room[ROOM_SCORES], FLAT_WINDOW, np.float32)
    all_bits = array_at(room[ROOM_BITS], 2 * FLAT_WORDS, np.uint64)
    bits = all_bits[:FLAT_WORDS]
    found = all_bits[FLAT_WORDS:]
    filled = state[FILLED]
    budget = question[BUDGET]
    number = state[SEGMENT]
    start = state[START]
    while number < question[SEGMENTS] and budget > 0:
        part = question[HEAD + number]
        segment = table[number * SEGMENT_FIELDS : (number + 1) * SEGMENT_FIELDS]
        if part:
            text = text_of(segment)
            count = question[part + LEAVES]
            for leaf in range(count + question[part + LEFT_OUT]):
                place_cursors(question, part + PART + leaf * LEAF_FIELDS, start, text, cursors)
            matches = np.int64(0)
            is_narrowed = question[part + LEFT_OUT] + question[part + ROWS] + question[part + OTHER_ROWS] > 0
            is_narrowed = is_narrowed or question[part + RANGES] > 0 or count == 0
            if question[part + KNOWN]:
                start, filled, budget = run_known(question, part, start, budget, text, segment, cursors, best, filled)
            elif is_narrowed or question[ORDER] != RELEVANCE or (count > 1 and question[JOIN] == ALL):
                start, matches, filled, budget = run_bits(
                    question, part, start, budget, text, segment, cursors, bits, found, scores, best, filled
                )
            else:
                start, matches, filled, budget = run_scores(
                    question, part, start, budget, text, segment, cursors, scores, best, filled
                )
            state[MATCHES] += matches
            if start < segment[DOCUMENTS]:
                break
        number += 1
        start = np.int64(0)
    state[SEGMENT] = number
    state[START] = start
    state[FILLED] = filled
    if number == question[SEGMENTS] and not state[DONE]:
        state[DONE] = 1
        if question[ORDER] != RELEVANCE:
            for number in range(question[SEGMENTS]):
                segment = table[number * SEGMENT_FIELDS : (number + 1) * SEGMENT_FIELDS]
                if question[HEAD + number]:
                    score_hits(
                        question,
                        question[HEAD + number],
                        text_of(segment),
                        segment,
                        cursors,
                        bits,
                        scores,
                        best,
                        filled,
                    )
