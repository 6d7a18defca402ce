"""A segment as it is read: one mapped file, opened in a few milliseconds whatever its size.

Nothing is copied and nothing is changed: every array is a view of the map, and the map stays for as long as somebody
holds a view, also when its file was removed by a later commit. Safe to share between threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, cast

import numpy as np

from indexer.article import Article
from indexer.backends.port import KnownArticle
from indexer.codec.columns import ID_BYTES, VALUE_COLUMNS, Columns, ValueColumn, hash_external_id, open_columns
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.group import PostingGroup, open_group
from indexer.codec.kernels.columns import find_ids
from indexer.codec.kernels.packing import I64, U8
from indexer.codec.key_terms import KeyTerms, no_key_terms, open_key_terms
from indexer.codec.segment_file import SegmentFile
from indexer.codec.stored import (
    FORMAT_WITH_MAGIC,
    ArticleDecompressor,
    StoredFrames,
    decode_article,
    open_stored,
)
from indexer.codec.stories import Stories, open_stories
from indexer.errors import IndexDamagedError

GROUPS: Final = ("text", "author", "source", "tag")


class MappedSegment:
    """Raises IndexDamagedError or IndexVersionError where the file is not a whole segment of this format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = SegmentFile(path)
        self.document_count = cast("int", self.file.facts["documents"])
        #: Average length of title and body, in positions, when the segment was written: its block bounds go by them.
        self.written_averages = (
            cast("float", self.file.facts["title_average"]),
            cast("float", self.file.facts["body_average"]),
        )

    @cached_property
    def columns(self) -> Columns:
        return open_columns(self.file)

    @cached_property
    def text(self) -> PostingGroup:
        return open_group(self.file, "text")

    @cached_property
    def author(self) -> PostingGroup:
        return open_group(self.file, "author")

    @cached_property
    def source(self) -> PostingGroup:
        return open_group(self.file, "source")

    @cached_property
    def tag(self) -> PostingGroup:
        return open_group(self.file, "tag")

    @cached_property
    def key_terms(self) -> KeyTerms:
        """Nobody has any where the segment was written before there were key terms."""
        return open_key_terms(self.file) or no_key_terms(self.document_count)

    @cached_property
    def frames(self) -> StoredFrames:
        return open_stored(self.file)

    @cached_property
    def stories(self) -> Stories:
        return open_stories(self.file, self.document_count)

    def group(self, name: str) -> PostingGroup:
        """One of `GROUPS`."""
        return cast("PostingGroup", getattr(self, name))

    def values(self, name: str) -> ValueColumn:
        """One of `VALUE_COLUMNS`."""
        return self.columns.values[VALUE_COLUMNS.index(name)]

    def id_of(self, doc: int) -> str:
        return str(self.columns.id[doc].tobytes(), "ascii")

    def find(self, article_id: str) -> int | None:
        """The document number of an id, deleted or not."""
        key = article_id.encode("ascii", "replace")
        if len(key) != ID_BYTES:
            return None
        doc = int(self.find_all(np.frombuffer(key, np.uint8).reshape(1, ID_BYTES))[0])
        return None if doc < 0 else doc

    def find_all(self, keys: U8) -> I64:
        """The document number of each id, deleted or not, -1 where there is none; `keys` is (n, 16), in ASCII."""
        docs = np.empty(len(keys), np.int64)
        columns = self.columns
        if HAS_NUMBA:
            find_ids(columns.id, columns.id_order, keys, docs)
            return docs
        for i, key in enumerate(keys):
            docs[i] = self._find_plainly(key.tobytes())
        return docs

    def _find_plainly(self, key: bytes) -> int:
        columns = self.columns
        low, high = 0, self.document_count
        while low < high:
            middle = (low + high) // 2
            if columns.id[columns.id_order[middle]].tobytes() < key:
                low = middle + 1
            else:
                high = middle
        if low == self.document_count or columns.id[columns.id_order[low]].tobytes() != key:
            return -1
        return int(columns.id_order[low])

    def find_external_id(self, external_id: str) -> tuple[int, ...]:
        """The documents of an external id, deleted ones too, rising."""
        digest = np.uint64(hash_external_id(external_id))
        hashes = self.columns.external_hash
        first, last = np.searchsorted(hashes, digest, "left"), np.searchsorted(hashes, digest, "right")
        found = sorted(int(doc) for doc in self.columns.external_order[first:last])
        return tuple(doc for doc in found if self.article(doc, with_original=False).external_id == external_id)

    def known(self, doc: int) -> KnownArticle:
        content_hash = self.columns.content_hash[doc].tobytes().decode("ascii")
        return KnownArticle(self.id_of(doc), content_hash, self.origin(doc))

    def origin(self, doc: int) -> str:
        """The real path of the file that the article was last read from."""
        return os.fsdecode(self.values("origin").of(doc)[0])

    def article(self, doc: int, *, with_original: bool = True) -> Article:
        """What is stored. A page of hits needs no original, which is then neither read nor decompressed. Raises
        IndexDamagedError where it is not what was written."""
        frames = self.frames
        first, last = frames.stored_offsets.cut(doc)
        fields = self._decompressor.decompress(frames.stored[first:last].tobytes())
        original = b""
        if with_original:
            first, last = frames.original_offsets.cut(doc)
            original = self._decompressor.decompress(frames.original[first:last].tobytes())
        try:
            return decode_article(fields, original)
        except (ValueError, TypeError) as error:
            raise IndexDamagedError(
                f"{self.path}: stored article {doc} makes no sense; run: broadsheet verify"
            ) from error

    def damaged_ranges(self) -> Iterator[tuple[int, int]]:
        """First byte and the one after the last of every damaged stretch of the file. Reads all of it."""
        return self.file.damaged_ranges()

    @cached_property
    def _decompressor(self) -> ArticleDecompressor:
        return ArticleDecompressor(self.frames.dictionary, has_magic=self.file.version <= FORMAT_WITH_MAGIC)
