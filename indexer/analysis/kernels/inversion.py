"""Turns occurrences around: from the order of the texts into the order of the terms.

`inversion.py` says what the arrays mean.

An occurrence is packed into 64 bits: where it stands (twice the document's number, one more in the body), then its
position, then its form; so they sort by these as numbers.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel


@kernel
def make_stream(pairs, positions, stops, stream, stream_stops):
    """Write occurrences as a stream (`Occurrences` says how), which has room for two numbers each. What stands for
    nothing is left out, as is a pair that stands twice at one position. Returns the highest position."""
    most = np.int64(0)
    at = 0
    first = 0
    for t in range(len(stops)):
        before = np.int64(-1)
        here = first
        for i in range(first, stops[t]):
            position = np.int64(positions[i])
            if i > first and position != positions[i - 1]:
                here = i
            pair = pairs[i]
            if pair == 0:
                continue
            again = False
            for k in range(here, i):
                if pairs[k] == pair:
                    again = True
            if again:
                continue
            if position != before + 1:
                stream[at] = np.uint32(position - before) << np.uint32(1) | np.uint32(1)
                at += 1
            stream[at] = np.uint32(pair) << np.uint32(1)
            at += 1
            before = position
        most = max(most, before)
        first = stops[t]
        stream_stops[t] = at
    return most


@kernel
def count_pairs(stream, counts):
    """Add up how often each pair stands there; returns nothing, `counts` has it."""
    for i in range(len(stream)):
        if not stream[i] & np.uint32(1):
            counts[stream[i] >> np.uint32(1)] += 1


@kernel
def scatter(stream, codes, stops, term_of_pair, form_of_pair, terms, position_shift, code_shift, cursors, packed):
    """Put every occurrence of a term from terms[0] up to terms[1] behind the others of its term; `cursors` says where,
    by term from terms[0], and moves on."""
    low = np.int64(terms[0])
    high = np.int64(terms[1])
    first = 0
    for t in range(len(codes)):
        code = np.uint64(codes[t]) << code_shift
        position = np.int64(-1)
        step = np.int64(1)
        for i in range(first, stops[t]):
            here = np.int64(stream[i])
            if here & 1:
                step = here >> 1
                continue
            position += step
            step = np.int64(1)
            pair = here >> 1
            term = np.int64(term_of_pair[pair])
            if low <= term < high:
                at = cursors[term - low]
                packed[at] = code | np.uint64(position) << position_shift | np.uint64(form_of_pair[pair])
                cursors[term - low] = at + 1
        first = stops[t]


@kernel
def count_postings(packed, occurrence_start, doc_shift, posting_counts, place_counts):
    """How many documents and different places each term has. Two occurrences at one position come into order."""
    for term in range(len(posting_counts)):
        postings = 0
        places = 0
        doc_before = np.uint64(0xFFFFFFFFFFFFFFFF)
        for i in range(occurrence_start[term], occurrence_start[term + 1]):
            here = packed[i]
            if i > occurrence_start[term]:
                before = packed[i - 1]
                if here <= before:
                    if here == before:
                        continue
                    packed[i - 1] = here
                    packed[i] = before
            places += 1
            doc = here >> doc_shift
            if doc != doc_before:
                postings += 1
                doc_before = doc
        posting_counts[term] = postings
        place_counts[term] = places


@kernel
def flatten(
    packed,
    occurrence_start,
    position_shift,
    code_shift,
    term_start,
    place_start,
    form_start,
    docs,
    title_freq,
    body_freq,
    position_start,
    positions,
    forms,
    form_freq,
):
    """The postings of every term, from occurrences in order. `form_freq` and the frequencies come in zeroed."""
    form_mask = (np.uint64(1) << position_shift) - np.uint64(1)
    position_mask = (np.uint64(1) << (code_shift - position_shift)) - np.uint64(1)
    for term in range(len(term_start) - 1):
        posting = term_start[term] - 1
        place = place_start[term]
        first_form = np.int64(form_start[term])
        doc_before = np.int64(-1)
        for i in range(occurrence_start[term], occurrence_start[term + 1]):
            here = packed[i]
            if i > occurrence_start[term] and here == packed[i - 1]:
                continue
            code = here >> code_shift
            doc = np.int64(code >> np.uint64(1))
            if doc != doc_before:
                posting += 1
                docs[posting] = doc
                position_start[posting] = place
                doc_before = doc
            if code & np.uint64(1):
                body_freq[posting] += np.uint32(1)
            else:
                title_freq[posting] += np.uint32(1)
            positions[place] = np.int32((here >> position_shift) & position_mask)
            form = here & form_mask
            forms[place] = form
            form_freq[first_form + np.int64(form)] += np.uint32(1)
            place += 1
    position_start[len(docs)] = place_start[len(term_start) - 1]
