"""The words of a batch of articles, put back into the order of their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from indexer.codec.dictionary import Dictionary
from indexer.codec.group import NO_SURFACE, InvertedGroup
from indexer.codec.kernels.packing import I64

_NO_NUMBERS: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """The words of one field of n texts, by text, position and word: text t has those from starts[t] to starts[t + 1].

    `words` are numbers of `spelled`; `lane` counts the words before each that stand at its position.
    """

    spelled: Sequence[str]
    starts: I64
    positions: I64
    lane: I64
    words: I64


def place_words(group: InvertedGroup, texts: int) -> tuple[PlacedWords, PlacedWords]:
    """The terms of a group and the surfaces that stood for them, by text: twice the document, one more for a body. The
    stretches of a group are there once, so both are taken in one walk."""
    codes, positions, terms, surfaces = ([_NO_NUMBERS] for _ in range(4))
    first_term = 0
    for stretch in group.stretches:
        flat = stretch.postings
        held = np.diff(flat.position_start)
        posting_term = np.repeat(np.arange(first_term, first_term + flat.term_count), np.diff(flat.term_start))
        in_posting = np.arange(len(flat.positions)) - np.repeat(flat.position_start[:-1], held)
        in_body = in_posting >= np.repeat(flat.title_freq.astype(np.int64), held)
        term = np.repeat(posting_term, held)
        codes.append(2 * np.repeat(flat.docs.astype(np.int64), held) + in_body)
        positions.append(flat.positions.astype(np.int64))
        terms.append(term)
        surfaces.append(group.form_surface[group.form_start[term] + flat.forms].astype(np.int64))
        first_term += flat.term_count
    code, position, surface = np.concatenate(codes), np.concatenate(positions), np.concatenate(surfaces)
    has_one = surface != NO_SURFACE
    return (
        _order(code, position, np.concatenate(terms), texts, _spell(group.terms)),
        _order(code[has_one], position[has_one], surface[has_one], texts, _spell(group.surfaces)),
    )


def _order(codes: I64, positions: I64, words: I64, texts: int, spelled: Sequence[str]) -> PlacedWords:
    order = np.lexsort((words, positions, codes))
    codes, positions, words = codes[order], positions[order], words[order]
    is_new_place, is_new_word = np.ones(len(codes), np.bool_), np.ones(len(codes), np.bool_)
    is_new_place[1:] = (codes[1:] != codes[:-1]) | (positions[1:] != positions[:-1])
    is_new_word[1:] = is_new_place[1:] | (words[1:] != words[:-1])
    codes, positions, words = codes[is_new_word], positions[is_new_word], words[is_new_word]
    begins = np.flatnonzero(is_new_place[is_new_word])
    lane = np.arange(len(codes)) - np.repeat(begins, np.diff(np.append(begins, len(codes))))
    return PlacedWords(spelled, np.searchsorted(codes, np.arange(texts + 1)), positions, lane, words)


def _spell(dictionary: Dictionary) -> list[str]:
    blob, cuts = dictionary.blob.tobytes(), dictionary.offsets.tolist()
    return [blob[first:last].decode() for first, last in pairwise(cuts)]
