"""Which blocks of a page are the article's own: a boosted score a block, then the set with the best expected F1.

The model is a sum of oblivious trees (Kohavi 1994; as in CatBoost, Prokhorenkova et al. 2018): all nodes of one depth
ask the same question, so a tree is a few (feature, threshold) pairs and a leaf for each combination of answers. The
numbers are a JSON file beside this module, made by benchmarks/train_blocks.py.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from indexer.cleaning.line_features import Flags, Floats
from indexer.cleaning.pages.block_features import ALL_FEATURES

# What was expected of F1 keeps whatever is as likely as not, which is furniture more often than it should be: the
# chances of a site that nobody has seen are too high.
_LEAST_CHANCE: Final = 0.6
_LEAST_SHARE_OF_MEAN: Final = 0.75

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlockModel:
    """`features`: int64 of shape (trees, depth), columns of ALL_FEATURES; `thresholds`: float32 of the same shape, the
    answer is yes above it; `leaves`: float64 of shape (trees, 2^depth), by the answers as bits, the first the lowest;
    `bias`: what is added to the sum, in log odds."""

    features: npt.NDArray[np.int64]
    thresholds: Floats
    leaves: Doubles
    bias: float

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> BlockModel:
        """From `{"bias", "names", "trees": [[[name's number, threshold], ...], [leaf, ...]], ...]}`; ValueError when a
        feature is asked for that nobody measures."""
        at = [ALL_FEATURES.index(name) for name in said["names"]]
        return cls(
            features=np.array(
                [[at[number] for number, _ in questions] for questions, _ in said["trees"]], dtype=np.int64
            ),
            thresholds=np.array([[each for _, each in questions] for questions, _ in said["trees"]], dtype=np.float32),
            leaves=np.array([leaves for _, leaves in said["trees"]], dtype=np.float64),
            bias=float(said["bias"]),
        )


def score_blocks(features: Floats, model: BlockModel) -> Doubles:
    """The chance of each block; `features` are those of `look_at_blocks`."""
    depth = model.features.shape[1]
    answers = features[:, model.features] > model.thresholds
    leaf = answers @ (1 << np.arange(depth))
    score = model.bias + model.leaves[np.arange(len(model.leaves)), leaf].sum(axis=1)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -30, 30))))


def choose_blocks(chances: Doubles, words: Floats) -> Flags:
    """The blocks whose expected word F1 is highest: of all sets the likeliest blocks down to some chance (Lewis 1995),
    with p the chance of a block and w its words 2 sum(p w) / (sum(w) + total of p w)."""
    order = np.argsort(-chances, kind="stable")
    gained = np.cumsum((chances * words)[order])
    cost = np.cumsum(words[order].astype(np.float64))
    best = int(np.argmax(2.0 * gained / (cost + gained[-1] + 1e-9)))
    chosen = np.zeros(len(chances), dtype=np.bool_)
    chosen[order[: best + 1]] = True
    return chosen


def drop_doubtful(chosen: Flags, chances: Doubles, words: Floats) -> Flags:
    """Without blocks that are less likely than _LEAST_CHANCE; on a page whose blocks are all unsure, as those of rare
    languages are, than a share of what its words have on average. Never left with nothing."""
    weights = words * chosen
    mean = float((weights * chances).sum() / max(1e-9, float(weights.sum())))
    likely = chosen & (chances >= min(_LEAST_CHANCE, _LEAST_SHARE_OF_MEAN * mean))
    return likely if likely.any() else chosen


_loading = threading.Lock()


def load_block_model() -> BlockModel:
    """The numbers that ship with the package, read once."""
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> BlockModel:
    weights = files("indexer.cleaning.pages").joinpath("block_weights.json").read_bytes()
    return BlockModel.from_json(orjson.loads(weights))
