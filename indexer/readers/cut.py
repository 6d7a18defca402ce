"""The first stage of reading: paths -> pieces of files, in a stable order, each file's format told by its content.

It is cheap: bytes are unpacked and cut where lines or files end, and understood by nobody. What a piece says is read by
`read.py`, in the same process or in another. Nothing stops the run but a path that does not exist.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from indexer.article import Place, Skipped
from indexer.readers.encoding import NotText, decode_text
from indexer.readers.gunzip import GzipDamagedError, read_pieces
from indexer.readers.jsonl import LinePiece, WholePiece, cut_json, is_json
from indexer.readers.walk import UNREADABLE, VANISHED, FoundFile, walk_files, walk_some

HEAD_BYTES = 4096
_MAX_TEXT_BYTES = 32 * 1024 * 1024
_JSON_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json", ".json.gz")
_HTML = re.compile(
    rb"(?:<\?xml[^>]{0,200}>\s{0,40})?(?:<!--.{0,2000}?-->\s{0,40}){0,5}<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_NOT_READ_YET: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (_HTML, "HTML is not read yet"),
    (re.compile(rb"WARC/\d"), "web archives are not read yet"),
    (re.compile(rb"<\?xml|<rss|<feed", re.IGNORECASE), "XML is not read yet"),
)


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A file of one page's text, whole and in whatever encoding."""

    path: str
    content: bytes


Piece = LinePiece | WholePiece | TextPiece


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file has been cut to its end, or given up: `path` as places name it."""

    path: str
    real_path: Path
    size_bytes: int


def cut_files(
    paths: Sequence[Path], on_position: Callable[[int], None] | None = None
) -> Iterator[Piece | Skipped | FileDone]:
    """Every file's pieces in order, then its FileDone. Raises UsageError at once, before anything is read, when a path
    does not exist. `on_position` is told how many bytes of the file in hand were read so far: for a progress bar."""
    return _cut_found(walk_files(paths), on_position)


def cut_some(paths: Sequence[Path], some: Sequence[str]) -> Iterator[Piece | Skipped | FileDone]:
    """The same for some files alone, by their real paths, which lie under these paths or are one of them."""
    return _cut_found(walk_some(paths, some), None)


def refuse_format(head: bytes) -> str | None:
    """Why a text that begins so is not read, None where it is."""
    return next((reason for start, reason in _NOT_READ_YET if start.match(head)), None)


def _cut_found(
    found_files: Iterator[FoundFile | Skipped], on_position: Callable[[int], None] | None
) -> Iterator[Piece | Skipped | FileDone]:
    for found in found_files:
        if isinstance(found, Skipped):
            yield found
            continue
        yield from _cut_file(found, on_position)
        yield FileDone(str(found.path), found.real_path, found.size_bytes)


def _cut_file(found: FoundFile, on_position: Callable[[int], None] | None) -> Iterator[Piece | Skipped]:
    place = Place(str(found.path))
    try:
        with _open_regular(found.real_path) as file:
            before = os.fstat(file.fileno())
            try:
                yield from _cut_content(_told_pieces(file, on_position), place)
            except GzipDamagedError as error:
                yield Skipped(place, str(error), "what came before the damage was read")
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                yield Skipped(place, "changed while it was read", "index it again when it is complete")
    except FileNotFoundError:
        yield Skipped(place, VANISHED)
    except OSError as error:
        yield Skipped(place, UNREADABLE, error.strerror or str(error))


def _told_pieces(file: BinaryIO, on_position: Callable[[int], None] | None) -> Iterator[bytes]:
    for piece in read_pieces(file):
        if on_position is not None:
            on_position(file.tell())
        yield piece


def _open_regular(path: Path) -> BinaryIO:
    """Never waits: a pipe that took the file's name since it was found is refused."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file any more")
    return os.fdopen(descriptor, "rb")


def _cut_content(pieces: Iterator[bytes], place: Place) -> Iterator[Piece | Skipped]:
    first = next(pieces, b"")
    everything = chain([first], pieces)
    head = first[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    refusal = refuse_format(head)
    if refusal is not None:
        yield Skipped(place, refusal)
    elif is_json(head) or _is_named_json(place.path, first):
        yield from cut_json(everything, place.path)
    else:
        yield _hold_text(everything, place)


def _is_named_json(path: str, first: bytes) -> bool:
    """A `.jsonl` whose first line is broken is still read as one, so that its other lines are."""
    return path.lower().endswith(_JSON_NAMES) and not isinstance(decode_text(first), NotText) and b"\x00" not in first


def _hold_text(pieces: Iterator[bytes], place: Place) -> TextPiece | Skipped:
    held: list[bytes] = []
    size_bytes = 0
    for piece in pieces:
        size_bytes += len(piece)
        if size_bytes > _MAX_TEXT_BYTES:
            return Skipped(place, "text too large", f"one page's text of more than {_MAX_TEXT_BYTES // 1024**2} MB")
        held.append(piece)
    return TextPiece(place.path, b"".join(held))
