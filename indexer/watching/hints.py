"""Which paths the system says have changed: hints, since it may miss some, and whoever asks looks for itself.

Folders are watched one by one and not as trees: the library would follow the links that lead out of a tree. Where the
system watches no more folders there are no hints, and it is said why; looking around then has to do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection

from watchfiles._rust_notify import RustNotify

#: Changes that come one after the other are told together, so many milliseconds at most.
_GATHER_MS = 100
_STEP_MS = 50


class Hints:
    """`why_not` says why there are none, "" while there are."""

    def __init__(self) -> None:
        self.why_not = ""
        self._notify: RustNotify | None = None
        self._left: set[str] = set()

    def watch(self, folders: Collection[str]) -> None:
        """From now on these folders and no others."""
        before, self._notify = self._notify, None
        named = [folder for folder in folders if _can_be_named(folder) and os.access(folder, os.R_OK | os.X_OK)]
        try:
            try:
                self._notify = _make(named)
            except OSError:
                # Both together may be more than the system watches for one user, or a folder has just gone.
                if before is not None:
                    self._left |= _close(before)
                    before = None
                self._notify = _make([folder for folder in named if os.path.isdir(folder)])  # noqa: PTH112 many of them
        except (OSError, RuntimeError) as error:
            self.why_not = str(error).partition(" about [")[0].rstrip(". ")
        else:
            self.why_not = ""
        if before is not None:
            self._left |= _close(before)

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Paths that may have changed; nothing when the time is over, or a signal came."""
        told, self._left = self._left, set()
        if self._notify is None:
            time.sleep(0 if told else timeout_s)
            return frozenset(told)
        changes = self._notify.watch(_GATHER_MS, _STEP_MS, 1 if told else int(timeout_s * 1000), None)
        return frozenset(told if isinstance(changes, str) else told | {path for _, path in changes})

    def close(self) -> None:
        if self._notify is not None:
            self._notify.close()
            self._notify = None


def _make(folders: list[str]) -> RustNotify:
    # Told to pass over what is denied, it passes over the limits of the system as well.
    return RustNotify(folders, False, False, 0, False, False)


def _close(notify: RustNotify) -> set[str]:
    """What it still had to tell."""
    changes = notify.watch(1, 1, 1, None)
    notify.close()
    return set() if isinstance(changes, str) else {path for _, path in changes}


def _can_be_named(folder: str) -> bool:
    """Names that are no UTF-8 have no place in the library; such folders are looked through like all others."""
    try:
        folder.encode()
    except UnicodeEncodeError:
        return False
    return True
