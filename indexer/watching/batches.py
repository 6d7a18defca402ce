"""Batches of files into the index, each a run of its own through the same pipeline, with the writer held no longer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from indexer.backends.choosing import learnt_of, name_place, open_or_create_index
from indexer.backends.port import ArticleIndex, IndexWriter
from indexer.disarming import disarm
from indexer.errors import IndexBusyError
from indexer.pipeline import RunOptions, index_units
from indexer.progress import RunProgress
from indexer.readers.cut import cut_files, cut_some
from indexer.readers.fields import FieldMap
from indexer.readers.read import ReadOptions
from indexer.report import Report
from indexer.settings import Settings
from indexer.settling import settle_after
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import hire_crew

#: Whoever holds the writer for a moment is waited for without a word.
_SAY_AFTER_S = 1.0
_ASK_AGAIN_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What `index` is told once for a run. `paths` are as they were named."""

    paths: tuple[Path, ...]
    field_map: FieldMap
    prune: bool = False
    prune_without_limit: bool = False


class Batches:
    def __init__(self, settings: Settings, options: BatchOptions, console: Console, stop: StopSignals) -> None:
        self._settings = settings
        self._options = options
        self._console = console
        self._stop = stop

    def index_all(self) -> Report | None:
        """What `index` does. Before any thread is started. None where a signal came while another was writing."""
        run_options = RunOptions(
            tuple(map(str, self._options.paths)),
            self._options.prune,
            self._options.prune_without_limit,
            self._settings.commit_every_s,
        )
        progress = RunProgress(self._console)
        steps = cut_files(self._options.paths, progress.on_position, field_map=self._options.field_map)
        with self._writer() as held:
            if held is None:
                return None
            index, writer = held
            with hire_crew(writer, self._read_options(index), self._settings.index_workers) as crew, progress:
                report = index_units(group_steps(steps), crew, writer, run_options, watcher=progress, stop=self._stop)
            return self._settle(report, *held)

    def index_some(self, files: Sequence[str], looked_at: Sequence[str] = (), removed_before: int = 0) -> Report | None:
        """The same for some files, by their real paths. What the index has of the files and folders in `looked_at`, and
        they have not any more, is pruned."""
        run_options = RunOptions(
            tuple(map(str, self._options.paths)),
            prune=bool(looked_at),
            prune_without_limit=self._options.prune_without_limit,
            commit_every_s=self._settings.commit_every_s,
            looked_at=tuple(looked_at),
            removed_before=removed_before,
        )
        with self._writer() as held:
            if held is None:
                return None
            index, writer = held
            units = group_steps(cut_some(self._options.paths, files, field_map=self._options.field_map))
            with hire_crew(writer, self._read_options(index), workers=0) as crew:
                progress = RunProgress(self._console, names_commits=False)
                report = index_units(units, crew, writer, run_options, watcher=progress, stop=self._stop)
            return self._settle(report, *held)

    def _settle(self, report: Report, index: ArticleIndex, writer: IndexWriter) -> Report:
        """As after a run of `index`."""
        if self._stop.requested:
            return report
        settled = settle_after(index, writer, datetime.now(UTC).date(), lambda: bool(self._stop.requested))
        generation = max(report.generation, settled.generation)
        return report.with_settling(settled.recleaned, generation, settled.took_s)

    @contextmanager
    def _writer(self) -> Iterator[tuple[ArticleIndex, IndexWriter] | None]:
        """The index with its writer, when nobody else is writing; None when a signal comes first."""
        is_said = False
        while not self._stop.requested:
            try:
                index = open_or_create_index(self._settings)
                writer = index.writer(self._settings.writer_memory_mb, wait_s=_SAY_AFTER_S)
            except IndexBusyError as error:
                if not is_said:
                    is_said = True
                    holder = error.holder or "another process"
                    say(self._console, f"waiting: {holder} is writing to {name_place(self._settings)}")
                time.sleep(_ASK_AGAIN_EVERY_S)
                continue
            with writer:
                yield index, writer
                return
        yield None

    def _read_options(self, index: ArticleIndex) -> ReadOptions:
        # A watch goes on for days: today is another one each time.
        today = datetime.now(UTC).date()
        return ReadOptions(self._settings.collection, self._options.field_map, today, learnt_of(index))


def say(console: Console, line: str) -> None:
    """As it is: no markup, since file names hold brackets, and no wrapping, since scripts read lines."""
    console.print(disarm(line), markup=False, highlight=False, soft_wrap=True)


def describe_batch(report: Report) -> str:
    """One line: `3 added, 1 unchanged; generation 17, 0.21 s`."""
    counts = [
        (report.added, "added"),
        (report.updated, "updated"),
        (report.unchanged, "unchanged"),
        (report.conflict, "conflict"),
        (report.removed, "removed"),
        (report.recleaned, "cleaned again"),
        *((count, f"skipped ({reason})") for reason, count in report.skipped),
    ]
    said = ", ".join(f"{count:,} {name}" for count, name in counts if count) or "no article"
    return f"{said}; generation {report.generation}, {report.took_s:.2f} s"
