"""The embedded index: a folder of Whoosh segments beside `broadsheet.json` and `tombstones.json`.

Opens what is ours and refuses the rest; never wipes, repairs or recreates a folder that holds something. Writing is
in batches: what a batch holds is seen by nobody until `commit`, and is given up whole when the process ends before.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from whoosh.index import TOC, FileIndex

from indexer.backends.index_view import HeldArticle, IndexView
from indexer.backends.meta import META_FILE, check_versions, read_meta, write_meta
from indexer.backends.port import KnownArticle, Tombstone
from indexer.backends.storage import PARTIAL_SUFFIX
from indexer.backends.tombstones import Tombstones
from indexer.backends.whoosh_writer import WhooshIndexWriter
from indexer.codec.durable import DurableStorage, take_lock
from indexer.codec.failures import translated_errors
from indexer.document import TextAnalyzer
from indexer.errors import IndexDamagedError, IndexNotFoundError
from indexer.schema import UNDATED_DAY, build_schema

INDEX_NAME = "MAIN"
_LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"
_MOST_TRIES = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What `stats` tells. Counts are (value, articles), most frequent first; years ascending."""

    articles: int
    segments: int
    size_bytes: int
    generation: int
    schema_version: int
    analysis_version: int
    tombstones: int
    undated: int
    by_source: tuple[tuple[str, int], ...]
    by_lang: tuple[tuple[str, int], ...]
    by_year: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, object]:
        return {
            "articles": self.articles,
            "segments": self.segments,
            "size_bytes": self.size_bytes,
            "index_generation": self.generation,
            "schema_version": self.schema_version,
            "analysis_version": self.analysis_version,
            "tombstones": self.tombstones,
            "undated": self.undated,
            "by_source": dict(self.by_source),
            "by_lang": dict(self.by_lang),
            "by_year": dict(self.by_year),
        }


class WhooshIndex:
    """An index that is there and may be read. `whoosh` is the engine's own index, for the searcher."""

    def __init__(self, folder: Path, storage: DurableStorage) -> None:
        self.folder = folder
        self.whoosh = FileIndex(storage, build_schema(), INDEX_NAME)
        self._storage = storage

    @classmethod
    def create(cls, folder: Path) -> WhooshIndex:
        """Make an empty index in a folder that is missing or empty. Raises IndexDamagedError where something is."""
        if not _is_vacant(folder):
            raise IndexDamagedError(f"{folder} is not empty: {_name_content(folder)}; choose another folder")
        with translated_errors(folder, "create an index in"):
            folder.mkdir(parents=True, exist_ok=True)
            storage = DurableStorage(folder)
            with _held_lock(storage.lock(_LOCK_NAME), folder):
                # Under the lock, and looked at again: of two processes that start at once, the second must not wipe
                # what the first has written. The versions come first: cut off after them, the folder is still vacant.
                if _is_vacant(folder):
                    write_meta(folder)
                    FileIndex.create(storage, build_schema(), INDEX_NAME)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, *, for_rebuild: bool = False) -> WhooshIndex:
        """Raises IndexNotFoundError, IndexVersionError, IndexDamagedError, each saying what to do."""
        if _is_vacant(folder):
            raise IndexNotFoundError(f"there is no index at {folder}; run: broadsheet index PATH...")
        if not _is_index(folder):
            raise IndexDamagedError(f"{folder} is not a whole index: {_name_content(folder)}; nothing was changed")
        with translated_errors(folder, "open"):
            check_versions(folder, read_meta(folder), for_rebuild=for_rebuild)
            return _despite_commits(lambda: cls(folder, DurableStorage(folder)))

    @classmethod
    def open_or_create(cls, folder: Path) -> WhooshIndex:
        return cls.create(folder) if _is_vacant(folder) else cls.open(folder)

    def writer(self, analyzer: TextAnalyzer, memory_mb: int) -> WhooshIndexWriter:
        """The only writer of this index while it is open. Raises IndexBusyError where there is one."""
        return WhooshIndexWriter(self, self._storage.lock(_LOCK_NAME), analyzer, memory_mb)

    def view(self) -> IndexView:
        """The last commit, which stays readable whatever is written meanwhile."""
        with translated_errors(self.folder, "read"), self._storage.closed_on_failure():
            return IndexView(self.folder, self.whoosh.reader())

    def articles(self) -> Iterator[HeldArticle]:
        with self.view() as view:
            yield from view.articles()

    def known_articles(self) -> Iterator[KnownArticle]:
        with self.view() as view:
            yield from view.known_articles()

    def tombstones(self) -> tuple[Tombstone, ...]:
        return tuple(Tombstones(self.folder))

    def read_toc(self) -> TOC:
        """Whoosh's list of segments as the last commit left it."""
        with translated_errors(self.folder, "read"):
            return _despite_commits(self.whoosh._read_toc)  # noqa: SLF001 Whoosh has no other way to list segments

    def stats(self) -> IndexStats:
        sources: Counter[str] = Counter()
        langs: Counter[str] = Counter()
        years: Counter[str] = Counter()
        undated = 0
        with self.view() as view:
            for source, lang, first_day in view.facet_values():
                sources[source] += 1
                langs[lang] += 1
                if first_day == UNDATED_DAY:
                    undated += 1
                else:
                    years[f"{date.fromordinal(first_day).year:04d}"] += 1
        meta = read_meta(self.folder)
        with translated_errors(self.folder, "read"):
            toc = self.read_toc()
            return IndexStats(
                articles=sum(langs.values()),
                segments=len(toc.segments),
                size_bytes=sum(_size_of(path) for path in self.folder.iterdir()),
                generation=toc.generation,
                schema_version=meta.schema_version,
                analysis_version=meta.analysis_version,
                tombstones=len(self.tombstones()),
                undated=undated,
                by_source=tuple(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_lang=tuple(sorted(langs.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_year=tuple(sorted(years.items())),
            )


@contextmanager
def _held_lock(lock: Any, folder: Path) -> Iterator[None]:  # noqa: ANN401 Whoosh's lock
    take_lock(lock, folder)
    try:
        yield
    finally:
        lock.release()


def _despite_commits(read: Callable[[], T]) -> T:
    """A commit removes the table of contents that was just found by name; the next look finds the new one."""
    for _ in range(_MOST_TRIES - 1):
        try:
            return read()
        except FileNotFoundError:
            time.sleep(0.02)
    return read()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # a commit has just removed it
        return 0


def _is_index(folder: Path) -> bool:
    if not (folder / META_FILE).is_file():
        return False
    toc = TOC._pattern(INDEX_NAME)  # noqa: SLF001 the name of a table of contents is Whoosh's to say
    return any(toc.match(path.name) for path in folder.iterdir())


def _is_vacant(folder: Path) -> bool:
    """Nothing is here, or only what creating an index leaves when it is cut off."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    ours = {META_FILE, META_FILE + PARTIAL_SUFFIX, _LOCK_NAME}
    return all(path.name in ours or _is_partial_toc(path.name) for path in folder.iterdir())


def _is_partial_toc(name: str) -> bool:
    return name.startswith(f"_{INDEX_NAME}_0.toc.")


def _name_content(folder: Path) -> str:
    if not folder.is_dir():
        return "it is a file"
    names = sorted(path.name for path in folder.iterdir())
    if META_FILE in names:
        return f"the table of contents (_{INDEX_NAME}_*.toc) is missing"
    return f"it holds {', '.join(names[:3])}{' ...' if len(names) > 3 else ''} and no {META_FILE}"
