"""Posting lists of terms as flat arrays again: for merging, and for whoever reads a list whole."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels import unpacking as kernels
from indexer.codec.kernels.packing import BLOCK, I64, U32
from indexer.codec.packing import FlatPostings, PackedPostings, block_widths


def unpack_terms(packed: PackedPostings, first_term: int, last_term: int, *, positions: bool = True) -> FlatPostings:
    """The terms in [first_term, last_term). Without `positions` those arrays are empty."""
    doc_freq = packed.doc_freq[first_term:last_term]
    term_start = np.zeros(last_term - first_term + 1, np.int64)
    np.cumsum(doc_freq, out=term_start[1:])
    count = int(term_start[-1])
    docs, title_freq, body_freq = np.empty(count, np.int32), np.empty(count, np.uint32), np.empty(count, np.uint32)
    blocks = (packed.doc_freq, packed.block_start, packed.widths)
    if HAS_NUMBA:
        kernels.unpack_frequencies(
            *blocks, packed.word_at, packed.words, first_term, last_term, docs, title_freq, body_freq
        )
    else:
        _unpack_frequencies(packed, (first_term, last_term), (docs, title_freq, body_freq))
    position_start = np.zeros(count + 1, np.int64)
    if positions:
        np.cumsum(title_freq.astype(np.int64) + body_freq, out=position_start[1:])
    held = np.empty(int(position_start[-1]), np.int32)
    forms = np.empty(len(held), np.uint16)
    if positions and HAS_NUMBA:
        kernels.unpack_positions(
            *blocks, packed.position_word_at, packed.position_words, first_term, last_term,
            title_freq, position_start, held, forms,
        )  # fmt: skip
    elif positions:
        _unpack_positions(packed, (first_term, last_term), title_freq, position_start, (held, forms))
    return FlatPostings(term_start, docs, title_freq, body_freq, position_start, held, forms)


def _unpack_frequencies(packed: PackedPostings, terms: tuple[int, int], out: tuple[np.ndarray, U32, U32]) -> None:
    docs, title_freq, body_freq = out
    at = 0
    for term in range(*terms):
        before, left = -1, int(packed.doc_freq[term])
        for block in range(int(packed.block_start[term]), int(packed.block_start[term + 1])):
            count = min(BLOCK, left)
            left -= count
            here = int(packed.word_at[block])
            runs = []
            for width in block_widths(int(packed.widths[block]))[:3]:
                if count == BLOCK:
                    runs.append(_from_lanes(packed.words[here : here + 4 * width], width))
                    here += 4 * width
                else:
                    runs.append(_from_stream(packed.words, here, count, width))
                    here += (count * width + 31) // 32
            gaps, extras, titles = runs
            docs[at : at + count] = before + np.cumsum(gaps + 1)
            before = int(docs[at + count - 1])
            title_freq[at : at + count] = titles
            body_freq[at : at + count] = extras + 1 - titles
            at += count


def _unpack_positions(
    packed: PackedPostings,
    terms: tuple[int, int],
    title_freq: U32,
    position_start: I64,
    out: tuple[np.ndarray, np.ndarray],
) -> None:
    positions, forms = out
    at = 0
    for term in range(*terms):
        left = int(packed.doc_freq[term])
        for block in range(int(packed.block_start[term]), int(packed.block_start[term + 1])):
            count = min(BLOCK, left)
            left -= count
            first, last = int(position_start[at]), int(position_start[at + count])
            _, _, _, wp, wf = block_widths(int(packed.widths[block]))
            here = int(packed.position_word_at[block])
            steps = _from_stream(packed.position_words, here, last - first, wp)
            here += ((last - first) * wp + 31) // 32
            forms[first:last] = _from_stream(packed.position_words, here, last - first, wf)
            for i in range(at, at + count):
                start, end = int(position_start[i]), int(position_start[i + 1])
                middle = start + int(title_freq[i])
                for part in (slice(start, middle), slice(middle, end)):
                    positions[part] = np.cumsum(steps[part.start - first : part.stop - first])
            at += count


def _from_stream(words: U32, at: int, count: int, width: int) -> I64:
    used = np.ascontiguousarray(words[at : at + (count * width + 31) // 32])
    bits = np.unpackbits(used.view(np.uint8), bitorder="little")[: count * width].reshape(count, width)
    return bits.astype(np.int64) @ (np.int64(1) << np.arange(width, dtype=np.int64))


def _from_lanes(words: U32, width: int) -> I64:
    lanes = np.ascontiguousarray(np.ascontiguousarray(words).reshape(width, 4).T)
    bits = np.unpackbits(lanes.view(np.uint8), bitorder="little").reshape(4, 32, width)
    return (bits.astype(np.int64) @ (np.int64(1) << np.arange(width, dtype=np.int64))).T.reshape(-1)
