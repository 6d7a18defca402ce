from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.boosting import Boosting, as_json, cut_features, fit_trees
from indexer.cleaning.pages.block_features import ALL_FEATURES
from indexer.cleaning.pages.block_model import BlockModel, score_blocks


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray]:
    """What no single question tells: whether two of the features are both high or both low."""
    features = np.random.default_rng(5).normal(size=(3000, len(ALL_FEATURES))).astype(np.float32)
    labels = ((features[:, 3] > 0) == (features[:, 7] > 0)).astype(np.float64)
    return features, labels


def test_trees_learn_what_takes_two_questions_and_read_back_as_they_were(examples) -> None:
    features, labels = examples
    wanted = [*range(12)]
    codes, cuts = cut_features(features[:, wanted])
    bias, trees = fit_trees(
        codes, labels, np.ones(len(labels)), Boosting(trees=40, depth=3, rate=0.3, feature_share=1.0)
    )
    names = tuple(ALL_FEATURES[at] for at in wanted)
    model = BlockModel.from_json(json.loads(json.dumps(as_json(names, cuts, bias, trees))))
    chances = score_blocks(features, model)
    assert ((chances > 0.5) == (labels > 0.5)).mean() > 0.95
    # By the bins that they were fitted to: the thresholds part the values in the same way.
    score = np.full(len(labels), bias)
    for questions, values in trees:
        leaf = sum((codes[:, at] > cut).astype(int) << bit for bit, (at, cut) in enumerate(questions))
        score += values[leaf]
    assert chances == pytest.approx(1 / (1 + np.exp(-score)), abs=0.01)


def test_fitting_is_the_same_every_time(examples) -> None:
    features, labels = examples
    codes, _ = cut_features(features[:, :12])
    one, other = (fit_trees(codes, labels, np.ones(len(labels)), Boosting(trees=3)) for _ in range(2))
    assert one[0] == other[0]
    assert [questions for questions, _ in one[1]] == [questions for questions, _ in other[1]]
