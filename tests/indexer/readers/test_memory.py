"""Memory does not grow with a file, in whatever form: what cutting holds at most is far less than what goes by.

`make bench` does the same with files of two gigabytes (docs/performance.md)."""

from __future__ import annotations

import tarfile
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from indexer.article import Place
from indexer.readers.contents import Layer, cut_content
from indexer.readers.streams import Meter
from tests.indexer.readers.forms import json_lines, make_tar, page
from tests.indexer.readers.test_web_archive import make_record

SIZE = 50_000_000
#: Of what is cut article by article, every one of which is traced.
SIZE_OF_MANY = 12_000_000
MOST_HELD = 8_000_000

LINES = json_lines(*(f"Story {number}" for number in range(1000)))
ROWS = (b'Story,"' + b"Words of it,\nand more. " * 20 + b'"\n') * 100
MEMBERS = make_tar([(f"news/{number}.html", page("Story")) for number in range(50)]).rstrip(b"\0") + bytes(512)
MEMBERS = MEMBERS[: len(MEMBERS) // 512 * 512]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page("Story")
_LARGE = tarfile.TarInfo("large.txt")
_LARGE.size = SIZE // 102_400 * 102_400
HEADER = _LARGE.tobuf()
RECORDS = make_record("response", ANSWER, **{"WARC-Target-URI": "https://a.example/"}) * 50


def repeat(block: bytes, size: int = SIZE, first: bytes = b"", last: bytes = b"") -> Iterator[bytes]:
    yield first
    for _ in range(size // len(block)):
        yield block
    yield last


def gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


FORMS = {
    "JSON Lines": lambda: repeat(LINES),
    "gzipped JSON Lines": lambda: gzipped(repeat(LINES)),
    "one line without end": lambda: repeat(b"x" * 100_000, first=b'{"title": "'),
    "a table": lambda: repeat(ROWS, SIZE_OF_MANY, first=b"title,body\n"),
    "a tar of pages": lambda: repeat(MEMBERS, SIZE_OF_MANY, last=bytes(1024)),
    "a gzipped tar of pages": lambda: gzipped(repeat(MEMBERS, SIZE_OF_MANY, last=bytes(1024))),
    "a web archive": lambda: repeat(RECORDS, SIZE_OF_MANY),
    "a member that is no article": lambda: repeat(bytes(102_400), first=HEADER, last=bytes(1024)),
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_held_does_not_grow_with_the_file(form):
    pieces = cut_content(FORMS[form](), Layer(Place("large.jsonl"), "large", Meter()))
    tracemalloc.start()
    try:
        count = sum(1 for _ in pieces)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count
    assert peak < MOST_HELD
