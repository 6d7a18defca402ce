"""Postings, flat and packed: what a segment keeps of a dictionary of terms, and how it lies in words of 32 bits.

A posting says which document holds a term, how often in its title and in its body, and at which positions. Postings
are packed in blocks of 128 documents of one term; the last block of a term may be shorter.

    words            for each block three runs, one after the other:
                         gaps     document number - the one before - 1 (the first of a term: document number)
                         extras   frequency in title and body together - 1
                         titles   frequency in the title
                     A full block keeps each run in 4 lanes of 32 values (4 * width words): value i in lane i % 4, from
                     bit i // 4 * width of it on, and word w of lane l is word 4 * w + l of the run. A shorter one
                     keeps each run as one stream of bits (rounded up to a word): value i from bit i * width on. Bits
                     count from the least of a word.
    position_words   for each block two streams of bits:
                         steps    per posting the title's positions, then the body's; the first of each as it is, the
                                  others as the distance from the one before
                         forms    for each position which of the term's surfaces stood there (0 to 32,766; 0 to 15 bits)

    widths           of a block, in bits: gaps | extras << 5 | titles << 10 | steps << 15 | forms << 20
    bounds           of a block: the highest gain of its postings, frequency times length norm summed over title and
                     body, at the averages of the time of writing (Turtle and Flood 1995 for its use); kept as the upper
                     half of a float32 (`round_bounds`), at most 1/128 above what it is
    word_at, position_word_at
                     where a block's runs start; blocks lie one behind the other, and one spare word behind the last

Every function has a compiled and a numpy path with the same answer; the numpy path is the specification.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels import packing as kernels
from indexer.codec.kernels.packing import BLOCK, F32, I32, I64, U8, U16, U32

_WIDTH_SHIFTS = (0, 5, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class FlatPostings:
    """Postings of T terms, unpacked.

    `term_start` (T + 1) cuts the P postings by term; `docs` rise within a term. `position_start` (P + 1) cuts the
    positions by posting: first `title_freq` positions in the title, then `body_freq` in the body, each rising.
    `forms` goes beside `positions`. A posting has at least one position.
    """

    term_start: I64
    docs: I32
    title_freq: U32
    body_freq: U32
    position_start: I64
    positions: I32
    forms: U16

    @property
    def term_count(self) -> int:
        return len(self.term_start) - 1


@dataclass(frozen=True, slots=True)
class PackedPostings:
    """Postings of T terms in B blocks. `block_start` (T + 1) cuts the blocks by term; the other arrays have one value
    a block. `words` and `position_words` end in one spare word."""

    doc_freq: U32
    block_start: I64
    widths: U32
    bounds: F32
    last_doc: I32
    word_at: I64
    position_word_at: I64
    words: U32
    position_words: U32


def pack_postings(flat: FlatPostings, title_gain: F32, body_gain: F32) -> PackedPostings:
    """Pack; `title_gain` and `body_gain` give, for each document, what one more occurrence there is worth."""
    term_start = flat.term_start
    doc_freq = np.diff(term_start)
    block_start = np.zeros(len(term_start), np.int64)
    np.cumsum((doc_freq + BLOCK - 1) // BLOCK, out=block_start[1:])
    block_count = int(block_start[-1])
    widths = np.zeros(block_count, np.uint32)
    bounds = np.zeros(block_count, np.float32)
    word_counts = np.zeros(block_count, np.int64)
    position_word_counts = np.zeros(block_count, np.int64)
    arrays = (flat.docs, flat.title_freq, flat.body_freq, flat.position_start, flat.positions, flat.forms)
    sizes = (widths, bounds, word_counts, position_word_counts)
    if HAS_NUMBA:
        kernels.measure_blocks(term_start, *arrays, title_gain, body_gain, block_start, *sizes)
    else:
        _measure_blocks(flat, (title_gain, body_gain), block_start, sizes)
    word_at = np.cumsum(word_counts) - word_counts
    position_word_at = np.cumsum(position_word_counts) - position_word_counts
    words = np.zeros(int(word_counts.sum()) + 1, np.uint32)
    position_words = np.zeros(int(position_word_counts.sum()) + 1, np.uint32)
    targets = (widths, word_at, position_word_at, words, position_words)
    if HAS_NUMBA:
        kernels.write_blocks(term_start, *arrays, block_start, *targets)
    else:
        _write_blocks(flat, block_start, targets)
    firsts = np.repeat(term_start[:-1], np.diff(block_start))
    inside = np.arange(block_count) - np.repeat(block_start[:-1], np.diff(block_start))
    ends = np.minimum(firsts + (inside + 1) * BLOCK, np.repeat(term_start[1:], np.diff(block_start)))
    last_doc = flat.docs[ends - 1] if block_count else np.zeros(0, np.int32)
    return PackedPostings(
        doc_freq=doc_freq.astype(np.uint32),
        block_start=block_start,
        widths=widths,
        bounds=bounds,
        last_doc=last_doc,
        word_at=word_at,
        position_word_at=position_word_at,
        words=words,
        position_words=position_words,
    )


def _measure_blocks(
    flat: FlatPostings, gains_of: tuple[F32, F32], block_start: I64, sizes_out: tuple[U32, F32, I64, I64]
) -> None:
    widths, bounds, word_counts, position_word_counts = sizes_out
    docs, title_freq, body_freq, forms = flat.docs, flat.title_freq, flat.body_freq, flat.forms
    term_start, position_start = flat.term_start, flat.position_start
    title_gain, body_gain = gains_of
    steps = position_steps(title_freq, body_freq, position_start, flat.positions)
    gains = title_freq.astype(np.float32) * title_gain[docs] + body_freq.astype(np.float32) * body_gain[docs]
    for term in range(len(term_start) - 1):
        for number, block in enumerate(range(block_start[term], block_start[term + 1])):
            first, last = block_limits(term_start, term, number)
            before = int(docs[first - 1]) if number else -1
            runs = (
                np.diff(docs[first:last], prepend=before) - 1,
                title_freq[first:last].astype(np.int64) + body_freq[first:last] - 1,
                title_freq[first:last],
                steps[position_start[first] : position_start[last]],
                forms[position_start[first] : position_start[last]],
            )
            sizes = tuple(int(run.max()).bit_length() for run in runs)
            widths[block] = sum(size << shift for size, shift in zip(sizes, _WIDTH_SHIFTS, strict=True))
            bounds[block] = gains[first:last].max()
            count = last - first
            word_counts[block] = sum(_words_of(count, size) for size in sizes[:3])
            position_word_counts[block] = sum(_words_of_stream(len(runs[3]), size) for size in sizes[3:])


def _write_blocks(flat: FlatPostings, block_start: I64, targets: tuple[U32, I64, I64, U32, U32]) -> None:
    widths, word_at, position_word_at, words, position_words = targets
    docs, title_freq, body_freq, forms = flat.docs, flat.title_freq, flat.body_freq, flat.forms
    term_start, position_start = flat.term_start, flat.position_start
    steps = position_steps(title_freq, body_freq, position_start, flat.positions)
    for term in range(len(term_start) - 1):
        for number, block in enumerate(range(block_start[term], block_start[term + 1])):
            first, last = block_limits(term_start, term, number)
            before = int(docs[first - 1]) if number else -1
            wg, we, wt, wp, wf = block_widths(int(widths[block]))
            at = int(word_at[block])
            for run, width in (
                (np.diff(docs[first:last], prepend=before) - 1, wg),
                (title_freq[first:last].astype(np.int64) + body_freq[first:last] - 1, we),
                (title_freq[first:last], wt),
            ):
                packed = _lanes(run, width) if last - first == BLOCK else _stream(run, width)
                words[at : at + len(packed)] = packed
                at += len(packed)
            at = int(position_word_at[block])
            held = slice(int(position_start[first]), int(position_start[last]))
            for packed in (_stream(steps[held], wp), _stream(forms[held], wf)):
                position_words[at : at + len(packed)] = packed
                at += len(packed)


def round_bounds(bounds: F32) -> U16:
    """The upper halves of the least float32 not below these, which have a lower half of zeros."""
    return ((np.ascontiguousarray(bounds).view(np.uint32) + np.uint32(0xFFFF)) >> np.uint32(16)).astype(np.uint16)


def block_widths(packed: int) -> tuple[int, int, int, int, int]:
    """The five widths of a block, in the order of the module's table."""
    return packed & 31, packed >> 5 & 31, packed >> 10 & 31, packed >> 15 & 31, packed >> 20 & 15


