"""Which lines of a news page are the article's own: a logistic score a line, then the best stretch of lines.

The weights are a small JSON file beside this module, made by benchmarks/train_lines.py. A line's score looks at
itself, at three lines each side and at where it stands in the page. The stretch is the one whose expected word F1
is highest: with p the chance that a line belongs and w its words, 2 sum(p w) / (sum(w) + total of p w), found by
Dinkelbach's method (1967), a best-sum stretch a round, so time grows with the number of lines only.
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

from indexer.cleaning.line_features import LINE_FEATURES, PAGE_FEATURES, Flags, Floats, measure_lines

REACH: Final = 3
# Within the stretch a line less likely than this is furniture (a share line, an advertisement).
_LEAST_CHANCE = 0.15
# A page's first long text is its article; what readers wrote below it is long as well, and looks like prose.
_LATER_WORDS_DAMPING = 0.0003
_MAX_ROUNDS = 30
# Tried on pages whose sister pages are known: a tenth does best.
_REPEATED_DAMPING = 0.1

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineModel:
    """Weights of the score.

    `line`: float64 of shape (LINE_FEATURES, 2 REACH + 1), a column an offset from -REACH to REACH;
    `page`: (PAGE_FEATURES,);
    `outside`: (2 REACH + 1,), what it adds that the neighbour at that offset lies outside the page; `bias`: one number.
    """

    line: Doubles
    page: Doubles
    outside: Doubles
    bias: float

    @classmethod
    def from_json(cls, weights: Mapping[str, Any]) -> LineModel:
        """From `{"bias", "outside", "line": {name: [...]}, "page": {name: weight}}`; KeyError when a feature lacks."""
        return cls(
            line=np.array([weights["line"][name] for name in LINE_FEATURES], dtype=np.float64),
            page=np.array([weights["page"][name] for name in PAGE_FEATURES], dtype=np.float64),
            outside=np.array(weights["outside"], dtype=np.float64),
            bias=float(weights["bias"]),
        )


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """`features` and `words`: those of `measure_lines`; `chances`: how likely each line belongs to the article,
    float64; `chosen`: bool; all but the features of shape (lines,)."""

    features: Floats
    words: Doubles
    chances: Doubles
    chosen: Flags


_loading = threading.Lock()


def load_line_model() -> LineModel:
    """The weights that ship with the package, read once."""
    with _loading:
        return _load()


@lru_cache(maxsize=1)
def _load() -> LineModel:
    return LineModel.from_json(orjson.loads(files("indexer.cleaning").joinpath("line_weights.json").read_bytes()))


def judge_lines(lines: list[str], model: LineModel) -> LineVerdict:
    """Judge the non-empty lines of one page, in order; `lines` must not be empty."""
    features, weights = measure_lines(lines)
    words = weights.astype(np.float64)
    chances = score_lines(features, model)
    return LineVerdict(features, words, chances, choose_stretch(chances, words, _words_before(features)))


def judge_again(verdict: LineVerdict, repeated: Flags) -> LineVerdict:
    """The verdict when it is known which lines other pages of the source have as well."""
    chances = np.where(repeated, _REPEATED_DAMPING * verdict.chances, verdict.chances)
    chosen = choose_stretch(chances, verdict.words, _words_before(verdict.features))
    return LineVerdict(verdict.features, verdict.words, chances, chosen)


def score_lines(features: Floats, model: LineModel) -> Doubles:
    """Chance of each line, from `measure_lines`' features."""
    count = len(features)
    alone = features[:, : len(LINE_FEATURES)].astype(np.float64) @ model.line
    score = features[:, len(LINE_FEATURES) :].astype(np.float64) @ model.page + model.bias
    for column, offset in enumerate(range(-REACH, REACH + 1)):
        reached = max(0, count - abs(offset))
        if offset < 0:
            score[count - reached :] += alone[:reached, column]
            score[: count - reached] += model.outside[column]
        else:
            score[:reached] += alone[count - reached :, column]
            score[reached:] += model.outside[column]
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -30, 30))))


def _words_before(features: Floats) -> Doubles:
    column = len(LINE_FEATURES) + PAGE_FEATURES.index("mass_before")
    return np.asarray(np.expm1(features[:, column].astype(np.float64)))


def choose_stretch(chances: Doubles, words: Doubles, words_before: Doubles) -> Flags:
    """The lines of the contiguous stretch with the highest expected F1, unlikely ones among them left out."""
    damped = chances / (1.0 + _LATER_WORDS_DAMPING * words_before)
    likely = damped >= _LEAST_CHANCE
    gained, cost = np.where(likely, damped * words, 0.0), np.where(likely, words, 0.0)
    total = float((damped * words).sum())
    start, end, quality = 0, 0, 0.0
    for _ in range(_MAX_ROUNDS):
        start, end = _best_sum(2.0 * gained - quality * cost)
        better = 2.0 * float(gained[start:end].sum()) / max(1e-9, float(cost[start:end].sum()) + total)
        if better <= quality + 1e-9:
            break
        quality = better
    chosen = np.zeros(len(chances), dtype=np.bool_)
    chosen[start:end] = likely[start:end]
    return chosen


def _best_sum(values: Doubles) -> tuple[int, int]:
    """Start and end of the stretch with the greatest sum (Kadane); of equals the first."""
    through = np.concatenate([[0.0], np.cumsum(values)])
    gains = through[1:] - np.minimum.accumulate(through[:-1])
    end = int(gains.argmax()) + 1
    return int(through[:end].argmin()), end
