"""Jobs of several requests, written in one commit: each is answered as if it had been alone.

Reading, comparing and packing are what they are for a file. An id stands in one job of a group only, so that none has
to know what another has done to it: `leading_group` sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.analyst import Analyst
from indexer.article import Place, ReadArticle, Skipped
from indexer.backends.port import IndexWriter, Tombstone
from indexer.readers.read import ReadOptions
from indexer.units import State
from searchapp.ingest.bodies import ORIGIN, line_of
from searchapp.ingest.jobs import Addition, Deletion, DeletionStatus, Done, Job, Outcome, Status

_STATUS: dict[State, Status] = {
    State.NEW: "added",
    State.CHANGED: "updated",
    # Read from a file before: it says the same, so it stays that file's.
    State.MOVED: "unchanged",
    State.SAME: "unchanged",
    State.BURIED: "deleted_before",
}


def leading_group(jobs: Iterable[Job]) -> int:
    """How many of the first jobs have no id in common."""
    seen: set[str] = set()
    count = 0
    for job in jobs:
        if not seen.isdisjoint(job.ids):
            break
        seen |= job.ids
        count += 1
    return count


class GroupWriter:
    """Writes groups with one writer, for as long as it is held."""

    def __init__(self, writer: IndexWriter) -> None:
        self._writer = writer
        self._analyst = Analyst(writer, writer.packer(), ReadOptions(), lambda _: ORIGIN)

    def write(self, jobs: Sequence[Job]) -> tuple[Done, ...]:
        """What became of each, once all of it is on the disk. Raises ArchiveError; then nothing of it is."""
        replaced: list[str] = []
        written = [
            (self._add(job, replaced), None) if isinstance(job, Addition) else ((), self._delete(job)) for job in jobs
        ]
        self._writer.take(self._analyst.packer.finish(), replaced)
        generation = self._writer.commit(tidy=False).generation
        return tuple(Done(generation, outcomes, deletion) for outcomes, deletion in written)

    def tidy(self) -> None:
        """Merge what has grown; nobody waits for it."""
        self._writer.commit()

    def _add(self, job: Addition, replaced: list[str]) -> tuple[Outcome, ...]:
        articles = tuple(each for each in job.read if isinstance(each, ReadArticle))
        refused = [_refuse(each) for each in job.read if isinstance(each, Skipped)]
        if not articles:
            return tuple(refused)
        reading = self._analyst.read(articles)[0]
        assert reading is not None, "articles of one place have one reading"
        lines: dict[str, int] = {}
        kept: list[Outcome] = []
        dropped: set[int] = set()
        for number, (article_id, line, state) in enumerate(
            zip(reading.ids, reading.lines, map(State, reading.states), strict=True)
        ):
            first = lines.setdefault(article_id, line)
            if first != line:
                dropped.add(number)
                reason = f"the same id as line {first}, which stands"
                kept.append(Outcome(line_of(Place(ORIGIN, line)), article_id, "conflict", reason))
                continue
            if state is State.MOVED:
                dropped.add(number)
            elif state is State.CHANGED:
                replaced.append(article_id)
            kept.append(Outcome(line_of(Place(ORIGIN, line)), article_id, _STATUS[state]))
        self._analyst.settle(dropped)
        refused += [_refuse(skipped) for _, skipped in reading.skips]
        return tuple(sorted((*kept, *refused), key=lambda outcome: outcome.line))

    def _delete(self, job: Deletion) -> DeletionStatus | None:
        if self._writer.known(job.id) is not None:
            # The tombstone first: cut off in between, the article is gone after the same request again, never back.
            self._writer.bury((Tombstone(job.id, job.reason, job.today),))
            self._writer.remove(job.id)
            return "deleted"
        return "deleted_before" if self._writer.tombstone(job.id) is not None else None


def _refuse(skipped: Skipped) -> Outcome:
    reason = f"{skipped.reason}: {skipped.detail}" if skipped.detail else skipped.reason
    return Outcome(line_of(skipped.place), None, "refused", reason)
