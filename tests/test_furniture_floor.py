"""A source's other pages help: floors under what benchmarks/eval_furniture.py measures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "eval_furniture.py"


@pytest.fixture(scope="module")
def measured(test_data: Path) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--data", str(test_data), "--json"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(finished.stdout))


@pytest.mark.parametrize("half", ["half 0", "half 1"])
@pytest.mark.parametrize(("pages", "lift"), [("two pages", 0.007), ("ten pages", 0.010)])
def test_among_its_sisters_a_page_is_read_better_than_alone(
    measured: dict[str, Any], pages: str, half: str, lift: float
) -> None:
    bodies = measured[pages]["bodies"]
    assert bodies["broadsheet, among its sisters"][half][2] >= bodies["broadsheet, alone"][half][2] + lift


def test_word_f1_of_pages_among_their_sisters_stays_above_its_floor(measured: dict[str, Any]) -> None:
    assert measured["two pages"]["bodies"]["broadsheet, among its sisters"]["all"][2] >= 0.920
    assert measured["ten pages"]["bodies"]["broadsheet, among its sisters"]["all"][2] >= 0.926


def test_without_a_model_lines_that_repeat_are_worth_most(measured: dict[str, Any]) -> None:
    for pages in ("two pages", "ten pages"):
        bodies = measured[pages]["bodies"]
        alone, among = (bodies[f"keep everything, {how}"]["all"][2] for how in ("alone", "among its sisters"))
        assert among >= alone + 0.15


def test_hardly_a_word_of_an_article_is_taken_for_furniture(measured: dict[str, Any]) -> None:
    for pages in ("two pages", "ten pages"):
        bodies = measured[pages]["bodies"]
        assert bodies["keep everything, among its sisters"]["all"][1] >= 0.990
