"""Which articles `--prune` takes out: those last read under the roots given now, and not there any more.

Refuses more than it is asked: never an article of a file that could not be read wholly, never under a root that is
missing or had nothing in it (an archive disk that is not mounted), and never more than a fifth without a yes. A run
that has looked at some of the files alone names them, and then only their articles are in question.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.backends.port import KnownArticle
from indexer.run_memory import RunMemory

MOST_WITHOUT_YES = 0.2


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """`gone` are ids; `under_roots` counts the articles of the index that lie under the roots of this run.
    `removed_before` were taken out by runs just before, and count as part of the same fifth."""

    gone: tuple[str, ...]
    under_roots: int
    removed_before: int = 0

    @property
    def needs_yes(self) -> bool:
        return len(self.gone) + self.removed_before > (self.under_roots + self.removed_before) * MOST_WITHOUT_YES

    def refusal(self) -> str:
        lately = f" ({self.removed_before:,} went just before)" if self.removed_before else ""
        return (
            f"--prune would remove {len(self.gone):,} of the {self.under_roots:,} articles under these paths{lately}, "
            "more than a fifth; nothing was removed: check the paths, then run again with --prune --yes"
        )


def plan_pruning(
    known: Iterable[KnownArticle],
    roots: tuple[str, ...],
    memory: RunMemory,
    looked_at: tuple[str, ...] | None = None,
    removed_before: int = 0,
) -> PrunePlan:
    """`roots` are real paths of files and folders that were there and held something; `looked_at` those of the files
    and folders that the run has looked at, None for all."""
    gone: list[str] = []
    under_roots = 0
    places = None if looked_at is None else frozenset(looked_at)
    for article in known:
        if is_under(article.origin, roots):
            under_roots += 1
            if places is not None and not _is_in_one(article.origin, places):
                continue
            if not memory.has_read(article.id) and not memory.distrusts(article.origin):
                gone.append(article.id)
    return PrunePlan(tuple(gone), under_roots, removed_before if gone else 0)


def is_under(origin: str, roots: tuple[str, ...]) -> bool:
    """Whether a file is one of the roots or lies in one; `/news` does not hold `/newsreels/a.txt`."""
    return any(origin == root or origin.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _is_in_one(origin: str, places: frozenset[str]) -> bool:
    """The same for many: by the folders that hold the file, not place by place."""
    path = origin
    while path not in places:
        parent = os.path.dirname(path)  # noqa: PTH120 origins are text that the index keeps, not paths to open
        if parent == path:
            return False
        path = parent
    return True
