"""What each file looked like when it was last taken to be read: what looks the same is not read again.

Kept in a temporary SQLite database of the process, so memory does not grow with the archive. Nothing of it outlives
the process: what was read, the index knows.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Self

from indexer.watching.scanning import Look


class SeenFiles:
    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"
            "CREATE TABLE seen (path BLOB PRIMARY KEY, stamp BLOB) WITHOUT ROWID;"
            "CREATE TABLE there (path BLOB PRIMARY KEY) WITHOUT ROWID;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def remember(self, looks: Iterable[Look]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO seen VALUES (?, ?)", ((os.fsencode(look.path), look.stamp) for look in looks)
        )
        self._database.execute("COMMIT")

    def knows(self, look: Look) -> bool:
        """Whether the file looks as it did."""
        return self._stamp(look.path) == look.stamp

    def has_seen(self, path: str) -> bool:
        """Whether there ever was a file of this name."""
        return self._stamp(path) is not None

    def below(self, path: str) -> tuple[str, ...]:
        """The files seen under this name: itself, and those of a folder of this name."""
        name = os.fsencode(path)
        found = self._database.execute(
            "SELECT path FROM seen WHERE path = ? OR (path > ? AND path < ?)", (name, name + b"/", name + b"0")
        )
        return tuple(os.fsdecode(each) for (each,) in found)

    def forget(self, paths: Iterable[str]) -> None:
        self._database.executemany("DELETE FROM seen WHERE path = ?", ((os.fsencode(path),) for path in paths))

    def changed(self, looks: Iterable[Look]) -> Iterator[Look]:
        """Those of a whole look around that do not look as they did; afterwards `gone` tells what is missing."""
        self._database.execute("DELETE FROM there")
        self._database.execute("BEGIN")
        try:
            for look in looks:
                self._database.execute("INSERT OR IGNORE INTO there VALUES (?)", (os.fsencode(look.path),))
                if not self.knows(look):
                    yield look
        finally:
            self._database.execute("COMMIT")

    def gone(self) -> tuple[str, ...]:
        """The files seen before that the last look around did not meet."""
        found = self._database.execute("SELECT path FROM seen EXCEPT SELECT path FROM there")
        return tuple(os.fsdecode(each) for (each,) in found)

    def _stamp(self, path: str) -> bytes | None:
        found = self._database.execute("SELECT stamp FROM seen WHERE path = ?", (os.fsencode(path),)).fetchone()
        return None if found is None else found[0]
