"""The embedded index: a folder of Whoosh segments beside `broadsheet.json` and `tombstones.json`.

Opens what is ours and refuses the rest; never wipes, repairs or recreates a folder that holds something. Writing is
in batches: what a batch holds is seen by nobody until `commit`, and is given up whole when the process ends before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whoosh.index import TOC, FileIndex
from whoosh.writing import SegmentWriter

from indexer.article import Article
from indexer.backends.index_view import HeldArticle, IndexView
from indexer.backends.meta import META_FILE, check_versions, read_meta, write_meta
from indexer.backends.port import Commit, Document, KnownArticle, Tombstone
from indexer.backends.storage import PARTIAL_SUFFIX
from indexer.backends.tombstones import Tombstones
from indexer.codec.durable import DurableStorage
from indexer.codec.failures import translated_errors
from indexer.codec.merging import drop_segments, grown_tier, keep_segments, merge_tier, purge_deleted
from indexer.document import TextAnalyzer, make_document
from indexer.errors import ArchiveError, ArticleError, IndexBusyError, IndexDamagedError, IndexNotFoundError
from indexer.schema import UNDATED_DAY, build_schema, encode_document

INDEX_NAME = "MAIN"
_LOCK_NAME = f"{INDEX_NAME}_WRITELOCK"


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
        if _is_index(folder) or not _is_vacant(folder):
            raise IndexDamagedError(f"{folder} is not empty: {_name_content(folder)}; choose another folder")
        with translated_errors(folder, "create an index in"):
            folder.mkdir(parents=True, exist_ok=True)
            # The versions come first: cut off between the two, the folder still counts as vacant.
            write_meta(folder)
            FileIndex.create(DurableStorage(folder), build_schema(), INDEX_NAME)
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
            return cls(folder, DurableStorage(folder))

    @classmethod
    def open_or_create(cls, folder: Path) -> WhooshIndex:
        return cls.create(folder) if _is_vacant(folder) else cls.open(folder)

    def writer(self, analyzer: TextAnalyzer, memory_mb: int) -> WhooshIndexWriter:
        """The only writer of this index while it is open. Raises IndexBusyError where there is one."""
        return WhooshIndexWriter(self, analyzer, memory_mb)

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
            toc = self.whoosh._read_toc()  # noqa: SLF001 Whoosh has no other way to count segments
            return IndexStats(
                articles=sum(segment.doc_count() for segment in toc.segments),
                segments=len(toc.segments),
                size_bytes=sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file()),
                generation=toc.generation,
                schema_version=meta.schema_version,
                analysis_version=meta.analysis_version,
                tombstones=len(self.tombstones()),
                undated=undated,
                by_source=tuple(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_lang=tuple(sorted(langs.items(), key=lambda pair: (-pair[1], pair[0]))),
                by_year=tuple(sorted(years.items())),
            )


class WhooshIndexWriter:
    """Implements `IndexWriter`. Holds Whoosh's own write lock from the first line to the last, not batch by batch."""

    def __init__(self, index: WhooshIndex, analyzer: TextAnalyzer, memory_mb: int) -> None:
        self._index = index
        self._folder = index.folder
        self._analyzer = analyzer
        self._memory_mb = memory_mb
        self._lock = index.whoosh.storage.lock(_LOCK_NAME)
        with translated_errors(self._folder, "lock"):
            if not self._lock.acquire():
                raise IndexBusyError(f"another process is writing to {self._folder}; wait until it has finished")
        self._segment: SegmentWriter | None = None
        # The batch: what was written and removed since the last commit, kept to write it again (see _write_again).
        self._written: dict[str, tuple[Article, str]] = {}
        self._removed: set[str] = set()
        try:
            self._tombstones = Tombstones(self._folder)
            self._view = index.view()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_up_batch()
        self._view.close()
        self._lock.release()

    def known(self, article_id: str) -> KnownArticle | None:
        with translated_errors(self._folder, "read"):
            return self._view.known(article_id)

    def known_articles(self) -> Iterator[KnownArticle]:
        yield from self._view.known_articles()

    def tombstone(self, article_id: str) -> Tombstone | None:
        return self._tombstones.find(article_id)

    def bury(self, tombstones: tuple[Tombstone, ...]) -> None:
        """Lay tombstones; on disk before this returns, so that a deleted article cannot come back half-deleted."""
        with translated_errors(self._folder, "write"):
            self._tombstones.add(tombstones)

    def unbury(self, article_ids: tuple[str, ...]) -> None:
        with translated_errors(self._folder, "write"):
            self._tombstones.remove(article_ids)

    def write(self, document: Document) -> None:
        """Add the document, or replace the one of its id. Raises ArticleError, after which the batch is as it was."""
        if document.id in self._written:
            raise ArticleError(f"{document.id} was written already since the last commit")
        try:
            encoded = encode_document(document)
        except (ValueError, OverflowError) as error:
            raise ArticleError(f"cannot be encoded: {error}") from error
        segment = self._open_segment()
        try:
            segment.add_document(**encoded)
        except (OSError, MemoryError):
            self._give_up_batch()
            with translated_errors(self._folder, "write"):
                raise
        except Exception as error:
            self._write_again()
            raise ArticleError(f"the index refused it: {type(error).__name__}: {error}") from error
        # Only now: had the document been refused, its older version would have gone with the batch.
        self._remove_older(segment, document.id)
        self._written[document.id] = (document.article, document.origin)

    def remove(self, article_id: str) -> bool:
        if self._view.find(article_id) is None:
            return False
        self._remove_older(self._open_segment(), article_id)
        self._removed.add(article_id)
        return True

    def commit(self, *, tidy: bool = True) -> Commit:
        """Make the batch durable. With `tidy` a tier of segments that has grown full is merged afterwards, in a
        commit of its own: what was written is never kept waiting for it."""
        if self._segment is not None:
            self._finish(keep_segments)
        toc = self._read_toc()
        if tidy and grown_tier(toc.segments):
            self._open_segment()
            self._finish(merge_tier)
            toc = self._read_toc()
        return Commit(toc.generation, sum(segment.doc_count() for segment in toc.segments))

    def purge(self) -> Commit:
        """Commit, and rewrite every segment that holds words of removed or replaced documents."""
        self.commit(tidy=False)
        if any(segment.has_deletions() for segment in self._read_toc().segments):
            self._open_segment()
            self._finish(purge_deleted)
        return self.commit(tidy=False)

    def replace_all(self, documents: Iterator[Document]) -> Commit:
        """Write these documents in place of everything the index holds, in one commit, and say that the index is of
        this version. Cut off before the end, the index is as it was."""
        self._give_up_batch()
        segment = self._open_segment()
        for document in documents:
            with translated_errors(self._folder, "write"):
                segment.add_document(**encode_document(document))
        self._finish(drop_segments)
        with translated_errors(self._folder, "write"):
            write_meta(self._folder)
        return self.commit(tidy=False)

    def _open_segment(self) -> SegmentWriter:
        if self._segment is None:
            with translated_errors(self._folder, "write"):
                self._segment = SegmentWriter(self._index.whoosh, _lk=False, limitmb=self._memory_mb)
        return self._segment

    def _remove_older(self, segment: SegmentWriter, article_id: str) -> None:
        # Not Whoosh's update_document: its cached searcher is opened anew for every batch as well, but looks through
        # each unique field, and two updates of one id in a batch leave two copies.
        with translated_errors(self._folder, "write"):
            older = self._view.find(article_id)
            if older is not None:
                segment.delete_document(older)

    def _finish(self, policy: Callable[[Any, list[Any]], list[Any]]) -> None:
        segment, self._segment = self._open_segment(), None
        with translated_errors(self._folder, "commit to"):
            segment.commit(mergetype=policy)
        self._written.clear()
        self._removed.clear()
        self._view.close()
        self._view = self._index.view()

    def _give_up_batch(self) -> None:
        segment, self._segment = self._segment, None
        self._written.clear()
        self._removed.clear()
        _cancel(segment)

    def _write_again(self) -> None:
        # Words of the refused document are in Whoosh's pool and would go to the next one. The batch is analysed and
        # written again without it; articles are kept for this, not their postings, which take 50 times the memory.
        written, removed = dict(self._written), set(self._removed)
        self._give_up_batch()
        segment = self._open_segment()
        with translated_errors(self._folder, "write"):
            for article, origin in written.values():
                segment.add_document(**encode_document(make_document(article, origin, self._analyzer)))
        for article_id in (*written, *removed):
            self._remove_older(segment, article_id)
        self._written.update(written)
        self._removed.update(removed)

    def _read_toc(self) -> TOC:
        with translated_errors(self._folder, "read"):
            return self._index.whoosh._read_toc()  # noqa: SLF001 Whoosh has no other way to list segments


def _cancel(segment: SegmentWriter | None) -> None:
    if segment is None or segment.is_closed:
        return
    try:
        segment.cancel()
    except Exception as error:
        if not segment.is_closed:
            raise ArchiveError(f"cannot give up what was not committed: {error}") from error


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
