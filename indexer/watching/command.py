"""`broadsheet watch`: files and folders into the index, now and whenever they change."""

from __future__ import annotations

import os
from pathlib import Path

import click

from indexer.backends.choosing import OPENSEARCH
from indexer.commands import Command, Place, messages, place_options, read_settings
from indexer.readers.fields import FieldMap
from indexer.readers.walk import demand_there
from indexer.stopping import StopSignals
from indexer.watching.batches import Batches, BatchOptions
from indexer.watching.hints import Hints
from indexer.watching.roots import Root
from indexer.watching.watch import Watch


@click.command("watch", cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@place_options
@click.option("--collection", help="Name of the collection of these articles.  [default: each article's source]")
@click.option("--map", "mapped", multiple=True, metavar="FIELD=KEY", help="Read a field from this key of JSON.")
@click.option("--prune", is_flag=True, help="Remove articles under these paths when they are there no more.")
@click.option("--yes", is_flag=True, help="Let --prune remove more than a fifth of the articles under these paths.")
@click.option("--poll", is_flag=True, help="Look at all files again and again: for disks that other machines write to.")
@click.option("--workers", metavar="N", help="Processes that read what is there at the start.  [default: one a core]")
def watch(
    paths: tuple[Path, ...],
    *,
    place: Place,
    collection: str | None,
    mapped: tuple[str, ...],
    prune: bool,
    yes: bool,
    poll: bool,
    workers: str | None,
) -> None:
    """Index files and folders, and go on with what arrives and changes there, until Ctrl-C.

    A file is read when it has been quiet for a moment, and read again when it changes. The index is free for other
    writers in between. Ctrl-C commits what was read and ends; a second one ends at once. Either way the next start
    reads what has changed meanwhile, as `index` does.
    """
    settings, _ = read_settings({**place, "collection": collection, "index_workers": workers})
    demand_there(paths)
    console = messages()
    options = BatchOptions(paths, FieldMap.parse(mapped), prune, yes)
    with StopSignals() as stop:
        watching = Watch(
            tuple(map(Root, paths)),
            Batches(settings, options, console, stop),
            None if poll else Hints(),
            console,
            stop,
            prune=prune,
            without="" if settings.engine == OPENSEARCH else os.path.realpath(settings.index_dir),
        )
        watching.run()
    click.echo("ended; what was read is committed", err=True)


COMMANDS: tuple[click.Command, ...] = (watch,)
