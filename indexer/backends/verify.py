"""Whether the files of an index are those that were written, byte by byte, and fit each other.

Every file is looked at, whatever is wrong with the others: one damaged file must not hide the next. Nothing is
repaired. What a file that is gone held cannot be told, only that it is gone; a missing `tombstones.json` is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.backends.learnt_file import LEARNT_FILE, read_learnt
from indexer.backends.meta import META_FILE, check_versions, has_checksums, read_meta
from indexer.backends.tombstones import TOMBSTONES_FILE, Tombstones
from indexer.backends.whoosh_index import WhooshIndex, is_vacant
from indexer.codec.deep_structure import deep_faults
from indexer.codec.durable import DurableStorage
from indexer.codec.failures import translated_errors
from indexer.codec.segment import MappedSegment
from indexer.codec.structure import structural_faults
from indexer.codec.toc import Contents, contents_name, latest_generation
from indexer.codec.whoosh_codec import SEGMENT_SUFFIX, BroadsheetSegment
from indexer.errors import IndexDamagedError, IndexNotFoundError, IndexVersionError

_MOST_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Damage:
    """The bytes from `first` up to `end` (not included) of a file are not what was written, or make no sense."""

    path: Path
    first: int
    end: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}: bytes {self.first} to {self.end}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is damaged. `articles` counts the live ones that the table of contents names."""

    place: str
    generation: int
    files: int
    size_bytes: int
    segments: int
    articles: int
    tombstones: int
    is_deep: bool
    damages: tuple[Damage, ...]

    def to_text(self) -> str:
        if self.is_deep:
            depth = "every posting and every stored article was read"
        else:
            depth = "postings and stored articles were not unpacked (--deep does)"
        return (
            f"{self.place} is whole: {self.files} files, {self.size_bytes / 1e6:,.1f} MB, every checksum holds\n"
            f"generation {self.generation}: {self.articles:,} articles in {self.segments} segments, "
            f"{self.tombstones:,} tombstones; {depth}"
        )

    def to_json(self) -> dict[str, object]:
        return {
            "is_whole": not self.damages,
            "index_generation": self.generation,
            "files": self.files,
            "size_bytes": self.size_bytes,
            "segments": self.segments,
            "articles": self.articles,
            "tombstones": self.tombstones,
            "deep": self.is_deep,
            "damaged": [
                {"file": str(each.path), "bytes": [each.first, each.end], "what": each.what} for each in self.damages
            ],
        }


def verify_index(folder: Path, *, deep: bool = False) -> Verification:
    """Read every file of the index whole. `deep` also unpacks every posting and every stored article.

    The files of one generation are opened before any is read, so that commits may come and go meanwhile. Raises
    IndexNotFoundError where there is no index, IndexVersionError where it is of another version.
    """
    with translated_errors(folder, "verify"):
        if is_vacant(folder):
            raise IndexNotFoundError(f"there is no index at {folder}; run: broadsheet index PATH...")
        return _Verifier(folder, deep=deep).verify()


@dataclass(frozen=True, slots=True)
class _Listed:
    """A segment file as it was opened, or why it could not be; and what the table of contents says of it, if that
    can be read."""

    path: Path
    opened: MappedSegment | IndexDamagedError
    listed: BroadsheetSegment | None


