"""`broadsheet backup` and `broadsheet restore`: one generation of the index into a folder, and back again."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.backends.copying import Copied, CopyOptions, copy_index
from indexer.commands import Command, index_dir_option, json_option, print_json, read_settings

_OVERWRITE = "Let an index that is there give way."


@click.command("backup", cls=Command)
@click.argument("destination", type=click.Path(path_type=Path), metavar="DEST")
@click.option("--overwrite", is_flag=True, help=_OVERWRITE)
@click.option(
    "--link", is_flag=True, help="Share files with the index where DEST is on the same disk: no space, no time."
)
@index_dir_option
@json_option
def backup(destination: Path, *, overwrite: bool, link: bool, index_dir: Path | None, as_json: bool) -> None:
    """Copy the last commit of the index to a folder, and check every byte of the copy.

    Searches and other commands go on meanwhile. The folder is an index itself: `--index-dir DEST` searches it. A backup
    with --link helps when something was deleted or indexed by mistake, not when the disk fails.
    """
    settings, _ = read_settings({"index_dir": index_dir})
    copied = copy_index(settings.index_dir, destination, CopyOptions(overwrite, link, settings.lock_wait_s))
    _tell(copied, f"backed up {settings.index_dir} to {destination}", as_json=as_json)


@click.command("restore", cls=Command)
@click.argument("source", type=click.Path(path_type=Path), metavar="SOURCE")
@click.option("--overwrite", is_flag=True, help=_OVERWRITE)
@index_dir_option
@json_option
def restore(source: Path, *, overwrite: bool, index_dir: Path | None, as_json: bool) -> None:
    """Copy a backup to the place of the index, and check every byte of the copy.

    A server that runs shows what was restored as it shows every commit. Cut off, run the same command again.
    """
    settings, _ = read_settings({"index_dir": index_dir})
    copied = copy_index(source, settings.index_dir, CopyOptions(overwrite, wait_s=settings.lock_wait_s))
    _tell(copied, f"restored {source} to {settings.index_dir}", as_json=as_json)


COMMANDS: tuple[click.Command, ...] = (backup, restore)


def _tell(copied: Copied, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(copied.to_json())
        return
    size_mb = copied.size_bytes / 1e6
    click.echo(f"{what}: {copied.articles:,} articles of generation {copied.generation}, ", nl=False)
    click.echo(f"{copied.files} files, {size_mb:,.1f} MB, every checksum holds")
