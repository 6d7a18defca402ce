"""One generation of an index, read document by document over its mapped segments. Safe to share between threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.backends.held import HeldArticle
from indexer.backends.port import KnownArticle
from indexer.codec.columns import ID_BYTES
from indexer.codec.segment import MappedSegment
from indexer.codec.toc import Contents
from indexer.codec.whoosh_codec import BroadsheetSegment


@dataclass(frozen=True, slots=True)
class OpenSegment:
    """A segment file and what the table of contents says of it."""

    mapped: MappedSegment
    listed: BroadsheetSegment

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """False for deleted documents; shape (document_count,)."""
        live = np.ones(self.mapped.document_count, np.bool_)
        live[np.fromiter(self.listed.deleted_docs(), np.int64)] = False
        return live


class SegmentView:
    """The segments of one generation. Raises IndexDamagedError where a file is not what was written."""

    def __init__(self, folder: Path, contents: Contents, before: SegmentView | None = None) -> None:
        """`before` lends the segments that it has open, unless other files were put in their place."""
        self.generation = contents.generation
        there = [each for each in before.segments if each.mapped.file.is_still_there()] if before else []
        lent = {each.listed.segment_id(): each.mapped for each in there}
        self.segments: tuple[OpenSegment, ...] = tuple(
            OpenSegment(lent.get(listed.segment_id()) or MappedSegment(folder / listed.file_name), listed)
            for listed in contents.segments
        )

    def find(self, article_id: str) -> tuple[OpenSegment, int] | None:
        """The segment and the document number of a live article."""
        for segment in reversed(self.segments):
            doc = segment.mapped.find(article_id)
            if doc is not None and not segment.listed.is_deleted(doc):
                return segment, doc
        return None

    def known(self, article_id: str) -> KnownArticle | None:
        found = self.find(article_id)
        return None if found is None else found[0].mapped.known(found[1])

    def known_all(self, article_ids: Sequence[str]) -> list[KnownArticle | None]:
        """The same for many ids."""
        return [found and found[0].mapped.known(found[1]) for found in self.find_all(article_ids)]

    def find_all(self, article_ids: Sequence[str]) -> list[tuple[OpenSegment, int] | None]:
        """Segment and document number of each live article, None where there is none."""
        places: list[tuple[OpenSegment, int] | None] = [None] * len(article_ids)
        asked = [at for at, each in enumerate(article_ids) if len(each) == ID_BYTES and each.isascii()]
        if asked:
            joined = "".join([article_ids[at] for at in asked])
            keys = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(len(asked), ID_BYTES)
            for segment in self.segments:
                docs = segment.mapped.find_all(keys)
                for number in np.flatnonzero(docs >= 0).tolist():
                    doc = int(docs[number])
                    if not segment.listed.is_deleted(doc):
                        places[asked[number]] = segment, doc
        return places

    def known_articles(self) -> Iterator[KnownArticle]:
        for segment, doc in self._live_documents():
            yield segment.known(doc)

    def articles(self) -> Iterator[HeldArticle]:
        for segment, doc in self._live_documents():
            yield HeldArticle(segment.id_of(doc), segment.origin(doc), segment.article(doc))

    def count_values(self, name: str) -> dict[str, int]:
        """Live articles by each value of a column; "" stands for none."""
        counts: dict[str, int] = {}
        for segment in self.segments:
            column, live = segment.mapped.values(name), segment.live
            sizes = np.diff(column.offsets)
            held = np.bincount(column.codes[np.repeat(live, sizes)], minlength=len(column.values))
            none = int((live & (sizes == 0)).sum())
            for code in np.flatnonzero(held).tolist():
                value = column.values[code]
                counts[value] = counts.get(value, 0) + int(held[code])
            if none:
                counts[""] = counts.get("", 0) + none
        return counts

    def first_days(self) -> npt.NDArray[np.int32]:
        """The first day of each live article, 0 where undated."""
        parts = [segment.mapped.columns.first_day[segment.live] for segment in self.segments]
        return np.concatenate(parts) if parts else np.empty(0, np.int32)

    def _live_documents(self) -> Iterator[tuple[MappedSegment, int]]:
        for segment in self.segments:
            for doc in np.flatnonzero(segment.live).tolist():
                yield segment.mapped, doc
