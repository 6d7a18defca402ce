"""The writer of an embedded index: batches of articles into segment files, nothing half-written, nothing twice.

A batch is analysed and packed a segment at a time, when its texts have filled the memory allowed or when it is
committed. Files that no table of contents names yet are seen by nobody, and go when the batch is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from indexer.backends.meta import write_meta
from indexer.backends.port import Commit, Draft, KnownArticle, Tombstone
from indexer.backends.segment_view import OpenSegment
from indexer.backends.tombstones import Tombstones
from indexer.codec.columns import ColumnValues, build_columns, column_values
from indexer.codec.failures import translated_errors
from indexer.codec.merge import MergeSource, merge_segments
from indexer.codec.segment_writer import write_segment
from indexer.codec.stored import ArticleCompressor, encode_article, join_frames, train_dictionary
from indexer.codec.tiers import grown_tier
from indexer.codec.toc import INDEX_NAME, commit_contents, latest_generation
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.errors import ArticleError, IndexBusyError

if TYPE_CHECKING:
    from indexer.backends.whoosh_index import WhooshIndex
    from indexer.backends.words import WordCollector

#: What a batch takes in memory for each byte of its texts until it is packed: texts, tokens, postings, frames.
MEMORY_FACTOR: Final = 24


@dataclass(slots=True)
class _Batch:
    """Articles that are not in a segment file yet."""

    columns: list[ColumnValues]
    plain: list[tuple[bytes, bytes]]
    size: int = 0


class WhooshIndexWriter:
    """Implements `IndexWriter`. Holds the index's write lock from the first line to the last, not batch by batch."""

    def __init__(self, index: WhooshIndex, lock: Any, words: WordCollector, memory_mb: int) -> None:  # noqa: ANN401 Whoosh's lock
        self._index = index
        self._folder = index.folder
        self._words = words
        self._memory_bytes = memory_mb * 1024 * 1024
        self._lock = lock
        with translated_errors(self._folder, "lock"):
            if not self._lock.acquire():
                raise IndexBusyError(f"another process is writing to {self._folder}; wait until it has finished")
        self._batch = _Batch([], [])
        self._flushed: list[BroadsheetSegment] = []
        self._written: set[str] = set()
        #: Documents to delete with the next commit, by segment.
        self._deleted: dict[str, set[int]] = {}
        self._compressor: ArticleCompressor | None = None
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
        self._lock.release()

    def known(self, article_id: str) -> KnownArticle | None:
        with translated_errors(self._folder, "read"):
            return self._view.known(article_id)

    def known_articles(self) -> Iterator[KnownArticle]:
        with translated_errors(self._folder, "read"):
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

    def write(self, draft: Draft) -> None:
        """Add the article, or replace the one of its id. Raises ArticleError, after which the batch is as it was."""
        if draft.id in self._written:
            raise ArticleError(f"{draft.id} was written already since the last commit")
        self._add(draft)
        self._remove_older(draft.id)

    def remove(self, article_id: str) -> bool:
        with translated_errors(self._folder, "read"):
            return self._remove_older(article_id)

    def commit(self, *, tidy: bool = True) -> Commit:
        """Make the batch durable. With `tidy` a tier of segments that has grown full is merged afterwards, in a
        commit of its own: what was written is never kept waiting for it."""
        self._finish_batch()
        while tidy and (grown := grown_tier(self._view.segments)):
            self._merge(grown)
        return self._last_commit()

    def purge(self) -> Commit:
        """Commit, and rewrite every segment that holds words of removed or replaced documents."""
        self._finish_batch()
        if holding := tuple(each for each in self._view.segments if each.listed.has_deletions()):
            self._merge(holding)
        return self._last_commit()

    def replace_all(self, drafts: Iterable[Draft]) -> Commit:
        """Write these articles in place of everything the index holds, in one commit, and say that the index is of
        this version. Cut off before the end, the index is as it was."""
        self._give_up_batch()
        for draft in drafts:
            self._add(draft)
        self._flush()
        self._switch_to(self._flushed)
        with translated_errors(self._folder, "write"):
            write_meta(self._folder)
        return self._last_commit()

    def _add(self, draft: Draft) -> None:
        try:
            columns = column_values(draft.id, draft.content_hash, draft.origin, draft.article)
            plain = encode_article(draft.article)
        except (TypeError, ValueError, OverflowError) as error:
            raise ArticleError(f"cannot be encoded: {error}") from error
        self._words.add(draft.article)
        self._batch.columns.append(columns)
        self._batch.plain.append(plain)
        self._batch.size += len(plain[0]) + len(plain[1])
        self._written.add(draft.id)
        if self._batch.size * MEMORY_FACTOR >= self._memory_bytes:
            self._flush()

    def _remove_older(self, article_id: str) -> bool:
        found = self._view.find(article_id)
        if found is None:
            return False
        segment, doc = found
        self._deleted.setdefault(segment.listed.segment_id(), set()).add(doc)
        return True

    def _flush(self) -> None:
        batch, self._batch = self._batch, _Batch([], [])
        if not batch.columns:
            return
        with translated_errors(self._folder, "write"):
            words = self._words.invert()
            compressor = self._find_compressor(batch.plain)
            compress = compressor.compress
            frames = join_frames(
                ((compress(fields), compress(original)) for fields, original in batch.plain), compressor.dictionary
            )
            columns = build_columns(batch.columns, words.title_length, words.body_length)
            listed = BroadsheetSegment(INDEX_NAME, len(batch.columns))
            write_segment(self._folder / listed.file_name, words, columns, frames)
            self._flushed.append(listed)

    def _find_compressor(self, plain: Sequence[tuple[bytes, bytes]]) -> ArticleCompressor:
        if self._compressor is None or not self._compressor.dictionary:
            largest = max(self._view.segments, key=lambda each: each.mapped.document_count, default=None)
            dictionary = b"" if largest is None else largest.mapped.frames.dictionary
            self._compressor = ArticleCompressor(dictionary or train_dictionary([fields for fields, _ in plain]))
        return self._compressor

    def _finish_batch(self) -> None:
        self._flush()
        if self._flushed or self._deleted:
            kept = [each.listed for each in self._view.segments]
            for listed in kept:
                for doc in self._deleted.get(listed.segment_id(), ()):
                    listed.delete_document(doc)
            self._switch_to([*(each for each in kept if each.doc_count()), *self._flushed])

    def _merge(self, chosen: Sequence[OpenSegment]) -> None:
        sources = [MergeSource(each.mapped, each.live) for each in chosen]
        count = sum(each.listed.doc_count() for each in chosen)
        gone = {each.listed.segment_id() for each in chosen}
        rest = [each.listed for each in self._view.segments if each.listed.segment_id() not in gone]
        merged = BroadsheetSegment(INDEX_NAME, count)
        if count:
            with translated_errors(self._folder, "write"):
                merge_segments(self._folder / merged.file_name, sources)
            # In front: what was written later stays later.
            rest.insert(0, merged)
        self._switch_to(rest)

    def _switch_to(self, segments: Sequence[BroadsheetSegment]) -> None:
        with translated_errors(self._folder, "commit to"):
            commit_contents(self._index.storage, segments, latest_generation(self._index.storage) + 1)
            self._flushed = []
            self._written.clear()
            self._deleted.clear()
            self._view = self._index.view(before=self._view)

    def _give_up_batch(self) -> None:
        self._words.clear()
        self._batch = _Batch([], [])
        flushed, self._flushed = self._flushed, []
        self._written.clear()
        self._deleted.clear()
        for listed in flushed:
            (self._folder / listed.file_name).unlink(missing_ok=True)

    def _last_commit(self) -> Commit:
        return Commit(self._view.generation, sum(each.listed.doc_count() for each in self._view.segments))
