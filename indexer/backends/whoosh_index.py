"""The embedded index: a folder of segment files beside `broadsheet.json` and `tombstones.json`.

Opens what is ours and refuses the rest; never wipes, repairs or recreates a folder that holds something. Writing is
in batches: what a batch holds is seen by nobody until `commit`, and is given up whole when the process ends before.
The table of contents is Whoosh's, so that Whoosh's own API reads the index too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from indexer.backends.held import HeldArticle
from indexer.backends.meta import META_FILE, check_versions, has_checksums, read_meta, write_meta
from indexer.backends.older_segments import older_articles
from indexer.backends.port import KnownArticle, Tombstone
from indexer.backends.segment_view import SegmentView
from indexer.backends.stats import IndexStats
from indexer.backends.storage import PARTIAL_SUFFIX
from indexer.backends.tombstones import Tombstones
from indexer.codec.durable import DurableStorage, make_folder
from indexer.codec.failures import translated_errors
from indexer.codec.toc import (
    INDEX_NAME,
    LOCK_NAME,
    Contents,
    create_contents,
    is_contents_name,
    latest_generation,
    read_contents,
    whoosh_index,
)
from indexer.codec.write_lock import WriteLock
from indexer.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError
from indexer.schema import UNDATED_DAY

if TYPE_CHECKING:
    from indexer.backends.whoosh_writer import WhooshIndexWriter
    from indexer.backends.words import WordCollector

_MOST_TRIES: Final = 10
_PAUSE_S: Final = 0.02
T = TypeVar("T")


class WhooshIndex:
    """An index that is there and may be read. `whoosh` is the engine's own index, for Whoosh's own API."""

    def __init__(self, folder: Path, storage: DurableStorage, *, is_foreign: bool = False) -> None:
        self.folder = folder
        self.storage = storage
        #: How it is named to people.
        self.place = str(folder)
        self._is_foreign = is_foreign

    @classmethod
    def create(cls, folder: Path, *, wait_s: float = 0.0) -> WhooshIndex:
        """Make an empty index in a folder that is missing or empty. Raises IndexDamagedError where something is, and
        IndexBusyError where another process is still making one after so many seconds."""
        with translated_errors(folder, "create an index in"):
            if not is_vacant(folder):
                raise IndexDamagedError(f"{folder} is not empty: {_name_content(folder)}; choose another folder")
            make_folder(folder)
            storage = DurableStorage(folder)
            lock = WriteLock(storage, LOCK_NAME)
            lock.acquire(wait_s)
            try:
                # Under the lock, and looked at again: of two processes that start at once, the second must not wipe
                # what the first has written. The versions come first: cut off after them, the folder is still vacant.
                if is_vacant(folder):
                    write_meta(folder)
                    create_contents(storage)
            finally:
                lock.release()
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, *, for_rebuild: bool = False) -> WhooshIndex:
        """Raises IndexNotFoundError, IndexVersionError, IndexDamagedError, each saying what to do."""
        with translated_errors(folder, "open"):
            if is_vacant(folder):
                raise IndexNotFoundError(f"there is no index at {folder}; run: broadsheet index PATH...")
            if not _is_index(folder):
                raise IndexDamagedError(f"{folder} is not a whole index: {_name_content(folder)}; nothing was changed")
            meta = read_meta(folder)
            check_versions(folder, meta, for_rebuild=for_rebuild)
            index = cls(folder, DurableStorage(folder, sealed=has_checksums(meta)))
            foreign = index.contents().foreign
            if foreign and not for_rebuild:
                raise IndexVersionError(
                    f"{folder} has {foreign} segments that an older broadsheet wrote; run: broadsheet rebuild"
                )
            return cls(folder, index.storage, is_foreign=bool(foreign))

    @classmethod
    def open_or_create(cls, folder: Path, *, wait_s: float = 0.0) -> WhooshIndex:
        with translated_errors(folder, "open"):
            return cls.create(folder, wait_s=wait_s) if is_vacant(folder) else cls.open(folder)

    @property
    def whoosh(self) -> Any:  # noqa: ANN401 Whoosh's own index
        """For Whoosh's own API."""
        return whoosh_index(self.storage)

    def writer(
        self,
        memory_mb: int,
        words: Callable[[int], WordCollector] | None = None,
        *,
        wait_s: float = 0.0,
        say: Callable[[str], None] | None = None,
    ) -> WhooshIndexWriter:
        """The only writer of this index while it is open. Raises IndexBusyError where there still is one after so many
        seconds, and names it; `say` is told when there is one to be waited for.

        `words` makes what analyses the articles that are written; by default a batch at a time, or article by article
        where numba is missing.
        """
        # What only writing needs: a search that opens the index does not wait for it.
        from indexer.backends.whoosh_writer import WhooshIndexWriter  # noqa: PLC0415
        from indexer.backends.words import choose_collector  # noqa: PLC0415

        lock = WriteLock(self.storage, LOCK_NAME)
        with translated_errors(self.folder, "lock"):
            lock.acquire(wait_s, say)
        return WhooshIndexWriter(self, lock, words or choose_collector, memory_mb)

    def article_count(self) -> int:
        """Live articles, in segments of an older format as well."""
        with translated_errors(self.folder, "read"):
            return _despite_commits(lambda: read_contents(self.storage)).live_count

    def contents(self) -> Contents:
        """The last commit's list of segments."""
        with translated_errors(self.folder, "read"):
            return _despite_commits(lambda: read_contents(self.storage))

    def latest_generation(self) -> int:
        """The number of the last commit, without reading it."""
        with translated_errors(self.folder, "read"):
            return _despite_commits(lambda: latest_generation(self.storage))

    def view(self, before: SegmentView | None = None) -> SegmentView:
        """The last commit, which stays readable whatever is written meanwhile. `before` lends what it has open."""
        with translated_errors(self.folder, "read"):
            return _despite_commits(lambda: SegmentView(self.folder, read_contents(self.storage), before))

    def articles(self) -> Iterator[HeldArticle]:
        """Every live article. Raises IndexDamagedError before the first one where a byte of any is not what was
        written."""
        with translated_errors(self.folder, "read"):
            view = self.view()
            for segment in view.segments:
                segment.mapped.file.check()
            if self._is_foreign:
                yield from older_articles(self.storage)
            yield from view.articles()

    def known_articles(self) -> Iterator[KnownArticle]:
        with translated_errors(self.folder, "read"):
            yield from self.view().known_articles()

    def tombstones(self) -> tuple[Tombstone, ...]:
        with translated_errors(self.folder, "read"):
            return tuple(Tombstones(self.folder))

    def stats(self) -> IndexStats:
        with translated_errors(self.folder, "read"):
            meta = read_meta(self.folder)
            view = self.view()
            days = view.first_days()
            dated = days[days != UNDATED_DAY].tolist()
            years = Counter(f"{date.fromordinal(day).year:04d}" for day in dated)
            sources, langs = view.count_values("source"), view.count_values("lang")
            return IndexStats(
                articles=len(days),
                segments=len(view.segments),
                size_bytes=sum(_size_of(path) for path in self.folder.iterdir()),
                generation=view.generation,
                schema_version=meta.schema_version,
                analysis_version=meta.analysis_version,
                tombstones=len(self.tombstones()),
                undated=len(days) - len(dated),
                by_source=tuple(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_lang=tuple(sorted(langs.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_year=tuple(sorted(years.items())),
            )


def _despite_commits(read: Callable[[], T]) -> T:
    """A commit removes the table of contents that was just found by name, and the files of merged segments; the next
    look finds the new ones. What is missing for good is missing after `_MOST_TRIES` too."""
    for _ in range(_MOST_TRIES - 1):
        try:
            return read()
        except (FileNotFoundError, IndexDamagedError) as error:
            missing = error if isinstance(error, FileNotFoundError) else error.__cause__
            if not isinstance(missing, FileNotFoundError):
                raise
            time.sleep(_PAUSE_S)
    return read()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # a commit has just removed it
        return 0


def _is_index(folder: Path) -> bool:
    return (folder / META_FILE).is_file() and any(is_contents_name(path.name) for path in folder.iterdir())


def is_vacant(folder: Path) -> bool:
    """Nothing is here, or only what creating an index leaves when it is cut off."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    ours = {META_FILE, META_FILE + PARTIAL_SUFFIX, LOCK_NAME}
    return all(path.name in ours or _is_partial_contents(path.name) for path in folder.iterdir())


def _is_partial_contents(name: str) -> bool:
    return name.startswith(f"_{INDEX_NAME}_0.toc.")


def _name_content(folder: Path) -> str:
    if not folder.is_dir():
        return "it is a file"
    names = sorted(path.name for path in folder.iterdir())
    if META_FILE in names:
        return f"the table of contents (_{INDEX_NAME}_*.toc) is missing"
    return f"it holds {', '.join(names[:3])}{' ...' if len(names) > 3 else ''} and no {META_FILE}"
