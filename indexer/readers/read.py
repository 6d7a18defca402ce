"""Paths -> articles: walk, tell each file's format by its content, read it, name what was not read and why.

Nothing stops the run but a path that does not exist. Formats are told by what is in a file, never by its name alone;
all of them may be gzipped.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from indexer.article import Place, ReadArticle, Skipped
from indexer.cleaning.language import UNDETERMINED, identify_language
from indexer.readers.encoding import NotText, decode_text
from indexer.readers.fields import NO_MAP, FieldMap, FieldOptions
from indexer.readers.gunzip import GzipDamagedError, read_pieces
from indexer.readers.jsonl import is_json, read_json_lines
from indexer.readers.scraped_text import read_scraped_text
from indexer.readers.walk import UNREADABLE, VANISHED, FoundFile, walk_files

_HEAD_BYTES = 4096
_MAX_TEXT_BYTES = 32 * 1024 * 1024
_JSON_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".json", ".json.gz")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
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
class ReadOptions:
    """`collection` is "" for each article's source. `today` refuses dates in JSON that are yet to come.
    `on_position` is told how many bytes of the file in hand were read so far: for a progress bar."""

    collection: str = ""
    field_map: FieldMap = NO_MAP
    today: date | None = None
    on_position: Callable[[int], None] | None = None


_DEFAULTS = ReadOptions()


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file has been read to its end, or given up: `path` as places name it."""

    path: str
    real_path: Path
    size_bytes: int


def read_articles(
    paths: Sequence[Path], options: ReadOptions = _DEFAULTS
) -> Iterator[ReadArticle | Skipped | FileDone]:
    """Every file's outcomes in the order of its lines, then its FileDone. Raises UsageError at once, before anything is
    read, when a path does not exist."""
    return _read_found(walk_files(paths), options)


def _read_found(
    found_files: Iterator[FoundFile | Skipped], options: ReadOptions
) -> Iterator[ReadArticle | Skipped | FileDone]:
    for found in found_files:
        if isinstance(found, Skipped):
            yield found
            continue
        yield from _read_file(found, options)
        yield FileDone(str(found.path), found.real_path, found.size_bytes)


def _read_file(found: FoundFile, options: ReadOptions) -> Iterator[ReadArticle | Skipped]:
    place = Place(str(found.path))
    try:
        with _open_regular(found.real_path) as file:
            before = os.fstat(file.fileno())
            try:
                yield from _read_content(_told_pieces(file, options), place, options)
            except GzipDamagedError as error:
                yield Skipped(place, str(error), "what came before the damage was read")
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                yield Skipped(place, "changed while it was read", "index it again when it is complete")
    except FileNotFoundError:
        yield Skipped(place, VANISHED)
    except OSError as error:
        yield Skipped(place, UNREADABLE, error.strerror or str(error))


def _told_pieces(file: BinaryIO, options: ReadOptions) -> Iterator[bytes]:
    for piece in read_pieces(file):
        if options.on_position is not None:
            options.on_position(file.tell())
        yield piece


def _open_regular(path: Path) -> BinaryIO:
    """Never waits: a pipe that took the file's name since it was found is refused."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file any more")
    return os.fdopen(descriptor, "rb")


def _read_content(pieces: Iterator[bytes], place: Place, options: ReadOptions) -> Iterator[ReadArticle | Skipped]:
    first = next(pieces, b"")
    everything = chain([first], pieces)
    head = first[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    refusal = next((reason for start, reason in _NOT_READ_YET if start.match(head)), None)
    if refusal is not None:
        yield Skipped(place, refusal)
    elif is_json(head) or _is_named_json(place.path, first):
        fields = FieldOptions(options.collection, options.field_map, options.today)
        yield from read_json_lines(everything, place.path, fields)
    else:
        yield from _read_text(everything, place, options)


def _is_named_json(path: str, first: bytes) -> bool:
    """A `.jsonl` whose first line is broken is still read as one, so that its other lines are."""
    return path.lower().endswith(_JSON_NAMES) and not isinstance(decode_text(first), NotText) and b"\x00" not in first


def _read_text(pieces: Iterator[bytes], place: Place, options: ReadOptions) -> Iterator[ReadArticle | Skipped]:
    held: list[bytes] = []
    size_bytes = 0
    for piece in pieces:
        size_bytes += len(piece)
        if size_bytes > _MAX_TEXT_BYTES:
            yield Skipped(place, "text too large", f"one page's text of more than {_MAX_TEXT_BYTES // 1024**2} MB")
            return
        held.append(piece)
    decoded = decode_text(b"".join(held))
    if isinstance(decoded, NotText):
        yield Skipped(place, decoded.reason, decoded.detail)
        return
    wide = decoded.text.lstrip()[:_HEAD_BYTES].encode("utf-8", errors="replace")
    refusal = next((reason for start, reason in _NOT_READ_YET if start.match(wide)), None)
    if refusal is not None:
        yield Skipped(place, refusal)
    elif decoded.encoding.startswith(("utf-16", "utf-32")) and is_json(wide):
        fields = FieldOptions(options.collection, options.field_map, options.today)
        yield from read_json_lines([decoded.text.encode("utf-8")], place.path, fields)
    else:
        yield _finish_text(read_scraped_text(decoded.text, place), options)


def _finish_text(outcome: ReadArticle | Skipped, options: ReadOptions) -> ReadArticle | Skipped:
    """The collection rule, and the language where the text's reader left it open."""
    if isinstance(outcome, Skipped):
        return outcome
    article = outcome.article
    lang = article.lang
    if lang == UNDETERMINED:
        lang = identify_language(f"{article.title}\n{article.body}")
    collection = options.collection or article.source or "main"
    return replace(outcome, article=replace(article, collection=collection, lang=lang))
