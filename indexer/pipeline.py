"""Read -> clean -> analyse -> write -> commit: from what readers give to an index, and what became of each article.

Readers give cleaned articles; this decides by identity what is new, changed, unchanged, a conflict or deleted, and
commits in time. One bad article never costs the others. Nothing here knows a file format or an engine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from indexer.article import Article, Place, ReadArticle, Skipped
from indexer.backends.port import Commit, Draft, IndexWriter
from indexer.errors import ArchiveError, ArticleError
from indexer.pruning import is_under, plan_pruning
from indexer.readers.read import FileDone
from indexer.readers.walk import SAME_FILE
from indexer.report import DELETED, Counts, Report
from indexer.run_memory import RunMemory
from indexer.stopping import StopSignals

UNFIT = "cannot be indexed"
#: Skips after which nothing of the file is missing: it was read under another name, or left out on purpose.
_NOT_MISSING = frozenset({DELETED, SAME_FILE, "link to a folder", "link loop"})
#: What a commit is expected to take, as a share of the time that its batch took, before the first one was measured.
_FIRST_COMMIT_SHARE = 1.0
_MOST_COMMIT_SHARE = 4.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`roots` are the paths given to the run, files or folders. `commit_every_s` is in seconds."""

    roots: tuple[str, ...] = ()
    prune: bool = False
    prune_without_limit: bool = False
    commit_every_s: float = 30.0


class RunWatcher(Protocol):
    """Is told what happens while a run goes on."""

    def on_article(self, place: Place) -> None: ...

    def on_file(self, done: FileDone) -> None: ...

    def on_skip(self, skipped: Skipped) -> None: ...

    def on_conflict(self, place: Place, first: Place) -> None: ...

    def on_commit(self, commit: Commit) -> None: ...

    def on_note(self, message: str) -> None: ...


def index_articles(
    outcomes: Iterable[ReadArticle | Skipped | FileDone],
    writer: IndexWriter,
    options: RunOptions,
    *,
    watcher: RunWatcher,
    stop: StopSignals,
) -> Report:
    """Index what readers give. Raises ArchiveError when the index cannot be written; what was committed stays."""
    with RunMemory() as memory:
        run = _Run(writer, options, watcher=watcher, memory=memory)
        for outcome in stop.until_stopped(outcomes):
            run.take(outcome)
            run.commit_when_due()
        run.commit(tidy=not stop.requested)
        if options.prune and not stop.requested:
            run.prune()
        elif options.prune:
            watcher.on_note("the run was cut off, so nothing was pruned")
        return run.report(stop.requested)


class _Run:
    """One run's counts, clock and memory."""

    def __init__(
        self,
        writer: IndexWriter,
        options: RunOptions,
        *,
        watcher: RunWatcher,
        memory: RunMemory,
    ) -> None:
        self._writer = writer
        self._options = options
        self._watcher = watcher
        self._memory = memory
        self._roots = tuple(os.path.realpath(root) for root in options.roots)
        self._live_roots: set[str] = set()
        self._counts = Counts()
        self._refused = ""
        self._generation = writer.commit(tidy=False).generation  # of nothing: the generation that is there
        self._started = self._batch_started = time.monotonic()
        self._commit_share = _FIRST_COMMIT_SHARE
        self._path: str | None = None
        self._origin = ""

    def take(self, outcome: ReadArticle | Skipped | FileDone) -> None:
        if isinstance(outcome, ReadArticle):
            self._take_article(outcome.place, outcome.article)
            self._counts.notes.update(outcome.notes)
            self._watcher.on_article(outcome.place)
        elif isinstance(outcome, Skipped):
            self._skip(outcome)
        else:
            self._watcher.on_file(outcome)

    def commit_when_due(self) -> None:
        # A commit takes its time too: it starts early enough to be over within `commit_every_s`.
        elapsed_s = time.monotonic() - self._batch_started
        if elapsed_s * (1 + self._commit_share) >= self._options.commit_every_s:
            self.commit()

    def commit(self, *, tidy: bool = True) -> None:
        before = time.monotonic()
        commit = self._writer.commit(tidy=tidy)
        after = time.monotonic()
        self._commit_share = min((after - before) / max(before - self._batch_started, 0.001), _MOST_COMMIT_SHARE)
        self._batch_started = after
        if commit.generation != self._generation:
            self._generation = commit.generation
            self._watcher.on_commit(commit)

    def prune(self) -> None:
        """Remove what was under the roots and is not any more; where that is too much, say so and leave all."""
        for root in self._roots:
            if root not in self._live_roots:
                self._watcher.on_note(f"nothing was read under {root}, so nothing under it was pruned")
        roots = tuple(root for root in self._roots if root in self._live_roots)
        plan = plan_pruning(self._writer.known_articles(), roots, self._memory)
        if plan.needs_yes and not self._options.prune_without_limit:
            self._refused = plan.refusal()
            return
        for article_id in plan.gone:
            self._counts.removed += self._writer.remove(article_id)
        self.commit()

    def report(self, stopped_by: int) -> Report:
        took_s = time.monotonic() - self._started
        return self._counts.report(self._generation, took_s, stopped_by, self._refused)

    def _take_article(self, place: Place, article: Article) -> None:
        self._counts.read += 1
        origin = self._find_origin(place)
        try:
            article_id, content_hash = article.id, article.content_hash
        except (TypeError, ValueError, OverflowError) as error:  # text that no file can hold: a lone surrogate
            self._skip(Skipped(place, UNFIT, str(error)))
            return
        first = self._memory.remember(article_id, place)
        if first is not None:
            self._counts.conflict += 1
            self._watcher.on_conflict(place, first)
            return
        if self._writer.tombstone(article_id) is not None:
            self._skip(Skipped(place, DELETED, article_id))
            return
        known = self._writer.known(article_id)
        is_same = known is not None and known.content_hash == content_hash
        if is_same and known is not None and known.origin == origin:
            self._counts.unchanged += 1
            return
        if self._write(place, Draft(article_id, content_hash, origin, article)):
            if known is None:
                self._counts.added += 1
            elif is_same:  # only the file moved
                self._counts.unchanged += 1
            else:
                self._counts.updated += 1

    def _write(self, place: Place, draft: Draft) -> bool:
        try:
            self._writer.write(draft)
        except ArchiveError:
            raise
        except ArticleError as error:
            self._skip(Skipped(place, UNFIT, str(error)))
        except Exception as error:  # noqa: BLE001 whatever one article does, the others go on
            self._skip(Skipped(place, UNFIT, f"{type(error).__name__}: {error}"))
        else:
            return True
        return False

    def _skip(self, skipped: Skipped) -> None:
        self._counts.skipped[skipped.reason] += 1
        if skipped.reason not in _NOT_MISSING:
            self._memory.distrust(os.path.realpath(skipped.place.path))
        self._watcher.on_skip(skipped)

    def _find_origin(self, place: Place) -> str:
        if place.path != self._path:
            self._path = place.path
            self._origin = os.path.realpath(place.path)
            self._live_roots.update(root for root in self._roots if is_under(self._origin, (root,)))
        return self._origin
