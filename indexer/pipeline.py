"""Read -> clean -> analyse -> write -> commit: from units of input to an index, and what became of each article.

Units are read and analysed by a crew, in this process or in others; what they found is taken here in the order of the
input, whoever was done first. This decides what is new, changed, unchanged, a conflict or deleted, counts it, and
commits in time. One bad article never costs the others. Nothing here knows a file format or an engine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from indexer.article import Place, Skipped
from indexer.backends.port import Commit, IndexWriter
from indexer.pruning import is_under, plan_pruning
from indexer.readers.pieces import PASSED_OVER, STANDARD_INPUT, FileDone
from indexer.readers.walk import SAME_FILE
from indexer.report import DELETED, Counts, Report
from indexer.run_memory import RunMemory
from indexer.stopping import StopSignals
from indexer.units import State, StepReading, Unit, UnitReading
from indexer.workers.crew import Crew

#: Skips after which nothing of the file is missing: it was read under another name, or left out on purpose.
_NOT_MISSING = frozenset({DELETED, SAME_FILE, "link to a folder", "link loop"})
#: What a commit is expected to take, as a share of the time that its batch took, before the first one was measured.
_FIRST_COMMIT_SHARE = 1.0
_MOST_COMMIT_SHARE = 4.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`roots` are the paths given to the run, files or folders. `commit_every_s` is in seconds.

    Where only some files under the roots are looked at, `looked_at` has their real paths, and those of what is gone;
    whoever knows them has seen that the roots are there. `removed_before` articles were pruned just before.
    """

    roots: tuple[str, ...] = ()
    prune: bool = False
    prune_without_limit: bool = False
    commit_every_s: float = 30.0
    looked_at: tuple[str, ...] | None = None
    removed_before: int = 0


class RunWatcher(Protocol):
    """Is told what happens while a run goes on."""

    def on_articles(self, count: int) -> None: ...

    def on_file(self, done: FileDone) -> None: ...

    def on_skip(self, skipped: Skipped) -> None: ...

    def on_conflict(self, place: Place, first: Place) -> None: ...

    def on_commit(self, commit: Commit) -> None: ...

    def on_note(self, message: str) -> None: ...


def index_units(
    units: Iterable[Unit],
    crew: Crew,
    writer: IndexWriter,
    options: RunOptions,
    *,
    watcher: RunWatcher,
    stop: StopSignals,
) -> Report:
    """Index what the input holds. Raises ArchiveError when the index cannot be written; what was committed stays."""
    with RunMemory() as memory:
        run = _Run(crew, writer, options, watcher=watcher, memory=memory)
        for unit in stop.until_stopped(units):
            run.take(crew.give(unit))
            run.commit_when_due()
        run.commit()
        if options.prune and not stop.requested:
            run.prune()
        elif options.prune:
            watcher.on_note("the run was cut off, so nothing was pruned")
        run.tidy(stop)
        return run.report(stop.requested)


