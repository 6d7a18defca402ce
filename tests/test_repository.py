"""What is committed speaks of the product only: no paths of a machine, no addresses of registries, no secrets."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# One letter of each word stands in brackets, so that this file may be looked at as well.
FORBIDDEN = {
    "a machine's path": re.compile(
        r"(?<![\w.])/([w]ork|[r]oot|[h]ome/[a-z]+|[U]sers/\w+|opt/[w]heels|tmp/[b]ash_\w+)\b"
    ),
    "a registry's address": re.compile(
        r"[p]ypi\.org|[p]ythonhosted|/[s]imple/|[i]ndex-url\s*=|registry\.[n]pmjs|[a]rtifactory", re.IGNORECASE
    ),
    "a key": re.compile(r"BEGIN [A-Z ]*[P]RIVATE KEY|(?:gh[pousr]|[g]ithub_pat)_\w{20}"),
    "a merge left undone": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
    "how it was written": re.compile(
        r"\b(this|my|our|the (last|next|previous)) [s]ession\b|\b[i]ssue #?\d|[c]o-authored-by|\bsub-?[a]gents?\b",
        re.IGNORECASE,
    ),
}


def tracked_files() -> list[str]:
    """What git tracks; where this is no git checkout (an unpacked archive), nothing can be said."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(PROJECT), "ls-files", "-z"], capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [name for name in listing.split("\0") if name and (PROJECT / name).is_file()]


TRACKED = tracked_files()


def read_any_text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    return content.decode("utf-8", errors="replace")


def find_forbidden(text: str) -> list[str]:
    return [f"{what}: {found.group()!r}" for what, pattern in FORBIDDEN.items() for found in pattern.finditer(text)]


@pytest.mark.skipif(not TRACKED, reason="not a git checkout: run in a clone to check what is committed")
def test_no_tracked_file_speaks_of_its_making() -> None:
    complaints = {name: find_forbidden(read_any_text(PROJECT / name)) for name in TRACKED}
    assert {name: found for name, found in complaints.items() if found} == {}


@pytest.mark.skipif(not TRACKED, reason="not a git checkout: run in a clone to check what is committed")
def test_nothing_that_is_made_is_tracked() -> None:
    made = re.compile(
        r"(^|/)(__pycache__|\.venv|\.mypy_cache|[^/]*\.egg-info|index_data/(?!samples/)[^/]+)(/|$)|\.pyc$"
    )
    assert [name for name in TRACKED if made.search(name)] == []


@pytest.mark.skipif(not TRACKED, reason="not a git checkout: run in a clone to check what is committed")
def test_no_tracked_file_is_huge() -> None:
    assert [name for name in TRACKED if (PROJECT / name).stat().st_size > 2_000_000] == []


@pytest.mark.parametrize(
    "text",
    [
        "see /{}ork/main/indexer".format("w"),
        "HOME=/{}oot".format("r"),
        "/{}ome/ann/notes.txt".format("h"),
        "https://{}ypi.org/project".format("p"),
        "--{}ndex-url = https://mirror".format("i"),
        "written in this {}ession".format("s"),
        "closes {}ssue #12".format("i"),
        "one\n{} main\nother".format("<" * 7),
    ],
)
def test_forbidden_text_is_caught(text: str) -> None:
    assert find_forbidden(text) != []


@pytest.mark.parametrize("text", ["a framework/library", "the root of the tree", "home/away match", "court sessions"])
def test_ordinary_text_is_not(text: str) -> None:
    assert find_forbidden(text) == []
