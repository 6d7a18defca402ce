"""The examples in deploy/opensearch: the roles allow all that a cluster is really asked for, and nothing at large."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from archive import environment_for, made_articles, open_index, settings_for, write_all
from click.testing import CliRunner
from opensearch_jars import VERSION
from opensearch_nodes import Cluster

from indexer.backends.opensearch_control import control_names
from indexer.backends.opensearch_index import IndexLayout
from indexer.settings import Settings
from searchapp.cli import main

DEPLOY: Final = Path(__file__).parents[2] / "deploy" / "opensearch"
SAMPLES: Final = Path(__file__).parents[2] / "index_data" / "samples"
NAME: Final = "broadsheet"
#: Nodes tell of every action that they begin.
TRACED: Final = "logger.org.opensearch.tasks.TaskManager"
ACTION: Final = re.compile(r"register \d+ \[(?:transport|direct)\] \[(.+?)\] \[")
#: What nodes do among themselves, as the security plugin lets them, and on their own.
THEIR_OWN: Final = (
    "internal:*",
    "indices:admin/seq_no/*",
    "retention_lease_*",
    "cluster:admin/tasks/cancel*",
    "cluster:admin/settings/*",
)
#: What the plugin takes for a permission of the cluster, though it is one of indexes by its name.
OF_THE_CLUSTER: Final = (
    "cluster:*",
    "indices:admin/template/*",
    "indices:admin/index_template/*",
    "indices:data/write/bulk",
    "indices:data/read/mget",
    "indices:data/read/msearch",
    "indices:data/read/scroll*",
)


def read_yaml(name: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return read


def is_allowed(action: str, role: Mapping[str, Any]) -> bool:
    if any(fnmatch(action, pattern) for pattern in OF_THE_CLUSTER):
        return any(fnmatch(action, pattern) for pattern in role["cluster_permissions"])
    return any(fnmatch(action, pattern) for each in role["index_permissions"] for pattern in each["allowed_actions"])


def refused(actions: set[str], role: Mapping[str, Any]) -> str:
    """What a role does not allow."""
    return ", ".join(sorted(action for action in actions if not is_allowed(action, role)))


@contextmanager
def actions_of(cluster: Cluster) -> Iterator[set[str]]:
    """Filled at the end with what the nodes began meanwhile."""
    logs = [node.folder / "logs" / "node.log" for node in cluster.nodes]
    began = [log.stat().st_size for log in logs]
    found: set[str] = set()
    cluster.call("PUT", "/_cluster/settings", {"transient": {TRACED: "TRACE"}})
    try:
        yield found
    finally:
        cluster.call("PUT", "/_cluster/settings", {"transient": {TRACED: None}})
    for log, size in zip(logs, began, strict=True):
        told = log.read_bytes()[size:].decode(errors="replace")
        found |= {
            action for action in ACTION.findall(told) if not any(fnmatch(action, pattern) for pattern in THEIR_OWN)
        }


def run(settings: Settings, *arguments: str) -> None:
    done = CliRunner().invoke(main, [*arguments], env=dict(environment_for(settings)), catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_the_roles_allow_what_is_asked_of_a_cluster_and_no_more(cluster: Cluster, tmp_path: Path) -> None:
    roles = read_yaml("roles.yaml")
    settings = settings_for(cluster, NAME)
    with actions_of(cluster) as written:
        run(settings, "index", str(SAMPLES), "--workers", "0")
        gone = next(open_index(settings).known_articles()).id
        run(settings, "delete", gone, "--purge")
        run(settings, "undelete", gone)
        run(settings, "rebuild")
        run(settings, "verify", "--deep")
        run(settings, "stats")
        with open_index(settings).writer(16) as writer:
            write_all(writer, made_articles(20))
    with actions_of(cluster) as read:
        for asked in (["--sort", "newest"], ["minister talks"], ['"human rights"~3 OR mini*'], ["ministr~"]):
            run(settings, "search", "--json", *asked)
        run(settings, "show", next(open_index(settings).known_articles()).id)
        run(settings, "stats")
    assert {"indices:data/write/bulk", "indices:admin/create", "indices:admin/aliases"} <= written
    assert {"indices:data/read/search", "indices:data/read/point_in_time/create"} <= read
    assert refused(written | read, roles["broadsheet_writer"]) == ""
    assert refused(read, roles["broadsheet_reader"]) == ""


@pytest.mark.parametrize("role", ["broadsheet_writer", "broadsheet_reader"])
def test_the_roles_reach_the_indexes_of_one_archive_alone(role: str) -> None:
    layout = IndexLayout(NAME)
    names = control_names(NAME)
    ours = (NAME, layout.writer, layout.numbered(1), f"{NAME}-filling", names.control, names.tombstones)
    permissions = read_yaml("roles.yaml")[role]["index_permissions"]
    assert all(any(fnmatch(name, pattern) for pattern in permissions[0]["index_patterns"]) for name in ours)
    for permission in permissions:
        assert not any(fnmatch("other", pattern) for pattern in permission["index_patterns"])
        assert not {"*", "indices:*", "indices:admin/*"} & set(permission["allowed_actions"])
    assert "*" not in read_yaml("roles.yaml")[role]["cluster_permissions"]


def test_readers_may_write_nothing() -> None:
    reader = read_yaml("roles.yaml")["broadsheet_reader"]
    for action in (
        "indices:data/write/bulk",
        "indices:data/write/bulk[s]",
        "indices:admin/delete",
        "indices:admin/create",
    ):
        assert not is_allowed(action, reader)


def test_the_compose_file_starts_the_version_that_is_tested() -> None:
    compose = read_yaml("compose.yaml")
    nodes = compose["services"]
    assert len(nodes) == 3
    seeds = ",".join(nodes)
    for name, node in nodes.items():
        assert node["image"] == f"opensearchproject/opensearch:{VERSION}"
        environment = node["environment"]
        assert environment["node.name"] == name
        assert environment["discovery.seed_hosts"] == environment["cluster.initial_cluster_manager_nodes"] == seeds
        assert [port.startswith("127.0.0.1:") for port in node["ports"]] == [True]
        assert {volume.partition(":")[0] for volume in node["volumes"]} <= set(compose["volumes"])
    assert len({port for node in nodes.values() for port in node["ports"]}) == len(nodes)
