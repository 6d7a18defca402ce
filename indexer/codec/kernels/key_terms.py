"""Choosing, packing and unpacking of key terms: `indexer/codec/key_terms.py` says what they are and how they lie."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

_ONE = np.uint64(1)
COUNT_BITS = 6


@kernel
def offer_terms(
    term_start, docs, title_freq, body_freq, first_term, idf, least, skip_from, skip_to, weights, terms, freqs, held,
    lowest,
):  # fmt: skip
    """Offer a stretch of terms to their documents, each of which keeps the heaviest.

    `weights`, `terms` and `freqs` have a row of places for each document, of which `held` are filled; `lowest` is the
    place of the lightest one of a full row. Terms come in order: of two as heavy as each other the first stays.
    """
    places = weights.shape[1]
    for number in range(len(term_start) - 1):
        if term_start[number + 1] - term_start[number] < least or skip_from <= first_term + number < skip_to:
            continue
        for posting in range(term_start[number], term_start[number + 1]):
            doc = docs[posting]
            freq = np.int64(title_freq[posting]) + np.int64(body_freq[posting])
            weight = np.float32(idf[number] * np.float32(freq))
            place = held[doc]
            if place == places:
                place = lowest[doc]
                if weight <= weights[doc, place]:
                    continue
            else:
                held[doc] += 1
            weights[doc, place] = weight
            terms[doc, place] = first_term + number
            freqs[doc, place] = min(freq, 15)
            if held[doc] == places:
                low = 0
                for other in range(1, places):
                    if weights[doc, other] < weights[doc, low] or (
                        weights[doc, other] == weights[doc, low] and terms[doc, other] > terms[doc, low]
                    ):
                        low = other
                lowest[doc] = low


@kernel
def gap_bits(terms, count):
    """Of how many bits the rest of a gap is."""
    bits = 0
    while terms >> (bits + 1) >= count + 1:
        bits += 1
    return bits


@kernel
def count_words(doc_start, numbers, freqs, terms, offsets):
    """Fill where the words of each document begin, and end."""
    offsets[0] = 0
    for doc in range(len(doc_start) - 1):
        count = doc_start[doc + 1] - doc_start[doc]
        rest = gap_bits(terms, count)
        bits = COUNT_BITS
        before = np.int64(-1)
        for i in range(doc_start[doc], doc_start[doc + 1]):
            gap = np.int64(numbers[i]) - before - 1
            before = np.int64(numbers[i])
            bits += (gap >> rest) + 1 + rest + min(np.int64(freqs[i]), 15)
        offsets[doc + 1] = offsets[doc] + ((bits + 31) >> 5)


@kernel
def put_bits(words, at, value, bits):
    """Put the least bits of a value, 32 at most, at a bit."""
    word = at >> 5
    moved = np.uint64(value) << np.uint64(at & 31)
    words[word] |= np.uint32(moved & np.uint64(0xFFFFFFFF))
    if (at & 31) + bits > 32:
        words[word + 1] |= np.uint32(moved >> np.uint64(32))
    return at + bits


@kernel
def pack_terms(doc_start, numbers, freqs, terms, offsets, words):
    """Fill the words, which are zeros before."""
    for doc in range(len(doc_start) - 1):
        count = doc_start[doc + 1] - doc_start[doc]
        rest = gap_bits(terms, count)
        at = put_bits(words, np.int64(offsets[doc]) << 5, count, COUNT_BITS)
        before = np.int64(-1)
        for i in range(doc_start[doc], doc_start[doc + 1]):
            gap = np.int64(numbers[i]) - before - 1
            before = np.int64(numbers[i])
            for _ in range(gap >> rest):
                at = put_bits(words, at, 1, 1)
            at = put_bits(words, at + 1, gap & ((1 << rest) - 1), rest)
            for _ in range(np.int64(freqs[i]) - 1):
                at = put_bits(words, at, 1, 1)
            at += 1


@kernel
def read_ones(words, at, most):
    """How many set bits follow each other from a bit on, counted up to `most`."""
    ones = 0
    while ones < most and words[(at + ones) >> 5] >> np.uint32((at + ones) & 31) & np.uint32(1):
        ones += 1
    return ones


@kernel
def unpack_document(words, offsets, doc, terms, numbers, freqs):
    """Fill the numbers, rising, and frequencies of a document's key terms; returns how many there are. What is damaged
    gives numbers that are not there, and ends with the document's words."""
    at = np.int64(offsets[doc]) << 5
    stop = np.int64(offsets[doc + 1]) << 5
    if stop - at < COUNT_BITS:
        return 0
    count = min(np.int64(words[at >> 5] & np.uint32((1 << COUNT_BITS) - 1)), len(numbers))
    at += COUNT_BITS
    rest = gap_bits(terms, count)
    before = np.int64(-1)
    for i in range(count):
        high = read_ones(words, at, stop - at)
        at += high + 1
        if at + rest > stop:
            return i
        low = np.int64(0)
        if rest:
            word = at >> 5
            pair = np.uint64(words[word]) | (np.uint64(words[word + 1]) << np.uint64(32))
            low = np.int64((pair >> np.uint64(at & 31)) & ((_ONE << np.uint64(rest)) - _ONE))
            at += rest
        ones = read_ones(words, at, min(np.int64(14), stop - at))
        at += ones + 1
        if at > stop:
            return i
        before += (high << rest) + low + 1
        numbers[i] = before
        freqs[i] = ones + 1
    return count


@kernel
def unpack_documents(words, offsets, first, last, terms, places, doc_start, numbers, freqs):
    """The same for documents that follow each other; `doc_start` cuts what is filled by document."""
    filled = 0
    doc_start[0] = 0
    for doc in range(first, last):
        filled += unpack_document(
            words, offsets, doc, terms, numbers[filled : filled + places], freqs[filled : filled + places]
        )
        doc_start[doc - first + 1] = filled
