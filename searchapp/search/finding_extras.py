"""What is added to the scores of some articles, read from plain arrays: what kernels are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from searchapp.search.closeness import Closeness, PlacedWord, measure_closeness
from searchapp.search.extras import DEFAULT_WEIGHTS, DistinctWords, add_closeness
from searchapp.search.feedback import TaughtArticle, measure_feedback
from searchapp.search.matching import Check, contains, find_places
from searchapp.search.plan import RankedWord
from searchapp.search.postings import PLACE_BITS, Documents, Places, PlaceSource, PostingField, PostingSource, TextField
from searchapp.search.scoring import FieldFrequencies, FieldParameters, Floats, Parameters, normalise_frequencies


def find_extras(
    docs: Documents,
    words: DistinctWords,
    rarity: Sequence[float],
    source: PostingSource,
    parameters: Parameters,
    check: Check,
) -> Floats:
    """Aligned with `docs`; `rarity` with the words."""
    parts = find_closeness(docs, words, rarity, source, parameters, check)
    return np.array([add_closeness(each, DEFAULT_WEIGHTS) for each in parts])


def find_closeness(
    docs: Documents,
    words: DistinctWords,
    rarity: Sequence[float],
    source: PlaceSource,
    parameters: Parameters,
    check: Check,
) -> list[Closeness]:
    """The parts of which the extras are made, not weighed yet."""
    gains = list(
        zip(
            _gains(docs, "title", parameters.title, source),
            _gains(docs, "body", parameters.body, source),
            strict=True,
        )
    )
    placed = [_place_word(word, docs, source, check) for word in words.words]
    weighed = words.weigh(rarity)
    parts = []
    for of_document, gain in zip(zip(*placed, strict=True), gains, strict=True):
        check()
        parts.append(measure_closeness(of_document, weighed, gain, parameters.k1))
    return parts


def find_feedback(docs: Documents, source: PostingSource, parameters: Parameters) -> Floats:
    """What the best of the documents teach, and the others have of it; they come best first."""
    gains = _gains(docs, "body", parameters.body, source)
    lengths = (source.lengths("title")[docs] + source.lengths("body")[docs]).tolist()
    articles = [
        TaughtArticle(source.key_terms(doc), length, gain)
        for doc, length, gain in zip(docs.tolist(), lengths, gains, strict=True)
    ]
    return np.array(measure_feedback(articles, parameters.k1))


def _gains(docs: Documents, field: TextField, parameters: FieldParameters, source: PlaceSource) -> list[float]:
    """What one place in the field is worth in each document."""
    lengths = source.lengths(field)[docs].astype(np.float64)
    once = FieldFrequencies(parameters, np.ones(len(docs)), lengths, source.average_length(field))
    gains: list[float] = normalise_frequencies(once).tolist()
    return gains


def _place_word(word: RankedWord, docs: Documents, source: PlaceSource, check: Check) -> list[PlacedWord]:
    """Where the word stands in each document. What is in several parts is not as it was typed: that is in one."""
    in_one = [[run for run in runs if len(run) == 1] for runs in (word.stems, word.surfaces)]

    def find(fields: tuple[PostingField, PostingField]) -> Iterator[tuple[list[int], int]]:
        places = find_places(word.stems, fields[0], source, check)
        single, as_typed = (find_places(runs, field, source, check) for runs, field in zip(in_one, fields, strict=True))
        typed = single[contains(as_typed, single)]
        return zip(_cut_places(places, docs), map(len, _cut_places(typed, docs)), strict=True)

    return [
        PlacedWord(title, body, typed_in_title, typed_in_body)
        for (title, typed_in_title), (body, typed_in_body) in zip(
            find(("title", "title_surface")), find(("body", "body_surface")), strict=True
        )
    ]


def _cut_places(places: Places, docs: Documents) -> list[list[int]]:
    """The positions in each document."""
    wide = docs.astype(np.int64)
    firsts, lasts = np.searchsorted(places, wide << PLACE_BITS), np.searchsorted(places, (wide + 1) << PLACE_BITS)
    return [(places[first:last] & ((1 << PLACE_BITS) - 1)).tolist() for first, last in zip(firsts, lasts, strict=True)]
