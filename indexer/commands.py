"""How every command behaves: its exit codes, how an error is shown, where settings come from."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import click
import orjson
from rich.console import Console

from indexer.codec.write_lock import Patience
from indexer.errors import BroadsheetError, UsageError
from indexer.settings import Settings, SettingValue, load_settings

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
            click.echo(f"error: {error}", err=True)
            ctx.exit(EXIT_WRONG_USAGE if isinstance(error, UsageError) else EXIT_FAILED)
        except KeyboardInterrupt:
            click.echo("stopped; nothing was changed since the last commit", err=True)
            ctx.exit(128 + signal.SIGINT)


index_dir_option = click.option(
    "--index-dir", type=click.Path(path_type=Path), help="Where the index lives.  [default: index_data/index]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def read_settings(options: Mapping[str, object]) -> tuple[Settings, tuple[SettingValue, ...]]:
    """The settings in force here and now. Raises SettingError."""
    return load_settings(options, os.environ, Path.cwd())


def patience(settings: Settings) -> Patience:
    """To wait for another command that writes as long as the settings say; standard error says so."""
    return Patience(settings.lock_wait_s, lambda message: click.echo(message, err=True))


def messages() -> Console:
    """Standard error, where everything goes that is not data."""
    return Console(stderr=True)


def print_json(answer: object) -> None:
    """One JSON document on standard output, laid out to be read by people too."""
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
