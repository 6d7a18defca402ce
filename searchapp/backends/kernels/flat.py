"""Answers a question that is one row of leaves, joined by OR or by AND, and narrowed: the shape of nearly all of them.

Windows of documents go by, over all segments. A question that nothing narrows adds scores up straight away: since
everything is counted, everything is read, and leaving out of it what cannot be a hit costs more than it saves. All
others first make bits of who matches, and then score these; in order of days nobody is scored but the hits. A word
alone, whose articles are counted already, reads only blocks that can hold a hit (Turtle and Flood 1995).

`question` is int64: HEAD numbers; for each clause where its leaves lie and what it weighs; where those of each clause
to leave out lie; pairs of days; then for each segment addresses of bitsets that must hold the matches, of those that
must not, and where there are sets of one that takes them. The leaves of a clause are int64 as well: for each segment
where its leaf begins, then the leaves (`flat_leaves.py`) without their first fields.

When a segment begins, its leaves are copied to the room's `LEAF_NUMBERS`. The room's `PLACES` have their addresses,
and behind them once more those that are not left out, the smallest first.

The room's `STATE` is where to go on: segment, first document, matches so far, hits so far.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, inlined, kernel
from searchapp.backends.kernels.best import RELEVANCE, write_ids
from searchapp.backends.kernels.flat_asking import best_of_leaf, look_up, score_asked
from searchapp.backends.kernels.flat_collecting import (
    ALL,
    ANY,
    BUDGET,
    FLAT_WINDOW,
    HAS_SETS,
    HEAD,
    HITS,
    JOIN,
    K1,
    KNOWN,
    LEAVES,
    LEFT_OUT,
    ORDER,
    OTHER_VALUES,
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
    FIRST_GIVEN,
    LEAF_FIELDS,
    READER,
    SHARES,
    SIZE,
    TERM_COUNT,
    WEIGHT,
    add_scores,
    add_shared_scores,
    first_ahead,
    place_cursors,
    set_bits,
)
from searchapp.backends.kernels.memory import float32s, float_of, int64s, uint64s
from searchapp.backends.kernels.tables import (
    ALLOWED_BITS,
    BASE,
    BITS,
    DOCUMENTS,
    FOUND_BITS,
    HITS_DOCS,
    HITS_SCORES,
    LEAF_NUMBERS,
    LIVE,
    PLACES,
    SCORES,
    SEGMENT_FIELDS,
    STATE,
)

SEGMENT, START, MATCHES, FILLED = range(4)
STATE_FIELDS = 4
#: Where only blocks of promise are read, more documents at a time.
KNOWN_WINDOW = 64 * FLAT_WINDOW
#: What a window costs beside its postings, in postings.
_WINDOW_COST = FLAT_WINDOW >> 3
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def lay_out(question, number, room):
    """Copies the leaves of a segment, and sorts them by size; returns how many there are, how many are left out, and
    whether anything can match."""
    fields = int64s(question)
    row = int64s(room)
    places = int64s(row[PLACES])
    clauses = fields[LEAVES]
    both = clauses + fields[LEFT_OUT]
    at = row[LEAF_NUMBERS]
    count = np.int64(0)
    held = np.int64(0)
    terms = np.int64(0)
    for clause in range(both):
        is_left_out = clause >= clauses
        source = fields[HEAD + 2 * clause]
        if is_left_out:
            source = fields[HEAD + clauses + clause]
        given = int64s(source + 8 * int64s(source)[number])
        if given[0] == 0:
            if not is_left_out and fields[JOIN] == ALL:
                return np.int64(0), np.int64(0), False
            continue
        leaf = int64s(at)
        size = LEAF_FIELDS + given[TERM_COUNT - FIRST_GIVEN]
        for i in range(FIRST_GIVEN, size):
            leaf[i] = given[i - FIRST_GIVEN]
        leaf[WEIGHT] = np.int64(0) if is_left_out else fields[HEAD + 2 * clause + 1]
        leaf[CURSOR] = terms
        terms += leaf[TERM_COUNT]
        places[held] = at
        held += 1
        if not is_left_out:
            count += 1
        at += 8 * size
    for leaf in range(held):
        int64s(places[leaf])[READER] = terms + leaf
    for leaf in range(count):
        spot = held + leaf
        while spot > held and int64s(places[spot - 1])[SIZE] > int64s(places[leaf])[SIZE]:
            places[spot] = places[spot - 1]
            spot -= 1
        places[spot] = places[leaf]
    return count, held - count, count > 0 or clauses == 0


@inlined
def sets_of(question, number):
    """Where in a question the bitsets of a segment begin."""
    fields = int64s(question)
    width = fields[VALUES] + fields[OTHER_VALUES] + fields[HAS_SETS]
    return HEAD + 2 * fields[LEAVES] + fields[LEFT_OUT] + 2 * fields[RANGES] + number * width


@inlined
def matched_of(question, number):
    """Where the bitset lies that takes a segment's matches; 0 where nobody wants them."""
    fields = int64s(question)
    if fields[HAS_SETS] == 0:
        return np.int64(0)
    return fields[sets_of(question, number) + fields[VALUES] + fields[OTHER_VALUES]]


