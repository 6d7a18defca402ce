"""The body found in a page's text is as good as it has been: floors under what benchmarks/eval_extraction.py measures.

Each page is read by a model that was trained without the pages of its host. Raise a floor when it is beaten.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "eval_extraction.py"


@pytest.fixture(scope="module")
def measured(test_data: Path) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--data", str(test_data), "--json"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(finished.stdout))


@pytest.mark.parametrize(("half", "floor"), [("half 0", 0.912), ("half 1", 0.900), ("all", 0.908)])
def test_word_f1_of_bodies_stays_above_its_floor(measured: dict[str, Any], half: str, floor: float) -> None:
    assert measured["pages"] == 181
    assert measured["bodies"]["broadsheet"][half][2] >= floor


def test_furniture_is_dropped_and_the_body_is_kept(measured: dict[str, Any]) -> None:
    precision, recall, _ = measured["bodies"]["broadsheet"]["all"]
    assert precision >= 0.905
    assert recall >= 0.940


def test_simple_peers_are_beaten_on_both_halves(measured: dict[str, Any]) -> None:
    bodies = measured["bodies"]
    for peer in ("keep everything", "ten words and a stop"):
        for half in ("half 0", "half 1"):
            assert bodies["broadsheet"][half][2] > bodies[peer][half][2] + 0.05
