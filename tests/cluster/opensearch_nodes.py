"""A true OpenSearch cluster for tests: a process a node, so that one can be killed, paused or cut off alone.

Nodes listen on free ports of the loopback (or each in a network namespace of its own: cut_network.py), keep what they
hold in a temporary folder, run as nobody where we are root, since OpenSearch refuses root, and are ended with the
process that started them, however that one ends: the kernel sends the signal.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from opensearch_jars import HOME
from opensearch_programs import NOBODY, Installed, check_installed, find_java, give_away, make_reachable

HEAP_MB = 512
START_WITHIN_S = 120
#: The compiler that starts quickly and stops there: tests are over before the other one has paid for itself.
QUICK_START = ("-XX:TieredStopAtLevel=1",)
#: A node that does not answer is given up after a few seconds, so that tests need not wait for long.
QUICK_FAULT_DETECTION = {
    "cluster.fault_detection.follower_check.interval": "500ms",
    "cluster.fault_detection.follower_check.timeout": "1500ms",
    "cluster.fault_detection.follower_check.retry_count": 2,
    "cluster.fault_detection.leader_check.interval": "500ms",
    "cluster.fault_detection.leader_check.timeout": "1500ms",
    "cluster.fault_detection.leader_check.retry_count": 2,
    "cluster.publish.timeout": "5s",
    "cluster.follower_lag.timeout": "5s",
    # As often as a cluster lets its disks be looked at; by itself every half minute.
    "cluster.info.update.interval": "10s",
    # Looked at by the test of a full disk alone: a look that comes late would forbid others to make indexes.
    "cluster.routing.allocation.disk.threshold_enabled": False,
}
LOGGING = """\
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = ${sys:opensearch.logs.base_path}/node.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""


class ClusterError(Exception):
    """What a node said last is in the message."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node is reached. `enter` is what runs a command where that address is, a network namespace perhaps, and
    `own_host` where it listens there, when that is another address: where all nodes listen and think that all do."""

    host: str
    http_port: int
    transport_port: int
    enter: tuple[str, ...] = ()
    own_host: str = ""

    @property
    def listens_on(self) -> str:
        return self.own_host or self.host

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.http_port}"


