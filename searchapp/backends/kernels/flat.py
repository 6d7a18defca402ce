"""Answers a question that is one row of leaves, joined by OR or by AND, and narrowed: the shape of nearly all of them.

Windows of documents go by, over all segments. A question that nothing narrows adds scores up straight away: since
everything is counted, everything is read, and leaving out of it what cannot be a hit costs more than it saves. All
others first make bits of who matches, and then score these; in order of days nobody is scored but the hits. A word
alone, whose articles are counted already, reads only blocks that can hold a hit (Turtle and Flood 1995).

`question` is int64: `HEAD` numbers, then for each segment where its part begins (0 where nothing can match). A part
has `PART` numbers, then addresses of bitsets that must hold the matches, of those that must not, pairs of days, and
its leaves, those to leave out last (`flat_leaves.py`). The room's `PLACES` say where in `question` these are, and
behind them once more where the leaves are, the smallest first.

The room's `STATE` is where to go on: segment, first document, matches so far, hits so far, and 1 when all is done.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, inlined, kernel
from searchapp.backends.kernels.best import RELEVANCE
from searchapp.backends.kernels.flat_asking import best_of_leaf, look_up, score_asked
from searchapp.backends.kernels.flat_collecting import (
    ALL,
    ANY,
    BUDGET,
    FLAT_WINDOW,
    HEAD,
    HITS,
    JOIN,
    K1,
    KNOWN,
    LEAVES,
    LEFT_OUT,
    MATCHED,
    ORDER,
    OTHER_VALUES,
    PART,
    RANGES,
    SEGMENTS,
    TABLE,
    TITLE_SCALE,
    VALUES,
    collect_scores,
    keep_days,
    offer_bits,
)
from searchapp.backends.kernels.flat_leaves import (
    CURSOR,
    LEAF_FIELDS,
    READER,
    SIZE,
    TERM_COUNT,
    add_scores,
    first_ahead,
    place_cursors,
    set_bits,
)
from searchapp.backends.kernels.memory import float32s, float_of, int64s, uint64s
from searchapp.backends.kernels.tables import (
    BASE,
    BITS,
    DELETED,
    DOCUMENTS,
    FOUND_BITS,
    HITS_DOCS,
    HITS_SCORES,
    LIVE,
    PLACES,
    SCORES,
    SEGMENT_FIELDS,
    STATE,
)

SEGMENT, START, MATCHES, FILLED, DONE = range(5)
STATE_FIELDS = 5
#: Where only blocks of promise are read, more documents at a time.
KNOWN_WINDOW = 64 * FLAT_WINDOW
#: What a window costs beside its postings, in postings.
_WINDOW_COST = FLAT_WINDOW >> 3
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def lay_out(question, part, places_at):
    """Finds the leaves of a part, gives them cursors, and sorts them by size."""
    fields = int64s(question)
    places = int64s(places_at)
    count = fields[part + LEAVES]
    both = count + fields[part + LEFT_OUT]
    at = part + PART + fields[part + VALUES] + fields[part + OTHER_VALUES] + 2 * fields[part + RANGES]
    terms = np.int64(0)
    for leaf in range(both):
        places[leaf] = at
        fields[at + CURSOR] = terms
        terms += fields[at + TERM_COUNT]
        at += LEAF_FIELDS + fields[at + TERM_COUNT]
    for leaf in range(both):
        fields[places[leaf] + READER] = terms + leaf
    for leaf in range(count):
        spot = both + leaf
        while spot > both and fields[places[spot - 1] + SIZE] > fields[places[leaf] + SIZE]:
            places[spot] = places[spot - 1]
            spot -= 1
        places[spot] = places[leaf]


@kernel
def next_window(question, part, start, segment, room):
    """Start of the first window from `start` on that can hold a match."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    count = fields[part + LEAVES]
    if fields[JOIN] == ALL:
        nearest = first_ahead(question, places[count + fields[part + LEFT_OUT]], segment, room)
    else:
        nearest = np.int64(1) << 40
        for leaf in range(count):
            nearest = min(nearest, first_ahead(question, places[leaf], segment, room))
    return max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)


@inlined
def is_empty(bits, held):
    for word in range(held):
        if bits[word] != _ZERO:
            return False
    return True


