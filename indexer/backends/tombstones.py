"""`tombstones.json`: the articles that were deleted on purpose and stay out until `undelete`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from indexer.backends.port import Tombstone
from indexer.backends.storage import read_sealed, write_sealed
from indexer.errors import IndexDamagedError

TOMBSTONES_FILE = "tombstones.json"


class Tombstones:
    """The tombstones of one index, in memory and on disk; every change is on disk before it returns."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / TOMBSTONES_FILE
        self._by_id = {tombstone.id: tombstone for tombstone in _read(self._path)}

    def __iter__(self) -> Iterator[Tombstone]:
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, article_id: str) -> Tombstone | None:
        return self._by_id.get(article_id)

    def add(self, tombstones: tuple[Tombstone, ...]) -> None:
        """The first reason and day stand where an article has a tombstone already."""
        changed = {tombstone.id: tombstone for tombstone in tombstones} | self._by_id
        self._replace(changed)

    def remove(self, article_ids: tuple[str, ...]) -> None:
        self._replace({key: tombstone for key, tombstone in self._by_id.items() if key not in set(article_ids)})

    def _replace(self, by_id: dict[str, Tombstone]) -> None:
        if by_id != self._by_id:
            write_sealed(self._path, {"tombstones": [asdict(tombstone) for tombstone in by_id.values()]})
            self._by_id = by_id


def _read(path: Path) -> tuple[Tombstone, ...]:
    # Going on without what cannot be read would bring deleted articles back: damage goes up to whoever asked.
    try:
        listed, _ = read_sealed(path, frozenset({"tombstones"}))
    except FileNotFoundError:
        return ()
    try:
        return tuple(
            Tombstone(str(said["id"]), str(said["reason"]), str(said["deleted_on"])) for said in listed["tombstones"]
        )
    except (KeyError, TypeError) as error:
        raise IndexDamagedError(f"{path} cannot be read as a list of tombstones: {error!r}; restore it") from error
