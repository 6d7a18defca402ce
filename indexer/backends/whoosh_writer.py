"""The writer of an embedded index: what packers made becomes a commit, nothing half-written, nothing twice.

Files that no table of contents names yet are seen by nobody, and go when they are given up. Whatever fails, the batch
is given up whole: less of it would take out what a lost part replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from indexer.article import encode_article
from indexer.backends.merge_job import MergeJob, plan_merge, run_merge
from indexer.backends.meta import write_meta
from indexer.backends.port import Commit, Draft, KnownArticle, Packed, Tombstone
from indexer.backends.segment_builder import SegmentBuilder, list_packed, remove_packed
from indexer.backends.segment_view import OpenSegment
from indexer.backends.side_thread import AtOnce, SideThread
from indexer.backends.tombstones import Tombstones
from indexer.codec.failures import translated_errors
from indexer.codec.frame_collecting import FrameCollector
from indexer.codec.segment_file import FORMAT_VERSION
from indexer.codec.tiers import grown_tier
from indexer.codec.toc import commit_contents, latest_generation, sweep_leftovers
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.codec.write_lock import WriteLock
from indexer.errors import ArchiveError, ArticleError

if TYPE_CHECKING:
    from indexer.backends.whoosh_index import WhooshIndex
    from indexer.backends.words import WordCollector


class WhooshIndexWriter:
    """Implements `IndexWriter`. Holds the index's write lock from the first line to the last, not batch by batch."""

    def __init__(
        self, index: WhooshIndex, lock: WriteLock, words: Callable[[int], WordCollector], memory_mb: int
    ) -> None:
        """`lock` was taken by this process. `words` makes what a packer analyses with, and is told how many bytes that
        may know words by."""
        self._index = index
        self._folder = index.folder
        self._make_words = words
        self._memory_bytes = memory_mb * 1024 * 1024
        self._lock = lock
        #: What `write` packs with; made when the first article comes that way.
        self._own: SegmentBuilder | None = None
        self._packed: list[Packed] = []
        self._written: set[str] = set()
        #: Documents to delete with the next commit, by segment.
        self._deleted: dict[str, set[int]] = {}
        #: Merges that somebody is doing.
        self._merges: list[MergeJob] = []
        #: A commit failed when its files had, perhaps, a table of contents that names them.
        self._is_in_doubt = False
        try:
            with translated_errors(self._folder, "sweep"):
                sweep_leftovers(index.storage)
                self._tombstones = Tombstones(self._folder)
            self._view = index.view()
            #: The generation that was there when this writer came.
            self.opened_at = self._view.generation
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def detach(self) -> None:
        """In a process that was forked off: leave the lock to the one that took it."""
        self._lock.detach()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._give_up_batch()
            for job in self._merges:
                self._remove_merged(job)
        finally:
            self._lock.release()

    def known(self, article_id: str) -> KnownArticle | None:
        with translated_errors(self._folder, "read"):
            return self._view.known(article_id)

    def known_all(self, article_ids: Sequence[str]) -> list[KnownArticle | None]:
        with translated_errors(self._folder, "read"):
            return self._view.known_all(article_ids)

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

    def packer(self, packers: int = 1, *, learns: bool = True) -> SegmentBuilder:
        ours = [each for each in self._view.segments if each.mapped.file.version == FORMAT_VERSION]
        largest = max(ours, key=lambda each: each.mapped.document_count, default=None)
        dictionary = b"" if largest is None else largest.mapped.frames.dictionary
        frames = FrameCollector(dictionary, learns=learns)
        memory_bytes = self._memory_bytes // packers
        doer = SideThread() if packers == 1 else AtOnce()
        return SegmentBuilder(self._folder, self._make_words(memory_bytes), memory_bytes, frames, doer)

    def write(self, draft: Draft) -> None:
        """Add the article, or replace the one of its id. Raises ArticleError, after which the batch is as it was."""
        if draft.id in self._written:
            raise ArticleError(f"{draft.id} was written already since the last commit")
        with self._given_up_on_failure():
            self._add(draft)
            self._remove_older(draft.id)

    def remove(self, article_id: str) -> bool:
        with self._given_up_on_failure(), translated_errors(self._folder, "read"):
            return self._remove_older(article_id)

    def take(self, packed: Sequence[Packed], replaced: Sequence[str]) -> None:
        self._packed += packed
        with self._given_up_on_failure(), translated_errors(self._folder, "read"):
            for article_id in replaced:
                self._remove_older(article_id)

    def commit(self, *, tidy: bool = True) -> Commit:
        """Make the batch durable. With `tidy` a tier of segments that has grown full is merged afterwards, in a
        commit of its own: what was written is never kept waiting for it."""
        self._finish_batch()
        while tidy and (job := self.plan_merge()):
            self._merge(job)
        return self._last_commit()

    def plan_merge(self) -> MergeJob | None:
        taken = {each.name for job in self._merges for each in job.inputs}
        grown = grown_tier([each for each in self._view.segments if each.listed.segment_id() not in taken])
        return self._start_merge(grown) if grown else None

    def take_merged(self, job: MergeJob) -> Commit:
        self._merges.remove(job)
        merged, numbers = job.listed, job.new_numbers()
        there = {each.listed.segment_id(): each.listed for each in self._view.segments}
        waiting: set[int] = set()
        for each in job.inputs:
            # Documents that were replaced meanwhile; all of them, where none is left and the segment has gone.
            now = range(each.documents) if each.name not in there else there[each.name].deleted_docs()
            for doc in set(now) - set(each.deleted):
                merged.delete_document(int(numbers[each.name][doc]))
            waiting.update(int(numbers[each.name][doc]) for doc in self._deleted.get(each.name, ()))
        gone = {each.name for each in job.inputs}
        rest = [listed for name, listed in there.items() if name not in gone]
        try:
            # In front: what was written later stays later.
            self._switch_to([*([merged] if merged.doc_count() else []), *rest], also_gone=(merged,))
        except BaseException:
            if not self._is_in_doubt:
                self._remove_merged(job)
            raise
        for each in job.inputs:
            self._deleted.pop(each.name, None)
        if waiting:
            self._deleted[merged.segment_id()] = waiting
        return self._last_commit()

    def purge(self) -> Commit:
        """Commit, and rewrite every segment that holds words of removed or replaced documents."""
        self._finish_batch()
        if holding := tuple(each for each in self._view.segments if each.listed.has_deletions()):
            self._merge(self._start_merge(holding))
        return self._last_commit()

    def replace_all(self, drafts: Iterable[Draft]) -> Commit:
        """Write these articles in place of everything the index holds, in one commit, and say that the index is of
        this version. Cut off before the end, the index is as it was."""
        self._give_up_batch()
        with self._given_up_on_failure():
            for draft in drafts:
                self._add(draft)
            self._take_own()
            self._switch_to([list_packed(each) for each in self._packed])
        self._start_batch()
        with translated_errors(self._folder, "write"):
            sweep_leftovers(self._index.storage)  # segments of an older format too
            write_meta(self._folder)
        return self._last_commit()

    def _add(self, draft: Draft) -> None:
        if self._own is None:
            self._own = self.packer()
        try:
            encoded = encode_article(draft.article)
        except TypeError as error:
            raise ArticleError(f"cannot be encoded: {error}") from error
        self._own.add(self._own.prepare(draft.article, draft.id, draft.content_hash, draft.origin, encoded))
        self._written.add(draft.id)
        if self._own.is_full:
            self._own.pack()

    def _take_own(self) -> None:
        if self._own is not None:
            self._packed += self._own.finish()

    def _remove_older(self, article_id: str) -> bool:
        found = self._view.find(article_id)
        if found is None:
            return False
        segment, doc = found
        self._deleted.setdefault(segment.listed.segment_id(), set()).add(doc)
        return True

    def _finish_batch(self) -> None:
        with self._given_up_on_failure():
            self._take_own()
            if not self._packed and not self._deleted:
                return
            kept = []
            for each in self._view.segments:
                docs = self._deleted.get(each.listed.segment_id())
                listed = each.listed.without(docs) if docs else each.listed
                if listed.doc_count():
                    kept.append(listed)
            self._switch_to([*kept, *map(list_packed, self._packed)])
        self._start_batch()

    @contextmanager
    def _given_up_on_failure(self) -> Iterator[None]:
        """A refused article leaves the batch as it was; anything else ends it."""
        try:
            yield
        except ArticleError:
            raise
        except BaseException:
            self._give_up_batch()
            raise

    def _merge(self, job: MergeJob) -> None:
        try:
            run_merge(job)
        except BaseException:
            self._merges.remove(job)  # which may be tried again
            raise
        self.take_merged(job)

    def _remove_merged(self, job: MergeJob) -> None:
        with suppress(OSError):  # swept by the next writer
            (self._folder / job.listed.file_name).unlink(missing_ok=True)

    def _start_batch(self) -> None:
        self._packed = []
        self._written.clear()
        self._deleted.clear()

    def _start_merge(self, chosen: Sequence[OpenSegment]) -> MergeJob:
        job = plan_merge(self._folder, [each.listed for each in chosen])
        self._merges.append(job)
        return job

    def _switch_to(self, segments: Sequence[BroadsheetSegment], also_gone: Sequence[BroadsheetSegment] = ()) -> None:
        """`also_gone` are perhaps of no use any more, besides those that were in the last commit."""
        if self._is_in_doubt:
            raise ArchiveError(f"the last commit to {self._folder} may be there or not; run the command again")
        kept = {each.segment_id() for each in segments}
        before = (*(each.listed for each in self._view.segments), *also_gone)
        gone = [each.file_name for each in before if each.segment_id() not in kept]
        try:
            with translated_errors(self._folder, "commit to"):
                commit_contents(self._index.storage, segments, latest_generation(self._index.storage) + 1, gone)
                self._view = self._index.view(before=self._view)
        except BaseException:
            self._is_in_doubt = not self._is_as_it_was()
            raise

    def _is_as_it_was(self) -> bool:
        try:
            return latest_generation(self._index.storage) == self._view.generation
        except OSError:
            return False

    def _give_up_batch(self) -> None:
        if self._own is not None:
            self._own.give_up()
        packed = self._packed
        self._start_batch()
        if self._is_in_doubt:
            return  # if the commit is there after all, it names these files; if not, the next writer sweeps them
        for each in packed:
            remove_packed(self._folder, each)

    def _last_commit(self) -> Commit:
        return Commit(self._view.generation, sum(each.listed.doc_count() for each in self._view.segments))
