"""`furniture.json`: what an index has learnt of its sources' furniture, so that it reads a page again as it did.

Lost with nothing but work lost: the next run learns it again from the articles.
"""

from __future__ import annotations

from pathlib import Path

from indexer.backends.storage import read_sealed, write_sealed
from indexer.errors import IndexDamagedError
from indexer.learnt import LearntGroup, LearntLines

LEARNT_FILE = "furniture.json"


def read_learnt(folder: Path) -> LearntLines:
    """Nothing where nothing was learnt. Raises IndexDamagedError where the file is not what was written."""
    path = folder / LEARNT_FILE
    try:
        said, _ = read_sealed(path, frozenset({"generation", "groups"}))
    except FileNotFoundError:
        return LearntLines()
    except IndexDamagedError as error:
        raise _damaged(path, error) from error
    try:
        return LearntLines(
            (
                LearntGroup(str(each["name"]), str(each["compared"]), frozenset(map(int, each["lines"])))
                for each in said["groups"]
            ),
            int(said["generation"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, error) from error


def write_learnt(folder: Path, learnt: LearntLines) -> None:
    """Durable before it returns. Writes nothing where nothing was, and is, learnt. Raises OSError."""
    groups = [
        {"name": group.name, "compared": group.compared, "lines": sorted(group.lines)}
        for group in sorted(learnt, key=lambda group: group.name)
    ]
    path = folder / LEARNT_FILE
    if groups or path.exists():
        write_sealed(path, {"generation": learnt.settled_at, "groups": groups})


def _damaged(path: Path, error: Exception) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path} is not what was written ({error}); delete it, the next `broadsheet index` learns it again",
        (0, path.stat().st_size),
    )
