"""Small files that must never be half-written: written beside, synced, then renamed into place.

What they say is a JSON object that ends in `checksum`, the CRC-32 of the object without it as it is laid out here.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from indexer.codec.durable import sync_path, write_synced
from indexer.errors import IndexDamagedError

PARTIAL_SUFFIX = ".partial"


def replace_file(path: Path, content: bytes) -> None:
    """Give `path` this content, wholly or not at all, also across a power cut. Raises OSError."""
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    write_synced(partial, content)
    partial.replace(path)
    sync_path(path.parent)


def write_sealed(path: Path, said: Mapping[str, object]) -> None:
    """Make this the content of `path`, with its checksum. Raises OSError."""
    replace_file(path, _seal(said))


def read_sealed(path: Path, names: frozenset[str]) -> tuple[dict[str, Any], bool]:
    """What `path` says, these names among it, and whether it has a checksum, as it has since version 3 of the schema.

    Raises FileNotFoundError where it is missing, and IndexDamagedError where it is not, byte for byte, what was
    written.
    """
    content = path.read_bytes()
    try:
        said = orjson.loads(content)
        is_sealed = said.pop("checksum", None) is not None
    except (orjson.JSONDecodeError, AttributeError, TypeError) as error:
        raise _damaged(path, content) from error
    # Without a checksum the names are exact, or one of them is a `checksum` with a flipped bit.
    if not said.keys() >= names or (content != _seal(said) if is_sealed else said.keys() != names):
        raise _damaged(path, content)
    return said, is_sealed


def _seal(said: Mapping[str, object]) -> bytes:
    plain = orjson.dumps(said, option=orjson.OPT_INDENT_2)
    return orjson.dumps({**said, "checksum": zlib.crc32(plain)}, option=orjson.OPT_INDENT_2)


def _damaged(path: Path, content: bytes) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path} is not what was written (bytes 0 to {len(content)}); restore it from a backup", (0, len(content))
    )