@kernel
def match_window(question, part, start, end, segment, room):
    """Sets in `BITS` the bits of all matches in [start, end); returns how many postings were read."""
    fields = int64s(question)
    row = int64s(room)
    columns = int64s(segment)
    places = int64s(row[PLACES])
    bits = uint64s(row[BITS])
    found = uint64s(row[FOUND_BITS])
    live = uint64s(columns[LIVE])
    held = (end - start + 63) >> 6
    here = start >> 6
    count = fields[part + LEAVES]
    both = count + fields[part + LEFT_OUT]
    read = np.int64(0)
    if count == 0:
        for word in range(held):
            bits[word] = live[here + word]
    elif fields[JOIN] == ANY:
        for leaf in range(count):
            read += set_bits(question, places[leaf], start, end, segment, room, row[BITS])
    else:
        read += set_bits(question, places[both], start, end, segment, room, row[BITS])
    if columns[DELETED]:
        for word in range(held):
            bits[word] &= live[here + word]
    at = part + PART
    for i in range(fields[part + VALUES]):
        kept = uint64s(fields[at + i])
        for word in range(held):
            bits[word] &= kept[here + word]
    at += fields[part + VALUES]
    for i in range(fields[part + OTHER_VALUES]):
        gone = uint64s(fields[at + i])
        for word in range(held):
            bits[word] &= ~gone[here + word]
    at += fields[part + OTHER_VALUES]
    for i in range(fields[part + RANGES]):
        keep_days(row[BITS], start, end, segment, fields[at + 2 * i], fields[at + 2 * i + 1])
    # Behind the smallest leaf and the sets, the others are asked about what is left.
    first = both + 1 if fields[JOIN] == ALL else both + count
    for leaf in range(first, both + count):
        if is_empty(bits, held):
            return read
        read += look_up(question, places[leaf], start, end, segment, room, row[BITS], row[FOUND_BITS])
        for word in range(held):
            bits[word] = found[word]
            found[word] = _ZERO
    for leaf in range(count, both):
        if is_empty(bits, held):
            return read
        read += look_up(question, places[leaf], start, end, segment, room, row[BITS], row[FOUND_BITS])
        for word in range(held):
            bits[word] &= ~found[word]
            found[word] = _ZERO
    return read


@kernel
def score_bits(question, part, start, end, segment, room):
    """Adds up the scores of the documents of `BITS`."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    for leaf in range(fields[part + LEAVES]):
        score_asked(
            question, places[leaf], start, end, segment, room, float_of(fields[K1]), float_of(fields[TITLE_SCALE]),
            int64s(room)[BITS],
        )  # fmt: skip


@kernel
def run_scores(question, part, start, budget, segment, room, filled):
    """Windows of one segment, of a question that nothing narrows; returns (next start, matches, filled, budget)."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    documents = int64s(segment)[DOCUMENTS]
    k1 = float_of(fields[K1])
    title_scale = float_of(fields[TITLE_SCALE])
    matches = np.int64(0)
    while budget > 0:
        start = next_window(question, part, start, segment, room)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        for leaf in range(fields[part + LEAVES]):
            budget -= add_scores(question, places[leaf], start, end, segment, room, k1, title_scale)
        found, filled = collect_scores(question, part, start, end, segment, room, filled)
        matches += found
        budget -= _WINDOW_COST
        start = end
    return start, matches, filled, budget


