"""The stretch that is chosen is the best there is, and scores do not depend on how they are computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.line_features import LINE_FEATURES, PAGE_FEATURES, look_at_line, measure_lines
from indexer.cleaning.line_model import REACH, choose_stretch, judge_lines, load_line_model, score_lines

CHANCES = st.floats(0.0, 1.0, allow_nan=False)
PAGE = [
    "Home",
    "World",
    "Ferry late for the third week",
    "The ferry was late again on Monday, and nobody on the quay could say why that was so.",
    "Passengers who had waited since dawn were given tea and a promise, the office said.",
    "Share",
    "The company blamed a pump that was ordered in March and has been travelling since.",
    "Subscribe to our newsletter",
    "© 2021 The Mercury",
]


def expected_f1(chances: np.ndarray, words: np.ndarray, start: int, end: int) -> float:
    likely = chances[start:end] >= 0.15
    gained = float((chances[start:end] * words[start:end])[likely].sum())
    total = float((chances * words).sum())
    return 2 * gained / max(1e-9, float(words[start:end][likely].sum()) + total)


@given(st.lists(st.tuples(CHANCES, st.integers(1, 60)), min_size=1, max_size=14))
def test_no_stretch_has_a_higher_expected_f1(lines: list[tuple[float, int]]) -> None:
    chances = np.array([chance for chance, _ in lines])
    words = np.array([float(count) for _, count in lines])
    chosen = choose_stretch(chances, words, np.zeros(len(lines)))
    best = max(
        expected_f1(chances, words, start, end)
        for start in range(len(lines))
        for end in range(start + 1, len(lines) + 1)
    )
    kept = float(words[chosen].sum())
    reached = 2 * float((chances * words)[chosen].sum()) / max(1e-9, kept + float((chances * words).sum()))
    assert reached >= best - 1e-6
    assert not (chosen & (chances < 0.15)).any()


def test_score_is_the_sum_of_what_each_neighbour_adds() -> None:
    model = load_line_model()
    features, _ = measure_lines(PAGE)
    count, width = len(PAGE), len(LINE_FEATURES)
    for at in range(count):
        score = model.bias + float(features[at, width:].astype(np.float64) @ model.page)
        for column, offset in enumerate(range(-REACH, REACH + 1)):
            if 0 <= at + offset < count:
                score += float(features[at + offset, :width].astype(np.float64) @ model.line[:, column])
            else:
                score += float(model.outside[column])
        assert np.isclose(score_lines(features, model)[at], 1 / (1 + np.exp(-score)))


def test_sentences_score_above_the_furniture_around_them() -> None:
    chances = judge_lines(PAGE, load_line_model()).chances
    sentences, others = chances[[3, 4, 6]], chances[[0, 1, 7, 8]]
    assert sentences.min() > others.max()


def test_features_have_the_names_that_the_weights_have() -> None:
    features, words = measure_lines(PAGE)
    assert features.shape == (len(PAGE), len(LINE_FEATURES) + len(PAGE_FEATURES))
    assert words.shape == (len(PAGE),)
    assert len(look_at_line("A line.").features) == len(LINE_FEATURES)


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=30))
def test_features_of_any_lines_are_finite(lines: list[str]) -> None:
    features, words = measure_lines(lines)
    assert np.isfinite(features).all()
    assert (words > 0).all()


def test_a_bias_shifts_every_chance() -> None:
    model = load_line_model()
    features, _ = measure_lines(PAGE)
    assert (score_lines(features, replace(model, bias=model.bias + 1)) > score_lines(features, model)).all()
