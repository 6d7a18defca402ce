"""`broadsheet verify`: whether the index is, byte by byte, what was written."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.backends.verify import verify_index
from indexer.commands import EXIT_FAILED, Command, index_dir_option, json_option, print_json, read_settings


@click.command("verify", cls=Command)
@click.option("--deep", is_flag=True, help="Also unpack every posting and every stored article, which takes longer.")
@index_dir_option
@json_option
@click.pass_context
def verify(ctx: click.Context, *, index_dir: Path | None, deep: bool, as_json: bool) -> None:
    """Read every file of the index and name each byte range that is damaged.

    Changes nothing. What is damaged comes back from a backup, or by indexing the articles again into an empty folder.
    """
    settings, _ = read_settings({"index_dir": index_dir})
    found = verify_index(settings.index_dir, deep=deep)
    if as_json:
        print_json(found.to_json())
    elif not found.damages:
        size_mb = found.size_bytes / 1e6
        click.echo(f"{settings.index_dir} is whole: {found.files} files, {size_mb:,.1f} MB, every checksum holds")
        click.echo(
            f"generation {found.generation}: {found.articles:,} articles in {found.segments} segments, "
            f"{found.tombstones:,} tombstones; {_depth(deep=deep)}"
        )
    for damage in found.damages:
        click.echo(f"error: {damage}", err=True)
    if found.damages:
        click.echo("restore these files from a backup, or index again into an empty folder", err=True)
        ctx.exit(EXIT_FAILED)


def _depth(*, deep: bool) -> str:
    if deep:
        return "every posting and every stored article was read"
    return "postings and stored articles were not unpacked (--deep does)"
