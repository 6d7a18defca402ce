"""Nodes that can be cut off from each other: each in a network namespace, their links joined by a bridge.

A node listens on the loopback of its namespace, which is another one than everybody's, and a relay (relay.py) there
takes on what comes over the link, and what it has to say to the others.

Needs root and `ip`. What is made is named after this process, and taken away with it; what a killed run left is taken
away by the next.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opensearch_nodes import Address

_MARK = "bsn"
_HTTP, _TRANSPORT = 9200, 9300
_RELAY = Path(__file__).with_name("relay.py")


def why_not_possible() -> str:
    """What is missing, or ""."""
    if os.geteuid() != 0:
        return "network namespaces want root"
    if shutil.which("ip") is None:
        return "there is no `ip`, of iproute2"
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    return f"no network namespace can be made: {tried.stderr.strip()}" if tried.returncode else ""


@contextmanager
def joined_namespaces(count: int) -> Iterator[tuple[Address, ...]]:
    """Addresses that reach each other, and are reached from here."""
    _sweep()
    name = f"{_MARK}{os.getpid()}"
    net = f"10.213.{os.getpid() % 250}"
    relays: list[subprocess.Popen[bytes]] = []
    try:
        _ip("link", "add", name, "type", "bridge")
        _ip("addr", "add", f"{net}.1/24", "dev", name)
        _ip("link", "set", name, "up")
        for number in range(count):
            inside, link = _namespace(number), _link(number)
            _ip("netns", "add", inside)
            _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", inside)
            _ip("link", "set", link, "master", name, "up")
            _ip("-n", inside, "addr", "add", f"{net}.{number + 10}/24", "dev", "eth0")
            _ip("-n", inside, "link", "set", "eth0", "up")
            _ip("-n", inside, "link", "set", "lo", "up")
        hosts = [f"{net}.{number + 10}" for number in range(count)]
        for number, host in enumerate(hosts):
            enter = ("ip", "netns", "exec", _namespace(number))
            inward = [f"{host}:{port}=127.0.0.1:{port}" for port in (_HTTP, _TRANSPORT + number)]
            outward = [
                f"127.0.0.1:{_TRANSPORT + other}={hosts[other]}:{_TRANSPORT + other}"
                for other in range(count)
                if other != number
            ]
            relay = [*enter, "setpriv", "--pdeathsig", "KILL", "--", sys.executable, str(_RELAY), *inward, *outward]
            relays.append(subprocess.Popen(relay, start_new_session=True))
        yield tuple(
            Address(host, _HTTP, _TRANSPORT + number, ("ip", "netns", "exec", _namespace(number)), "127.0.0.1")
            for number, host in enumerate(hosts)
        )
    finally:
        for each in relays:
            each.kill()
            each.wait()
        _remove(os.getpid())


def cut(number: int) -> None:
    """Take the link of this node down: nobody reaches it, and it reaches nobody."""
    _ip("link", "set", _link(number), "down")


def mend(number: int) -> None:
    _ip("link", "set", _link(number), "up")


def _namespace(number: int) -> str:
    return f"{_MARK}{os.getpid()}-{number}"


def _link(number: int) -> str:
    return f"{_MARK}{os.getpid()}v{number}"


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _names() -> set[str]:
    """Namespaces, links and bridges that were made here or by an earlier run."""
    said = "".join(
        subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False).stdout
        for arguments in (("netns", "list"), ("-br", "link"))
    )
    return set(re.findall(rf"\b{_MARK}\d+(?:-\d+|v\d+)?\b", said))


def _sweep() -> None:
    for pid in {int(re.findall(r"\d+", name)[0]) for name in _names()}:
        if not Path(f"/proc/{pid}").exists():
            _remove(pid)


def _remove(pid: int) -> None:
    # A link is named as well: its namespace lives on for as long as a connection in it does.
    for name in sorted(_names()):
        if re.fullmatch(rf"{_MARK}{pid}(?:-\d+|v\d+)?", name):
            kind = ("netns", "del") if "-" in name else ("link", "del")
            subprocess.run(["ip", *kind, name], capture_output=True, check=False)
