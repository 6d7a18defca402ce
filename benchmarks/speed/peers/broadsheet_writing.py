"""Articles that are ready in memory -> an index of ours, by the pipeline and the crew that `broadsheet index` uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from indexer.article import Place, ReadArticle, Skipped
from indexer.backends.port import Commit
from indexer.backends.whoosh_index import WhooshIndex
from indexer.pipeline import RunOptions, index_units
from indexer.readers.pieces import FileDone
from indexer.readers.read import ReadOptions, read_articles
from indexer.settings import Settings
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import hire_crew

_OPTIONS: Final = ReadOptions("bench", today=datetime.now(UTC).date())


class _Quiet:
    """Watches a run and says nothing."""

    def on_articles(self, count: int) -> None: ...

    def on_file(self, done: FileDone) -> None: ...

    def on_skip(self, skipped: Skipped) -> None: ...

    def on_conflict(self, place: Place, first: Place) -> None: ...

    def on_commit(self, commit: Commit) -> None: ...

    def on_note(self, message: str) -> None: ...


def read_ready_articles(path: Path) -> Iterator[ReadArticle]:
    """The articles of a file as the command reads them."""
    for outcome in read_articles((path,), _OPTIONS):
        if isinstance(outcome, ReadArticle):
            yield outcome


def write_articles(folder: Path, articles: Iterable[ReadArticle], workers: int = 1) -> int:
    """Until committed, searchable, and merged as far as it merges by itself; gives how many were added."""
    with (
        WhooshIndex.create(folder).writer(Settings().writer_memory_mb) as writer,
        hire_crew(writer, _OPTIONS, workers) as crew,
    ):
        # A commit at the end alone, as tantivy's program does.
        options = RunOptions(commit_every_s=3600.0)
        report = index_units(group_steps(articles), crew, writer, options, watcher=_Quiet(), stop=StopSignals())
    if report.skipped or report.conflict:
        print(f"{folder}: not added: {report.conflict} conflicts, {dict(report.skipped)}", flush=True)
    return report.added
