"""The corpora that are measured over. Each is made once as a file of JSON Lines, and kept."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from benchmarks.speed.articles import Corpus
from benchmarks.speed.generator import generate_articles

PIECE_WORDS: Final = 400
_WORD = re.compile(rb"\S+")


def made_corpus(folder: Path, articles: int) -> Corpus:
    return _keep(folder, f"made-{articles}", islice(generate_articles(articles), articles))


def reuters(folder: Path, data: Path) -> Corpus:
    return _keep(folder, "reuters21578", _lines(data / "news" / "reuters21578.jsonl.gz"))


def newspapers(folder: Path, data: Path) -> Corpus:
    """Pages of 1916 as they were read by machine, cut into pieces of 400 words."""
    return _keep(folder, "newspapers1916", _cut_pages(_lines(data / "news" / "newspapers1916.jsonl.gz")))


def other_corpus(folder: Path, path: Path) -> Corpus:
    """Anybody's JSON Lines, plain or gzipped."""
    return _keep(folder, path.name.split(".")[0], _lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            if not line.isspace():
                yield line if line.endswith(b"\n") else line + b"\n"


def _cut_pages(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        page = orjson.loads(line)
        body = page["body"].encode()
        starts = [found.start() for found in _WORD.finditer(body)][::PIECE_WORDS] or [0]
        for number, (first, last) in enumerate(zip(starts, [*starts[1:], len(body)], strict=True), start=1):
            piece = {**page, "id": f"{page['id']}/{number}", "body": body[first:last].decode().rstrip()}
            piece.pop("url", None)  # a page's address is not a piece's
            yield orjson.dumps(piece, option=orjson.OPT_APPEND_NEWLINE)


def _keep(folder: Path, name: str, lines: Iterator[bytes]) -> Corpus:
    """Write the file if it is not there; beside it stands how many articles it has."""
    path, counted = folder / f"{name}.jsonl", folder / f"{name}.count"
    if not counted.exists():
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        with path.open("wb") as file:
            for line in lines:
                file.write(line)
                count += 1
        counted.write_text(str(count), encoding="ascii")
    return Corpus(name, path, int(counted.read_text(encoding="ascii")))
