"""Runs Whoosh's own tests, of the very version that is installed, once as they are and once over our segments.

    .venv/bin/python tests/whoosh_suite/run.py

pip fetches the source distribution from wherever it fetches packages; nothing of it is kept. Prints, as Markdown, what
passes on both, and each test that passes over stock segments alone, with the reason. A test that fails for no reason
that is known here makes the run fail. docs/whoosh-tests.md keeps what it printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
MOST_SECONDS_A_FILE = 600

#: Reason -> what a failure says, or the names of the tests.
REASONS = {
    "weights: a posting keeps a count, not a weight (`field_boost`, document boosts, fractional weights)": (
        r"the format keeps counts, no weights or boosts"
    ),
    "offsets: a posting keeps positions, not characters or boosts of positions (`TEXT(chars=True)`)": (
        r"the format keeps positions, no character offsets"
    ),
    "vectors: there are no term vectors": (
        r"the format keeps no term vectors|is not vectored or stored|test_add_vectored_field"
    ),
    "lengths: the test expects Whoosh's own rounding of a field's length to one byte; ours is exact": (
        r"test_lengths\b|test_many_lengths|test_max_field_length|test_minmax_field_length|test_merge_(serial|multi)"
    ),
    "values: the test makes postings up whose bytes are no positions, and wants the same bytes back": (
        r"test_codecs.*(EOFError|UnpicklingError)"
    ),
    "files: the test looks into the files of Whoosh's own codec": (
        r"test_corrupt_postings_block|test_tiny_blocks|had_stored_offsets|column_filename"
    ),
    "processes: a process that is started anew has Whoosh's own default codec": r"test_mpwriter_explicit_start_method",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` is passed, failed or skipped; `said` the message of a failure."""

    state: str
    said: str = ""


def main() -> int:
    release = version("whoosh3")
    with tempfile.TemporaryDirectory() as folder:
        source = fetch_source(Path(folder), release)
        files = sorted(path.name for path in (source / "tests").glob("test_*.py"))
        stock = run_files(source, files, plugin="")
        print(f"stock: {count(stock)}", file=sys.stderr)
        ours = run_files(source, files, plugin="default_codec")
        print(f"ours: {count(ours)}", file=sys.stderr)
    passed = {name for name, outcome in stock.items() if outcome.state == "passed"}
    lost = {name: ours.get(name, Outcome("failed", "did not come to an end")) for name in sorted(passed)}
    lost = {name: outcome for name, outcome in lost.items() if outcome.state != "passed"}
    unexplained = [name for name, outcome in lost.items() if not explain(name, outcome)]
    print(f"Whoosh {release}, {len(stock)} tests. Over stock segments: {count(stock)}.")
    print(f"Over ours: {count(ours)}.")
    print(f"Of the {len(passed)} that pass over stock segments, {len(passed) - len(lost)} pass over ours as well.\n")
    for reason in REASONS:
        names = [name for name, outcome in lost.items() if explain(name, outcome) == reason]
        print(f"- {reason}: {len(names)}")
        for file, tests in sorted(group_by_file(names).items()):
            print(f"  - {file}: {', '.join(tests)}")
    for name in unexplained:
        print(f"- not explained: {name}: {lost[name].said[:300]}")
    return 1 if unexplained else 0


def fetch_source(folder: Path, release: str) -> Path:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    options = ["--no-binary", ":all:", "--no-deps", "--no-build-isolation", "--dest", str(folder)]
    subprocess.run([*pip, "download", *options, f"whoosh3=={release}"], check=True)
    (archive,) = folder.glob("whoosh3-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / f"whoosh3-{release}"


def run_files(source: Path, files: list[str], *, plugin: str) -> dict[str, Outcome]:
    """A process a file: one that hangs costs no other."""
    found: dict[str, Outcome] = {}
    for file in files:
        report = source / "report.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
        command += ["-p", plugin] if plugin else []
        paths = os.pathsep.join([str(HERE), str(PROJECT)])
        try:
            subprocess.run(
                [*command, f"--junitxml={report}", f"tests/{file}"],
                cwd=source,
                env={**os.environ, "PYTHONPATH": paths},
                capture_output=True,
                timeout=MOST_SECONDS_A_FILE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"{file} did not come to an end", file=sys.stderr)
        if report.exists():
            found |= read_report(report, file)
    return found


def read_report(report: Path, file: str) -> dict[str, Outcome]:
    found = {}
    for case in ET.parse(report).iter("testcase"):
        name = f"{file}::{case.get('name')}"
        bad = [part for kind in ("failure", "error") for part in case.iter(kind)]
        if bad:
            found[name] = Outcome("failed", f"{bad[0].get('message')} {bad[0].text}")
        else:
            found[name] = Outcome("passed" if case.find("skipped") is None else "skipped")
    return found


def count(outcomes: dict[str, Outcome]) -> str:
    states = Counter(outcome.state for outcome in outcomes.values())
    return ", ".join(f"{states[state]} {state}" for state in ("passed", "failed", "skipped"))


def explain(name: str, outcome: Outcome) -> str | None:
    """The first reason that fits a failure."""
    for reason, pattern in REASONS.items():
        if re.search(pattern, f"{name} {outcome.said}", re.DOTALL):
            return reason
    return None


def group_by_file(names: list[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name in names:
        file, _, test = name.partition("::")
        grouped.setdefault(file, []).append(test.removeprefix("test_"))
    return grouped


if __name__ == "__main__":
    sys.exit(main())
