"""Merging of sorted dictionaries and of unpacked posting lists, compiled; `merge.py` has the plain paths."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.dictionary import compare


@kernel
def merge_sorted(blob, starts, ends, source_start, numbers, winners):
    """K dictionaries into one. Text i is blob[starts[i] : ends[i]]; source s has the texts from source_start[s] on.

    `numbers` gets the merged number of each text, `winners` for each merged number one text that is it; returns how
    many there are.
    """
    sources = len(source_start) - 1
    heads = source_start[:-1].copy()
    count = 0
    while True:
        best = np.int64(-1)
        for s in range(sources):
            head = heads[s]
            if head < source_start[s + 1] and (
                best < 0 or compare(blob, starts[head], ends[head], blob, starts[best], ends[best]) < 0
            ):
                best = head
        if best < 0:
            return count
        for s in range(sources):
            head = heads[s]
            if head < source_start[s + 1] and (
                head == best or compare(blob, starts[head], ends[head], blob, starts[best], ends[best]) == 0
            ):
                numbers[head] = count
                heads[s] = head + 1
        winners[count] = best
        count += 1


@kernel
def gather_texts(blob, starts, ends, chosen, offsets, out):
    """The chosen texts one after the other; offsets[i] says where each starts."""
    for i in range(len(chosen)):
        at = np.int64(offsets[i])
        for k in range(starts[chosen[i]], ends[chosen[i]]):
            out[at] = blob[k]
            at += 1


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
