"""A folder of files that are run when they are read: nobody else may be able to put one there."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from indexer.errors import SettingError

#: The file that every index has (`indexer.backends.meta`).
_INDEX_MARK: Final = "broadsheet.json"


def make_private_folder(folder: Path, setting: str) -> None:
    """Make it where it is missing. Raises SettingError, which names `setting`, where others may write to it or exchange
    it, where it belongs to another user (root is trusted), and where it lies in an index."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    real = folder.resolve()
    advice = f"set {setting} to a folder of your own"
    for above in (real, *real.parents):
        if (above / _INDEX_MARK).exists():
            raise SettingError(f"compiled code must not lie in an index, and {real} is in that of {above}; {advice}")
    if not hasattr(os, "geteuid"):
        return
    status = real.stat()
    if status.st_uid not in {os.geteuid(), 0}:
        raise SettingError(f"{real} belongs to user {status.st_uid}, who could put code there; {advice}")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SettingError(f"others may write to {real} and put code there; run: chmod go-w {real}, or {advice}")
    for above in real.parents:
        mode = above.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise SettingError(f"others may write to {above} and exchange {real}; {advice}")
