"""What cutting hands to reading: pieces of files, each of them enough to be read by itself, in whatever process.

A piece holds what it is made of, never a file or a stream. Its `place` names the file, the member of an archive, and
the line or the number of what it begins with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.article import Place

#: Where the articles of standard input were read. No file has this name as its real path.
STANDARD_INPUT: Final = "/dev/stdin"

HIDDEN: Final = "hidden"
LEFTOVER: Final = "leftover of a program"
BINARY: Final = "binary file"
EMPTY: Final = "empty file"
NOT_A_PAGE: Final = "not a page"
NOT_AN_ANSWER: Final = "not answered with a page"
#: Why parts of an archive are no articles, and never were: nothing is missing for them.
PASSED_OVER: Final = frozenset({HIDDEN, LEFTOVER, BINARY, EMPTY, NOT_A_PAGE, NOT_AN_ANSWER})


@dataclass(frozen=True, slots=True)
class LinePiece:
    """Some lines of JSON; `place` has the first one's number. `encoding` is that of the file's lines which are not
    UTF-8, "" where its beginning has none of them."""

    place: Place
    content: bytes
    encoding: str


@dataclass(frozen=True, slots=True)
class WholePiece:
    """All of a file that may be one JSON value from end to end, and otherwise is lines."""

    place: Place
    content: bytes


@dataclass(frozen=True, slots=True)
class TextPiece:
    """One page's text, whole and in whatever encoding. `address` is where it was found, `charset` what a header said,
    both "" where nobody knows."""

    place: Place
    content: bytes
    address: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class HtmlPiece:
    """One web page, whole and in whatever encoding; `address` and `charset` as for a text."""

    place: Place
    content: bytes
    address: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class PdfPiece:
    """One PDF, whole."""

    place: Place
    content: bytes


@dataclass(frozen=True, slots=True)
class RowsPiece:
    """Some rows of a table of comma-separated values: `columns` are the names in its first line, `rows` the cells of
    each with the line that it begins in. `size_bytes` is what they were cut from."""

    place: Place
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself."""

    title: str = ""
    lang: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as the feed has it, in text that may be markup. `content` is the whole article where the feed carries
    it, `summary` what it says of it. Atom says which is markup, RSS does not: it is told when it is read."""

    number: int
    external_id: str = ""
    title: str = ""
    content: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    published: str = ""
    updated: str = ""
    source: str = ""
    lang: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedPiece:
    """Some entries of a feed, numbered from 1 through the feed."""

    place: Place
    head: FeedHead
    entries: tuple[FeedEntry, ...]
    size_bytes: int


Piece = LinePiece | WholePiece | TextPiece | HtmlPiece | PdfPiece | RowsPiece | FeedPiece


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file has been cut to its end, or given up: `path` as places name it."""

    path: str
    real_path: Path
    size_bytes: int