def block_limits(term_start: I64, term: int, number: int) -> tuple[int, int]:
    """First posting of a term's `number`-th block, and the one after its last."""
    first = int(term_start[term]) + number * BLOCK
    return first, min(first + BLOCK, int(term_start[term + 1]))


def position_steps(title_freq: U32, body_freq: U32, position_start: I64, positions: I32) -> I64:
    """Positions as they are packed: distances, but the first in the title and the first in the body as they are."""
    steps = np.diff(positions.astype(np.int64), prepend=0)
    title_first = position_start[:-1][title_freq > 0]
    body_first = (position_start[:-1] + title_freq)[body_freq > 0]
    for firsts in (title_first, body_first):
        steps[firsts] = positions[firsts]
    return steps.astype(np.int64)


def _words_of(count: int, width: int) -> int:
    return 4 * width if count == BLOCK else _words_of_stream(count, width)


def _words_of_stream(count: int, width: int) -> int:
    return (count * width + 31) // 32


def _bits(values: np.ndarray, width: int) -> U8:
    return ((values.astype(np.uint64)[..., None] >> np.arange(width, dtype=np.uint64)) & np.uint64(1)).astype(np.uint8)


def _stream(values: np.ndarray, width: int) -> U32:
    bits = _bits(values, width).reshape(-1)
    padded = np.zeros(32 * _words_of_stream(len(values), width), np.uint8)
    padded[: len(bits)] = bits
    return np.packbits(padded, bitorder="little").view("<u4")


def _lanes(values: np.ndarray, width: int) -> U32:
    lanes = np.ascontiguousarray(_bits(values.reshape(32, 4).T, width).reshape(4, -1))
    packed = np.ascontiguousarray(np.packbits(lanes, axis=1, bitorder="little"))
    return np.ascontiguousarray(packed.view("<u4").T).reshape(-1)
