"""The sketch of an article: 32 bytes of its text, of which two are as alike as the texts are.

A text is the set of all its runs of three neighbouring words, and two texts are as alike as the share of runs that they
have in common (Jaccard; shingles and MinHash: Broder 1997). Every run has a hash of 64 bits. The upper half chooses one
of 51 places; each place keeps the lowest lower half that came there (one permutation for all places: Li, Owen and Zhang
2012), and a place where none came takes that of another, always the same one first (Shrivastava and Li 2014). Of 48 of
these 4 bits are kept (b-bit minwise hashing, Li and König 2010), which tell how alike two texts are; of 3, the keys,
20 bits, by which texts that may be alike are found. Words of a sketch, bits from the least on:

    0, 1, 2     16 small values of 4 bits each
    3           three keys of 20 bits; bit 62 where the text has less than `SHORT_WORDS` words; bit 63, always

The words are those of the body by position, as surfaces: folded, not stemmed, in no language, so that a copy that was
taken for another language is a copy. Where a position has several readings, the one of the lowest hash stands for it. A
headline takes no part, which is what editors change first. A text of less than `LEAST_WORDS` words has no sketch, and
its words are all 0: what is so short is the same by chance.

A sketch depends on nothing but the text and its surfaces, and on no other article: it is made once, wherever and in
whatever order, and carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.analysis.token import ACRONYM_MARK, AnalysedText
from indexer.codec.kernels.sketching import (
    DIGEST_FACTOR,
    DIGEST_START,
    FIRST_FACTOR,
    HALF,
    KEY_BITS,
    LEAST_WORDS,
    MIX_FIRST,
    MIX_SECOND,
    NEIGHBOURS,
    NOTHING,
    PLACES,
    SECOND_FACTOR,
    SHORT_WORDS,
    SKETCH_WORDS,
    SMALL_VALUES,
    SPREAD,
)

U64: TypeAlias = npt.NDArray[np.uint64]
Sketch: TypeAlias = tuple[int, ...]

NO_SKETCH: Final[Sketch] = (0,) * SKETCH_WORDS
_WHOLE: Final = (1 << 64) - 1


@cache
def donor_places() -> npt.NDArray[np.int64]:
    """For each place all places, in the order in which it asks them for a hash when it has none of its own."""
    drawn = np.array([[_mix(place * PLACES + other + 1) for other in range(PLACES)] for place in range(PLACES)])
    return np.argsort(drawn, axis=1, kind="stable").astype(np.int64)


def sketch_text(analysed: AnalysedText) -> Sketch:
    """The sketch of an analysed body."""
    return sketch_words(
        [
            min(hash_word(surface) for token in tokens for surface in token.surfaces)
            for _, tokens in groupby(analysed.tokens, key=lambda token: token.position)
        ]
    )


def sketch_words(words: Sequence[int]) -> Sketch:
    """The sketch of words by their hashes."""
    if len(words) < LEAST_WORDS:
        return NO_SKETCH
    lowest = [NOTHING] * PLACES
    for run in zip(*(words[at:] for at in range(NEIGHBOURS)), strict=False):
        hashed = _mix((run[0] * FIRST_FACTOR + run[1] * SECOND_FACTOR + run[2]) & _WHOLE)
        place = (hashed >> 32) * PLACES >> 32
        lowest[place] = min(lowest[place], hashed & HALF)
    sketch = [0] * SKETCH_WORDS
    for place, donors in enumerate(donor_places().tolist()):
        low = next(lowest[each] for each in (place, *donors) if lowest[each] != NOTHING)
        spread = low * SPREAD & HALF
        if place < SMALL_VALUES:
            sketch[place >> 4] |= spread >> 28 << 4 * (place & 15)
        else:
            sketch[-1] |= spread >> 32 - KEY_BITS << KEY_BITS * (place - SMALL_VALUES)
    sketch[-1] |= 1 << 63 | (len(words) < SHORT_WORDS) << 62
    return tuple(sketch)


@lru_cache(maxsize=1 << 16)
def hash_word(surface: str) -> int:
    """63 bits of a surface, an acronym's the same as those of its letters (FNV-1a, mixed)."""
    digest = DIGEST_START
    for byte in surface.lstrip(ACRONYM_MARK).encode():
        digest = (digest ^ byte) * DIGEST_FACTOR & _WHOLE
    return _mix(digest) >> 1


def _mix(number: int) -> int:
    number = (number ^ number >> 30) * MIX_FIRST & _WHOLE
    number = (number ^ number >> 27) * MIX_SECOND & _WHOLE
    return number ^ number >> 31
