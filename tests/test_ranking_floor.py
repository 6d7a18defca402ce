"""Ranking never falls below what was reached: nDCG@10 of `match=any` over judged collections, through a real index.

`make eval` prints the figures themselves. Raise a floor when a change of the ranking beats it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
#: Plain BM25 of one field with stop words left out gives .744, .385, .524 and .436.
FLOORS = {"time": 0.780, "cranfield": 0.438, "cacm": 0.550, "vaswani": 0.454}


@pytest.fixture(scope="session")
def eval_ranking():
    spec = importlib.util.spec_from_file_location("eval_ranking", PROJECT / "benchmarks" / "eval_ranking.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", FLOORS)
def test_ranking_stays_above_its_floor(name: str, eval_ranking, test_data: Path, tmp_path: Path) -> None:
    outcome = eval_ranking.evaluate_collection(test_data / "collections" / name, tmp_path / "index")
    assert outcome.ndcg >= FLOORS[name], outcome


def test_ndcg_by_hand(eval_ranking) -> None:
    # log2(2) = 1, log2(3) = 1.585, log2(4) = 2
    assert eval_ranking.measure_ndcg(["a", "x", "b"], {"a": 1, "b": 3}) == pytest.approx(
        (1 + 3 / 2) / (3 + 1 / 1.58496)
    )
    assert eval_ranking.measure_ndcg(["a", "b"], {"a": 1, "b": 1}) == pytest.approx(1)
    assert eval_ranking.measure_ndcg(["x"] * 10 + ["a"], {"a": 1}) == 0
