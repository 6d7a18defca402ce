"""Files that have changed and wait to be read: until they are quiet, and until a burst of them is over.

Opens nothing and reads no clock: times are given, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from indexer.watching.scanning import Look

#: A file is quiet when it has looked the same for so long.
QUIET_S: Final = 0.4
#: While others still arrive, those that are quiet wait for them, and no longer than that.
HOLD_S: Final = 0.8
#: A file that never is quiet is read all the same: after so long, and longer where reading takes long itself.
RESTLESS_S: Final = 10.0
_RESTLESS_BYTES_A_S: Final = 5_000_000


@dataclass(slots=True)
class _Waiting:
    look: Look
    since: float
    changed: float

    def overdue_at(self) -> float:
        return self.since + RESTLESS_S + self.look.size_bytes / _RESTLESS_BYTES_A_S

    def ready_at(self) -> float:
        return min(self.changed + QUIET_S, self.overdue_at())


class Pending:
    def __init__(self) -> None:
        self._files: dict[str, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._files)

    def note(self, look: Look, now: float) -> None:
        """The file has changed, or was looked at again."""
        waiting = self._files.get(look.path)
        if waiting is None:
            self._files[look.path] = _Waiting(look, now, now)
        elif waiting.look.stamp != look.stamp:
            waiting.look, waiting.changed = look, now

    def is_overdue(self, path: str, now: float) -> bool:
        """Whether it has to be read although it does not become quiet."""
        return path in self._files and self._files[path].overdue_at() <= now

    def drop(self, path: str) -> None:
        self._files.pop(path, None)

    def ready(self, now: float) -> tuple[Look, ...]:
        """What should be read now, in the order of the names; nothing while a burst goes on."""
        ready = [each for each in self._files.values() if each.ready_at() <= now]
        if not ready or (len(ready) < len(self._files) and now - min(each.ready_at() for each in ready) < HOLD_S):
            return ()
        return tuple(sorted((each.look for each in ready), key=lambda look: look.path))
