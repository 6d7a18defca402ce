"""`broadsheet index`: files and folders of articles into the index."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from indexer.backends.whoosh_index import WhooshIndex
from indexer.commands import (
    EXIT_FAILED,
    EXIT_SKIPPED,
    Command,
    index_dir_option,
    json_option,
    messages,
    patience,
    read_settings,
)
from indexer.pipeline import RunOptions, index_units
from indexer.progress import RunProgress, total_size
from indexer.readers.cut import cut_files
from indexer.readers.fields import FieldMap
from indexer.readers.read import ReadOptions
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import hire_crew


@click.command("index", cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@index_dir_option
@click.option("--collection", help="Name of the collection of these articles.  [default: each article's source]")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=KEY", help="Read a field from this key of JSON.")
@click.option("--prune", is_flag=True, help="Afterwards remove articles under these paths that are there no more.")
@click.option("--yes", is_flag=True, help="Let --prune remove more than a fifth of the articles under these paths.")
@click.option("--strict", is_flag=True, help="End with exit code 3 when any input was skipped.")
@click.option(
    "--workers", metavar="N", help="Processes that read and analyse; 0 or 1: this one.  [default: one a core]"
)
@json_option
@click.pass_context
def index(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    index_dir: Path | None,
    collection: str | None,
    mapped: tuple[str, ...],
    prune: bool,
    yes: bool,
    strict: bool,
    workers: str | None,
    as_json: bool,
) -> None:
    """Read files and folders of articles into the index.

    Indexing again adds nothing and updates what has changed. Commits at least every 30 seconds; the first Ctrl-C
    commits what was read and ends the run, the second ends it at once: either way the next run goes on from there.
    """
    settings, _ = read_settings({"index_dir": index_dir, "collection": collection, "index_workers": workers})
    console = messages()
    progress = RunProgress(console)
    read_options = ReadOptions(settings.collection, FieldMap.parse(mapped), datetime.now(UTC).date())
    steps = cut_files(paths, progress.on_position)  # says at once when a path is not there
    roots = tuple(str(path) for path in paths)
    if console.is_terminal:
        progress.expect(total_size(roots))
    options = RunOptions(roots, prune, yes, settings.commit_every_s)
    waits = patience(settings)
    with (
        StopSignals() as stop,
        WhooshIndex.open_or_create(settings.index_dir, waits).writer(
            settings.writer_memory_mb, patience=waits
        ) as writer,
        hire_crew(writer, read_options, settings.index_workers) as crew,
        progress,
    ):
        report = index_units(group_steps(steps), crew, writer, options, watcher=progress, stop=stop)
    click.echo(orjson.dumps(report.to_json()).decode() if as_json else report.to_text())
    if report.refused:
        click.echo(f"error: {report.refused}", err=True)
    if report.stopped_by:
        ctx.exit(128 + report.stopped_by)
    if report.refused:
        ctx.exit(EXIT_FAILED)
    if strict and report.is_something_skipped:
        ctx.exit(EXIT_SKIPPED)


COMMANDS: tuple[click.Command, ...] = (index,)
