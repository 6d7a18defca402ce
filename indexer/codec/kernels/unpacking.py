"""Whole posting lists back out of their blocks, compiled; `unpacking.py` has the numpy path."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_run, words_of_run


@kernel
def unpack_stream(words, at, count, width, values):
    """As `unpack_run`, but reads nothing at all where the width is 0."""
    if width == 0:
        for i in range(count):
            values[i] = 0
    else:
        unpack_run(words, at, count, width, values)


@kernel
def unpack_frequencies(doc_freq, block_start, widths, word_at, words, docs, title_freq, body_freq):
    """Documents and frequencies of some terms, one after the other."""
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    at = 0
    for term in range(len(doc_freq)):
        previous = np.int64(-1)
        left = np.int64(doc_freq[term])
        for block in range(np.int64(block_start[term]), np.int64(block_start[term + 1])):
            count = min(np.int64(BLOCK), left)
            left -= count
            packed = np.int64(widths[block])
            wg = packed & 31
            we = (packed >> 5) & 31
            wt = (packed >> 10) & 31
            here = np.int64(word_at[block])
            if count == BLOCK:
                unpack_block(words, here, wg, gaps)
                unpack_block(words, here + 4 * wg, we, extras)
                unpack_block(words, here + 4 * (wg + we), wt, titles)
            else:
                unpack_stream(words, here, count, wg, gaps)
                here += words_of_run(count, wg)
                unpack_stream(words, here, count, we, extras)
                here += words_of_run(count, we)
                unpack_stream(words, here, count, wt, titles)
            for i in range(count):
                previous += np.int64(gaps[i]) + 1
                docs[at] = previous
                title_freq[at] = titles[i]
                body_freq[at] = extras[i] + np.uint32(1) - titles[i]
                at += 1


@kernel
def unpack_positions(
    doc_freq,
    block_start,
    widths,
    position_word_at,
    position_words,
    title_freq,
    position_start,
    positions,
    forms,
):
    """Positions and forms of some terms, whose frequencies are known."""
    most = np.int64(0)
    at = 0
    for term in range(len(doc_freq)):
        left = np.int64(doc_freq[term])
        for _ in range(np.int64(block_start[term]), np.int64(block_start[term + 1])):
            count = min(np.int64(BLOCK), left)
            left -= count
            most = max(most, position_start[at + count] - position_start[at])
            at += count
    values = np.empty(most, np.uint32)
    at = 0
    for term in range(len(doc_freq)):
        left = np.int64(doc_freq[term])
        for block in range(np.int64(block_start[term]), np.int64(block_start[term + 1])):
            count = min(np.int64(BLOCK), left)
            left -= count
            first = position_start[at]
            held = position_start[at + count] - first
            packed = np.int64(widths[block])
            wp = (packed >> 15) & 31
            wf = (packed >> 20) & 15
            here = np.int64(position_word_at[block])
            unpack_stream(position_words, here, held, wp, values)
            for i in range(at, at + count):
                in_title = np.int64(title_freq[i])
                previous = np.int64(0)
                for k in range(position_start[i], position_start[i + 1]):
                    if k - position_start[i] == in_title:
                        previous = np.int64(0)
                    previous += np.int64(values[k - first])
                    positions[k] = previous
            unpack_stream(position_words, here + words_of_run(held, wp), held, wf, values)
            for k in range(held):
                forms[first + k] = values[k]
            at += count
