"""Put the jars of an OpenSearch node under build/opensearch: fetched by Maven, held to the checksums of jars.sha256.

    python tests/cluster/opensearch_jars.py            fetch what is missing
    python tests/cluster/opensearch_jars.py --pin      write jars.sha256 anew, after pom.xml has changed

Where there is no Maven and we are root, Debian's package of it is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parent.parent / "build" / "opensearch"
CHECKSUMS = HERE / "jars.sha256"
VERSION = "3.8.0"
#: What a node loads as the module `transport-netty4`, and must not have on its class path.
MODULE = ("netty-", "opensearch-netty4-", "transport-netty4-client-")
DESCRIPTOR = f"""\
description=the transport of a node for tests
version={VERSION}
name=transport-netty4
classname=org.opensearch.transport.Netty4ModulePlugin
java.version=21
opensearch.version={VERSION}
has.native.controller=false
"""


class NotInstalledError(Exception):
    """Says what is missing and what would bring it."""


def read_checksums() -> dict[str, str]:
    """File name -> SHA-256 in hexadecimal digits."""
    pairs = (line.split() for line in CHECKSUMS.read_text(encoding="ascii").splitlines())
    return {name: digest for digest, name in pairs}


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def jar_place(home: Path, name: str) -> Path:
    return home / ("modules/transport-netty4" if name.startswith(MODULE) else "lib") / name


def is_installed(home: Path = HOME) -> bool:
    """Whether every jar is there; what is in it was compared when it was put there."""
    descriptor = home / "modules" / "transport-netty4" / "plugin-descriptor.properties"
    return descriptor.is_file() and all(jar_place(home, name).is_file() for name in read_checksums())


def install(home: Path = HOME) -> None:
    """Raises NotInstalledError."""
    if is_installed(home):
        return
    fetched = home / "fetched"
    fetch(fetched)
    compare(fetched)
    for path in sorted(fetched.iterdir()):
        place = jar_place(home, path.name)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    fetched.rmdir()
    (home / "modules" / "transport-netty4" / "plugin-descriptor.properties").write_text(DESCRIPTOR, encoding="ascii")


def fetch(folder: Path) -> None:
    maven = find_maven()
    shutil.rmtree(folder, ignore_errors=True)
    print("Fetching OpenSearch for the tests on a cluster ...", file=sys.stderr)
    done = subprocess.run(
        [maven, "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotInstalledError(f"Maven could not fetch OpenSearch:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def find_maven() -> str:
    maven = shutil.which("mvn")
    if maven is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Maven ...", file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "maven"]):
            subprocess.run(command, env=environment, capture_output=True, check=False)
        maven = shutil.which("mvn")
    if maven is None:
        raise NotInstalledError("there is no Maven, which fetches OpenSearch; on Debian: apt-get install maven")
    return maven


def compare(folder: Path) -> None:
    found = {path.name: digest_of(path) for path in folder.iterdir()}
    wrong = sorted(set(found.items()) ^ set(read_checksums().items()))
    if wrong:
        names = ", ".join(dict.fromkeys(name for name, _ in wrong))
        raise NotInstalledError(f"what Maven fetched is not what {CHECKSUMS.name} says: {names}")


def pin() -> None:
    fetched = HOME / "fetched"
    fetch(fetched)
    lines = [f"{digest_of(path)}  {path.name}\n" for path in sorted(fetched.iterdir())]
    CHECKSUMS.write_text("".join(lines), encoding="ascii")
    shutil.rmtree(fetched)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pin", action="store_true", help="write the checksums of what is fetched now")
    try:
        pin() if parser.parse_args().pin else install()
    except NotInstalledError as error:
        sys.exit(str(error))