@kernel
def next_window(join, count, left_out, start, segment, room):
    """Start of the first window from `start` on that can hold a match."""
    places = int64s(int64s(room)[PLACES])
    if join == ALL:
        nearest = first_ahead(places[count + left_out], segment, room)
    else:
        nearest = np.int64(1) << 40
        for leaf in range(count):
            nearest = min(nearest, first_ahead(places[leaf], segment, room))
    return max(start, nearest // FLAT_WINDOW * FLAT_WINDOW)


@inlined
def is_empty(bits, held):
    for word in range(held):
        if bits[word] != _ZERO:
            return False
    return True


@kernel
def match_window(question, number, count, left_out, start, end, segment, room):
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
    both = count + left_out
    read = np.int64(0)
    allowed = uint64s(row[ALLOWED_BITS])
    for word in range(held):
        allowed[word] = live[here + word]
    at = sets_of(question, number)
    for i in range(fields[VALUES]):
        kept = uint64s(fields[at + i])
        for word in range(held):
            allowed[word] &= kept[here + word]
    at += fields[VALUES]
    for i in range(fields[OTHER_VALUES]):
        gone = uint64s(fields[at + i])
        for word in range(held):
            allowed[word] &= ~gone[here + word]
    at = HEAD + 2 * fields[LEAVES] + fields[LEFT_OUT]
    for i in range(fields[RANGES]):
        keep_days(row[ALLOWED_BITS], start, end, segment, fields[at + 2 * i], fields[at + 2 * i + 1])
    if is_empty(allowed, held):
        return read
    if count == 0:
        for word in range(held):
            bits[word] = allowed[word]
    else:
        # All leaves of an OR; of an AND the smallest.
        for leaf in range(count if fields[JOIN] == ANY else 1):
            read += set_bits(places[both + leaf], start, end, segment, room, row[BITS])
        for word in range(held):
            bits[word] &= allowed[word]
    # Behind the smallest leaf and the sets, the others are asked about what is left.
    first = both + 1 if fields[JOIN] == ALL else both + count
    for leaf in range(first, both + count):
        if is_empty(bits, held):
            return read
        read += look_up(places[leaf], start, end, segment, room, row[BITS], row[FOUND_BITS])
        for word in range(held):
            bits[word] = found[word]
            found[word] = _ZERO
    for leaf in range(count, both):
        if is_empty(bits, held):
            return read
        read += look_up(places[leaf], start, end, segment, room, row[BITS], row[FOUND_BITS])
        for word in range(held):
            bits[word] &= ~found[word]
            found[word] = _ZERO
    return read


@kernel
def score_bits(question, count, start, end, segment, room):
    """Adds up the scores of the documents of `BITS`."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    for leaf in range(count):
        score_asked(
            places[leaf], start, end, segment, room, float_of(fields[K1]), float_of(fields[TITLE_SCALE]),
            int64s(room)[BITS],
        )  # fmt: skip


@kernel
def run_scores(question, number, count, start, budget, segment, room, filled):
    """Windows of one segment, of a question that nothing narrows; returns (next start, matches, filled, budget)."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    documents = int64s(segment)[DOCUMENTS]
    k1 = float_of(fields[K1])
    title_scale = float_of(fields[TITLE_SCALE])
    matched = matched_of(question, number)
    matches = np.int64(0)
    while budget > 0:
        start = next_window(ANY, count, 0, start, segment, room)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        for leaf in range(count):
            if int64s(places[leaf])[SHARES]:
                budget -= add_shared_scores(places[leaf], start, end, segment, room, k1, title_scale)
            else:
                budget -= add_scores(places[leaf], start, end, segment, room, k1, title_scale)
        found, filled = collect_scores(start, end, segment, room, fields[HITS], filled, matched)
        matches += found
        budget -= _WINDOW_COST
        start = end
    return start, matches, filled, budget


@kernel
def run_known(question, start, budget, segment, room, filled):
    """A leaf of which it is known how many documents it has; returns (next start, filled, budget)."""
    fields = int64s(question)
    places = int64s(int64s(room)[PLACES])
    documents = int64s(segment)[DOCUMENTS]
    while budget > 0 and start < documents:
        end = min(start + KNOWN_WINDOW, documents)
        filled, read = best_of_leaf(
            places[0], end, end == documents, segment, room, float_of(fields[K1]), float_of(fields[TITLE_SCALE]),
            fields[HITS], filled,
        )  # fmt: skip
        budget -= read + _WINDOW_COST
        start = end
    return start, filled, budget


@kernel
def run_bits(question, number, count, left_out, start, budget, segment, room, filled):
    """Windows of one segment; returns (next start, matches, filled, budget)."""
    fields = int64s(question)
    bits = uint64s(int64s(room)[BITS])
    documents = int64s(segment)[DOCUMENTS]
    has_sets = fields[HAS_SETS] != 0
    matched = uint64s(matched_of(question, number))
    size = fields[HITS]
    matches = np.int64(0)
    while budget > 0:
        if count:
            start = next_window(fields[JOIN], count, left_out, start, segment, room)
        if start >= documents:
            return documents, matches, filled, budget
        end = min(start + FLAT_WINDOW, documents)
        held = (end - start + 63) >> 6
        budget -= match_window(question, number, count, left_out, start, end, segment, room) + _WINDOW_COST
        total = np.int64(0)
        for word in range(held):
            total += count_bits(bits[word])
        matches += total
        if has_sets:
            for word in range(held):
                matched[(start >> 6) + word] = bits[word]
        if total and size:
            if fields[ORDER] == RELEVANCE:
                budget -= total
                score_bits(question, count, start, end, segment, room)
            filled = offer_bits(start, end, segment, room, size, filled, fields[ORDER])
        else:
            for word in range(held):
                bits[word] = _ZERO
        start = end
    return start, matches, filled, budget


@kernel
def score_hits(question, number, segment, room, filled):
    """Scores of the hits that lie in one segment."""
    row = int64s(room)
    columns = int64s(segment)
    places = int64s(row[PLACES])
    docs = int64s(row[HITS_DOCS])
    scores = float32s(row[SCORES])
    bits = uint64s(row[BITS])
    count, _, _ = lay_out(question, number, room)
    for hit in range(filled):
        doc = docs[hit] - columns[BASE]
        if doc < 0 or doc >= columns[DOCUMENTS]:
            continue
        start = doc // FLAT_WINDOW * FLAT_WINDOW
        end = min(start + FLAT_WINDOW, columns[DOCUMENTS])
        slot = doc - start
        for leaf in range(count):
            place_cursors(places[leaf], start, segment, room)
        bits[slot >> 6] = _ONE << np.uint64(slot & 63)
        score_bits(question, count, start, end, segment, room)
        float32s(row[HITS_SCORES])[hit] = scores[slot]
        scores[slot] = 0
        bits[slot >> 6] = _ZERO


@kernel
def search_flat(question, room, is_first):
    """Begins with a question or goes on, until its budget of postings is used up; returns whether all is done."""
    fields = int64s(question)
    row = int64s(room)
    state = int64s(row[STATE])
    for i in range(STATE_FIELDS if is_first else 0):
        state[i] = 0
    places = int64s(row[PLACES])
    filled = state[FILLED]
    budget = fields[BUDGET]
    number = state[SEGMENT]
    start = state[START]
    narrowing = fields[LEFT_OUT] + fields[VALUES] + fields[OTHER_VALUES] + fields[RANGES]
    while number < fields[SEGMENTS] and budget > 0:
        segment = fields[TABLE] + 8 * SEGMENT_FIELDS * number
        count, left_out, matching = lay_out(question, number, room)
        if matching:
            for leaf in range(count + left_out):
                place_cursors(places[leaf], start, segment, room)
            is_row = narrowing == 0 and (count == 1 or fields[JOIN] == ANY) and count > 0
            matches = np.int64(0)
            if fields[KNOWN] and int64s(places[0])[SHARES] == 0:
                start, filled, budget = run_known(question, start, budget, segment, room, filled)
            elif is_row and fields[ORDER] == RELEVANCE and fields[HITS] > 0:
                start, matches, filled, budget = run_scores(
                    question, number, count, start, budget, segment, room, filled
                )
            else:
                start, matches, filled, budget = run_bits(
                    question, number, count, left_out, start, budget, segment, room, filled
                )
            state[MATCHES] += matches
            if start < int64s(segment)[DOCUMENTS]:
                break
        number += 1
        start = np.int64(0)
    state[SEGMENT] = number
    state[START] = start
    state[FILLED] = filled
    is_done = number == fields[SEGMENTS]
    if is_done and fields[ORDER] != RELEVANCE:
        for number in range(fields[SEGMENTS]):
            score_hits(question, number, fields[TABLE] + 8 * SEGMENT_FIELDS * number, room, filled)
    write_ids(room, filled)
    return is_done
