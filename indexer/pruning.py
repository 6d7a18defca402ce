"""Which articles `--prune` takes out: those last read under the roots given now, and not there any more.

Refuses more than it is asked: never an article of a file that could not be read wholly, never under a root that is
missing or had nothing in it (an archive disk that is not mounted), and never more than a fifth without a yes.
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
    """`gone` are ids; `under_roots` counts the articles of the index that lie under the roots of this run."""

    gone: tuple[str, ...]
    under_roots: int

    @property
    def needs_yes(self) -> bool:
        return len(self.gone) > self.under_roots * MOST_WITHOUT_YES

    def refusal(self) -> str:
        return (
            f"--prune would remove {len(self.gone):,} of the {self.under_roots:,} articles under these paths, "
            "more than a fifth; nothing was removed: check the paths, then run again with --prune --yes"
        )


def plan_pruning(known: Iterable[KnownArticle], roots: tuple[str, ...], memory: RunMemory) -> PrunePlan:
    """`roots` are real paths of files and folders that were there and held something."""
    gone: list[str] = []
    under_roots = 0
    for article in known:
        if is_under(article.origin, roots):
            under_roots += 1
            if not memory.has_read(article.id) and not memory.distrusts(article.origin):
                gone.append(article.id)
    return PrunePlan(tuple(gone), under_roots)


def is_under(origin: str, roots: tuple[str, ...]) -> bool:
    """Whether a file is one of the roots or lies in one; `/news` does not hold `/newsreels/a.txt`."""
    return any(origin == root or origin.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
