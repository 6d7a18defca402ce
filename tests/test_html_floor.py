"""Articles are found in HTML pages as well as they have been: floors under what benchmarks/eval_html.py measures, over
all of pages/scrapinghub and a fixed quarter of pages/trafilatura. `make eval` measures everything.

Each page is read by models that were trained without the pages of its host. Raise a floor when it is beaten.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "eval_html.py"


@pytest.fixture(scope="module")
def measured(test_data: Path) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), "--data", str(test_data), "--json", "--every", "4"]
    command += ["--peers", "broadsheet,trafilatura,keep everything"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(finished.stdout))


@pytest.mark.parametrize(("half", "floor"), [("half 0", 0.972), ("half 1", 0.958), ("all", 0.968)])
def test_word_f1_of_bodies_stays_above_its_floor(measured: dict[str, Any], half: str, floor: float) -> None:
    assert measured["pages"] == 181
    assert measured["bodies"]["broadsheet"]["f1"][half] >= floor


def test_bodies_are_better_than_those_of_the_peers_on_both_halves(measured: dict[str, Any]) -> None:
    bodies = measured["bodies"]
    for half in ("half 0", "half 1"):
        assert bodies["broadsheet"]["f1"][half] > bodies["trafilatura"]["f1"][half]
        assert bodies["broadsheet"]["f1"][half] > bodies["keep everything"]["f1"][half] + 0.2


def test_snippets_of_many_languages_are_kept_and_left_out(measured: dict[str, Any]) -> None:
    ours, theirs = measured["snippets"]["broadsheet"], measured["snippets"]["trafilatura"]
    assert ours["f1"]["all"] >= theirs["f1"]["all"]
    assert ours["recall"]["all"] >= 0.90
    assert ours["precision"]["all"] >= 0.92


@pytest.mark.parametrize(
    ("field", "floor"), [("title right", 0.87), ("author right", 0.68), ("date right", 0.87), ("date sure", 0.48)]
)
def test_fields_stay_above_their_floors(measured: dict[str, Any], field: str, floor: float) -> None:
    assert measured["fields"]["broadsheet"][field]["all"] >= floor


def test_dates_are_seldom_wrong_and_sure_ones_hardly_ever(measured: dict[str, Any]) -> None:
    fields = measured["fields"]["broadsheet"]
    assert fields["date wrong"]["all"] <= 0.115
    assert fields["sure wrong"]["all"] <= 0.06


@pytest.mark.parametrize("field", ["title right", "author right", "date right"])
def test_fields_are_better_than_the_peers(measured: dict[str, Any], field: str) -> None:
    fields = measured["fields"]
    assert fields["broadsheet"][field]["all"] > fields["trafilatura"][field]["all"]
