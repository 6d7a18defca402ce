"""How fast files are read, beside the libraries that do it; and what memory a file of two gigabytes takes.

Pages are those of the test data; the web archive is made of them, the large files are made here and removed. What is
measured is reading alone: from the file to articles, nothing analysed and nothing written.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import orjson

from benchmarks.speed.processes import Ran, run_watched
from benchmarks.speed.results import ReadingMemory, ReadingRate, ReadingResult
from benchmarks.speed.web_archive import write_web_archive

_PROCESS: Final = "benchmarks.speed.reading_process"
_ROUNDS: Final = 3
#: Pages are put into the archive again and again, up to so many.
_ARCHIVED_PAGES: Final = 2000
_SIZES_MB: Final = (200, 2000)
_FORMS: Final = ("jsonl", "csv", "zip", "tar")


def measure_reading(data: Path, work: Path) -> ReadingResult:
    """`data` is the folder of test data, with pages/ in it."""
    folder = work / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = list(_unpack_pages(data / "pages" / "scrapinghub" / "html", folder))
    archive = work / "pages.warc.gz"
    write_web_archive(archive, pages, _ARCHIVED_PAGES)
    rates = (
        _measure("trafilatura alone", "pages", 1, "read_pages_by_trafilatura", {"folder": str(folder)}),
        _measure("Broadsheet", "pages", 1, "read_by_broadsheet", {"path": str(folder), "processes": 1}),
        _measure("Broadsheet", "pages", 2, "read_by_broadsheet", {"path": str(folder), "processes": 2}),
        _measure("warcio alone", "records", 1, "iterate_warc_by_warcio", {"path": str(archive)}),
        _measure("Broadsheet, cutting", "records", 1, "cut_by_broadsheet", {"path": str(archive)}),
    )
    archive.unlink()
    shutil.rmtree(folder)
    return ReadingResult("pages", len(pages), rates, tuple(_measure_memory(work)))


def _unpack_pages(source: Path, folder: Path) -> Iterator[bytes]:
    for path in sorted(source.glob("*.html.gz")):
        content = gzip.decompress(path.read_bytes())
        (folder / path.name.removesuffix(".gz")).write_bytes(content)
        yield content


def _measure(reader: str, what: str, processes: int, task: str, options: Mapping[str, object]) -> ReadingRate:
    """The best of some rounds: whatever else goes on makes a round slower, never faster."""
    said = min((_run(task, options).said for _ in range(_ROUNDS)), key=lambda each: each["took_s"])
    rate = ReadingRate(reader, what, processes, said["read"], said["took_s"])
    print(f"{reader}, {what}, {processes} at work: {rate.per_s:,.0f} a second", flush=True)
    return rate


def _measure_memory(work: Path) -> Iterator[ReadingMemory]:
    for form in _FORMS:
        path = work / f"large.{form}"
        for size_mb in _SIZES_MB:
            _run("write_large_file", {"path": str(path), "form": form, "size_mb": size_mb})
            ran = _run("cut_by_broadsheet" if form == "tar" else "read_by_broadsheet", {"path": str(path)})
            path.unlink()
            found = ReadingMemory(form, size_mb, ran.said["read"], ran.said["took_s"], ran.said["peak_mb"])
            print(f"{form} of {size_mb} MB: {found.peak_mb:.0f} MB at most, {found.took_s:.0f} s", flush=True)
            yield found


def _run(task: str, options: Mapping[str, object]) -> Ran:
    return run_watched([sys.executable, "-m", _PROCESS, task, orjson.dumps(options).decode()])