class _Run:
    """One run's counts, clock and memory."""

    def __init__(
        self,
        crew: Crew,
        writer: IndexWriter,
        options: RunOptions,
        *,
        watcher: RunWatcher,
        memory: RunMemory,
    ) -> None:
        self._crew = crew
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
        self._origin = ""
        #: Ids whose older versions go with the next commit.
        self._replaced: list[str] = []

    def take(self, readings: Iterable[tuple[Unit, UnitReading]]) -> None:
        """Decide on the units that have been read."""
        for unit, reading in readings:
            self._crew.settle(frozenset(self._take_unit(unit, reading)))

    def commit_when_due(self) -> None:
        # A commit takes its time too: it starts early enough to be over within `commit_every_s`.
        elapsed_s = time.monotonic() - self._batch_started
        if elapsed_s * (1 + self._commit_share) >= self._options.commit_every_s:
            self.commit()
            self._merge_grown(units_follow=True)
        self._take_merged()

    def commit(self) -> None:
        """Make durable everything that was given out: no unit of it is left behind, and none that comes after is in."""
        before = time.monotonic()
        self.take(self._crew.rest())
        self._writer.take(self._crew.finish(), self._replaced)
        self._replaced = []
        commit = self._writer.commit(tidy=False)
        after = time.monotonic()
        self._commit_share = min((after - before) / max(before - self._batch_started, 0.001), _MOST_COMMIT_SHARE)
        self._batch_started = after
        if commit.generation != self._generation:
            self._generation = commit.generation
            self._watcher.on_commit(commit)

    def tidy(self, stop: StopSignals) -> None:
        """Reorganise the index as long as there is something to be put in order, and nobody is in a hurry."""
        while not stop.requested:
            self._merge_grown(units_follow=False)
            if not self._crew.wait_for_merge(lambda: bool(stop.requested)):
                return
            self._take_merged()

    def prune(self) -> None:
        """Remove what was under the roots and is not any more; where that is too much, say so and leave all."""
        options, roots = self._options, self._roots
        if options.looked_at is None:
            for root in roots:
                if root not in self._live_roots:
                    self._watcher.on_note(f"nothing was read under {root}, so nothing under it was pruned")
            roots = tuple(root for root in roots if root in self._live_roots)
        known = self._writer.known_articles()
        plan = plan_pruning(known, roots, self._memory, options.looked_at, options.removed_before)
        if plan.needs_yes and not options.prune_without_limit:
            self._refused = plan.refusal()
            return
        for article_id in plan.gone:
            self._counts.removed += self._writer.remove(article_id)
        self.commit()

    def report(self, stopped_by: int) -> Report:
        took_s = time.monotonic() - self._started
        return self._counts.report(self._generation, took_s, stopped_by, self._refused)

    def _merge_grown(self, *, units_follow: bool) -> None:
        while self._crew.can_merge(units_follow=units_follow) and (job := self._writer.plan_merge()):
            self._crew.merge(job)

    def _take_merged(self) -> None:
        for job in self._crew.take_merged():
            self._generation = self._writer.take_merged(job).generation

    def _take_unit(self, unit: Unit, reading: UnitReading) -> Iterator[int]:
        """The numbers of the unit's articles that are conflicts."""
        first = 0
        for step, read in zip(unit, reading, strict=True):
            if isinstance(step, FileDone):
                self._watcher.on_file(step)
            elif isinstance(step, Skipped):
                self._skip(step)
            elif read is not None:
                for number in self._take_step(read):
                    yield first + number
                first += len(read.ids)

    def _take_step(self, read: StepReading) -> Iterator[int]:
        count = len(read.ids) + len(read.unfit)
        if not count and not read.skips:
            return
        if count:
            self._counts.read += count
            self._note_origin(read.origin)
            self._counts.notes.update(dict(read.notes))
            self._watcher.on_articles(count)
        first_places = self._memory.remember_all(read.path, read.ids, read.lines, read.member)
        at = 0
        for standing_before, skipped in read.skips:
            yield from self._take_articles(read, range(at, standing_before), first_places)
            self._skip(skipped)
            at = standing_before
        yield from self._take_articles(read, range(at, len(read.ids)), first_places)

    def _take_articles(self, read: StepReading, numbers: range, first_places: dict[int, Place]) -> Iterator[int]:
        for number in numbers:
            if number in first_places:
                self._counts.conflict += 1
                self._watcher.on_conflict(Place(read.path, read.lines[number], read.member), first_places[number])
                yield number
            else:
                self._take_article(read, number)

    def _take_article(self, read: StepReading, number: int) -> None:
        state = read.states[number]
        if state == State.NEW:
            self._counts.added += 1
        elif state == State.CHANGED:
            self._counts.updated += 1
            self._replaced.append(read.ids[number])
        elif state == State.MOVED:
            self._counts.unchanged += 1
            self._replaced.append(read.ids[number])
        elif state == State.SAME:
            self._counts.unchanged += 1
        else:
            self._skip(Skipped(Place(read.path, read.lines[number], read.member), DELETED, read.ids[number]))

    def _skip(self, skipped: Skipped) -> None:
        self._counts.skipped[skipped.reason] += 1
        place = skipped.place
        # What an archive or a feed holds beside articles, as pictures and redirections, is none of what it held.
        is_beside = skipped.reason in PASSED_OVER and (place.member or place.line)
        if skipped.reason not in _NOT_MISSING and not is_beside and place.path != STANDARD_INPUT:
            self._memory.distrust(os.path.realpath(place.path))
        self._watcher.on_skip(skipped)

    def _note_origin(self, origin: str) -> None:
        if origin != self._origin:
            self._origin = origin
            self._live_roots.update(root for root in self._roots if is_under(origin, (root,)))
