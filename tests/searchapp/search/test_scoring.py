"""BM25F by hand: small numbers that anyone can check."""

from __future__ import annotations

import math

import numpy as np
import pytest

from searchapp.search.scoring import FieldFrequencies, FieldParameters, inverse_frequency, score_word


def field(weight: float, b: float, frequency: float, length: float, average: float) -> FieldFrequencies:
    return FieldFrequencies(FieldParameters(weight, b), np.array([frequency]), np.array([length]), average)


def test_idf_is_never_negative_and_falls() -> None:
    values = [inverse_frequency(1000, holding) for holding in range(1001)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0
    assert inverse_frequency(3, 1) == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert inverse_frequency(0, 0) == pytest.approx(math.log(2))


def test_word_of_average_length_in_one_field() -> None:
    (score,) = score_word((field(1, 0.6, 2, 10, 10),), idf=3.0, typed=1.0, k1=1.4)
    assert score == pytest.approx(3 * 2 / (1.4 + 2))


def test_fields_are_summed_before_they_saturate() -> None:
    (score,) = score_word((field(2.5, 0.5, 1, 5, 10), field(1, 0.6, 3, 200, 100)), idf=1.0, typed=2.0, k1=1.4)
    tf = 2.5 * 1 / (0.5 + 0.5 * 0.5) + 3 / (0.4 + 0.6 * 2)
    assert score == pytest.approx(2 * tf / (1.4 + tf))


def test_field_that_is_empty_everywhere_divides_by_nothing() -> None:
    (score,) = score_word((field(2.5, 0.5, 0, 0, 0), field(1, 1.0, 1, 0, 3)), idf=1.0, typed=1.0, k1=1.4)
    assert np.isfinite(score)
