"""`broadsheet index`: files and folders of articles into the index."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from indexer.backends.choosing import OPENSEARCH, learnt_of, open_or_create_index
from indexer.commands import (
    EXIT_FAILED,
    EXIT_SKIPPED,
    Command,
    Place,
    json_option,
    messages,
    paths_argument,
    place_options,
    read_settings,
    say,
)
from indexer.disarming import disarm, disarm_json
from indexer.errors import UsageError
from indexer.pipeline import RunOptions, index_units
from indexer.progress import RunProgress, total_size
from indexer.readers.cut import cut_files
from indexer.readers.fields import FieldMap
from indexer.readers.pieces import STANDARD_INPUT
from indexer.readers.read import ReadOptions
from indexer.settling import settle_after
from indexer.sharding import Shard
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.workers.hiring import hire_crew


@click.command("index", cls=Command)
@paths_argument("PATH...")
@place_options
@click.option("--collection", help="Name of the collection of these articles.  [default: each article's source]")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=KEY", help="Read a field from this key or column.")
@click.option("--prune", is_flag=True, help="Afterwards remove articles under these paths that are there no more.")
@click.option("--yes", is_flag=True, help="Let --prune remove more than a fifth of the articles under these paths.")
@click.option("--strict", is_flag=True, help="End with exit code 3 when any input was skipped.")
@click.option(
    "--workers", metavar="N", help="Processes that read and analyse; 0 or 1: this one.  [default: one a core]"
)
@click.option("--shard", metavar="N/PARTS", help="Load only this part; other machines load the others (opensearch).")
@json_option
@click.pass_context
def index(
    ctx: click.Context,
    paths: tuple[Path, ...],
    *,
    place: Place,
    collection: str | None,
    mapped: tuple[str, ...],
    prune: bool,
    yes: bool,
    strict: bool,
    workers: str | None,
    shard: str | None,
    as_json: bool,
) -> None:
    """Read files and folders of articles into the index: pages, texts, JSON, CSV, feeds, web archives, PDF, plain,
    packed or in archives; - is standard input.

    Indexing again adds nothing and updates what has changed. Commits at least every 30 seconds; the first Ctrl-C
    commits what was read and ends the run, the second ends it at once: either way the next run goes on from there.
    """
    if prune and all(str(path) == STANDARD_INPUT for path in paths):
        raise UsageError("--prune needs files or folders: what comes from standard input lies under none")
    settings, _ = read_settings({**place, "collection": collection, "index_workers": workers})
    part = None if shard is None else Shard.parse(shard)
    if part is not None and (prune or settings.engine != OPENSEARCH):
        raise UsageError(
            "--shard is for loading a cluster from several machines: it wants --engine opensearch, no --prune"
        )
    console = messages()
    progress = RunProgress(console)
    field_map, today = FieldMap.parse(mapped), datetime.now(UTC).date()
    # It says at once when a path is not there.
    steps = cut_files(paths, progress.on_position, field_map=field_map)
    roots = tuple(str(path) for path in paths if str(path) != STANDARD_INPUT)
    if console.is_terminal:
        progress.expect(total_size(roots))
    options = RunOptions(roots, prune, yes, settings.commit_every_s)
    wait_s = settings.lock_wait_s
    held = open_or_create_index(settings)
    with StopSignals() as stop, held.writer(settings.writer_memory_mb, wait_s=wait_s, say=say) as writer:
        read_options = ReadOptions(settings.collection, field_map, today, learnt_of(held), part)
        with hire_crew(writer, read_options, settings.index_workers) as crew, progress:
            report = index_units(group_steps(steps), crew, writer, options, watcher=progress, stop=stop)
        if not stop.requested:
            settled = settle_after(held, writer, today, lambda: bool(stop.requested))
            report = report.with_settling(settled.recleaned, max(report.generation, settled.generation), settled.took_s)
    click.echo(disarm_json(orjson.dumps(report.to_json())) if as_json else disarm(report.to_text(), kept="\n"))
    if report.refused:
        say(f"error: {report.refused}")
    if report.stopped_by:
        ctx.exit(128 + report.stopped_by)
    if report.refused:
        ctx.exit(EXIT_FAILED)
    if strict and report.is_something_skipped:
        ctx.exit(EXIT_SKIPPED)


COMMANDS: tuple[click.Command, ...] = (index,)
