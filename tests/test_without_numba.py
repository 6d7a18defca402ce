"""Where numba is missing everything works, slower: the same tests, and the commands, in processes that have none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from indexer.codec.compiled import HAS_NUMBA
from searchapp.cli import main

PROJECT = Path(__file__).resolve().parent.parent
SAMPLES = PROJECT / "index_data" / "samples"

#: Python reads this when it starts: a finder of modules that does not find the compiler.
HIDDEN_COMPILER = """
import sys
from importlib.machinery import PathFinder


class WithoutCompiler(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {"numba", "llvmlite"}:
            return None
        return super().find_spec(name, path, target)


sys.meta_path[:] = [WithoutCompiler if each is PathFinder else each for each in sys.meta_path]
"""

#: From the article to the answer. Kernels themselves have nothing to run on.
TESTS = (
    "tests/indexer/test_pipeline.py",
    "tests/indexer/test_cli.py",
    "tests/indexer/test_schema.py",
    "tests/indexer/test_rebuilding.py",
    "tests/indexer/backends/test_opening_an_index.py",
    "tests/indexer/backends/test_whoosh_index.py",
    "tests/searchapp/search/test_service.py",
    "tests/searchapp/search/test_respelling.py",
    "tests/searchapp/search/test_similar.py",
    "tests/searchapp/search/test_suggestions.py",
    "tests/searchapp/search/test_execute.py",
    "tests/searchapp/backends/test_whoosh_searcher.py",
    "tests/searchapp/backends/test_stories.py",
    "tests/searchapp/test_cli.py",
    "tests/searchapp/web/test_api.py",
    "tests/searchapp/web/test_stories.py",
)

QUERIES = (
    "minefield maps",
    '"ada lorne"',
    "crane OR kran",
    "(ferry OR wreck) chart -flood",
    "harb* fery~",
    "map NEAR/5 navy",
    "date:2019",
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hidden")
    (folder / "sitecustomize.py").write_text(HIDDEN_COMPILER, encoding="utf-8")
    paths = os.pathsep.join([str(folder), str(PROJECT)])
    # A machine that is busy must not cut an answer short: these are not about time.
    return {**os.environ, "PYTHONPATH": paths, "BROADSHEET_SEARCH_DEADLINE_MS": "60000"}


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def broadsheet(environment: dict[str, str], *arguments: str) -> str:
    return run(environment, "-c", "from searchapp.cli import main; main()", *arguments)


def test_the_compiler_is_not_there(environment) -> None:
    said = run(
        environment,
        "-c",
        "import importlib.util, indexer.codec.compiled as c; print(c.HAS_NUMBA, importlib.util.find_spec('numba'))",
    )
    assert said.split() == ["False", "None"]


def test_commands_index_search_and_verify_to_the_same_answers(environment, tmp_path: Path) -> None:
    plain, compiled = str(tmp_path / "plain"), str(tmp_path / "compiled")
    here = CliRunner(env={"BROADSHEET_SEARCH_DEADLINE_MS": "60000"})
    report = orjson.loads(broadsheet(environment, "index", str(SAMPLES), "--index-dir", plain, "--json"))
    assert report["added"] > 40
    assert here.invoke(main, ["index", str(SAMPLES), "--index-dir", compiled]).exit_code == 0
    assert orjson.loads(broadsheet(environment, "verify", "--deep", "--index-dir", plain, "--json"))["is_whole"]
    # Either reads what the other wrote.
    assert here.invoke(main, ["verify", "--deep", "--index-dir", plain]).exit_code == 0
    for query in QUERIES:
        options = ("search", "--json", "--facets", "source,year,lang", "--histogram", "year")
        alone = orjson.loads(broadsheet(environment, *options, "--index-dir", compiled, "--", query))
        for folder in (plain, compiled):
            answer = orjson.loads(here.invoke(main, [*options, "--index-dir", folder, "--", query]).stdout)
            assert without_numbers(answer) == without_numbers(alone), query
            assert scores_of(answer) == pytest.approx(scores_of(alone), rel=1e-5), query
    shown = orjson.loads(broadsheet(environment, "stats", "--json", "--index-dir", plain))
    assert shown["articles"] == report["added"]


def without_numbers(answer: dict) -> dict:
    """All but times, and scores, which are summed otherwise."""
    return answer | {"took_ms": None, "results": [each | {"score": None} for each in answer["results"]]}


def scores_of(answer: dict) -> list[float]:
    return [each["score"] for each in answer["results"]]


def test_tests_of_indexing_and_searching_pass(environment) -> None:
    if not HAS_NUMBA:
        return  # They run without a compiler by themselves.
    said = run(
        environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not kernels", *TESTS,
    )  # fmt: skip
    passed = int(said.rsplit(" passed", 1)[0].rsplit(maxsplit=1)[-1])
    assert passed > 400
