"""The corpora that are measured over. Each is made once as a file of JSON Lines, and kept."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson

from benchmarks.speed import generator, spelling
from benchmarks.speed.articles import Corpus
from benchmarks.speed.generator import generate_articles

PIECE_WORDS: Final = 400
_MAKERS: Final = (Path(generator.__file__), Path(spelling.__file__))
_WORD = re.compile(rb"\S+")


def made_corpus(folder: Path, articles: int) -> Corpus:
    return _keep(folder, f"made-{articles}", _MAKERS, generate_articles(articles))


def reuters(folder: Path, data: Path) -> Corpus:
    path = data / "news" / "reuters21578.jsonl.gz"
    return _keep(folder, "reuters21578", (path,), _lines(path))


def newspapers(folder: Path, data: Path) -> Corpus:
    """Pages of 1916 as they were read by machine, cut into pieces of 400 words."""
    path = data / "news" / "newspapers1916.jsonl.gz"
    return _keep(folder, "newspapers1916", (path,), _cut_pages(_lines(path)))


def other_corpus(folder: Path, path: Path) -> Corpus:
    """Anybody's JSON Lines, plain or gzipped."""
    return _keep(folder, path.name.split(".")[0], (path,), _lines(path))


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


def _keep(folder: Path, name: str, origins: tuple[Path, ...], lines: Iterator[bytes]) -> Corpus:
    """Write the file if it is not there, or was made of something else. What it was made of stands beside it."""
    path, made = folder / f"{name}.jsonl", folder / f"{name}.made"
    mark = _mark_of(origins)
    known = made.read_text(encoding="ascii").split() if made.exists() else []
    if known[1:] != [mark]:
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        with path.open("wb") as file:
            for line in lines:
                file.write(line)
                count += 1
        known = [str(count), mark]
        made.write_text(" ".join(known), encoding="ascii")
    return Corpus(name, path, int(known[0]), mark)


def _mark_of(origins: tuple[Path, ...]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for origin in origins:
        with origin.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()
