"""The table of contents, which stays Whoosh's own: which segment files make up a generation, and what is deleted.

Behind what Whoosh reads of it stands a seal with its checksum: durable.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from whoosh.index import TOC, FileIndex, clean_files

from indexer.codec.durable import DurableStorage, sync_path
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.errors import IndexDamagedError
from indexer.schema import build_schema

INDEX_NAME: Final = "MAIN"
LOCK_NAME: Final = f"{INDEX_NAME}_WRITELOCK"
#: What a segment may be called: its name leads to no other folder.
_SEGMENT_NAME: Final = re.compile(rf"{INDEX_NAME}_[0-9a-z]+")
#: What is on its way to its name when a process ends.
_UNNAMED: Final = re.compile(rf"_{INDEX_NAME}_[0-9]+\.toc\..+|[a-z]+\.json\.partial")


@dataclass(frozen=True, slots=True)
class Contents:
    """A generation. `segments` are ours; `foreign` counts segments that another codec wrote; `live_count` the live
    articles of both."""

    generation: int
    segments: tuple[BroadsheetSegment, ...]
    foreign: int
    live_count: int


def create_contents(storage: DurableStorage) -> None:
    """An empty table of contents, generation 0. Removes every file of the index name: only for a vacant folder."""
    FileIndex.create(storage, build_schema(), INDEX_NAME)


def whoosh_index(storage: DurableStorage) -> FileIndex:
    """Whoosh's own index over the folder, for Whoosh's own API."""
    return FileIndex(storage, build_schema(), INDEX_NAME)


def latest_generation(storage: DurableStorage) -> int:
    """The number of the last commit; -1 where there is none. Looks at names only."""
    return int(TOC._latest_generation(storage, INDEX_NAME))  # noqa: SLF001 Whoosh has no other way


def read_contents(storage: DurableStorage) -> Contents:
    """The last commit. Raises FileNotFoundError where the next commit is just removing it: look again."""
    toc = TOC.read(storage, INDEX_NAME, schema=build_schema())
    segments: list[Any] = toc.segments
    for segment in segments:
        if not _SEGMENT_NAME.fullmatch(segment.segment_id()):
            path = Path(storage.folder) / contents_name(toc.generation)
            raise IndexDamagedError(f"{path} names a segment {segment.segment_id()!r}; restore it from a backup")
    ours = tuple(segment for segment in segments if isinstance(segment, BroadsheetSegment))
    live_count = sum(segment.doc_count() for segment in segments)
    return Contents(toc.generation, ours, len(segments) - len(ours), live_count)


def stock_segments(storage: DurableStorage) -> list[Any]:
    """The segments of the last commit that Whoosh's own codec wrote."""
    segments: list[Any] = TOC.read(storage, INDEX_NAME, schema=build_schema()).segments
    return [segment for segment in segments if not isinstance(segment, BroadsheetSegment)]


def commit_contents(
    storage: DurableStorage, segments: Sequence[BroadsheetSegment], generation: int, gone: Sequence[str]
) -> None:
    """Switch to these segments, durably; then remove the files named in `gone`, which no segment needs any more.

    The segment files are synced already. Their names are synced here, before a table of contents names them.
    """
    sync_path(storage.folder)
    TOC(build_schema(), list(segments), generation).write(storage, INDEX_NAME)
    older = [name for name in storage if is_contents_name(name) and name != contents_name(generation)]
    for name in (*older, *gone):
        (Path(storage.folder) / name).unlink(missing_ok=True)


def sweep_leftovers(storage: DurableStorage) -> None:
    """Remove every file that the last commit does not need: what a process that was cut off left behind. For the only
    writer, while nobody packs for it."""
    toc = TOC.read(storage, INDEX_NAME, schema=build_schema())
    clean_files(storage, INDEX_NAME, toc.generation, toc.segments)
    for name in storage:
        if _UNNAMED.fullmatch(name):
            (Path(storage.folder) / name).unlink(missing_ok=True)


def contents_name(generation: int) -> str:
    return str(TOC._filename(INDEX_NAME, generation))  # noqa: SLF001 the name is Whoosh's to say


def is_contents_name(name: str) -> bool:
    return TOC._pattern(INDEX_NAME).match(name) is not None  # noqa: SLF001 the name is Whoosh's to say
