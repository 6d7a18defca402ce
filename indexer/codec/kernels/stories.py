"""Looking for copies by their sketches, compiled; `indexer/codec/stories.py` says what one is."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, inlined, kernel
from indexer.codec.kernels.numbers import number_at
from indexer.codec.kernels.sketching import KEY_BITS, KEYS, SKETCH_WORDS

_KEY = np.uint64((1 << KEY_BITS) - 1)
_LEAST_BITS = np.uint64(0x1111111111111111)
_ONE = np.uint64(1)
_TWO = np.uint64(2)
_IS_SHORT = np.uint64(1 << 62)


@inlined
def key_at(sketches, row, key):
    """A key of a sketch, as uint64."""
    return (sketches[row, SKETCH_WORDS - 1] >> np.uint64(KEY_BITS * key)) & _KEY


@inlined
def count_same(sketches, row, others, other):
    """How many of the small values of two sketches are the same."""
    different = 0
    for word in range(SKETCH_WORDS - 1):
        unlike = sketches[row, word] ^ others[other, word]
        unlike |= unlike >> _ONE
        unlike |= unlike >> _TWO
        different += count_bits(unlike & _LEAST_BITS)
    return 16 * (SKETCH_WORDS - 1) - different


@kernel
def find_copies(wanted, sketches, orders, starts, shift, live, least, least_short, most, of_wanted, docs):
    """Fill which document (`docs`) is a copy of which sketch of `wanted` (`of_wanted`); returns how many there are.

    `orders` are the words of packed numbers; a key is looked for in `starts` by its bits from `shift` on. Of the
    documents that share a key the first `most` are looked at, so `docs` has room for `KEYS` * `most` a sketch.
    """
    found = 0
    buckets = starts.shape[1] - 1
    sketched = np.int64(starts[0, buckets])
    for want in range(len(wanted)):
        if wanted[want, SKETCH_WORDS - 1] == 0:
            continue
        first_found = found
        for number in range(KEYS):
            key = key_at(wanted, want, number)
            bucket = np.int64(key >> np.uint64(shift))
            begin = number * sketched
            low = np.int64(starts[number, bucket])
            stop = np.int64(starts[number, bucket + 1])
            high = stop
            while low < high:
                middle = (low + high) >> 1
                if key_at(sketches, number_at(orders, begin + middle), number) < key:
                    low = middle + 1
                else:
                    high = middle
            for at in range(low, min(stop, low + most)):
                doc = number_at(orders, begin + at)
                if key_at(sketches, doc, number) != key:
                    break
                either = wanted[want, SKETCH_WORDS - 1] | sketches[doc, SKETCH_WORDS - 1]
                needed = least_short if either & _IS_SHORT else least
                if not live[doc] or count_same(wanted, want, sketches, doc) < needed:
                    continue
                is_known = False
                for i in range(first_found, found):
                    if docs[i] == doc:
                        is_known = True
                        break
                if not is_known:
                    of_wanted[found] = want
                    docs[found] = doc
                    found += 1
    return found
