"""The `broadsheet` command: those that write an index and those that read one, under one name.

A command's module is imported when the command is called: to index, nothing of the search is loaded.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from indexer.commands import EXIT_CODES, EXIT_WRONG_USAGE
from indexer.errors import UsageError

_PLACES: Final[Mapping[str, str]] = {
    "index": "indexer.indexing",
    **dict.fromkeys(("backup", "restore"), "indexer.backup"),
    "watch": "indexer.watching.command",
    "migrate": "indexer.migrating",
    **dict.fromkeys(("parse", "stats", "verify", "delete", "undelete", "rebuild", "settings"), "indexer.cli"),
    **dict.fromkeys(("search", "show", "serve"), "searchapp.commands"),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's name
        return sorted(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _PLACES.get(cmd_name)
        if place is None:
            return None
        gc.disable()  # what is imported stays; to look through it again and again takes a tenth of the time
        try:
            commands: tuple[click.Command, ...] = import_module(place).COMMANDS
        except UsageError as error:  # the compiled loops lie where they must not
            click.echo(f"error: {error}", err=True)
            ctx.exit(EXIT_WRONG_USAGE)
        finally:
            gc.enable()
        return next(command for command in commands if command.name == cmd_name)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(package_name="broadsheet", prog_name="broadsheet")
def main() -> None:
    """Full-text search for news archives: a pile of articles in, a search page and a search endpoint out."""
