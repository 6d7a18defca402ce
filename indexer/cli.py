"""The commands that write an index, or show what a writer sees: data on standard output, the rest on standard error."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from indexer.backends.port import Tombstone
from indexer.backends.whoosh_index import WhooshIndex
from indexer.commands import (
    EXIT_FAILED,
    EXIT_SKIPPED,
    Command,
    index_dir_option,
    json_option,
    messages,
    print_json,
    read_settings,
)
from indexer.parsing import parse
from indexer.pipeline import RunOptions, index_units
from indexer.progress import RebuildProgress, RunProgress, total_size
from indexer.readers.cut import cut_files
from indexer.readers.fields import FieldMap
from indexer.readers.read import ReadOptions
from indexer.rebuilding import clean_again, rebuild_index
from indexer.stopping import StopSignals
from indexer.units import group_steps
from indexer.verifying import verify
from indexer.workers.hiring import hire_crew

paths_argument = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
ids_argument = click.argument("article_ids", nargs=-1, required=True, metavar="ID...")


@click.command("index", cls=Command)
@paths_argument
@index_dir_option
@click.option("--collection", help="Name of the collection of these articles.  [default: each article's source]")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=KEY", help="Read a field from this key of JSON.")
@click.option("--prune", is_flag=True, help="Afterwards remove articles under these paths that are there no more.")
@click.option("--yes", is_flag=True, help="Let --prune remove more than a fifth of the articles under these paths.")
@click.option("--strict", is_flag=True, help="End with exit code 3 when any input was skipped.")
@click.option("--workers", type=int, help="Processes that read and analyse; 0 or 1: this one.  [default: one a core]")
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
    workers: int | None,
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
    with (
        StopSignals() as stop,
        WhooshIndex.open_or_create(settings.index_dir).writer(settings.writer_memory_mb) as writer,
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


@click.command("stats", cls=Command)
@index_dir_option
@json_option
def stats(index_dir: Path | None, *, as_json: bool) -> None:
    """Tell what the index holds."""
    settings, _ = read_settings({"index_dir": index_dir})
    found = WhooshIndex.open(settings.index_dir).stats()
    if as_json:
        print_json(found.to_json())
        return
    click.echo(f"{settings.index_dir}: {found.articles:,} articles in {found.segments} segments, ", nl=False)
    click.echo(f"{found.size_bytes / 1e6:,.1f} MB, generation {found.generation}, ", nl=False)
    click.echo(f"analysis {found.analysis_version}, {found.tombstones:,} tombstones")
    for name, values in (("source", found.by_source), ("language", found.by_lang), ("year", found.by_year)):
        click.echo(f"\nby {name}")
        for value, count in values:
            click.echo(f"  {value or '(none)':<40} {count:>10,}")
    click.echo(f"  {'(undated)':<40} {found.undated:>10,}")


@click.command("delete", cls=Command)
@ids_argument
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the tombstone.")
@click.option("--purge", is_flag=True, help="Also rewrite the files that held the words.")
@index_dir_option
@click.pass_context
def delete(
    ctx: click.Context, article_ids: tuple[str, ...], *, reason: str, purge: bool, index_dir: Path | None
) -> None:
    """Delete articles by id, so that no later run brings them back."""
    settings, _ = read_settings({"index_dir": index_dir})
    today = datetime.now(UTC).date().isoformat()
    with WhooshIndex.open(settings.index_dir).writer(settings.writer_memory_mb) as writer:
        there = [each for each in dict.fromkeys(article_ids) if writer.known(each) is not None]
        deleted = [each for each in dict.fromkeys(article_ids) if writer.tombstone(each) is not None]
        # The tombstone first: cut off in between, the article is gone after the same command again, never back.
        writer.bury(tuple(Tombstone(article_id, reason, today) for article_id in there))
        for article_id in there:
            writer.remove(article_id)
        commit = writer.purge() if purge else writer.commit()
    for article_id in there:
        click.echo(f"deleted {article_id}", err=True)
    for article_id in deleted:
        if article_id not in there:
            click.echo(f"{article_id} was deleted before", err=True)
    click.echo(f"committed generation {commit.generation}: {commit.articles} articles", err=True)
    _report_unknown(ctx, article_ids, {*there, *deleted}, "there is no article")


@click.command("undelete", cls=Command)
@ids_argument
@index_dir_option
@click.pass_context
def undelete(ctx: click.Context, article_ids: tuple[str, ...], *, index_dir: Path | None) -> None:
    """Let deleted articles come back: the next `index` of their files adds them again."""
    settings, _ = read_settings({"index_dir": index_dir})
    with WhooshIndex.open(settings.index_dir).writer(settings.writer_memory_mb) as writer:
        buried = tuple(each for each in dict.fromkeys(article_ids) if writer.tombstone(each) is not None)
        writer.unbury(buried)
    for article_id in buried:
        click.echo(f"{article_id} may come back: the next `broadsheet index` of its file adds it again", err=True)
    _report_unknown(ctx, article_ids, set(buried), "there is no tombstone of")


@click.command("rebuild", cls=Command)
@index_dir_option
def rebuild(index_dir: Path | None) -> None:
    """Clean and analyse again what the index holds.

    For a new version of Broadsheet. Search stays up meanwhile, and a rebuild that is cut off changes nothing.
    """
    settings, _ = read_settings({"index_dir": index_dir})
    held = WhooshIndex.open(settings.index_dir, for_rebuild=True)
    with RebuildProgress(messages(), held.article_count()) as progress:
        report = rebuild_index(held, settings.writer_memory_mb, clean_again, progress.on_article)
    click.echo(
        f"rebuilt {report.articles:,} articles, cleaned {report.recleaned:,} of them otherwise "
        f"({report.renamed:,} under a new id), generation {report.generation}",
        err=True,
    )


@click.command("settings", cls=Command)
@json_option
def settings(*, as_json: bool) -> None:
    """Show every setting with its unit, default, value and where the value comes from."""
    _, values = read_settings({})
    if as_json:
        print_json(
            [
                {
                    "name": value.setting.name,
                    "unit": value.setting.unit,
                    "help": value.setting.help,
                    "default": _plain(value.default),
                    "value": _plain(value.value),
                    "origin": value.origin,
                }
                for value in values
            ]
        )
        return
    for value in values:
        unit = f" {value.setting.unit}" if value.setting.unit else ""
        click.echo(f"{value.setting.name} = {value.value}  [{value.origin}]")
        click.echo(f"    {value.setting.help} (default: {value.default}{unit})")


COMMANDS: tuple[click.Command, ...] = (index, parse, stats, verify, delete, undelete, rebuild, settings)


def _report_unknown(ctx: click.Context, asked: tuple[str, ...], done: set[str], what: str) -> None:
    unknown = [article_id for article_id in dict.fromkeys(asked) if article_id not in done]
    for article_id in unknown:
        click.echo(f"error: {what} {article_id}", err=True)
    if unknown:
        ctx.exit(EXIT_FAILED)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
