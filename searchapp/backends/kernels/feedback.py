"""Feedback from key terms, in one segment: `searchapp/search/feedback.py` says what is reckoned.

`words`, `offsets` and how many `terms` there are say where key terms lie (`indexer/codec/key_terms.py`); a term goes by
its place among them. `docs` are the segment's.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.key_terms import unpack_document

_MOST_TERMS = 64


@kernel
def weigh_terms(words, offsets, terms, docs, worth, numbers, weights):
    """The key terms of the documents, rising, with the sum of frequency * worth of the document; returns how many."""
    held = np.empty(_MOST_TERMS, np.uint32)
    freqs = np.empty(_MOST_TERMS, np.uint8)
    filled = 0
    for number in range(len(docs)):
        count = unpack_document(words, offsets, docs[number], terms, held, freqs)
        for i in range(count):
            term = np.int64(held[i])
            at = filled
            while at > 0 and numbers[at - 1] >= term:
                at -= 1
            if at < filled and numbers[at] == term:
                weights[at] += freqs[i] * worth[number]
                continue
            for k in range(filled, at, -1):
                numbers[k] = numbers[k - 1]
                weights[k] = weights[k - 1]
            numbers[at] = term
            weights[at] = freqs[i] * worth[number]
            filled += 1
    return filled


@kernel
def measure_feedback(words, offsets, terms, docs, numbers, worth, body_gain, k1, added):
    """What the documents have of the terms `numbers`, which rise and are worth so much each."""
    held = np.empty(_MOST_TERMS, np.uint32)
    freqs = np.empty(_MOST_TERMS, np.uint8)
    for number in range(len(docs)):
        count = unpack_document(words, offsets, docs[number], terms, held, freqs)
        gain = np.float64(body_gain[docs[number]])
        total = 0.0
        at = 0
        for i in range(count):
            term = np.int64(held[i])
            while at < len(numbers) and numbers[at] < term:
                at += 1
            if at < len(numbers) and numbers[at] == term:
                tf = freqs[i] * gain
                total += worth[at] * tf / (k1 + tf)
        added[number] = total
