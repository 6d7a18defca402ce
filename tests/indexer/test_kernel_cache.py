"""The folder of compiled kernels is never one that numba would not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.codec import compiled

pytestmark = pytest.mark.skipif(not compiled.HAS_NUMBA, reason="without numba nothing is compiled")


def test_other_text_another_time_or_another_place_is_another_folder(monkeypatch, tmp_path: Path) -> None:
    def name_folder(source: Path) -> Path:
        monkeypatch.setattr(compiled, "kernel_sources", lambda: (source,))
        return compiled.cache_folder.__wrapped__()

    source = tmp_path / "one.py"
    source.write_text("x = 1\n")
    os.utime(source, ns=(1, 1))
    names = [name_folder(source)]
    assert name_folder(source) == names[0]
    os.utime(source, ns=(2, 2))
    names.append(name_folder(source))
    source.write_text("x = 2\n")
    os.utime(source, ns=(2, 2))
    names.append(name_folder(source))
    names.append(name_folder(source.rename(tmp_path / "two.py")))
    assert len(set(names)) == len(names)
