"""Surfaces of several segments as one list: which of them are the same text."""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from indexer.codec.kernels.dictionary import compare


@kernel
def copy_texts(blob, offsets, numbers, texts, text_offsets, first):
    """Append the texts of these numbers to `texts`, as number `first` and following."""
    at = text_offsets[first]
    for i in range(len(numbers)):
        for k in range(np.int64(offsets[numbers[i]]), np.int64(offsets[numbers[i] + 1])):
            texts[at] = blob[k]
            at += 1
        text_offsets[first + i + 1] = at


@kernel
def number_texts(texts, text_offsets, list_start, ranks):
    """ranks[i] is the place of text i among all different texts in the order of their bytes; returns how many there
    are. Text lists, each rising, stand one after the other; `list_start` cuts them."""
    lists = len(list_start) - 1
    heads = list_start[:-1].copy()
    rank = -1
    last = np.int64(-1)
    while True:
        least = np.int64(-1)
        chosen = -1
        for number in range(lists):
            head = heads[number]
            if head == list_start[number + 1]:
                continue
            if least < 0 or (
                compare(
                    texts,
                    text_offsets[head],
                    text_offsets[head + 1],
                    texts,
                    text_offsets[least],
                    text_offsets[least + 1],
                )
                < 0
            ):
                least = head
                chosen = number
        if chosen < 0:
            return rank + 1
        if (
            last < 0
            or compare(
                texts, text_offsets[last], text_offsets[last + 1], texts, text_offsets[least], text_offsets[least + 1]
            )
            != 0
        ):
            rank += 1
        last = least
        ranks[least] = rank
        heads[chosen] += 1
