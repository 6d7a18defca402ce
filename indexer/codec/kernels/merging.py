"""Merging of sorted dictionaries and of unpacked posting lists, compiled; `merge.py` has the plain paths."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.dictionary import compare


@kernel
def first_bytes(blob, start, end):
    """The first 8 bytes of a text, the first one highest; a short text is filled up with 0."""
    head = np.uint64(0)
    for k in range(8):
        head = head << np.uint64(8)
        if start + k < end:
            head |= np.uint64(blob[start + k])
    return head


@kernel
def merge_sorted(blob, bases, offsets, source_start, numbers, merged_blob, merged_offsets):
    """K dictionaries into one. Source s has the texts from source_start[s] on; its text i lies in `blob` from
    bases[s] + offsets[source_start[s] + s + i] up to the same with i + 1.

    `numbers` gets the merged number of each text, `merged_blob` and `merged_offsets` the merged texts; returns how many
    there are.
    """
    sources = len(source_start) - 1
    heads = source_start[:-1].copy()
    first = np.zeros(sources, np.uint64)
    start = np.zeros(sources, np.int64)
    end = np.zeros(sources, np.int64)
    for s in range(sources):
        if heads[s] < source_start[s + 1]:
            start[s] = bases[s] + np.int64(offsets[heads[s] + s])
            end[s] = bases[s] + np.int64(offsets[heads[s] + s + 1])
            first[s] = first_bytes(blob, start[s], end[s])
    count = 0
    used = np.int64(0)
    merged_offsets[0] = 0
    while True:
        best = np.int64(-1)
        for s in range(sources):
            if heads[s] < source_start[s + 1] and (
                best < 0
                or first[s] < first[best]
                or (first[s] == first[best] and compare(blob, start[s], end[s], blob, start[best], end[best]) < 0)
            ):
                best = s
        if best < 0:
            return count
        low = start[best]
        high = end[best]
        lowest = first[best]
        for at in range(low, high):
            merged_blob[used] = blob[at]
            used += 1
        for s in range(sources):
            if (
                heads[s] < source_start[s + 1]
                and first[s] == lowest
                and (s == best or compare(blob, start[s], end[s], blob, low, high) == 0)
            ):
                numbers[heads[s]] = count
                heads[s] += 1
                if heads[s] < source_start[s + 1]:
                    start[s] = end[s]
                    end[s] = bases[s] + np.int64(offsets[heads[s] + s + 1])
                    first[s] = first_bytes(blob, start[s], end[s])
        count += 1
        merged_offsets[count] = used


@kernel
def count_forms(term_start, position_start, forms, form_start, form_freq):
    """How often each form of each term stands there; `form_freq` comes in zeroed."""
    for term in range(len(term_start) - 1):
        first = form_start[term]
        for i in range(position_start[term_start[term]], position_start[term_start[term + 1]]):
            form_freq[first + np.int64(forms[i])] += np.uint32(1)


@kernel
def count_merged(term_start, docs, title_freq, body_freq, merged, new_docs, posting_count, position_count):
    """Adds up what each merged term gets of one segment; new_docs[doc] is -1 for a deleted document."""
    for term in range(len(merged)):
        into = merged[term]
        for i in range(term_start[term], term_start[term + 1]):
            if new_docs[docs[i]] >= 0:
                posting_count[into] += 1
                position_count[into] += np.int64(title_freq[i]) + np.int64(body_freq[i])


@kernel
def place_merged(
    term_start,
    docs,
    title_freq,
    body_freq,
    position_start,
    positions,
    forms,
    merged,
    new_docs,
    form_at,
    form_of,
    posting_at,
    position_at,
    to_docs,
    to_title_freq,
    to_body_freq,
    to_position_start,
    to_positions,
    to_forms,
):
    """Puts one segment's postings behind what the merged terms have so far; the two `_at` move on."""
    for term in range(len(merged)):
        into = merged[term]
        forms_of_term = form_at[term]
        posting = posting_at[into]
        position = position_at[into]
        for i in range(term_start[term], term_start[term + 1]):
            doc = new_docs[docs[i]]
            if doc < 0:
                continue
            to_docs[posting] = doc
            to_title_freq[posting] = title_freq[i]
            to_body_freq[posting] = body_freq[i]
            to_position_start[posting] = position
            posting += 1
            for k in range(position_start[i], position_start[i + 1]):
                to_positions[position] = positions[k]
                to_forms[position] = form_of[forms_of_term + np.int64(forms[k])]
                position += 1
        posting_at[into] = posting
        position_at[into] = position