@dataclass(slots=True)
class Node:
    """One process, and the folder that it keeps when it is ended and started again."""

    name: str
    address: Address
    folder: Path
    settings: dict[str, object]
    installed: Installed
    process: subprocess.Popen[bytes] | None = field(default=None)
    is_paused: bool = False

    @property
    def url(self) -> str:
        return self.address.url

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        assert not self.is_running
        config = self.folder / "config"
        for each in (config, self.folder / "data", self.folder / "logs", self.folder / "tmp"):
            each.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in self.settings.items()]
        modules = self.folder / "home" / "modules"
        if not modules.exists():
            # A home is written to; what nodes share is not.
            modules.parent.mkdir()
            modules.symlink_to(self.installed.home / "modules")
        (config / "opensearch.yml").write_text("".join(lines), encoding="utf-8")
        (config / "log4j2.properties").write_text(LOGGING, encoding="ascii")
        if os.geteuid() == 0:
            give_away(self.folder)
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                self._command(config),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "LANG": "C.UTF-8"},
                start_new_session=True,
            )

    def kill(self) -> None:
        """At once, as when the power goes."""
        self._send(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        self.is_paused = False

    def pause(self) -> None:
        """It holds its connections and answers nothing."""
        self._send(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        self._send(signal.SIGCONT)
        self.is_paused = False

    def last_words(self) -> str:
        said = ""
        for path in (self.folder / "output", self.folder / "logs" / "node.log"):
            with suppress(OSError):
                said += (
                    f"\n--- {self.name}, {path.name}:\n" + path.read_text(encoding="utf-8", errors="replace")[-3000:]
                )
        return said

    def _send(self, number: int) -> None:
        if self.is_running:
            assert self.process is not None
            self.process.send_signal(number)

    def _command(self, config: Path) -> list[str]:
        # The signal is set last: a change of user would take it away.
        drop = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] if os.geteuid() == 0 else []
        return [
            *self.address.enter,
            *("setpriv", *drop, "--pdeathsig", "KILL", "--"),
            str(self.installed.java),
            *(f"-Xms{HEAP_MB}m", f"-Xmx{HEAP_MB}m", *self.installed.flags),
            f"-Dopensearch.path.home={self.folder / 'home'}",
            "--enable-native-access=ALL-UNNAMED",
            f"-Dopensearch.path.conf={config}",
            "-Dopensearch.distribution.type=tar",
            "-Djna.nosys=true",
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            *("-cp", f"{self.installed.home}/lib/*"),
            "org.opensearch.bootstrap.OpenSearch",
        ]


class Cluster:
    """Some nodes that know each other. Entered, they are up and green; left, they are gone, and what they held too."""

    def __init__(
        self,
        addresses: Sequence[Address],
        settings: dict[str, object] | None = None,
        *,
        home: Path = HOME,
        java: Path | None = None,
        flags: tuple[str, ...] = QUICK_START,
    ) -> None:
        """`settings` are added to those of every node. Raises NotInstalledError."""
        check_installed(home)
        installed = Installed(java or find_java(), home, flags)
        self.folder = Path(tempfile.mkdtemp(prefix="broadsheet-cluster-"))
        self.folder.chmod(0o755)
        installed = make_reachable(installed, self.folder)
        names = [f"node-{number}" for number in range(len(addresses))]
        seeds = [f"{each.listens_on}:{each.transport_port}" for each in addresses]
        self.nodes = tuple(
            Node(
                name,
                address,
                self.folder / name,
                {
                    "cluster.name": self.folder.name,
                    "node.name": name,
                    "path.data": str(self.folder / name / "data"),
                    "path.logs": str(self.folder / name / "logs"),
                    "network.host": address.listens_on,
                    "http.port": address.http_port,
                    "transport.port": address.transport_port,
                    "discovery.seed_hosts": seeds,
                    "cluster.initial_cluster_manager_nodes": names,
                    # The disk of who runs the tests may be nearly full, which is not what is tested here.
                    "cluster.routing.allocation.disk.watermark.low": "1mb",
                    "cluster.routing.allocation.disk.watermark.high": "1mb",
                    "cluster.routing.allocation.disk.watermark.flood_stage": "1mb",
                    "action.auto_create_index": False,
                    **QUICK_FAULT_DETECTION,
                    **(settings or {}),
                },
                installed,
            )
            for name, address in zip(names, addresses, strict=True)
        )

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.start()
            self.wait_until_green()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for node in self.nodes:
            node.resume()
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def urls(self) -> str:
        """As `--opensearch-urls` takes them."""
        return ",".join(node.url for node in self.nodes)

    @property
    def leader(self) -> Node:
        """The elected cluster manager."""
        for node in self.nodes:
            with suppress(OSError):
                found = self.call("GET", "/_cat/cluster_manager?format=json", node=node)
                return next(each for each in self.nodes if each.name == found[0]["node"])
        raise ClusterError("no node knows a leader")

    def node_of_primary(self, index: str, shard: int = 0) -> Node:
        """Who holds the primary of a shard."""
        for each in self.call("GET", f"/_cat/shards/{index}?format=json"):
            if each["prirep"] == "p" and int(each["shard"]) == shard:
                return next(node for node in self.nodes if node.name == each["node"])
        raise ClusterError(f"{index} has no primary of shard {shard}")

    def call(
        self, method: str, path: str, body: object = None, *, node: Node | None = None, timeout_s: float = 20
    ) -> Any:
        """One request to a node, by default to the first that runs; what it answers. Raises OSError."""
        if node is None:
            node = next(each for each in self.nodes if each.is_running and not each.is_paused)
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(node.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            content = answer.read()
        return json.loads(content) if content.startswith((b"{", b"[")) else content.decode()

    def wait_until_green(self, nodes: int | None = None) -> None:
        """Until so many nodes are joined, by default all, and every shard has its copies."""
        wanted = len(self.nodes) if nodes is None else nodes

        def is_green() -> bool:
            self._complain_of_ended()
            health = self.call("GET", "/_cluster/health?local=true", timeout_s=3)
            if health["delayed_unassigned_shards"]:
                # What a node held that was missed at the last moment: a minute long, although it may be back by now.
                self.call("PUT", "/_all/_settings", {"index.unassigned.node_left.delayed_timeout": "0"}, timeout_s=3)
            return (
                health["status"] == "green"
                and health["number_of_nodes"] == wanted
                and not health["number_of_pending_tasks"]
                and not health["relocating_shards"]
            )

        self.wait_for(is_green, f"{wanted} nodes and green")

    def wait_for(self, holds: Callable[[], bool], what: str, within_s: float = START_WITHIN_S) -> None:
        """Asks ten times a second; a node that does not answer yet holds nothing."""
        last = time.monotonic() + within_s
        while time.monotonic() < last:
            with suppress(OSError, StopIteration):
                if holds():
                    return
            time.sleep(0.1)
        raise ClusterError(f"not {what} within {within_s:g} s" + "".join(node.last_words() for node in self.nodes))

    def restore(self) -> None:
        """All nodes running, no setting and no block left of a test, everything green."""
        for node in self.nodes:
            if node.is_paused:
                node.resume()
            if not node.is_running:
                node.start()
        self.wait_for(self._has_forgotten_settings, "without settings of a test")
        self.wait_until_green()
        self.wait_until_free()

    def wait_until_free(self) -> None:
        """Until indexes may be made: after a full disk nodes forbid that for a while."""
        self.wait_for(self._may_have_indexes, "free to make indexes")

    def index_names(self) -> frozenset[str]:
        return frozenset(each["index"] for each in self.call("GET", "/_cat/indices?format=json&expand_wildcards=all"))

    def _has_forgotten_settings(self) -> bool:
        self.call("PUT", "/_cluster/settings", {"transient": {"*": None}, "persistent": {"*": None}})
        return True

    def _may_have_indexes(self) -> bool:
        if not self.call("GET", "/_cluster/state/blocks").get("blocks", {}).get("global"):
            return True
        self.call("PUT", "/_cluster/settings", {"persistent": {"cluster.blocks.create_index": None}})
        return False

    def _complain_of_ended(self) -> None:
        for node in self.nodes:
            if node.process is not None and node.process.poll() not in (None, -signal.SIGKILL):
                raise ClusterError(f"{node.name} ended with {node.process.returncode}{node.last_words()}")


def loopback_addresses(count: int) -> tuple[Address, ...]:
    """Ports that are free now."""
    probes = [socket.socket() for _ in range(2 * count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return tuple(Address("127.0.0.1", ports[2 * number], ports[2 * number + 1]) for number in range(count))
