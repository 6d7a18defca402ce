"""The columns of a segment: what is known of each document beside its words.

For n documents:

    id                                  uint8 (n, 16)   the article's id in ASCII
    id_order                            uint32 (n)      document numbers in the order of their ids
    title_length, body_length           uint32 (n)      in positions
    first_day, last_day                 int32 (n)       proleptic ordinals, 0 where undated
    instant                             int64 (n)       seconds since 1970 UTC, UNKNOWN_INSTANT where not given
    content_hash                        uint8 (n, 16)   ASCII
    external_order, external_hash       uint32, uint64  documents with an external id, by the hash of it

and for each name of `VALUE_COLUMNS` the values of each document, none twice:

    c.codes                             int32           values by number, as the article lists them; nothing where each
                                                        document has the one value that there is
    c.offsets                           uint32 (n + 1)  cuts the codes by document; nothing where each has one value
    c.values, c.value_offsets           dictionary of the values, all of them in use: uint8, uint32; `origin` holds file
                                        names as the system spells them
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexer.article import Article, day_range
from indexer.codec.dictionary import Dictionary
from indexer.codec.kernels.packing import I32, I64, U8, U32
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter
from indexer.schema import UNDATED_DAY, UNKNOWN_INSTANT, VALUE_SEPARATOR

U64 = npt.NDArray[np.uint64]

VALUE_COLUMNS: Final = ("collection", "lang", "source", "author", "tag", "origin")
ID_BYTES: Final = 16
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
#: What articles have in common is made once: the days, outlets and authors that came last.
_REMEMBERED: Final = 4096
_NUMBERS: Final = ("title_length", "body_length", "first_day", "last_day", "instant")


@dataclass(frozen=True, slots=True)
class ValueColumn:
    codes: I32
    offsets: U32
    values: Dictionary

    def of(self, doc: int) -> tuple[bytes, ...]:
        """The values of one document, encoded."""
        codes = self.codes[int(self.offsets[doc]) : int(self.offsets[doc + 1])]
        return tuple(self.values.encoded(int(code)) for code in codes)


@dataclass(frozen=True, slots=True)
class Columns:
    """`values` has one column for each name of `VALUE_COLUMNS`, in that order."""

    id: U8
    id_order: U32
    content_hash: U8
    title_length: U32
    body_length: U32
    first_day: I32
    last_day: I32
    instant: I64
    external_order: U32
    external_hash: U64
    values: tuple[ValueColumn, ...]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """What the columns keep of one article, ready-made so that nothing is left that could fail."""

    id: bytes
    content_hash: bytes
    first_day: int
    last_day: int
    instant: int
    external_hash: int | None
    values: tuple[tuple[bytes, ...], ...]


def column_values(article_id: str, content_hash: str, origin: str, article: Article) -> ColumnValues:
    """Raises ValueError (UnicodeEncodeError among them) or OverflowError for what no column can hold."""
    published = article.published
    first_day, last_day = _days(published.on)
    return ColumnValues(
        id=article_id.encode("ascii"),
        content_hash=content_hash.encode("ascii"),
        first_day=first_day,
        last_day=last_day,
        instant=UNKNOWN_INSTANT if published.at is None else (published.at - _EPOCH) // _SECOND,
        external_hash=None if article.external_id is None else hash_external_id(article.external_id),
        values=(
            _encode_one(article.collection),
            _encode_one(article.lang),
            _encode_values((article.source,)),
            _encode_values(article.author),
            _encode_values(article.tag),
            _encode_origin(origin),
        ),
    )


def write_columns(writer: SegmentFileWriter, columns: Columns) -> None:
    for name in ("id", "id_order", "content_hash", *_NUMBERS, "external_order", "external_hash"):
        writer.add(name, getattr(columns, name))
    for name, column in zip(VALUE_COLUMNS, columns.values, strict=True):
        has_one_each = len(columns) > 0 and np.array_equal(column.offsets, np.arange(len(columns) + 1))
        is_same = has_one_each and len(column.values) == 1
        writer.add(f"{name}.codes", column.codes[:0] if is_same else column.codes)
        writer.add(f"{name}.offsets", column.offsets[:0] if has_one_each else column.offsets)
        writer.add(f"{name}.values", column.values.blob)
        writer.add(f"{name}.value_offsets", column.values.offsets)


def open_columns(file: SegmentFile) -> Columns:
    documents = len(file.array("id"))
    one_each: U32 = np.arange(documents + 1, dtype=np.uint32)
    # Zeros that are never written to take no memory.
    same: I32 = np.zeros(documents, np.int32)

    def kept(section: str, otherwise: npt.NDArray[Any]) -> npt.NDArray[Any]:
        found = file.array(section)
        return found if len(found) or not documents else otherwise

    return Columns(
        **{name: file.array(name) for name in ("id", "id_order", "content_hash", *_NUMBERS)},
        external_order=file.array("external_order"),
        external_hash=file.array("external_hash"),
        values=tuple(
            ValueColumn(
                kept(f"{name}.codes", same) if not len(file.array(f"{name}.offsets")) else file.array(f"{name}.codes"),
                kept(f"{name}.offsets", one_each),
                Dictionary(file.array(f"{name}.values"), file.array(f"{name}.value_offsets")),
            )
            for name in VALUE_COLUMNS
        ),
    )


def order_ids(ids: U8) -> U32:
    """Document numbers in the order of their ids."""
    return np.argsort(np.ascontiguousarray(ids).view(f"S{ID_BYTES}").reshape(-1), kind="stable").astype(np.uint32)


def hash_external_id(external_id: str) -> int:
    """Never 0. Two ids may share one: whoever looks one up compares the stored text."""
    digest = hashlib.blake2b(external_id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


@lru_cache(maxsize=_REMEMBERED)
def _days(published_on: str | None) -> tuple[int, int]:
    days = day_range(published_on)
    return (days[0].toordinal(), days[1].toordinal()) if days else (UNDATED_DAY, UNDATED_DAY)


@lru_cache(maxsize=_REMEMBERED)
def _encode_values(values: tuple[str, ...]) -> tuple[bytes, ...]:
    """As in a column of the stock codec: no empty value, none with a separator; and none twice in one article."""
    return tuple(
        dict.fromkeys(cleaned.encode() for value in values if (cleaned := value.replace(VALUE_SEPARATOR, " ")))
    )


@lru_cache(maxsize=_REMEMBERED)
def _encode_one(value: str) -> tuple[bytes, ...]:
    return (value.encode(),)


@lru_cache(maxsize=_REMEMBERED)
def _encode_origin(origin: str) -> tuple[bytes, ...]:
    return (os.fsencode(origin),)
