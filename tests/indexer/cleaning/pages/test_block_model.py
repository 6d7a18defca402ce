from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning.pages.block_features import ALL_FEATURES
from indexer.cleaning.pages.block_model import BlockModel, choose_blocks, load_block_model, score_blocks

CHANCES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=7)


def score_plainly(row: np.ndarray, model: BlockModel) -> float:
    """A tree at a time, a question at a time."""
    total = model.bias
    for features, thresholds, leaves in zip(model.features, model.thresholds, model.leaves, strict=True):
        leaf = 0
        for bit, (feature, threshold) in enumerate(zip(features, thresholds, strict=True)):
            leaf += (1 << bit) if row[feature] > threshold else 0
        total += leaves[leaf]
    return float(1 / (1 + np.exp(-total)))


def test_scores_are_those_of_the_trees_asked_one_by_one() -> None:
    model = load_block_model()
    features = np.random.default_rng(3).normal(size=(20, len(ALL_FEATURES))).astype(np.float32)
    assert score_blocks(features, model) == pytest.approx([score_plainly(row, model) for row in features])


def expected_f1(chosen: tuple[int, ...], chances: list[float], words: list[float]) -> float:
    gained = sum(chances[at] * words[at] for at in chosen)
    total = sum(chance * count for chance, count in zip(chances, words, strict=True))
    return 2 * gained / (sum(words[at] for at in chosen) + total)


@given(CHANCES, st.data())
def test_no_set_of_blocks_has_a_better_expected_f1(chances: list[float], data: st.DataObject) -> None:
    words = data.draw(st.lists(st.floats(0.5, 100), min_size=len(chances), max_size=len(chances)))
    chosen = choose_blocks(np.array(chances), np.array(words, dtype=np.float64))
    every = chain.from_iterable(combinations(range(len(chances)), size) for size in range(1, len(chances) + 1))
    best = max(expected_f1(one, chances, words) for one in every)
    assert expected_f1(tuple(np.flatnonzero(chosen)), chances, words) == pytest.approx(best)


def test_a_model_that_asks_for_what_nobody_measures_is_refused() -> None:
    with pytest.raises(ValueError, match="tuple"):
        BlockModel.from_json({"bias": 0, "names": ["no such feature"], "trees": []})
