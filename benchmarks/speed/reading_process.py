"""What runs in a process of its own: `python -m benchmarks.speed.reading_process TASK OPTIONS`, options as JSON.

Each task prints its figures as a line of JSON. Libraries are loaded and have read something before the clock starts.
"""

from __future__ import annotations

import io
import multiprocessing
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

import orjson

from benchmarks.speed.processes import run_task
from indexer.article import ReadArticle, Skipped
from indexer.readers.cut import cut_files
from indexer.readers.pieces import FileDone, HtmlPiece, LinePiece
from indexer.readers.read import ReadOptions, read_articles, read_piece
from indexer.units import Unit, group_steps

_OPTIONS: Final = ReadOptions("bench")
_WARMING: Final = 3
_BLOCK_ARTICLES: Final = 500
_WORDS: Final = "The council said on Friday that the harbour would be open again before the end of the winter. "


def read_pages_by_trafilatura(folder: str) -> Mapping[str, object]:
    """As its documentation says: the text and what is known of it."""
    import trafilatura  # noqa: PLC0415 no other task needs it

    pages = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    for page in pages[:_WARMING]:
        trafilatura.bare_extraction(page, with_metadata=True)
    started = perf_counter()
    read = sum(trafilatura.bare_extraction(page, with_metadata=True) is not None for page in pages)
    return {"took_s": perf_counter() - started, "read": read}


def read_by_broadsheet(path: str, processes: int = 1) -> Mapping[str, object]:
    """From files to articles, in this process or in several."""
    if Path(path).is_dir():
        for page in sorted(Path(path).iterdir())[:_WARMING]:
            list(read_articles((page,), _OPTIONS))
    started = perf_counter()
    if processes == 1:
        read = sum(isinstance(outcome, ReadArticle) for outcome in read_articles((Path(path),), _OPTIONS))
    else:
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            read = sum(pool.imap(_read_unit, group_steps(cut_files((Path(path),)))))
    return {"took_s": perf_counter() - started, "read": read, "peak_mb": _peak_mb()}


def cut_by_broadsheet(path: str) -> Mapping[str, object]:
    """What is in the file, found and unpacked, and understood by nobody."""
    started = perf_counter()
    read = 0
    for piece in cut_files((Path(path),)):
        if isinstance(piece, HtmlPiece):
            read += 1
        elif not isinstance(piece, FileDone | Skipped | LinePiece):
            raise TypeError(f"{path} holds {type(piece).__name__}")
    return {"took_s": perf_counter() - started, "read": read, "peak_mb": _peak_mb()}


def iterate_warc_by_warcio(path: str) -> Mapping[str, object]:
    """Its own loop, with every answer read."""
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 no other task needs it

    started = perf_counter()
    read = 0
    with Path(path).open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                read += bool(record.content_stream().read())
    return {"took_s": perf_counter() - started, "read": read}


def write_large_file(path: str, form: str, size_mb: int) -> Mapping[str, object]:
    """So much of articles in the form, unpacked: lines of JSON, plain or in a zip, rows, or pages in a tar."""
    blocks = _lines(size_mb * 1_000_000) if form in {"jsonl", "zip"} else _rows(size_mb * 1_000_000)
    if form == "tar":
        _write_tar(Path(path), size_mb * 1_000_000)
    elif form == "zip":
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("large.jsonl", "w", force_zip64=True) as member,
        ):
            member.writelines(blocks)
    else:
        with Path(path).open("wb") as file:
            file.writelines(blocks)
    return {}


def _lines(size_bytes: int) -> Iterator[bytes]:
    def block(number: int) -> bytes:
        articles = (
            {"id": f"{number}-{each}", "title": f"Story {each} of {number}", "body": _WORDS * 20, "lang": "en"}
            for each in range(_BLOCK_ARTICLES)
        )
        return b"".join(orjson.dumps(article) + b"\n" for article in articles)

    return _blocks(block, size_bytes)


def _rows(size_bytes: int) -> Iterator[bytes]:
    yield b"id,title,body,lang\n"

    def block(number: int) -> bytes:
        rows = (
            f'{number}-{each},"Story ""{each}"" of {number}","{_WORDS * 10}\n{_WORDS * 10}",en\n'
            for each in range(_BLOCK_ARTICLES)
        )
        return "".join(rows).encode()

    yield from _blocks(block, size_bytes)


def _blocks(make: Callable[[int], bytes], size_bytes: int) -> Iterator[bytes]:
    number = written = 0
    while written < size_bytes:
        block = make(number)
        written += len(block)
        number += 1
        yield block


def _write_tar(path: Path, size_bytes: int) -> None:
    page = f"<!DOCTYPE html><html><body>{'<p>' + _WORDS * 20}</body></html>".encode() * 20
    with tarfile.open(path, "w") as archive:
        for number in range(size_bytes // len(page)):
            member = tarfile.TarInfo(f"pages/{number}.html")
            member.size = len(page)
            archive.addfile(member, io.BytesIO(page))
            archive.members.clear()  # or it would remember them all


def _read_unit(unit: Unit) -> int:
    return sum(isinstance(outcome, ReadArticle) for outcome in _read_all(unit))


def _read_all(unit: Unit) -> Iterable[object]:
    for step in unit:
        if not isinstance(step, FileDone | Skipped | ReadArticle):
            yield from read_piece(step, _OPTIONS)


def _peak_mb() -> float:
    """The most that this program has ever held, its libraries included. (What `getrusage` gives begins with what the
    process held that it was forked from.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024 / 1e6


TASKS: Final[Mapping[str, Callable[..., Mapping[str, object]]]] = {
    task.__name__: task
    for task in (
        read_pages_by_trafilatura,
        read_by_broadsheet,
        cut_by_broadsheet,
        iterate_warc_by_warcio,
        write_large_file,
    )
}


if __name__ == "__main__":
    run_task(TASKS)
