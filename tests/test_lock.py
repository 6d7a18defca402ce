"""The lock files: complete, hashed, without addresses, and in step with what is declared and what is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
BENCH = "requirements-bench.lock"
SCORING = "requirements-scoring.lock"
DATASETTE = "requirements-datasette.lock"
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
EXTRAS = {
    name: [Requirement(line) for line in lines]
    for name, lines in PYPROJECT["project"].get("optional-dependencies", {}).items()
}
#: Tools that are run, not imported.
RUN_NOT_IMPORTED = {"mypy", "ruff", "uv", "setuptools", "pytest-xdist"}


@dataclass(frozen=True, slots=True)
class Locked:
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        return specifier.version


def read_lock(text: str) -> list[Locked]:
    """Every requirement of a lock file with its hashes."""
    locked = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            spelled, *rest = line.split(" --hash=")
            locked.append(Locked(Requirement(spelled.strip()), tuple(each.strip() for each in rest)))
    return locked


LOCKS = {
    name: read_lock((PROJECT / name).read_text(encoding="utf-8"))
    for name in (RUNTIME, DEVELOPMENT, BENCH, SCORING, DATASETTE)
}


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    assert LOCKS[name]
    for locked in LOCKS[name]:
        assert re.fullmatch(r"==[\w.+!-]+", str(locked.requirement.specifier)), locked
        assert locked.hashes, locked
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in locked.hashes), locked


@pytest.mark.parametrize("name", LOCKS)
def test_lock_carries_no_address_and_no_path(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S*|^-\S+|^\s*(?!--hash)-\S+|@ |[.]{0,2}/\S+", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_nothing_is_locked_twice(name: str) -> None:
    names = [locked.name for locked in LOCKS[name]]
    assert sorted(set(names)) == sorted(names)


def test_every_declared_dependency_is_locked_within_its_bounds() -> None:
    for wanted, lock in (
        (DECLARED + EXTRAS["build"], RUNTIME),
        (DECLARED + EXTRAS["build"] + EXTRAS["dev"], DEVELOPMENT),
        (DECLARED + EXTRAS["build"] + EXTRAS["bench"], BENCH),
        ([Requirement(line) for line in PYPROJECT["dependency-groups"]["scoring"]], SCORING),
        ([Requirement(line) for line in PYPROJECT["dependency-groups"]["datasette"]], DATASETTE),
    ):
        locked = {each.name: each for each in LOCKS[lock]}
        for requirement in wanted:
            name = canonicalize_name(requirement.name)
            assert name in locked, f"{requirement} is not in {lock}; run: make lock"
            assert requirement.specifier.contains(locked[name].version), f"{requirement} in {lock}; run: make lock"


def test_locks_agree_on_every_version() -> None:
    for larger in (DEVELOPMENT, BENCH):
        known = {locked.name: locked for locked in LOCKS[larger]}
        assert [each for each in LOCKS[RUNTIME] if each.name not in known] == [], larger
        assert [each for each in LOCKS[RUNTIME] if not agree(each, known[each.name])] == [], larger
    development = {locked.name: locked for locked in LOCKS[DEVELOPMENT]}
    assert [each for each in LOCKS[BENCH] if each.name in development and not agree(each, development[each.name])] == []


def agree(one: Locked, other: Locked) -> bool:
    """The same files; one of them may be wanted on fewer kinds of machine."""
    return (one.requirement.specifier, one.hashes) == (other.requirement.specifier, other.hashes)


def test_whoosh_is_pinned_exactly() -> None:
    (whoosh,) = [requirement for requirement in DECLARED if requirement.name == "whoosh3"]
    assert str(whoosh.specifier).startswith("==")


def test_build_requirements_are_those_of_the_build_system() -> None:
    assert {str(each) for each in EXTRAS["build"]} == set(PYPROJECT["build-system"]["requires"])


def imported_libraries(folder: str) -> set[str]:
    """Top-level names of foreign libraries that the modules under a folder import, anywhere in them."""
    found: set[str] = set()
    for path in (PROJECT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    own = {"indexer", "searchapp", "benchmarks", "tests", "conftest"}
    # Benchmarks of a cluster run the nodes of the tests.
    own |= {path.stem for each in (folder, "tests") for path in (PROJECT / each).rglob("*.py")}
    return found - own - set(sys.stdlib_module_names)


def distributions_of(libraries: set[str]) -> dict[str, set[str]]:
    known = metadata.packages_distributions()
    return {library: {canonicalize_name(name) for name in known.get(library, [])} for library in libraries}


def test_every_library_that_the_product_imports_is_declared() -> None:
    declared = {canonicalize_name(each.name) for each in DECLARED}
    declared |= {
        canonicalize_name(each.name)
        for name in EXTRAS
        if name not in {"dev", "build", "bench"}
        for each in EXTRAS[name]
    }
    imported = distributions_of(imported_libraries("indexer") | imported_libraries("searchapp"))
    assert {library for library, names in imported.items() if not names & declared} == set()


def test_everything_declared_is_imported_by_the_product() -> None:
    imported = distributions_of(imported_libraries("indexer") | imported_libraries("searchapp"))
    used = set().union(*imported.values()) | {"tzdata"}  # read by the standard library's zoneinfo
    assert {each.name for each in DECLARED if canonicalize_name(each.name) not in used} == set()


def test_every_library_that_tests_and_benchmarks_import_is_declared() -> None:
    declared = {canonicalize_name(each.name) for each in [*DECLARED, *EXTRAS["dev"]]}
    # Installed for their own make target only, so that here they are known by name.
    named = {each.name for each in EXTRAS["bench"]}
    imported = distributions_of((imported_libraries("tests") | imported_libraries("benchmarks")) - named)
    assert {library for library, names in imported.items() if not names & declared} == set()


def test_everything_that_development_declares_is_used() -> None:
    imported = distributions_of(
        imported_libraries("tests") | imported_libraries("benchmarks") | imported_libraries("docs")
    )
    used = set().union(*imported.values()) | RUN_NOT_IMPORTED
    assert {each.name for each in EXTRAS["dev"] if canonicalize_name(each.name) not in used} == set()


def test_everything_that_the_bench_declares_is_imported_by_it() -> None:
    assert {each.name for each in EXTRAS["bench"]} - imported_libraries("benchmarks") == set()


def test_missing_hash_and_loose_version_are_caught() -> None:
    (bare,) = read_lock("flask>=3.1\n")
    assert not bare.hashes
    assert not re.fullmatch(r"==[\w.+!-]+", str(bare.requirement.specifier))
