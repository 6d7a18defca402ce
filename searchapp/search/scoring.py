"""The formula that ranks: BM25F in its true form, written once for every engine.

Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3.6.3. For a word in an article:

    tf  = sum over fields f of  weight_f * frequency_f / (1 - b_f + b_f * length_f / average_length_f)
    score = typed * log(1 + (N - n + 0.5) / (n + 0.5)) * tf / (k1 + tf)

N counts live articles, n those of them that hold the word in any of the fields, averages are over live articles, and
`typed` is how often the word was typed. An article's score is the sum over the words that it matches. A word that is
asked for in one field alone (`title:maps`) is scored by that field alone, with weight 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldParameters:
    """`weight` multiplies the field's frequencies; `b` says how much its length counts, from 0 to 1."""

    weight: float
    b: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """docs/ranking.md tells how these values were chosen; `make eval` measures them."""

    k1: float = 1.4
    title: FieldParameters = FieldParameters(weight=2.5, b=0.5)
    body: FieldParameters = FieldParameters(weight=1.0, b=0.6)


DEFAULT_PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True)
class FieldFrequencies:
    """One field's part in scoring one word over m articles.

    `frequencies` and `lengths` have shape (m,) and are aligned; lengths are in positions. `average_length` is over
    all live articles of the index, 0 when the field is empty everywhere.
    """

    parameters: FieldParameters
    frequencies: Floats
    lengths: Floats
    average_length: float


def inverse_frequency(articles: int, holding: int) -> float:
    """The idf of a word that `holding` of `articles` live articles hold; never negative."""
    return math.log(1 + (articles - holding + 0.5) / (holding + 0.5)) if holding <= articles else 0.0


def normalise_frequencies(field: FieldFrequencies) -> Floats:
    """The field's frequencies, weighted and made comparable between short and long articles."""
    parameters = field.parameters
    if field.average_length <= 0:
        return parameters.weight * field.frequencies
    scale = 1 - parameters.b + parameters.b * field.lengths / field.average_length
    # A word cannot stand in a field of length 0; a damaged length column must not divide by zero all the same.
    return parameters.weight * field.frequencies / np.maximum(scale, 1e-9)


def score_word(fields: tuple[FieldFrequencies, ...], idf: float, typed: float, k1: float) -> Floats:
    """Scores of one word, shape (m,): see the formula at the top. `fields` is not empty."""
    tf = normalise_frequencies(fields[0])
    for field in fields[1:]:
        tf = tf + normalise_frequencies(field)
    return typed * idf * tf / (k1 + tf)