@kernel
def run_known(question, part, start, budget, segment, room, filled):
    """A leaf of which it is known how many documents it has; returns (next start, filled, budget)."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    documents = int64s(segment)[DOCUMENTS]
    while budget > 0 and start < documents:
        end = min(start + KNOWN_WINDOW, documents)
        filled, read = best_of_leaf(
            question, places[0], end, end == documents, segment, room, float_of(fields[K1]),
            float_of(fields[TITLE_SCALE]), fields[HITS], filled,
        )  # fmt: skip
        budget -= read + _WINDOW_COST
        start = end
    return start, filled, budget


@kernel
def run_bits(question, part, start, budget, segment, room, filled):
    """Windows of one segment; returns (next start, matches, filled, budget)."""
    fields = int64s(question)
    bits = uint64s(int64s(room)[BITS])
    documents = int64s(segment)[DOCUMENTS]
    has_set = fields[part + MATCHED] != 0
    matched = uint64s(fields[part + MATCHED])
    size = fields[HITS]
    matches = np.int64(0)
    while budget > 0:
        if fields[part + LEAVES]:
            start = next_window(question, part, start, segment, room)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        held = (end - start + 63) >> 6
        budget -= match_window(question, part, start, end, segment, room) + _WINDOW_COST
        total = np.int64(0)
        for word in range(held):
            total += count_bits(bits[word])
        matches += total
        if has_set:
            for word in range(held):
                matched[(start >> 6) + word] = bits[word]
        if total and size:
            if fields[ORDER] == RELEVANCE:
                budget -= total
                score_bits(question, part, start, end, segment, room)
            filled = offer_bits(start, end, segment, room, size, filled, fields[ORDER])
        else:
            for word in range(held):
                bits[word] = _ZERO
        start = end
    return start, matches, filled, budget


@kernel
def score_hits(question, part, segment, room, filled):
    """Scores of the hits that lie in one segment."""
    fields = int64s(question)
    row = int64s(room)
    columns = int64s(segment)
    places = int64s(row[PLACES])
    docs = int64s(row[HITS_DOCS])
    scores = float32s(row[SCORES])
    bits = uint64s(row[BITS])
    lay_out(question, part, row[PLACES])
    for hit in range(filled):
        doc = docs[hit] - columns[BASE]
        if doc < 0 or doc >= columns[DOCUMENTS]:
            continue
        start = doc // FLAT_WINDOW * FLAT_WINDOW
        end = min(start + FLAT_WINDOW, columns[DOCUMENTS])
        slot = doc - start
        for leaf in range(fields[part + LEAVES]):
            place_cursors(question, places[leaf], start, segment, room)
        bits[slot >> 6] = _ONE << np.uint64(slot & 63)
        score_bits(question, part, start, end, segment, room)
        float32s(row[HITS_SCORES])[hit] = scores[slot]
        scores[slot] = 0
        bits[slot >> 6] = _ZERO


@kernel
def search_flat(question, room):
    """Goes on with a question until its budget of postings is used up, or all is done."""
    fields = int64s(question)
    row = int64s(room)
    state = int64s(row[STATE])
    places = int64s(row[PLACES])
    filled = state[FILLED]
    budget = fields[BUDGET]
    number = state[SEGMENT]
    start = state[START]
    while number < fields[SEGMENTS] and budget > 0:
        part = fields[HEAD + number]
        segment = fields[TABLE] + 8 * SEGMENT_FIELDS * number
        if part:
            lay_out(question, part, row[PLACES])
            count = fields[part + LEAVES]
            for leaf in range(count + fields[part + LEFT_OUT]):
                place_cursors(question, places[leaf], start, segment, room)
            narrowing = fields[part + LEFT_OUT] + fields[part + VALUES] + fields[part + OTHER_VALUES]
            is_row = narrowing + fields[part + RANGES] == 0 and (count == 1 or fields[JOIN] == ANY) and count > 0
            matches = np.int64(0)
            if fields[part + KNOWN]:
                start, filled, budget = run_known(question, part, start, budget, segment, room, filled)
            elif is_row and fields[ORDER] == RELEVANCE and fields[HITS] > 0:
                start, matches, filled, budget = run_scores(question, part, start, budget, segment, room, filled)
            else:
                start, matches, filled, budget = run_bits(question, part, start, budget, segment, room, filled)
            state[MATCHES] += matches
            if start < int64s(segment)[DOCUMENTS]:
                break
        number += 1
        start = np.int64(0)
    state[SEGMENT] = number
    state[START] = start
    state[FILLED] = filled
    if number == fields[SEGMENTS] and state[DONE] == 0:
        state[DONE] = 1
        if fields[ORDER] != RELEVANCE:
            for number in range(fields[SEGMENTS]):
                if fields[HEAD + number]:
                    segment = fields[TABLE] + 8 * SEGMENT_FIELDS * number
                    score_hits(question, fields[HEAD + number], segment, room, filled)
