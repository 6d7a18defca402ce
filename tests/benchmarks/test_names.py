"""Scripts of benchmarks/ have that folder first on their path: nothing in it may hide a module of Python's."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def test_nothing_hides_a_module_of_the_standard_library() -> None:
    names = {path.stem for path in FOLDER.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert len(names) > 5
    assert names & sys.stdlib_module_names == set()
