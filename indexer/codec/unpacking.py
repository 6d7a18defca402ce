"""Posting lists of terms as flat arrays again: for merging, and for whoever reads a list whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.group import MappedPostings
from indexer.codec.kernels import unpacking as kernels
from indexer.codec.kernels.packing import BLOCK, I64, U32
from indexer.codec.packing import FlatPostings, PackedPostings, block_widths


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What is kept of some terms, as arrays: `block_start` cuts their blocks, the others have one value a block."""

    doc_freq: U32
    block_start: I64
    widths: U32
    word_at: I64
    position_word_at: I64
    words: U32
    position_words: U32


def unpack_terms(
    packed: PackedPostings | MappedPostings, first_term: int, last_term: int, *, positions: bool = True
) -> FlatPostings:
    """The terms in [first_term, last_term). Without `positions` those arrays are empty."""
    stretch = _take_stretch(packed, first_term, last_term)
    term_start = np.zeros(last_term - first_term + 1, np.int64)
    np.cumsum(stretch.doc_freq, out=term_start[1:])
    count = int(term_start[-1])
    docs, title_freq, body_freq = np.empty(count, np.int32), np.empty(count, np.uint32), np.empty(count, np.uint32)
    blocks = (stretch.doc_freq, stretch.block_start, stretch.widths)
    if HAS_NUMBA:
        kernels.unpack_frequencies(*blocks, stretch.word_at, stretch.words, docs, title_freq, body_freq)
    else:
        _unpack_frequencies(stretch, (docs, title_freq, body_freq))
    position_start = np.zeros(count + 1, np.int64)
    if positions:
        np.cumsum(title_freq.astype(np.int64) + body_freq, out=position_start[1:])
    held = np.empty(int(position_start[-1]), np.int32)
    forms = np.empty(len(held), np.uint16)
    if positions and HAS_NUMBA:
        kernels.unpack_positions(
            *blocks, stretch.position_word_at, stretch.position_words, title_freq, position_start, held, forms
        )
    elif positions:
        _unpack_positions(stretch, title_freq, position_start, (held, forms))
    return FlatPostings(term_start, docs, title_freq, body_freq, position_start, held, forms)


def _take_stretch(packed: PackedPostings | MappedPostings, first_term: int, last_term: int) -> _Stretch:
    block_start = packed.block_start[first_term : last_term + 1].astype(np.int64)
    blocks = slice(int(block_start[0]), int(block_start[-1]))
    return _Stretch(
        packed.doc_freq[first_term:last_term].astype(np.uint32),
        block_start - block_start[0],
        packed.widths[blocks].astype(np.uint32),
        packed.word_at[blocks].astype(np.int64),
        packed.position_word_at[blocks].astype(np.int64),
        packed.words,
        packed.position_words,
    )


def _unpack_frequencies(stretch: _Stretch, out: tuple[np.ndarray, U32, U32]) -> None:
    docs, title_freq, body_freq = out
    at = 0
    for term, left in enumerate(stretch.doc_freq.tolist()):
        before = -1
        for block in range(int(stretch.block_start[term]), int(stretch.block_start[term + 1])):
            count = min(BLOCK, left)
            left -= count  # noqa: PLW2901 what the blocks before leave
            here = int(stretch.word_at[block])
            runs = []
            for width in block_widths(int(stretch.widths[block]))[:3]:
                if count == BLOCK:
                    runs.append(_from_lanes(stretch.words[here : here + 4 * width], width))
                    here += 4 * width
                else:
                    runs.append(_from_stream(stretch.words, here, count, width))
                    here += (count * width + 31) // 32
            gaps, extras, titles = runs
            docs[at : at + count] = before + np.cumsum(gaps + 1)
            before = int(docs[at + count - 1])
            title_freq[at : at + count] = titles
            body_freq[at : at + count] = extras + 1 - titles
            at += count


def _unpack_positions(
    stretch: _Stretch, title_freq: U32, position_start: I64, out: tuple[np.ndarray, np.ndarray]
) -> None:
    positions, forms = out
    at = 0
    for term, left in enumerate(stretch.doc_freq.tolist()):
        for block in range(int(stretch.block_start[term]), int(stretch.block_start[term + 1])):
            count = min(BLOCK, left)
            left -= count  # noqa: PLW2901 what the blocks before leave
            first, last = int(position_start[at]), int(position_start[at + count])
            _, _, _, wp, wf = block_widths(int(stretch.widths[block]))
            here = int(stretch.position_word_at[block])
            steps = _from_stream(stretch.position_words, here, last - first, wp)
            here += ((last - first) * wp + 31) // 32
            forms[first:last] = _from_stream(stretch.position_words, here, last - first, wf)
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
