"""Boosted oblivious trees in a few lines: what benchmarks/train_blocks.py fits and block_model.py reads.

Gradient boosting of the logistic loss with second-order leaves (Friedman 2001; Chen and Guestrin 2016). Every feature
is cut into at most BINS bins at its quantiles; all nodes of one depth of a tree ask one question, the one whose gain
over all of them is highest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

BINS = 32


@dataclass(frozen=True, slots=True)
class Boosting:
    trees: int = 120
    depth: int = 4
    rate: float = 0.12
    ridge: float = 8.0
    feature_share: float = 0.33
    seed: int = 7


def cut_features(features: Floats) -> tuple[Codes, list[Floats]]:
    """Each value's bin, uint8 of the same shape, and each feature's cuts: bin k holds what is above cut k - 1 and not
    above cut k."""
    codes = np.zeros(features.shape, dtype=np.uint8)
    cuts: list[Floats] = []
    for at in range(features.shape[1]):
        column = features[:, at]
        values = np.unique(column)
        if len(values) > BINS:
            values = np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1]).astype(np.float32))
            edges = values
        else:
            edges = ((values[1:] + values[:-1]) / 2).astype(np.float32)
        cuts.append(edges)
        codes[:, at] = np.searchsorted(edges, column, side="left")
    return codes, cuts


@numba.njit(cache=False)
def _sum_bins(codes: Codes, columns: Numbers, leaves: Numbers, slope: Doubles, bend: Doubles, out: Doubles) -> None:
    for row in range(codes.shape[0]):
        leaf, one, two = leaves[row], slope[row], bend[row]
        for k in range(columns.shape[0]):
            code = codes[row, columns[k]]
            out[k, leaf, code, 0] += one
            out[k, leaf, code, 1] += two


def fit_trees(
    codes: Codes, labels: Doubles, weights: Doubles, options: Boosting
) -> tuple[float, list[tuple[list[tuple[int, int]], Doubles]]]:
    """The bias, and of each tree its questions (feature, the last bin that answers no) and its leaves."""
    random = np.random.default_rng(options.seed)
    mean = float((labels * weights).sum() / weights.sum())
    bias = float(np.log(mean / (1 - mean)))
    score = np.full(len(labels), bias)
    fitted = []
    count = codes.shape[1]
    for _ in range(options.trees):
        chances = 1 / (1 + np.exp(-score))
        slope, bend = weights * (labels - chances), weights * np.maximum(chances * (1 - chances), 1e-6)
        columns = np.sort(random.choice(count, max(1, int(count * options.feature_share)), replace=False))
        leaves = np.zeros(len(labels), dtype=np.int64)
        questions: list[tuple[int, int]] = []
        for level in range(options.depth):
            sums = np.zeros((len(columns), 1 << level, BINS + 1, 2))
            _sum_bins(codes, columns, leaves, slope, bend, sums)
            below = sums.cumsum(axis=2)
            total = below[:, :, -1:, :]
            above = total - below
            gain = (
                below[..., 0] ** 2 / (below[..., 1] + options.ridge)
                + above[..., 0] ** 2 / (above[..., 1] + options.ridge)
            ).sum(axis=1)
            at, cut = divmod(int(gain.argmax()), BINS + 1)
            questions.append((int(columns[at]), cut))
            leaves += (codes[:, columns[at]] > cut).astype(np.int64) << level
        slopes = np.bincount(leaves, slope, 1 << options.depth)
        bends = np.bincount(leaves, bend, 1 << options.depth)
        values = options.rate * slopes / (bends + options.ridge)
        score += values[leaves]
        fitted.append((questions, values))
    return bias, fitted


def as_json(
    names: tuple[str, ...], cuts: list[Floats], bias: float, trees: list[tuple[list[tuple[int, int]], Doubles]]
) -> dict[str, object]:
    """As block_model.py reads it; four digits are enough, and keep the file small."""
    used = sorted({feature for questions, _ in trees for feature, _ in questions})
    number = {feature: at for at, feature in enumerate(used)}

    def threshold(feature: int, cut: int) -> float:
        edges = cuts[feature]
        return float(f"{edges[cut]:.9g}") if cut < len(edges) else 1e9

    return {
        "bias": float(f"{bias:.4g}"),
        "names": [names[feature] for feature in used],
        "trees": [
            [
                [[number[feature], threshold(feature, cut)] for feature, cut in questions],
                [float(f"{value:.4g}") for value in values],
            ]
            for questions, values in trees
        ],
    }
