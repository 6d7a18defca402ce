"""What one run has read so far: which ids, where, and which files cannot be trusted to be whole.

Kept in a temporary SQLite database of the process (it goes to disk when it outgrows its cache and vanishes with the
process), so memory does not grow with the archive: a set of ids would take 100 bytes an article and more, and a
conflict is to be reported with both places.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Self

from indexer.article import Place
from indexer.errors import ArchiveError


class RunMemory:
    """Ids are exact, never hashes of them: two articles are not taken for one by accident."""

    def __init__(self) -> None:
        with _translated_errors():
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"
                "CREATE TABLE seen (id TEXT PRIMARY KEY, number INTEGER, file INTEGER, line INTEGER) WITHOUT ROWID;"
                "CREATE TABLE files (file INTEGER PRIMARY KEY, path BLOB, member BLOB);"
                "CREATE TABLE untrusted (origin BLOB PRIMARY KEY) WITHOUT ROWID;"
                "BEGIN"
            )
        self._path: tuple[str, str] | None = None
        self._file = 0
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def remember(self, article_id: str, place: Place) -> Place | None:
        """None for an id that is new to this run, else the place where it was read first."""
        return self.remember_all(place.path, (article_id,), (place.line,), place.member).get(0)

    def remember_all(
        self, path: str, article_ids: Sequence[str], lines: Sequence[int], member: str = ""
    ) -> dict[int, Place]:
        """The same for the articles of a file, or of a member of it, in their order: by number in `article_ids` the
        first place of each id that is not new. Raises ArchiveError where there is no room to remember them."""
        if not article_ids:
            return {}
        with _translated_errors():
            return self._remember_all(path, article_ids, lines, member)

    def _remember_all(
        self, path: str, article_ids: Sequence[str], lines: Sequence[int], member: str
    ) -> dict[int, Place]:
        if (path, member) != self._path:
            self._file += 1
            self._path = path, member
            names = os.fsencode(path), _encode_name(member)
            self._database.execute("INSERT INTO files VALUES (?, ?, ?)", (self._file, *names))
        first, self._number = self._number, self._number + len(article_ids)
        before = self._database.total_changes
        self._database.executemany(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)",
            zip(article_ids, range(first, self._number), repeat(self._file), lines, strict=False),
        )
        if self._database.total_changes - before == len(article_ids):
            return {}
        firsts: dict[int, Place] = {}
        for number, article_id in enumerate(article_ids):
            known, path_of_first, line, member_of_first = self._database.execute(
                "SELECT number, path, line, member FROM seen JOIN files USING (file) WHERE id = ?", (article_id,)
            ).fetchone()
            if known != first + number:
                firsts[number] = Place(os.fsdecode(path_of_first), line, _decode_name(member_of_first))
        return firsts

    def has_read(self, article_id: str) -> bool:
        return self._database.execute("SELECT 1 FROM seen WHERE id = ?", (article_id,)).fetchone() is not None

    def distrust(self, origin: str) -> None:
        """A file (or a folder) that could not be read, or not wholly: what it held may be there still."""
        with _translated_errors():
            self._database.execute("INSERT OR IGNORE INTO untrusted VALUES (?)", (os.fsencode(origin),))

    def distrusts(self, origin: str) -> bool:
        """Whether this file, or a folder that holds it, could not be read wholly."""
        path = origin
        while True:
            found = self._database.execute("SELECT 1 FROM untrusted WHERE origin = ?", (os.fsencode(path),))
            if found.fetchone() is not None:
                return True
            parent = os.path.dirname(path)  # noqa: PTH120 origins are text that the index keeps, not paths to open
            if parent == path:
                return False
            path = parent


def _encode_name(member: str) -> bytes:
    """Names in archives need not be text that the system could name a file by."""
    return member.encode("utf-8", "surrogatepass")


def _decode_name(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(
            f"cannot remember what was read: {error}; free some space in {tempfile.gettempdir()} and run it again"
        ) from error
