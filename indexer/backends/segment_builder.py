"""Articles in, segment files out: what one process packs by itself, whoever commits it.

A file that no table of contents names yet is seen by nobody, and is swept by the next writer if it stays so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.article import Article
from indexer.backends.port import Packed
from indexer.backends.side_thread import Doer
from indexer.backends.words import WordCollector
from indexer.codec.column_collecting import ColumnCollector
from indexer.codec.columns import ColumnValues, column_values
from indexer.codec.failures import translated_errors
from indexer.codec.frame_collecting import FrameCollector
from indexer.codec.segment_writer import write_segment
from indexer.codec.stored import StoredFrames
from indexer.codec.toc import INDEX_NAME
from indexer.codec.whoosh_codec import BroadsheetSegment
from indexer.errors import ArticleError

#: Characters of articles that are handed to the analysis at a time.
_GATHERED_CHARS: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """`encoded` are its fields and its original."""

    article: Article
    columns: ColumnValues
    encoded: tuple[bytes, bytes]


class SegmentBuilder:
    """Implements `Packer`: a segment is what is packed at a time. Words are analysed and segments written by `doer`,
    all else is done by who calls."""

    def __init__(
        self, folder: Path, words: WordCollector, memory_bytes: int, frames: FrameCollector, doer: Doer
    ) -> None:
        self._folder = folder
        self._words = words
        self._memory_bytes = memory_bytes
        self._frames = frames
        self._doer = doer
        self._columns = ColumnCollector()
        self._gathered: list[Article] = []
        self._gathered_chars = 0
        self._segment = 0
        #: What the analysis has said last: for which segment, what its words take, and whether it wants them packed.
        self._told = (0, 0, False)
        self._packed: list[Packed] = []

    def prepare(
        self, article: Article, article_id: str, content_hash: str, origin: str, encoded: tuple[bytes, bytes]
    ) -> PreparedArticle:
        try:
            return PreparedArticle(article, column_values(article_id, content_hash, origin, article), encoded)
        except (TypeError, ValueError, OverflowError) as error:
            raise ArticleError(f"cannot be encoded: {error}") from error

    def add(self, prepared: PreparedArticle) -> None:
        article = prepared.article
        self._columns.add(prepared.columns)
        self._frames.add(prepared.encoded)
        self._gathered.append(article)
        self._gathered_chars += len(article.title) + len(article.body)
        if self._gathered_chars >= _GATHERED_CHARS:
            self._analyse_gathered()

    @property
    def is_full(self) -> bool:
        segment, word_bytes, has_enough = self._told
        if segment != self._segment:  # still busy with the one before
            word_bytes, has_enough = 0, False
        return has_enough or word_bytes + self._frames.size_bytes >= self._memory_bytes

    @property
    def dictionary(self) -> bytes:
        return self._frames.dictionary

    def use_dictionary(self, dictionary: bytes) -> None:
        self._frames.use(dictionary)

    def pack(self) -> None:
        """Raises ArchiveError where a segment could not be written, this one or one before."""
        self._analyse_gathered()
        columns, self._columns = self._columns, ColumnCollector()
        self._segment += 1
        if len(columns):
            frames = self._frames.take()
            self._doer.do(lambda: self._write(columns, frames), 0)

    def finish(self) -> tuple[Packed, ...]:
        self.pack()
        self._doer.wait()
        packed, self._packed = self._packed, []
        return tuple(packed)

    def give_up(self) -> None:
        """Forget all articles since the last `finish`, packed or not."""
        self._gathered, self._gathered_chars = [], 0
        self._columns = ColumnCollector()
        self._frames.clear()
        self._segment += 1
        with suppress(Exception):  # whatever became of it
            self._doer.wait()
        self._doer.do(self._words.clear, 0)
        self._doer.wait()
        packed, self._packed = self._packed, []
        for each in packed:
            remove_packed(self._folder, each)

    def _analyse_gathered(self) -> None:
        articles, self._gathered = self._gathered, []
        chars, self._gathered_chars = self._gathered_chars, 0
        segment = self._segment
        if articles:
            self._doer.do(lambda: self._analyse(articles, segment), chars)

    def _analyse(self, articles: list[Article], segment: int) -> None:
        for article in articles:
            self._words.add(article)
        self._told = segment, self._words.memory_bytes(), self._words.is_full

    def _write(self, columns: ColumnCollector, frames: StoredFrames) -> None:
        with translated_errors(self._folder, "write"):
            words = self._words.invert()
            listed = BroadsheetSegment(INDEX_NAME, len(columns))
            built = columns.build(words.title_length, words.body_length)
            write_segment(self._folder / listed.file_name, words, built, frames)
            self._packed.append(Packed(listed.segment_id(), len(columns)))


def list_packed(packed: Packed) -> BroadsheetSegment:
    """As the table of contents names it."""
    return BroadsheetSegment.of_name(packed.name, packed.articles)


def remove_packed(folder: Path, packed: Packed) -> None:
    with suppress(OSError):  # swept by the next writer
        (folder / list_packed(packed).file_name).unlink(missing_ok=True)
