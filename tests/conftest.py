"""What every test may ask for: the shared test data, and one way of drawing examples everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from opensearch_jars import NotInstalledError
from opensearch_nodes import Cluster, loopback_addresses

from searchapp.warming import warm_up

PROJECT = Path(__file__).resolve().parent.parent
TEST_DATA_VARIABLE = "BROADSHEET_TEST_DATA"
#: A whole folder or nothing: a folder that lacks one of these was only half copied.
TEST_DATA_FOLDERS = ("seed", "news", "collections", "pages", "queries")

#: Tests of these folders share one cluster, so one worker runs them all.
CLUSTER_FOLDERS = ("tests/cluster/", "tests/conformance/")

settings.register_profile("default", deadline=None, max_examples=60)
# A build must not fail on an example that nobody can get again; machines of builds are slow in their own ways.
settings.register_profile(
    "ci", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=2000)


def is_ci(environment: Mapping[str, str]) -> bool:
    return environment.get("CI", "").lower() in {"1", "true", "yes"}


settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if is_ci(os.environ) else "default"))


def find_test_data(environment: Mapping[str, str]) -> Path:
    """Where the shared data should be; says nothing about whether it is there."""
    given = environment.get(TEST_DATA_VARIABLE)
    return Path(given).resolve() if given else (PROJECT.parent / "shared" / "data").resolve()


#: Files that take minutes. They begin while there is something else to be done beside them.
LONGEST_FIRST = ("cluster", "conformance", "test_without_numba.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        names = item.path.parts
        return next((place for place, name in enumerate(LONGEST_FIRST) if name in names), len(LONGEST_FIRST))

    items.sort(key=turn)
    for item in items:
        if {"shared_cluster", "divided"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session", autouse=True)
def _compiled_kernels() -> None:
    """No test has its time limit eaten by the compiler."""
    warm_up(lambda _: None)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of shared test data. Absent: skipped in plain sight, and failed where nothing may be skipped."""
    folder = find_test_data(os.environ)
    missing = [name for name in TEST_DATA_FOLDERS if not (folder / name).is_dir()]
    if not missing:
        return folder
    reason = f"no shared test data at {folder} (missing: {', '.join(missing)}); set {TEST_DATA_VARIABLE} to its folder"
    if is_ci(os.environ):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file a worker, as `--dist loadfile` has it; all that want the cluster as if they were one file."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "cluster" if nodeid.startswith(CLUSTER_FOLDERS) else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[Cluster]:
    """Three nodes of OpenSearch, started for the first test that asks. Without what they are made of: skipped in plain
    sight, and failed where nothing may be skipped."""
    try:
        cluster = Cluster(loopback_addresses(3))
    except NotInstalledError as error:
        if is_ci(os.environ):
            pytest.fail(str(error))
        pytest.skip(str(error))
    with cluster:
        yield cluster


@pytest.fixture
def cluster(shared_cluster: Cluster) -> Iterator[Cluster]:
    """The same, whole when a test gets it and whole again when it is done, whatever it did to nodes; what the test put
    there goes, so that nodes which come back have little to copy."""
    before = shared_cluster.index_names()
    yield shared_cluster
    shared_cluster.restore()
    for name in sorted(shared_cluster.index_names() - before):
        shared_cluster.call("DELETE", f"/{name}")
