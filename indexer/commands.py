"""How every command behaves: its exit codes, how an error is shown, where settings come from."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import click
import orjson
from rich.console import Console

from indexer.disarming import disarm, disarm_json
from indexer.errors import BroadsheetError, UsageError
from indexer.readers.pieces import STANDARD_INPUT
from indexer.settings import Settings, SettingValue, load_settings

_Function = TypeVar("_Function", bound=Callable[..., Any])

_LINES = "\n"
EXIT_FAILED = 1
EXIT_WRONG_USAGE = 2
EXIT_SKIPPED = 3
EXIT_CODES = "Exit codes: 0 well; 1 failed; 2 wrong usage; 3 some input was skipped under --strict."


class Command(click.Command):
    """A click command that says its exit codes in `--help` and shows our errors as one line, not as a traceback."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("epilog", EXIT_CODES)
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BroadsheetError as error:
            click.echo(f"error: {disarm(str(error), kept=_LINES)}", err=True)
            ctx.exit(EXIT_WRONG_USAGE if isinstance(error, UsageError) else EXIT_FAILED)
        except KeyboardInterrupt:
            click.echo("stopped; nothing was changed since the last commit", err=True)
            ctx.exit(128 + signal.SIGINT)


class _PathOrInput(click.Path):
    """A path; `-` is standard input, and `./-` a file of that name."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return Path(STANDARD_INPUT) if value == "-" else Path(str(super().convert(value, param, ctx)))  # type: ignore[arg-type]


def paths_argument(metavar: str) -> Callable[[_Function], _Function]:
    """One path or more to read, as `paths`."""
    return click.argument("paths", nargs=-1, required=True, type=_PathOrInput(), metavar=metavar)


index_dir_option = click.option(
    "--index-dir", type=click.Path(path_type=Path), help="Where the index lives.  [default: index_data/index]"
)
#: What says where an index is; `read_settings` takes them as they come.
_PLACE = (
    index_dir_option,
    click.option("--engine", metavar="whoosh|opensearch", help="What keeps the index.  [default: whoosh]"),
    click.option("--opensearch-urls", metavar="URL,URL...", help="The cluster's nodes, with --engine opensearch."),
)
Place: TypeAlias = Mapping[str, object]
_PLACE_NAMES = ("index_dir", "engine", "opensearch_urls")


def place_options(command: Callable[..., object]) -> Callable[..., object]:
    """The options that say where the index is, handed to the command together as `place`."""

    @wraps(command)
    def gather(*args: object, **options: object) -> object:
        place = {name: options.pop(name) for name in _PLACE_NAMES}
        return command(*args, **options, place=place)

    for option in reversed(_PLACE):
        gather = option(gather)
    return gather


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def read_settings(options: Mapping[str, object]) -> tuple[Settings, tuple[SettingValue, ...]]:
    """The settings in force here and now. Raises SettingError."""
    return load_settings(options, os.environ, Path.cwd())


def say(message: str) -> None:
    """A line on standard error."""
    click.echo(disarm(message, kept=_LINES), err=True)


def messages() -> Console:
    """Standard error, where everything goes that is not data."""
    return Console(stderr=True)


def print_json(answer: object) -> None:
    """One JSON document on standard output, laid out to be read by people too."""
    click.echo(disarm_json(orjson.dumps(answer, option=orjson.OPT_INDENT_2)))
