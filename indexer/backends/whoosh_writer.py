"""The writer of an embedded index: batches of documents into Whoosh's segments, nothing half-written, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from indexer.article import Article
from indexer.backends.meta import write_meta
from indexer.backends.port import Commit, Document, KnownArticle, Tombstone
from indexer.backends.tombstones import Tombstones
from indexer.codec.durable import take_lock
from indexer.codec.failures import translated_errors
from indexer.codec.merging import drop_segments, grown_tier, keep_segments, merge_tier, open_segment, purge_deleted
from indexer.document import TextAnalyzer, make_document
from indexer.errors import ArchiveError, ArticleError
from indexer.schema import encode_document

if TYPE_CHECKING:
    from indexer.backends.whoosh_index import WhooshIndex


class WhooshIndexWriter:
    """Implements `IndexWriter`. Holds Whoosh's own write lock from the first line to the last, not batch by batch."""

    def __init__(self, index: WhooshIndex, lock: Any, analyzer: TextAnalyzer, memory_mb: int) -> None:  # noqa: ANN401 Whoosh's lock
        self._index = index
        self._folder = index.folder
        self._analyzer = analyzer
        self._memory_mb = memory_mb
        self._lock = lock
        with translated_errors(self._folder, "lock"):
            take_lock(self._lock, self._folder)
        self._segment: Any = None
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
        self._remove_older(document.id)
        self._written[document.id] = (document.article, document.origin)

    def remove(self, article_id: str) -> bool:
        if self._view.find(article_id) is None:
            return False
        self._remove_older(article_id)
        self._removed.add(article_id)
        return True

    def commit(self, *, tidy: bool = True) -> Commit:
        """Make the batch durable. With `tidy` a tier of segments that has grown full is merged afterwards, in a
        commit of its own: what was written is never kept waiting for it."""
        if self._segment is not None:
            self._finish(keep_segments)
        toc = self._index.read_toc()
        if tidy and grown_tier(toc.segments):
            self._open_segment()
            self._finish(merge_tier)
            toc = self._index.read_toc()
        return Commit(toc.generation, sum(segment.doc_count() for segment in toc.segments))

    def purge(self) -> Commit:
        """Commit, and rewrite every segment that holds words of removed or replaced documents."""
        self.commit(tidy=False)
        if any(segment.has_deletions() for segment in self._index.read_toc().segments):
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

    def _open_segment(self) -> Any:  # noqa: ANN401 Whoosh's writer
        if self._segment is None:
            with translated_errors(self._folder, "write"):
                self._segment = open_segment(self._index.whoosh, self._memory_mb)
        return self._segment

    def _remove_older(self, article_id: str) -> None:
        # Not Whoosh's update_document: its cached searcher is opened anew for every batch as well, but looks through
        # each unique field, and two updates of one id in a batch leave two copies.
        with translated_errors(self._folder, "write"):
            older = self._view.find(article_id)
            if older is not None:
                self._open_segment().delete_document(older)

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
            self._remove_older(article_id)
        self._written.update(written)
        self._removed.update(removed)


def _cancel(segment: Any) -> None:  # noqa: ANN401 Whoosh's writer, or none
    if segment is None or segment.is_closed:
        return
    try:
        segment.cancel()
    except Exception as error:
        if not segment.is_closed:
            raise ArchiveError(f"cannot give up what was not committed: {error}") from error
