"""Whoosh's failures in our words: the one place where its exceptions are named."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whoosh import index as whoosh_index

from indexer.errors import (
    ArchiveError,
    BroadsheetError,
    IndexBusyError,
    IndexDamagedError,
    IndexVersionError,
)


@contextmanager
def translated_errors(folder: Path, doing: str) -> Iterator[None]:
    """Whatever Whoosh raises inside becomes a BroadsheetError that names the folder and what was being done."""
    try:
        yield
    except BroadsheetError:
        raise
    except whoosh_index.LockError as error:
        raise IndexBusyError(f"another process is writing to {folder}; wait until it has finished") from error
    except whoosh_index.IndexVersionError as error:
        raise IndexVersionError(f"{folder} is in a format that this Whoosh cannot read: {error}") from error
    except FileNotFoundError as error:
        raise IndexDamagedError(f"cannot {doing} {folder}: {error.filename} is missing; restore a backup") from error
    except OSError as error:
        advice = "free some space and run the command again" if error.errno == errno.ENOSPC else "nothing was changed"
        raise ArchiveError(f"cannot {doing} {folder}: {error.strerror or error}; {advice}") from error
    except MemoryError as error:
        raise ArchiveError(f"cannot {doing} {folder}: out of memory; lower writer_memory_mb") from error
    except Exception as error:
        # A file with a flipped byte makes Whoosh raise anything: struct.error, KeyError, UnpicklingError, zlib.error.
        raise IndexDamagedError(
            f"cannot {doing} {folder}: a file is not what was written ({type(error).__name__}: {error}); "
            "restore a backup, or index again into an empty folder"
        ) from error
