"""What the best hits of a generation teach, and how much of it stands in the others, by kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from indexer.codec.kernels.packing import F32, I64
from indexer.codec.key_terms import PLACES, segment_idf
from searchapp.backends.generation import Generation, SearchedSegment
from searchapp.backends.kernels import feedback as kernels
from searchapp.search.feedback import CHOSEN, TEACHERS
from searchapp.search.scoring import DEFAULT_PARAMETERS, Floats

#: A term by the number of its segment and its place among the key terms of that, with its share * rarity.
_Taught: TypeAlias = tuple[int, int, float]
_K1: Final = DEFAULT_PARAMETERS.k1


def measure_feedback(docs: Sequence[int], generation: Generation) -> Floats:
    """What is added to each of the documents, best first, at a strength of 1."""
    added = np.zeros(len(docs))
    if len(docs) <= TEACHERS:
        return added
    places = np.array(docs, np.int64)
    owners = np.searchsorted(generation.bases, places, "right") - 1
    taught = _teach(places[:TEACHERS], owners[:TEACHERS], generation)
    for number in sorted(set(owners.tolist())):
        segment = generation.segments[number]
        chosen = np.flatnonzero(owners == number)
        numbers, worth = _find_taught(taught, segment, generation)
        key_terms = segment.mapped.key_terms
        of_segment = np.empty(len(chosen))
        kernels.measure_feedback(
            key_terms.words, key_terms.offsets, len(key_terms.ordinals), places[chosen] - segment.base, numbers, worth,
            segment.text[10], _K1, of_segment,
        )  # fmt: skip
        added[chosen] = of_segment
    return added


def key_rarity(segment: SearchedSegment, generation: Generation) -> F32:
    """The idf of each of the key terms of a segment."""

    def reckon() -> F32:
        return segment_idf(segment.documents, segment.mapped.text.packed.doc_freq[segment.mapped.key_terms.ordinals])

    return generation.make_once(f"key rarity {segment.number}", reckon)


def _teach(docs: I64, owners: I64, generation: Generation) -> list[_Taught]:
    segments, numbers, weights, rarities = [], [], [], []
    for owner in sorted(set(owners.tolist())):
        segment = generation.segments[owner]
        ranks = np.flatnonzero(owners == owner)
        inside = docs[ranks] - segment.base
        columns, key_terms = segment.mapped.columns, segment.mapped.key_terms
        lengths = columns.title_length[inside].astype(np.int64) + columns.body_length[inside]
        found, summed = np.empty(TEACHERS * PLACES, np.int64), np.empty(TEACHERS * PLACES)
        count = kernels.weigh_terms(
            key_terms.words, key_terms.offsets, len(key_terms.ordinals), inside,
            1 / ((ranks + 1) * np.maximum(lengths, 1)), found, summed,
        )  # fmt: skip
        segments.append(np.full(count, owner))
        numbers.append(found[:count])
        weights.append(summed[:count])
        rarities.append(key_rarity(segment, generation)[found[:count]].astype(np.float64))
    weight, rarity = np.concatenate(weights), np.concatenate(rarities)
    # They come by segment and by text: of equals the first.
    chosen = np.argsort(-weight * rarity, kind="stable")[:CHOSEN]
    shares = weight[chosen] * np.sqrt(rarity[chosen])
    worth = shares / max(float(shares.sum()), 1e-300) * rarity[chosen]
    return list(
        zip(
            np.concatenate(segments)[chosen].tolist(),
            np.concatenate(numbers)[chosen].tolist(),
            worth.tolist(),
            strict=True,
        )
    )


def _find_taught(taught: Sequence[_Taught], segment: SearchedSegment, generation: Generation) -> tuple[I64, Floats]:
    """Which key terms of a segment were taught, rising, and what each is worth."""
    found: dict[int, float] = {}
    foreign = [each for each in taught if each[0] != segment.number]
    texts = [_text_of(generation.segments[owner], number) for owner, number, _ in foreign]
    ordinals = segment.mapped.key_terms.ordinals
    places = [-1] * len(foreign)
    if foreign and len(ordinals):
        terms = segment.mapped.text.terms.find(texts)
        at = np.minimum(np.searchsorted(ordinals, np.maximum(terms, 0)), len(ordinals) - 1)
        places = np.where(ordinals[at] == terms, at, -1).tolist()
    elsewhere = iter(places)
    for owner, number, worth in taught:
        place = number if owner == segment.number else next(elsewhere)
        if place >= 0:
            found[place] = found.get(place, 0.0) + worth
    rising = sorted(found)
    return np.array(rising, np.int64), np.array([found[place] for place in rising], np.float64)


def _text_of(segment: SearchedSegment, number: int) -> str:
    return segment.mapped.text.terms[int(segment.mapped.key_terms.ordinals[number])]
