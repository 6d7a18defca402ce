"""The commands that write an index, or show what a writer sees: data on standard output, the rest on standard error."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from indexer.backends.choosing import learnt_of, open_index
from indexer.backends.port import Tombstone
from indexer.commands import (
    EXIT_FAILED,
    Command,
    Place,
    json_option,
    messages,
    place_options,
    print_json,
    read_settings,
    say,
)
from indexer.disarming import disarm
from indexer.indexing import index
from indexer.parsing import parse
from indexer.progress import RebuildProgress
from indexer.rebuilding import clean_again, rebuild_index
from indexer.settling import settle_after
from indexer.verifying import verify

ids_argument = click.argument("article_ids", nargs=-1, required=True, metavar="ID...")


@click.command("stats", cls=Command)
@place_options
@json_option
def stats(*, place: Place, as_json: bool) -> None:
    """Tell what the index holds."""
    settings, _ = read_settings(place)
    opened = open_index(settings)
    found = opened.stats()
    if as_json:
        print_json(found.to_json())
        return
    click.echo(f"{opened.place}: {found.articles:,} articles in {found.segments} segments, ", nl=False)
    click.echo(f"{found.size_bytes / 1e6:,.1f} MB, generation {found.generation}, ", nl=False)
    click.echo(f"analysis {found.analysis_version}, {found.tombstones:,} tombstones")
    for name, values in (("source", found.by_source), ("language", found.by_lang), ("year", found.by_year)):
        click.echo(f"\nby {name}")
        for value, count in values:
            click.echo(f"  {disarm(value) or '(none)':<40} {count:>10,}")
    click.echo(f"  {'(undated)':<40} {found.undated:>10,}")


@click.command("delete", cls=Command)
@ids_argument
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the tombstone.")
@click.option("--purge", is_flag=True, help="Also rewrite the files that held the words.")
@place_options
@click.pass_context
def delete(ctx: click.Context, article_ids: tuple[str, ...], *, reason: str, purge: bool, place: Place) -> None:
    """Delete articles by id, so that no later run brings them back."""
    settings, _ = read_settings(place)
    today = datetime.now(UTC).date().isoformat()
    with open_index(settings).writer(settings.writer_memory_mb, wait_s=settings.lock_wait_s, say=say) as writer:
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
@place_options
@click.pass_context
def undelete(ctx: click.Context, article_ids: tuple[str, ...], *, place: Place) -> None:
    """Let deleted articles come back: the next `index` of their files adds them again."""
    settings, _ = read_settings(place)
    with open_index(settings).writer(settings.writer_memory_mb, wait_s=settings.lock_wait_s, say=say) as writer:
        buried = tuple(each for each in dict.fromkeys(article_ids) if writer.tombstone(each) is not None)
        writer.unbury(buried)
    for article_id in buried:
        click.echo(f"{article_id} may come back: the next `broadsheet index` of its file adds it again", err=True)
    _report_unknown(ctx, article_ids, set(buried), "there is no tombstone of")


@click.command("rebuild", cls=Command)
@place_options
def rebuild(*, place: Place) -> None:
    """Clean and analyse again what the index holds.

    For a new version of Broadsheet. Search stays up meanwhile, and a rebuild that is cut off changes nothing.
    """
    settings, _ = read_settings(place)
    today = datetime.now(UTC).date()
    held = open_index(settings, for_rebuild=True)
    with RebuildProgress(messages(), held.article_count()) as progress:
        clean = partial(clean_again, learnt=learnt_of(held), today=today)
        report = rebuild_index(held, settings.writer_memory_mb, clean, progress.on_article, wait_s=settings.lock_wait_s)
    rebuilt = open_index(settings)
    with rebuilt.writer(settings.writer_memory_mb, wait_s=settings.lock_wait_s) as writer:
        settled = settle_after(rebuilt, writer, today)
    click.echo(
        f"rebuilt {report.articles:,} articles, cleaned {report.recleaned:,} of them otherwise "
        f"({report.renamed:,} under a new id), and {settled.recleaned:,} more by what was learnt of their sources, "
        f"generation {max(report.generation, settled.generation)}",
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
                    "value": _plain(value.shown),
                    "origin": value.origin,
                }
                for value in values
            ]
        )
        return
    for value in values:
        unit = f" {value.setting.unit}" if value.setting.unit else ""
        click.echo(f"{value.setting.name} = {value.shown}  [{value.origin}]")
        click.echo(f"    {value.setting.help} (default: {value.default}{unit})")


COMMANDS: tuple[click.Command, ...] = (index, parse, stats, verify, delete, undelete, rebuild, settings)


def _report_unknown(ctx: click.Context, asked: tuple[str, ...], done: set[str], what: str) -> None:
    unknown = [article_id for article_id in dict.fromkeys(asked) if article_id not in done]
    for article_id in unknown:
        say(f"error: {what} {article_id}")
    if unknown:
        ctx.exit(EXIT_FAILED)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
