"""What one request wants of the index, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.article import ReadArticle, Skipped

Status = Literal["added", "updated", "unchanged", "conflict", "deleted_before", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an article. `id` is None where it could not be read; `reason` says why it was refused, or which
    line stands instead."""

    line: int
    id: str | None
    status: Status
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """Articles to be added or updated, in the order of their lines."""

    read: tuple[ReadArticle | Skipped, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.article.id for each in self.read if isinstance(each, ReadArticle))


@dataclass(frozen=True, slots=True)
class Deletion:
    """An article to be deleted, and not to come back. `today` is the day of the tombstone, `YYYY-MM-DD`."""

    id: str
    reason: str
    today: str

    @property
    def ids(self) -> frozenset[str]:
        return frozenset((self.id,))


Job = Addition | Deletion
DeletionStatus = Literal["deleted", "deleted_before"]


@dataclass(frozen=True, slots=True)
class Done:
    """A job is on the disk, in this generation: an addition article by article; a deletion as a whole, None where there
    is no such article."""

    generation: int
    outcomes: tuple[Outcome, ...] = ()
    deletion: DeletionStatus | None = None
