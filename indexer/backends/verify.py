"""Whether the files of an index are those that were written, byte by byte, and fit each other.

Every file is looked at, whatever is wrong with the others: one damaged file must not hide the next. Nothing is
repaired. What a file that is gone held cannot be told, only that it is gone; a missing `tombstones.json` is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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

    generation: int
    files: int
    size_bytes: int
    segments: int
    articles: int
    tombstones: int
    is_deep: bool
    damages: tuple[Damage, ...]

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

    Raises IndexNotFoundError where there is no index, IndexVersionError where it is of another version.
    """
    if is_vacant(folder):
        raise IndexNotFoundError(f"there is no index at {folder}; run: broadsheet index PATH...")
    with translated_errors(folder, "verify"):
        for _ in range(_MOST_TRIES - 1):
            found = _Verifier(folder, deep=deep).verify()
            # A commit that came in between took away the files of merged segments: not damage, look again.
            if not found.damages or latest_generation(DurableStorage(folder)) == found.generation:
                return found
        return _Verifier(folder, deep=deep).verify()


class _Verifier:
    def __init__(self, folder: Path, *, deep: bool) -> None:
        self._folder = folder
        self._is_deep = deep
        self._damages: list[Damage] = []
        self._files = 0
        self._size_bytes = 0

    def verify(self) -> Verification:
        is_sealed = self._verify_meta()
        tombstones = self._verify_tombstones()
        storage = DurableStorage(self._folder, sealed=is_sealed)
        generation = latest_generation(storage)
        contents = self._verify_contents(WhooshIndex(self._folder, storage), generation)
        # Which segments make up the index is not known then: all that are there are looked at.
        listed: list[tuple[Path, BroadsheetSegment | None]] = (
            [(self._folder / each.file_name, each) for each in contents.segments]
            if contents
            else [(path, None) for path in sorted(self._folder.glob(f"*{SEGMENT_SUFFIX}"))]
        )
        for path, segment in listed:
            self._note_file(path)
            self._damages.extend(self._segment_damages(path, segment))
        return Verification(
            generation=generation,
            files=self._files,
            size_bytes=self._size_bytes,
            segments=len(listed),
            articles=contents.live_count if contents else 0,
            tombstones=tombstones,
            is_deep=self._is_deep,
            damages=tuple(self._damages),
        )

    def _verify_meta(self) -> bool:
        """Whether the files of the index should carry checksums: those of every version that can be opened do."""
        path = self._folder / META_FILE
        self._note_file(path)
        try:
            meta = read_meta(self._folder)
        except FileNotFoundError:
            self._damages.append(Damage(path, 0, 0, "is missing"))
        except IndexDamagedError as error:
            self._note_damage(path, error, "does not say what was written")
        else:
            check_versions(self._folder, meta, for_rebuild=False)
            return has_checksums(meta)
        return True

    def _verify_tombstones(self) -> int:
        path = self._folder / TOMBSTONES_FILE
        self._note_file(path)
        try:
            return len(Tombstones(self._folder))
        except IndexDamagedError as error:
            self._note_damage(path, error, "does not say what was written")
            return 0

    def _verify_contents(self, index: WhooshIndex, generation: int) -> Contents | None:
        path = self._folder / contents_name(max(generation, 0))
        self._note_file(path)
        if generation < 0:
            self._damages.append(Damage(self._folder / contents_name(0), 0, 0, "there is no table of contents"))
            return None
        try:
            contents = index.contents()
        except IndexDamagedError as error:
            self._note_damage(path, error, "the table of contents is not what was written")
            return None
        if contents.foreign:
            raise IndexVersionError(f"{self._folder} has segments of an older broadsheet; run: broadsheet rebuild")
        return contents

    def _segment_damages(self, path: Path, listed: BroadsheetSegment | None) -> Iterator[Damage]:
        try:
            segment = MappedSegment(path)
        except IndexDamagedError as error:
            if not path.exists():
                yield Damage(path, 0, 0, "is missing")
                return
            first, end = error.byte_range or (0, path.stat().st_size)
            yield Damage(
                path, first, end, f"cannot be opened: of {path.stat().st_size} bytes, these do not fit the rest"
            )
            return
        flipped = [Damage(path, *each, "the checksum does not hold") for each in segment.damaged_ranges()]
        if flipped:
            yield from flipped
            return
        if listed is not None and not _fits(listed, segment):
            yield Damage(path, 0, len(segment.file), "has not the documents that the table of contents names")
        faults = list(structural_faults(segment))
        if self._is_deep and not faults:
            faults = list(deep_faults(segment))
        for fault in faults:
            first, end = segment.file.range_of(fault.section) if fault.section else (0, len(segment.file))
            yield Damage(path, first, end, f"{fault.section}: {fault.what}".removeprefix(": "))

    def _note_file(self, path: Path) -> None:
        if path.exists():
            self._files += 1
            self._size_bytes += path.stat().st_size

    def _note_damage(self, path: Path, error: IndexDamagedError, what: str) -> None:
        first, end = error.byte_range or (0, path.stat().st_size if path.exists() else 0)
        self._damages.append(Damage(path, first, end, what))


def _fits(listed: BroadsheetSegment, segment: MappedSegment) -> bool:
    deleted = list(listed.deleted_docs())
    is_inside = not deleted or (deleted[0] >= 0 and deleted[-1] < segment.document_count)
    return listed.doc_count_all() == segment.document_count and is_inside
