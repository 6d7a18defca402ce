"""Sketches of articles out of what was laid out of their texts: what `sketch_text` says, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from indexer.analysis.inversion import Occurrences
from indexer.analysis.pairing import Lexicon
from indexer.codec.kernels import sketching as kernels
from indexer.codec.sketching import U64, donor_places

_NO_WORD: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


def sketch_bodies(chunks: Sequence[Occurrences], lexicon: Lexicon, documents: int) -> U64:
    """The sketch of each document, (documents, 4). Wants numba."""
    blob, starts = lexicon.surfaces.encoded()
    # The last one stands for no surface, whose number is -1.
    hashes = np.full(len(starts), _NO_WORD, np.uint64)
    kernels.hash_words(blob, starts, hashes[:-1])
    hash_of_pair = hashes[lexicon.columns()[1]]
    sketches = np.zeros((documents, kernels.SKETCH_WORDS), np.uint64)
    donors = donor_places()
    for chunk in chunks:
        kernels.sketch_texts(chunk.stream, chunk.codes, chunk.stops, hash_of_pair, donors, sketches)
    return sketches