class _Verifier:
    def __init__(self, folder: Path, *, deep: bool) -> None:
        self._folder = folder
        self._is_deep = deep
        self._damages: list[Damage] = []
        self._files = 0
        self._size_bytes = 0

    def verify(self) -> Verification:
        storage = DurableStorage(self._folder, sealed=self._verify_meta())
        tombstones = self._verify_tombstones()
        self._verify_learnt()
        generation, contents, segments = self._open_segments(storage)
        if isinstance(contents, IndexDamagedError):
            path = self._folder / contents_name(max(generation, 0))
            what = "the table of contents is not what was written" if generation >= 0 else "is missing"
            self._note_damage(path, contents, what)
        else:
            self._note_file(_size_of(self._folder / contents_name(generation)))
        for segment in segments:
            self._damages.extend(self._segment_damages(segment))
        return Verification(
            place=str(self._folder),
            generation=generation,
            files=self._files,
            size_bytes=self._size_bytes,
            segments=len(segments),
            articles=0 if isinstance(contents, IndexDamagedError) else contents.live_count,
            tombstones=tombstones,
            is_deep=self._is_deep,
            damages=tuple(self._damages),
        )

    def _open_segments(self, storage: DurableStorage) -> tuple[int, Contents | IndexDamagedError, list[_Listed]]:
        """The last generation. What a commit took away in the middle is no damage: the next look finds the newer."""
        for tries in range(_MOST_TRIES):
            generation = latest_generation(storage)
            contents = self._read_contents(storage, generation)
            if isinstance(contents, Contents):
                segments = [_open(self._folder / each.file_name, each) for each in contents.segments]
            else:
                # Which of them make up the index cannot be told: all that are there are looked at.
                segments = [_open(path, None) for path in sorted(self._folder.glob(f"*{SEGMENT_SUFFIX}"))]
            is_whole = not isinstance(contents, IndexDamagedError) and not any(map(_is_missing, segments))
            if is_whole or tries == _MOST_TRIES - 1 or latest_generation(storage) == generation:
                break
        return generation, contents, segments

    def _read_contents(self, storage: DurableStorage, generation: int) -> Contents | IndexDamagedError:
        if generation < 0:
            return IndexDamagedError(f"{self._folder} has no table of contents", (0, 0))
        try:
            contents = WhooshIndex(self._folder, storage).contents()
        except IndexDamagedError as error:
            return error
        if contents.foreign:
            raise IndexVersionError(f"{self._folder} has segments of an older broadsheet; run: broadsheet rebuild")
        return contents

    def _verify_meta(self) -> bool:
        """Whether the files of the index should carry checksums: those of every version that can be opened do."""
        path = self._folder / META_FILE
        try:
            meta = read_meta(self._folder)
        except FileNotFoundError:
            self._damages.append(Damage(path, 0, 0, "is missing"))
        except IndexDamagedError as error:
            self._note_damage(path, error, "does not say what was written")
        else:
            self._note_file(_size_of(path))
            check_versions(self._folder, meta, for_rebuild=False)
            return has_checksums(meta)
        return True

    def _verify_tombstones(self) -> int:
        path = self._folder / TOMBSTONES_FILE
        try:
            tombstones = len(Tombstones(self._folder))
        except IndexDamagedError as error:
            self._note_damage(path, error, "does not say what was written")
            return 0
        if path.exists():
            self._note_file(_size_of(path))
        return tombstones

    def _verify_learnt(self) -> None:
        path = self._folder / LEARNT_FILE
        try:
            read_learnt(self._folder)
        except IndexDamagedError as error:
            self._note_damage(path, error, "does not say what was written")
            return
        if path.exists():
            self._note_file(_size_of(path))

    def _segment_damages(self, found: _Listed) -> Iterator[Damage]:
        path, segment = found.path, found.opened
        if isinstance(segment, IndexDamagedError):
            if _is_missing(found):
                yield Damage(path, 0, 0, "is missing")
                return
            size = _size_of(path)
            self._note_file(size)
            first, end = segment.byte_range or (0, size)
            yield Damage(path, first, end, f"cannot be opened: of {size} bytes, these do not fit the rest")
            return
        self._note_file(len(segment.file))
        flipped = [Damage(path, *each, "the checksum does not hold") for each in segment.damaged_ranges()]
        if flipped:
            yield from flipped
            return
        if found.listed is not None and not _fits(found.listed, segment):
            yield Damage(path, 0, len(segment.file), "has not the documents that the table of contents names")
        faults = list(structural_faults(segment))
        if self._is_deep and not faults:
            faults = list(deep_faults(segment))
        for fault in faults:
            first, end = segment.file.range_of(fault.section) if fault.section else (0, len(segment.file))
            yield Damage(path, first, end, f"{fault.section}: {fault.what}".removeprefix(": "))

    def _note_file(self, size_bytes: int) -> None:
        self._files += 1
        self._size_bytes += size_bytes

    def _note_damage(self, path: Path, error: IndexDamagedError, what: str) -> None:
        size = _size_of(path)
        self._note_file(size)
        first, end = error.byte_range or (0, size)
        self._damages.append(Damage(path, first, end, what))


def _open(path: Path, listed: BroadsheetSegment | None) -> _Listed:
    try:
        return _Listed(path, MappedSegment(path), listed)
    except IndexDamagedError as error:
        return _Listed(path, error, listed)


def _is_missing(found: _Listed) -> bool:
    return isinstance(found.opened, IndexDamagedError) and isinstance(found.opened.__cause__, FileNotFoundError)


def _size_of(path: Path) -> int:
    """0 for what a commit has just taken away."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _fits(listed: BroadsheetSegment, segment: MappedSegment) -> bool:
    deleted = list(listed.deleted_docs())
    is_inside = not deleted or (deleted[0] >= 0 and deleted[-1] < segment.document_count)
    return listed.doc_count_all() == segment.document_count and is_inside
