"""`broadsheet verify`: whether the index is what was written."""

from __future__ import annotations

import click

from indexer.backends.choosing import verify_chosen
from indexer.commands import EXIT_FAILED, Command, Place, json_option, place_options, print_json, read_settings, say


@click.command("verify", cls=Command)
@click.option("--deep", is_flag=True, help="Also unpack every posting and every stored article, which takes longer.")
@place_options
@json_option
@click.pass_context
def verify(ctx: click.Context, *, deep: bool, place: Place, as_json: bool) -> None:
    """Read every file of the index and name each byte range that is damaged.

    Changes nothing. What is damaged comes back from a backup, or by indexing the articles again into an empty folder.
    On OpenSearch, which looks after its own files: whether every shard has all its copies, alike; with --deep also
    whether every article is the one that was sent.
    """
    settings, _ = read_settings(place)
    found = verify_chosen(settings, deep=deep)
    if as_json:
        print_json(found.to_json())
    elif not found.damages:
        click.echo(found.to_text())
    for damage in found.damages:
        say(f"error: {damage}")
    if found.damages:
        click.echo("restore these files from a backup, or index again into an empty folder", err=True)
        ctx.exit(EXIT_FAILED)
