"""Look-ups in the columns of a segment, compiled; `segment.py` has the plain path."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel


@kernel
def find_id(ids, id_order, key):
    """The document whose 16 bytes of id are the key's, -1 where there is none; id_order sorts the documents by id."""
    low = np.int64(0)
    high = np.int64(len(id_order))
    while low < high:
        middle = (low + high) >> 1
        doc = np.int64(id_order[middle])
        difference = np.int64(0)
        for i in range(16):
            difference = np.int64(ids[doc, i]) - np.int64(key[i])
            if difference != 0:
                break
        if difference == 0:
            return doc
        if difference < 0:
            low = middle + 1
        else:
            high = middle
    return np.int64(-1)


@kernel
def find_ids(ids, id_order, keys, docs):
    """The same for many keys, 16 bytes each; gives the documents in `docs`."""
    for i in range(len(keys)):
        docs[i] = find_id(ids, id_order, keys[i])
