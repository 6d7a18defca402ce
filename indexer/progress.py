"""How a run shows on standard error: each skip as it happens, each commit, and how far along it is.

A bar with rate and time left on a terminal, one line a minute elsewhere. Data never goes this way.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from indexer.article import Place, Skipped
from indexer.backends.port import Commit
from indexer.disarming import disarm
from indexer.readers.pieces import FileDone

NAMED_SKIPS = 20
_LINE_EVERY_S = 60.0
_BAR_EVERY_S = 0.2


class RunProgress:
    """A `RunWatcher` for people. Who ends each run with a line of its own has no need of one for each commit."""

    def __init__(self, console: Console, *, names_commits: bool = True) -> None:
        self._console = console
        self._names_commits = names_commits
        self._total_bytes = 0
        self._bytes_done = 0
        self._bytes_in_file = 0
        self._articles = 0
        self._skips: Counter[str] = Counter()
        self._conflicts = 0
        self._started = self._said = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def expect(self, total_bytes: int) -> None:
        """The size of all files of the run: without it there is no time left to tell, only a rate."""
        self._total_bytes = total_bytes

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar = Progress(
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TextColumn("{task.fields[articles]:,} articles"),
                TextColumn("{task.fields[rate]:,.0f}/s"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("index", total=self._total_bytes or None, articles=0, rate=0.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def on_articles(self, count: int) -> None:
        self._articles += count
        now = time.monotonic()
        if now - self._said >= (_BAR_EVERY_S if self._bar else _LINE_EVERY_S):
            self._said = now
            self._show(now)

    def on_position(self, bytes_read: int) -> None:
        """How far the file in hand was read; `on_file` says when it is done."""
        self._bytes_in_file = bytes_read

    def on_file(self, done: FileDone) -> None:
        self._bytes_done += done.size_bytes
        self._bytes_in_file = 0

    def on_skip(self, skipped: Skipped) -> None:
        self._skips[skipped.reason] += 1
        if self._skips[skipped.reason] <= NAMED_SKIPS:
            detail = f" ({skipped.detail})" if skipped.detail else ""
            self._say(f"{skipped.place}: {skipped.reason}{detail}")
        elif self._skips[skipped.reason] == NAMED_SKIPS + 1:
            self._say(f"more skipped as {skipped.reason!r} are only counted from here on")

    def on_conflict(self, place: Place, first: Place) -> None:
        self._conflicts += 1
        if self._conflicts <= NAMED_SKIPS:
            self._say(f"{place}: conflict: the same id as {first}, which stands")
        elif self._conflicts == NAMED_SKIPS + 1:
            self._say("more conflicts are only counted from here on")

    def on_commit(self, commit: Commit) -> None:
        if self._names_commits:
            self._say(f"committed generation {commit.generation}: {commit.articles} articles")

    def on_note(self, message: str) -> None:
        self._say(message)

    def _show(self, now: float) -> None:
        rate = self._articles / max(now - self._started, 0.001)
        bytes_done = self._bytes_done + self._bytes_in_file
        if self._bar is not None:
            self._bar.update(self._task, completed=bytes_done, articles=self._articles, rate=rate)
        else:
            share = f", {bytes_done / self._total_bytes:.0%} of the files" if self._total_bytes else ""
            self._say(f"{self._articles:,} articles, {rate:,.0f}/s{share}")

    def _say(self, line: str) -> None:
        # No markup, no wrapping: file names hold brackets, and lines are read by scripts as well.
        self._console.print(disarm(line), markup=False, highlight=False, soft_wrap=True)


class RebuildProgress:
    """The same for a rebuild, whose articles are counted beforehand."""

    def __init__(self, console: Console, articles: int) -> None:
        self._console = console
        self._articles = articles
        self._said = time.monotonic()
        self._bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("rebuild", total=articles)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def on_article(self, done: int) -> None:
        now = time.monotonic()
        if now - self._said >= (_BAR_EVERY_S if self._console.is_terminal else _LINE_EVERY_S):
            self._said = now
            self._bar.update(self._task, completed=done)
            if not self._console.is_terminal:
                self._console.print(f"{done:,} of {self._articles:,} articles", markup=False, highlight=False)


def total_size(paths: tuple[str, ...]) -> int:
    """Bytes of all files under these paths; what cannot be seen counts nothing (the reader says why)."""
    total = 0
    for path in paths:
        if Path(path).is_dir():
            for folder, _, names in os.walk(path):
                total += sum(_size_of(str(Path(folder, name))) for name in names)
        else:
            total += _size_of(path)
    return total


def _size_of(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
