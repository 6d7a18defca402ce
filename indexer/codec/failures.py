"""Whoosh's failures in our words: the one place where its exceptions are named."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from whoosh import index as whoosh_index

from indexer.errors import (
    ArchiveError,
    BroadsheetError,
    IndexBusyError,
    IndexDamagedError,
    IndexVersionError,
)

_MAKE_ROOM: Final = "free some space there or in {temporary}, and run the command again"
_ADVICE: Final = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EMFILE: "let the process open more files (ulimit -n) and run the command again",
    errno.ENFILE: "let the system open more files and run the command again",
    errno.EIO: "the disk may be failing; run: broadsheet verify",
}


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
        advice = _ADVICE.get(error.errno or 0, "what was committed before is as it was")
        raise ArchiveError(
            f"cannot {doing} {folder}: {error.strerror or error}; {advice.format(temporary=tempfile.gettempdir())}"
        ) from error
    except MemoryError as error:
        raise ArchiveError(f"cannot {doing} {folder}: out of memory; lower writer_memory_mb") from error
    except Exception as error:
        # A file with a flipped byte makes Whoosh raise anything: struct.error, KeyError, UnpicklingError, zlib.error.
        raise IndexDamagedError(
            f"cannot {doing} {folder}: a file is not what was written ({type(error).__name__}: {error}); "
            "restore a backup, or index again into an empty folder"
        ) from error
