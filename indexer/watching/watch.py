"""The watch itself: look, wait until it is quiet, index, and begin again.

Two ways lead to a file that has changed: a hint of the system, at once, and a look around at everything, from time to
time, which finds what hints have missed. Either way the file is looked at before it is read, so what looks the same
as when it was last read is not read again. Without hints the looks around come as often as they can.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from rich.console import Console

from indexer.errors import ArchiveError, IndexDamagedError, IndexNotFoundError, IndexVersionError
from indexer.pruning import is_under
from indexer.report import Report
from indexer.stopping import StopSignals
from indexer.watching.batches import Batches, describe_batch, say
from indexer.watching.hints import Hints
from indexer.watching.pending import Pending
from indexer.watching.roots import Presence, Root
from indexer.watching.scanning import Folder, Look, is_passed_over, look_at, scan_root
from indexer.watching.seen_files import SeenFiles

#: A look around takes its time: with hints it comes seldom, without them as often as a quarter of a core allows.
_LOOK_AROUND_EVERY_S: Final = 30.0
_LOOK_AROUND_SHARE: Final = 0.02
_POLL_EVERY_S: Final = 0.5
_POLL_SHARE: Final = 0.25
_WAIT_S: Final = 0.2
_LOOK_AT_ROOTS_EVERY_S: Final = 1.0
_TRY_AGAIN_AFTER_S: Final = 10.0
#: What is gone is pruned when nothing else has gone, come or changed for so long: what was only moved is found by then.
_PRUNE_AFTER_S: Final = 5.0
#: What went in so long counts as one removal: a folder that is being emptied must not slip by, file by file.
_REMOVED_LATELY_S: Final = 3600.0
#: Nothing that waiting would put right.
_HOPELESS: Final = (IndexNotFoundError, IndexVersionError, IndexDamagedError)


class Watch:
    """`hints` is None where there are to be none. `without` is the real path of a folder that is passed over: the index
    may lie under what is watched."""

    def __init__(
        self,
        roots: tuple[Root, ...],
        batches: Batches,
        hints: Hints | None,
        console: Console,
        stop: StopSignals,
        *,
        prune: bool,
        without: str,
    ) -> None:
        self._roots = roots
        self._batches = batches
        self._hints = hints
        self._console = console
        self._stop = stop
        self._prune = prune
        self._without = without
        self._seen = SeenFiles()
        self._pending = Pending()
        #: The folders that hints come from, or would.
        self._folders: set[str] = set()
        self._has_hints = False
        self._has_looked = False
        self._look_around_at = 0.0
        self._look_at_roots_at = 0.0
        self._not_before = 0.0
        #: Real paths of what is gone, and of files that were read anew and may have lost articles.
        self._looked_at: set[str] = set()
        self._last_change = 0.0
        self._removed: deque[tuple[float, int]] = deque()

    def run(self) -> None:
        """Until a signal comes. Raises ArchiveError where the index cannot be written, and waiting would not help."""
        with self._seen:
            # As it looks now, so that what changes while it is read is read again.
            self._seen.remember(self._scan(root.real for root in self._roots))
            self._folders.clear()
            report = self._batches.index_all()
            if report is not None:
                say(self._console, f"what was there: {describe_batch(report)}")
                if report.refused:
                    say(self._console, report.refused)
            try:
                while not self._stop.requested:
                    self._step()
            finally:
                if self._hints is not None:
                    self._hints.close()

    def _step(self) -> None:
        now = time.monotonic()
        if now >= self._look_at_roots_at:
            self._look_at_roots()
            self._look_at_roots_at = now + _LOOK_AT_ROOTS_EVERY_S
        if now >= self._look_around_at:
            self._look_around()
        self._take_hints()
        now = time.monotonic()
        if now < self._not_before:
            return
        if looks := self._still_the_same(self._pending.ready(now), now):
            self._index(looks)
        elif self._looked_at and not self._pending and now - self._last_change >= _PRUNE_AFTER_S:
            self._prune_gone()

    # What has changed

    def _look_at_roots(self) -> None:
        for root in self._roots:
            presence = root.look()
            if presence is Presence.SAME:
                continue
            if presence is Presence.GONE:
                say(self._console, f"{root.given} is not there any more; what was read from it stays in the index")
            else:
                say(self._console, f"{root.given} is there anew; looking at all of it")
            self._folders.clear()
            self._look_around_at = 0.0

    def _look_around(self) -> None:
        """At everything under the roots; and from now on hints come from the folders that are there now."""
        started = time.monotonic()
        before, self._folders = self._folders, set()
        for look in self._seen.changed(self._scan(root.real for root in self._roots)):
            self._note(look)
        self._folders.update(root.folder for root in self._roots if root.is_file)
        if self._folders != before and self._watch_folders():
            return  # what came before the folders were watched is seen by looking again
        if self._prune and all(root.is_unchanged for root in self._roots):
            self._lose(self._seen.gone())
        took_s = time.monotonic() - started
        least_s, share = (_LOOK_AROUND_EVERY_S, _LOOK_AROUND_SHARE) if self._has_hints else (_POLL_EVERY_S, _POLL_SHARE)
        self._look_around_at = time.monotonic() + max(least_s, took_s / share)

    def _look_into(self, folders: Sequence[str]) -> None:
        """At folders that have come, with perhaps whole trees in them."""
        for _ in range(2):  # again for what came before they were watched
            for look in self._scan(folders):
                if not self._seen.knows(look):
                    self._note(look)
            self._watch_folders()

    def _scan(self, folders: Iterable[str]) -> Iterator[Look]:
        """The files of these folders; the folders are noted."""
        for folder in folders:
            for each in scan_root(folder, without=self._without):
                if isinstance(each, Folder):
                    self._folders.add(each.path)
                else:
                    yield each

    def _watch_folders(self) -> bool:
        """Whether hints come that did not come before: for some folder or for all."""
        if self._hints is None:
            if not self._has_looked:
                self._has_looked = True
                say(self._console, f"looking at {_count(self._folders)} again and again (Ctrl-C ends it)")
            return False
        had_hints, why_not = self._has_hints, self._hints.why_not
        self._hints.watch(self._folders)
        self._has_hints = not self._hints.why_not
        if self._hints.why_not and self._hints.why_not != why_not:
            say(
                self._console,
                f"the system does not watch {_count(self._folders)} ({self._hints.why_not}); looking at all files "
                "again and again instead, which notices changes later: raise fs.inotify.max_user_watches or "
                "fs.inotify.max_user_instances",
            )
        elif self._has_hints and not had_hints:
            say(self._console, f"watching {_count(self._folders)} (Ctrl-C ends it)")
        return self._has_hints

    def _take_hints(self) -> None:
        if self._hints is None or not self._has_hints:
            time.sleep(_WAIT_S)
            return
        come: list[str] = []
        for path in self._hints.wait(_WAIT_S):
            root = next((root for root in self._roots if root.holds(path)), None)
            if root is None or is_passed_over(path, root.real) or is_under(path, (self._without,)):
                continue
            found = look_at(path)
            if isinstance(found, Look):
                if not self._seen.knows(found):
                    self._note(found)
            elif isinstance(found, Folder):
                come.append(path)
            elif self._prune and root.is_unchanged:
                self._lose(self._seen.below(path))
        if come:
            self._look_into(come)

    def _note(self, look: Look) -> None:
        if not look.size_bytes:
            return  # whoever made the file has not written to it yet
        self._last_change = time.monotonic()
        self._pending.note(look, self._last_change)

    def _lose(self, paths: Iterable[str]) -> None:
        gone = [path for path in paths if look_at(path) is None]
        if gone:
            self._last_change = time.monotonic()
            self._seen.forget(gone)
            self._looked_at.update(gone)

    # What is done about it

    def _still_the_same(self, looks: tuple[Look, ...], now: float) -> tuple[Look, ...]:
        """Those that have not changed since they were noted, for which no hint has to come."""
        same: list[Look] = []
        for look in looks:
            found = look_at(look.path)
            if not isinstance(found, Look):
                self._pending.drop(look.path)
            elif found.stamp == look.stamp or self._pending.is_overdue(look.path, now):
                same.append(found)
            else:
                self._note(found)
        return tuple(same)

    def _index(self, looks: tuple[Look, ...]) -> None:
        files = tuple(look.path for look in looks)
        if self._prune:
            self._looked_at.update(path for path in files if self._seen.has_seen(path))
        if self._run_batch(files) is None:
            return
        self._seen.remember(looks)
        for path in files:
            self._pending.drop(path)
        self._last_change = time.monotonic()

    def _prune_gone(self) -> None:
        looked_at, self._looked_at = sorted(self._looked_at), set()
        if empty := next((root for root in self._roots if not root.holds_something), None):
            say(self._console, f"there is nothing in {empty.given}, so nothing was pruned")
            return
        now = time.monotonic()
        while self._removed and self._removed[0][0] < now - _REMOVED_LATELY_S:
            self._removed.popleft()
        there = [path for path in looked_at if isinstance(look_at(path), Look)]
        report = self._run_batch(there, looked_at, sum(count for _, count in self._removed))
        if report is None:
            self._looked_at.update(looked_at)
        elif report.removed:
            self._removed.append((now, report.removed))

    def _run_batch(
        self, files: tuple[str, ...] | list[str], looked_at: list[str] | None = None, removed_before: int = 0
    ) -> Report | None:
        """None where it was not done, and is to be done later."""
        try:
            report = self._batches.index_some(files, looked_at or (), removed_before)
        except _HOPELESS:
            raise
        except ArchiveError as error:
            say(self._console, f"{error}; trying again in {_TRY_AGAIN_AFTER_S:.0f} s")
            self._not_before = time.monotonic() + _TRY_AGAIN_AFTER_S
            return None
        if report is not None:
            say(self._console, f"{len(files):,} file{'' if len(files) == 1 else 's'}: {describe_batch(report)}")
            if report.refused:
                say(self._console, report.refused)
        return report


def _count(folders: Collection[str]) -> str:
    return f"{len(folders):,} folder{'' if len(folders) == 1 else 's'}"
