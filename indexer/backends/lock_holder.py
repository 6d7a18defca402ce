"""Who holds a lock that somebody waits for: asked of the system, so nothing is kept that could be out of date."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final

_LOCKS: Final = Path("/proc/locks")
_SHOWN_CHARS: Final = 100


def name_lock_holder(lock_file: Path) -> str:
    """`process 4711 (broadsheet index news)`, or "" where the system does not tell."""
    pid = _find_holder(lock_file)
    return f"process {pid}{_command_of(pid)}" if pid else ""


def is_locked(lock_file: Path) -> bool | None:
    """None where the system does not tell."""
    pid = _find_holder(lock_file)
    return None if pid is None else pid > 0


def _find_holder(lock_file: Path) -> int | None:
    """The process that holds it, 0 where nobody does, None where the system does not tell."""
    try:
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
        inode = str(lock_file.stat().st_ino)
    except FileNotFoundError as error:
        return None if error.filename == str(_LOCKS) else 0
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        # 1: FLOCK  ADVISORY  WRITE 24492 fe:00:10404358 0 EOF
        match line.split():
            case [_, "FLOCK", _, "WRITE", pid, place, *_] if place.rpartition(":")[2] == inode and pid.isdigit():
                return int(pid)
    return 0


def _command_of(pid: int) -> str:
    try:
        arguments = os.fsdecode((Path("/proc") / str(pid) / "cmdline").read_bytes()).rstrip("\x00").split("\x00")
    except OSError:
        return ""
    # Of a script the interpreter in front of it says nothing.
    scripts = [at for at, each in enumerate(arguments[:3]) if os.path.basename(each) == "broadsheet"]  # noqa: PTH119 text
    shown = ["broadsheet", *arguments[scripts[0] + 1 :]] if scripts else arguments
    command = shlex.join(shown)
    return f" ({command if len(command) <= _SHOWN_CHARS else command[:_SHOWN_CHARS] + '…'})"
