"""Whether somebody holds a lock: asked of the system, so nothing is kept that could be out of date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_LOCKS: Final = Path("/proc/locks")


def is_locked(lock_file: Path) -> bool | None:
    """None where the system does not tell."""
    try:
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
        inode = str(lock_file.stat().st_ino)
    except FileNotFoundError as error:
        return None if error.filename == str(_LOCKS) else False
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        # 1: FLOCK  ADVISORY  WRITE 24492 fe:00:10404358 0 EOF
        match line.split():
            case [_, "FLOCK", _, "WRITE", pid, place, *_] if place.rpartition(":")[2] == inode and pid.isdigit():
                return int(pid) > 0
    return False
