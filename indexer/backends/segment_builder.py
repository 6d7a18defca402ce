"""Articles in, segment files out: what one process packs by itself, whoever commits it.

A file that no table of contents names yet is seen by nobody, and is swept by the next commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.article import Article
from indexer.backends.port import Packed
from indexer.backends.words import WordCollector
from indexer.codec.column_collecting import ColumnCollector
from indexer.codec.columns import ColumnValues, column_values
from indexer.codec.failures import translated_errors
from indexer.codec.frame_collecting import FrameCollector
from indexer.codec.segment_writer import write_segment
from indexer.codec.toc import INDEX_NAME
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.errors import ArticleError


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """`encoded` are its fields and its original."""

    article: Article
    columns: ColumnValues
    encoded: tuple[bytes, bytes]


class SegmentBuilder:
    """Implements `Packer`: a segment is what is packed at a time."""

    def __init__(self, folder: Path, words: WordCollector, memory_bytes: int, frames: FrameCollector) -> None:
        self._folder = folder
        self._words = words
        self._memory_bytes = memory_bytes
        self._frames = frames
        self._columns = ColumnCollector()
        self._packed: list[Packed] = []

    def prepare(
        self, article: Article, article_id: str, content_hash: str, origin: str, encoded: tuple[bytes, bytes]
    ) -> PreparedArticle:
        try:
            return PreparedArticle(article, column_values(article_id, content_hash, origin, article), encoded)
        except (TypeError, ValueError, OverflowError) as error:
            raise ArticleError(f"cannot be encoded: {error}") from error

    def add(self, prepared: PreparedArticle) -> None:
        self._words.add(prepared.article)
        self._columns.add(prepared.columns)
        self._frames.add(prepared.encoded)

    @property
    def is_full(self) -> bool:
        return self._words.is_full or self._words.memory_bytes() + self._frames.size_bytes >= self._memory_bytes

    @property
    def dictionary(self) -> bytes:
        return self._frames.dictionary

    def use_dictionary(self, dictionary: bytes) -> None:
        self._frames.use(dictionary)

    def finish(self) -> tuple[Packed, ...]:
        self.pack()
        packed, self._packed = self._packed, []
        return tuple(packed)

    def give_up(self) -> None:
        """Forget all articles since the last `finish`, packed or not."""
        self._words.clear()
        self._columns = ColumnCollector()
        self._frames.clear()
        packed, self._packed = self._packed, []
        for each in packed:
            remove_packed(self._folder, each)

    def pack(self) -> None:
        """Raises ArchiveError where a segment cannot be written."""
        columns, self._columns = self._columns, ColumnCollector()
        if not len(columns):
            return
        with translated_errors(self._folder, "write"):
            words = self._words.invert()
            frames = self._frames.take()
            listed = BroadsheetSegment(INDEX_NAME, len(columns))
            built = columns.build(words.title_length, words.body_length)
            write_segment(self._folder / listed.file_name, words, built, frames)
            self._packed.append(Packed(listed.segment_id(), len(columns)))


def list_packed(packed: Packed) -> BroadsheetSegment:
    """As the table of contents names it."""
    return BroadsheetSegment.of_name(packed.name, packed.articles)


def remove_packed(folder: Path, packed: Packed) -> None:
    (folder / list_packed(packed).file_name).unlink(missing_ok=True)
