"""Bit-packing of posting blocks, compiled. `packing.py` says what the words mean and has the numpy path of each.

All values are unsigned and fit into the width given (0 to 31 bits). Words are little-endian uint32.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.codec.compiled import kernel

U32 = npt.NDArray[np.uint32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]

BLOCK = 128


@kernel
def bit_width(value: int) -> int:
    width = 0
    while value:
        width += 1
        value >>= 1
    return width


@kernel
def pack_block(values: U32, width: int, words: U32, at: int) -> None:
    """128 values into 4 lanes of 32 (value i in lane i % 4): words[at : at + 4 * width], which must be zero."""
    if width == 0:  # a word behind the last one is not ours to touch
        return
    for i in range(BLOCK):
        bit = (i >> 2) * width
        word = at + ((bit >> 5) << 2) + (i & 3)
        shifted = np.uint64(values[i]) << np.uint64(bit & 31)
        words[word] |= np.uint32(shifted & np.uint64(0xFFFFFFFF))
        if (bit & 31) + width > 32:
            words[word + 4] |= np.uint32(shifted >> np.uint64(32))


@kernel
def unpack_block(words: U32, at: int, width: int, values: U32) -> None:
    """The 128 values that `pack_block` wrote."""
    if width == 0:
        for i in range(BLOCK):
            values[i] = 0
        return
    mask = np.uint32((np.uint64(1) << np.uint64(width)) - np.uint64(1))
    for j in range(32):
        bit = j * width
        word = at + ((bit >> 5) << 2)
        shift = np.uint32(bit & 31)
        if shift + width <= 32:
            for lane in range(4):
                values[j * 4 + lane] = (words[word + lane] >> shift) & mask
        else:
            rest = np.uint32(32 - shift)
            for lane in range(4):
                values[j * 4 + lane] = ((words[word + lane] >> shift) | (words[word + 4 + lane] << rest)) & mask


@kernel
def pack_run(values: U32, first: int, count: int, width: int, words: U32, at: int) -> None:
    """`count` values as one stream of bits from words[at] on, which must be zero."""
    for i in range(count):
        bit = i * width
        word = at + (bit >> 5)
        shifted = np.uint64(values[first + i]) << np.uint64(bit & 31)
        words[word] |= np.uint32(shifted & np.uint64(0xFFFFFFFF))
        if (bit & 31) + width > 32:
            words[word + 1] |= np.uint32(shifted >> np.uint64(32))


@kernel
def unpack_one(words: U32, at: int, width: int, i: int) -> int:
    """Value `i` of a stream written by `pack_run`; `words` has one spare word at its end."""
    if width == 0:
        return np.int64(0)
    bit = i * width
    word = at + (bit >> 5)
    pair = np.uint64(words[word]) | (np.uint64(words[word + 1]) << np.uint64(32))
    return np.int64((pair >> np.uint64(bit & 31)) & ((np.uint64(1) << np.uint64(width)) - np.uint64(1)))


@kernel
def unpack_run(words: U32, at: int, count: int, width: int, values: U32) -> None:
    """The first `count` values of a stream written by `pack_run`; `words` has one spare word at its end."""
    if width == 0:  # then nothing was written, and the stream may begin where the words end
        for i in range(count):
            values[i] = 0
        return
    mask = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    for i in range(count):
        bit = i * width
        word = at + (bit >> 5)
        pair = np.uint64(words[word]) | (np.uint64(words[word + 1]) << np.uint64(32))
        values[i] = np.uint32((pair >> np.uint64(bit & 31)) & mask)


@kernel
def words_of_run(count: int, width: int) -> int:
    return (count * width + 31) >> 5


@kernel
def measure_blocks(
    term_start: I64,
    docs: I32,
    title_freq: U32,
    body_freq: U32,
    position_start: I64,
    positions: I32,
    forms: U16,
    title_gain: F32,
    body_gain: F32,
    block_start: I64,
    widths: U32,
    bounds: F32,
    word_counts: I64,
    position_word_counts: I64,
) -> None:
    """Widths, bound and size of every block of every term; `packing.py` says what each array holds."""
    for term in range(len(term_start) - 1):
        previous = np.int64(-1)
        block = block_start[term]
        for first in range(term_start[term], term_start[term + 1], BLOCK):
            last = min(first + BLOCK, term_start[term + 1])
            gap = np.int64(0)
            extra = np.int64(0)
            title = np.int64(0)
            step = np.int64(0)
            form = np.int64(0)
            bound = np.float32(0)
            for i in range(first, last):
                doc = np.int64(docs[i])
                gap |= doc - previous - 1
                previous = doc
                in_title = np.int64(title_freq[i])
                in_body = np.int64(body_freq[i])
                extra |= in_title + in_body - 1
                title |= in_title
                gain = np.float32(in_title) * title_gain[doc] + np.float32(in_body) * body_gain[doc]
                bound = max(bound, gain)
                at = position_start[i]
                for k in range(in_title + in_body):
                    here = np.int64(positions[at + k])
                    step |= here if k in (0, in_title) else here - np.int64(positions[at + k - 1])
                    form |= np.int64(forms[at + k])
            count = last - first
            held = position_start[last] - position_start[first]
            wg = bit_width(gap)
            we = bit_width(extra)
            wt = bit_width(title)
            wp = bit_width(step)
            wf = bit_width(form)
            widths[block] = wg | (we << 5) | (wt << 10) | (wp << 15) | (wf << 20)
            bounds[block] = bound
            if count == BLOCK:
                word_counts[block] = 4 * (wg + we + wt)
            else:
                word_counts[block] = words_of_run(count, wg) + words_of_run(count, we) + words_of_run(count, wt)
            position_word_counts[block] = words_of_run(held, wp) + words_of_run(held, wf)
            block += 1


@kernel
def write_blocks(
    term_start: I64,
    docs: I32,
    title_freq: U32,
    body_freq: U32,
    position_start: I64,
    positions: I32,
    forms: U16,
    block_start: I64,
    widths: U32,
    word_at: I64,
    position_word_at: I64,
    words: U32,
    position_words: U32,
) -> None:
    """Every block at its place; `words` and `position_words` come in zeroed."""
    gaps = np.zeros(BLOCK, np.uint32)
    extras = np.zeros(BLOCK, np.uint32)
    titles = np.zeros(BLOCK, np.uint32)
    for term in range(len(term_start) - 1):
        previous = np.int64(-1)
        block = block_start[term]
        for first in range(term_start[term], term_start[term + 1], BLOCK):
            last = min(first + BLOCK, term_start[term + 1])
            count = last - first
            packed = widths[block]
            wg = np.int64(packed & 31)
            we = np.int64((packed >> 5) & 31)
            wt = np.int64((packed >> 10) & 31)
            wp = np.int64((packed >> 15) & 31)
            wf = np.int64((packed >> 20) & 15)
            at = position_word_at[block]
            forms_at = at + words_of_run(position_start[last] - position_start[first], wp)
            held = 0
            for i in range(first, last):
                gaps[i - first] = np.uint32(np.int64(docs[i]) - previous - 1)
                previous = np.int64(docs[i])
                extras[i - first] = title_freq[i] + body_freq[i] - np.uint32(1)
                titles[i - first] = title_freq[i]
                here = position_start[i]
                for k in range(np.int64(title_freq[i]) + np.int64(body_freq[i])):
                    step = np.int64(positions[here + k])
                    if k not in (0, np.int64(title_freq[i])):
                        step -= np.int64(positions[here + k - 1])
                    _put(position_words, at, wp, held, step)
                    _put(position_words, forms_at, wf, held, np.int64(forms[here + k]))
                    held += 1
            here_words = word_at[block]
            if count == BLOCK:
                pack_block(gaps, wg, words, here_words)
                pack_block(extras, we, words, here_words + 4 * wg)
                pack_block(titles, wt, words, here_words + 4 * (wg + we))
            else:
                pack_run(gaps, 0, count, wg, words, here_words)
                here_words += words_of_run(count, wg)
                pack_run(extras, 0, count, we, words, here_words)
                here_words += words_of_run(count, we)
                pack_run(titles, 0, count, wt, words, here_words)
            block += 1


@kernel
def _put(words: U32, at: int, width: int, i: int, value: int) -> None:
    if width == 0:
        return
    bit = i * width
    word = at + (bit >> 5)
    shifted = np.uint64(value) << np.uint64(bit & 31)
    words[word] |= np.uint32(shifted & np.uint64(0xFFFFFFFF))
    if (bit & 31) + width > 32:
        words[word + 1] |= np.uint32(shifted >> np.uint64(32))
