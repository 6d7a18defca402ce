"""One generation of an index, whole, into another folder: a backup of it, or the index again from its backup.

What is copied is checked byte by byte, in the copy. The other folder gets its name when all of it is on the disk, so it
is there wholly or not at all. A writer may go on meanwhile: the segments of the generation are open, and stay readable.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.backends.meta import META_FILE
from indexer.backends.segment_view import OpenSegment, SegmentView
from indexer.backends.storage import PARTIAL_SUFFIX, read_sealed
from indexer.backends.whoosh_index import WhooshIndex, is_vacant
from indexer.codec.durable import DurableStorage, exchange_names, make_folder, sync_path, write_synced
from indexer.codec.failures import translated_errors
from indexer.codec.segment_file import SegmentFile
from indexer.codec.toc import LOCK_NAME, commit_contents, is_contents_name, latest_generation
from indexer.codec.whoosh_codec import SEGMENT_SUFFIX
from indexer.codec.write_lock import WriteLock
from indexer.errors import UsageError

_MOST_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Copied:
    """What the copy holds."""

    generation: int
    articles: int
    files: int
    size_bytes: int

    def to_json(self) -> dict[str, object]:
        return {
            "index_generation": self.generation,
            "articles": self.articles,
            "files": self.files,
            "size_bytes": self.size_bytes,
        }


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """`overwrites`: an index that is there gives way. `links`: segments are shared with the source where both lie on
    one disk, which costs no space and no time, and guards against mistakes but not against the disk. A writer of the
    index that gives way is waited for, so many seconds."""

    overwrites: bool = False
    links: bool = False
    wait_s: float = 0.0


def copy_index(source: Path, destination: Path, options: CopyOptions) -> Copied:
    """Raises UsageError where the folders do not fit, ArchiveError where the copy cannot be made: the destination is
    then as it was."""
    index = WhooshIndex.open(source)
    with translated_errors(destination, "copy an index to"):
        _demand_apart(source, destination)
        _put_back(destination)
        replaces = not _is_missing_or_empty(destination)
        if replaces and not is_vacant(destination):
            _demand_index(destination, options)
        storage = DurableStorage(destination)
        with _Locked(storage, options.wait_s) if replaces else nullcontext():
            # Whoever serves the older index must see another number.
            least = latest_generation(storage) + 1 if replaces else 0
            return _Copy(index, destination, options, least).make(replaces=replaces)


class _Copy:
    def __init__(self, index: WhooshIndex, destination: Path, options: CopyOptions, least_generation: int) -> None:
        self._index = index
        self._destination = destination
        self._partial = destination.with_name(f".{destination.name}{PARTIAL_SUFFIX}")
        self._replaced = _replaced_name(destination)
        self._options = options
        self._least_generation = least_generation

    def make(self, *, replaces: bool) -> Copied:
        view, small_files = self._take_generation()
        make_folder(self._destination.parent)
        for leftover in (self._partial, self._replaced):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            copied = self._fill(view, small_files)
            self._give_name(replaces=replaces)
        except BaseException:
            shutil.rmtree(self._partial, ignore_errors=True)
            raise
        return copied

    def _take_generation(self) -> tuple[SegmentView, dict[str, bytes]]:
        """A generation and the small files beside it.

        Where commits follow each other faster than these can be read, the files are of a later one: tombstones may then
        name an article that is still there, as they do while it is being deleted, and never miss one that is gone.
        """
        for _ in range(_MOST_TRIES):
            view = self._index.view()
            small_files = {path.name: path.read_bytes() for path in sorted(self._index.folder.glob("*.json"))}
            if self._index.latest_generation() == view.generation:
                break
        return view, small_files

    def _fill(self, view: SegmentView, small_files: dict[str, bytes]) -> Copied:
        self._partial.mkdir()
        for segment in view.segments:
            self._copy_segment(segment)
        for name, content in small_files.items():
            write_synced(self._partial / name, content)
            read_sealed(self._partial / name, frozenset())
        generation = max(view.generation, self._least_generation)
        listed = [segment.listed for segment in view.segments]
        commit_contents(DurableStorage(self._partial), listed, generation, ())
        sizes = [path.stat().st_size for path in self._partial.iterdir()]
        return Copied(generation, sum(each.doc_count() for each in listed), len(sizes), sum(sizes))

    def _copy_segment(self, segment: OpenSegment) -> None:
        path = self._partial / segment.listed.file_name
        is_linked = False
        if self._options.links:
            with suppress(FileNotFoundError):  # merged away meanwhile: then it is copied
                is_linked = _link(segment.mapped.path, path)
        if not is_linked:
            segment.mapped.file.copy_to(path)
        SegmentFile(path).check()

    def _give_name(self, *, replaces: bool) -> None:
        if not replaces:
            if self._destination.exists():
                self._destination.rmdir()
            self._partial.rename(self._destination)
        elif not exchange_names(self._partial, self._destination):
            self._destination.rename(self._replaced)
            try:
                self._partial.rename(self._destination)
            except BaseException:
                self._replaced.rename(self._destination)
                raise
        sync_path(self._destination.parent)
        for older in (self._partial, self._replaced):
            shutil.rmtree(older, ignore_errors=True)


class _Locked:
    """The lock of an index that is about to be replaced."""

    def __init__(self, storage: DurableStorage, wait_s: float) -> None:
        self._lock = WriteLock(storage, LOCK_NAME)
        self._wait_s = wait_s

    def __enter__(self) -> None:
        self._lock.acquire(self._wait_s)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _link(source: Path, target: Path) -> bool:
    """Whether the two folders are on a disk that shares files between them."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
            return False
        raise
    return True


def _replaced_name(destination: Path) -> Path:
    """Where an index lies while another takes its place."""
    return destination.with_name(f".{destination.name}.replaced")


def _put_back(destination: Path) -> None:
    """Where names cannot be exchanged at once, a copy that was cut off between the two left the older index without."""
    replaced = _replaced_name(destination)
    if replaced.exists() and not destination.exists():
        replaced.rename(destination)
        sync_path(destination.parent)


def _demand_apart(source: Path, destination: Path) -> None:
    one, other = source.resolve(), destination.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise UsageError(f"{destination} is not apart from {source}; choose a folder elsewhere")


def _demand_index(destination: Path, options: CopyOptions) -> None:
    """Only an index is ever replaced, and only on purpose."""
    strangers = [path.name for path in destination.iterdir() if not _is_ours(path)] if destination.is_dir() else ["it"]
    if strangers:
        raise UsageError(f"{destination} holds what is no index ({', '.join(sorted(strangers)[:3])}); choose another")
    if not options.overwrites:
        raise UsageError(f"there is an index in {destination}; choose another folder, or replace it with --overwrite")


def _is_ours(path: Path) -> bool:
    name = path.name
    is_small = name == META_FILE or path.suffix == ".json" or name.endswith(f".json{PARTIAL_SUFFIX}")
    return is_small or name == LOCK_NAME or path.suffix == SEGMENT_SUFFIX or is_contents_name(name) or ".toc." in name


def _is_missing_or_empty(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
