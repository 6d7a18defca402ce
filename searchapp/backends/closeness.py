"""How close a query's words stand in hits of a generation, by kernels."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.codec.kernels.packing import I64
from searchapp.backends.clauses import PreparedClause
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import closeness as kernels
from searchapp.backends.kernels.memory import address_of
from searchapp.backends.pairs import ANY_FORM, find_pairs
from searchapp.backends.room import ROOM
from searchapp.search.closeness import NEAR, PAIR_K1, WINDOW
from searchapp.search.extras import DistinctWords, as_clause
from searchapp.search.plan import Clause, RankedWord
from searchapp.search.scoring import DEFAULT_PARAMETERS, Floats


@dataclass(frozen=True, slots=True)
class PreparedWord:
    """A word's idf, and its rows for all segments as `kernels/word_places.py` reads them, at `address`."""

    idf: float
    rows: I64
    address: int


def prepare_word(word: RankedWord, generation: Generation, prepare: Callable[[Clause], PreparedClause]) -> PreparedWord:
    """Raises LateError when there is no time left to count the word's articles."""
    key = ("ranked", word.stems, word.surfaces)
    known: PreparedWord | None = generation.prepared.get(key)
    if known is not None:
        return known
    begins: list[int] = []
    numbers: list[int] = []
    for segment in generation.segments:
        begins.append(len(generation.segments) + len(numbers))
        numbers += _write_row(word, segment, generation)
    rows = np.array(begins + numbers, np.int64)
    return generation.prepared.put(key, PreparedWord(prepare(as_clause(word)).idf, rows, address_of(rows)))


def measure_hits(
    docs: I64, told_apart: DistinctWords, prepared: Sequence[PreparedWord], generation: Generation
) -> Floats:
    """A row of the four parts for each of the documents, which may stand in any order."""
    order = np.argsort(docs)
    rising = docs[order]
    parts = np.empty((len(docs), 4))
    floats = np.array([DEFAULT_PARAMETERS.k1, PAIR_K1, *[word.idf for word in prepared]])
    question = array(
        "q",
        (
            len(docs), address_of(rising), address_of(parts), address_of(floats), generation.table_address,
            len(generation.segments), ROOM.address, len(prepared), len(told_apart.neighbours), WINDOW, NEAR,
        ),
    )  # fmt: skip
    for word, times in zip(prepared, told_apart.times, strict=True):
        question.append(word.address)
        question.append(times)
    for pair in told_apart.neighbours:
        question.extend((pair.left, pair.right, pair.times))
    kernels.measure_closeness(question.buffer_info()[0])
    measured = np.empty_like(parts)
    measured[order] = parts
    return measured


def _write_row(word: RankedWord, segment: SearchedSegment, generation: Generation) -> list[int]:
    as_typed: dict[int, list[int]] = {}
    for run in word.surfaces:
        if len(run) == 1:
            for term, form in find_pairs(run, segment, generation, "text", surface=True):
                as_typed.setdefault(term, []).append(form)
    row = [0]
    for run in word.stems:
        pairs = [find_pairs((text,), segment, generation, "text", surface=False) for text in run]
        if not all(pairs):
            continue
        row[0] += 1
        row.append(len(run))
        for ((term, _),) in pairs:
            forms = as_typed.get(term, [])
            row += (term, -1) if ANY_FORM in forms else (term, len(forms), *forms)
    return row
