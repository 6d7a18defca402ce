"""Gathers the columns of documents as they come, in flat arrays: a hundred bytes a document, and few objects."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from indexer.codec.columns import ID_BYTES, VALUE_COLUMNS, Columns, ColumnValues, ValueColumn, order_ids
from indexer.codec.dictionary import build_dictionary
from indexer.codec.kernels.packing import U8, U32


class ColumnCollector:
    """Documents are numbered in the order in which they are added."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._content_hashes: list[bytes] = []
        self._first_day, self._last_day, self._instant = array("i"), array("i"), array("q")
        self._external_hash, self._external_doc = array("Q"), array("I")
        self._values = tuple(_ValueCollector() for _ in VALUE_COLUMNS)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, values: ColumnValues) -> None:
        if values.external_hash:
            self._external_hash.append(values.external_hash)
            self._external_doc.append(len(self._ids))
        self._ids.append(values.id)
        self._content_hashes.append(values.content_hash)
        self._first_day.append(values.first_day)
        self._last_day.append(values.last_day)
        self._instant.append(values.instant)
        for collector, of_document in zip(self._values, values.values, strict=True):
            collector.add(of_document)

    def build(self, title_length: U32, body_length: U32) -> Columns:
        """The columns of all documents added."""
        ids = _join_ascii(self._ids)
        external_hash = np.array(self._external_hash, np.uint64)
        by_hash = np.argsort(external_hash, kind="stable")
        return Columns(
            id=ids,
            id_order=order_ids(ids),
            content_hash=_join_ascii(self._content_hashes),
            title_length=title_length,
            body_length=body_length,
            first_day=np.array(self._first_day, np.int32),
            last_day=np.array(self._last_day, np.int32),
            instant=np.array(self._instant, np.int64),
            external_order=np.array(self._external_doc, np.uint32)[by_hash],
            external_hash=external_hash[by_hash],
            values=tuple(each.build() for each in self._values),
        )


class _ValueCollector:
    """One column of values: each value is numbered when it first comes, and by the order of its bytes in the end."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._codes = array("i")
        self._ends = array("I", [0])

    def add(self, of_document: tuple[bytes, ...]) -> None:
        numbers = self._numbers
        for value in of_document:
            self._codes.append(numbers.setdefault(value, len(numbers)))
        self._ends.append(len(self._codes))

    def build(self) -> ValueColumn:
        ordered = sorted(self._numbers)
        ranks = np.empty(len(ordered), np.int32)
        ranks[[self._numbers[value] for value in ordered]] = np.arange(len(ordered))
        return ValueColumn(
            ranks[np.array(self._codes, np.int32)], np.array(self._ends, np.uint32), build_dictionary(ordered)
        )


def _join_ascii(texts: Sequence[bytes]) -> U8:
    if any(len(text) != ID_BYTES for text in texts):
        raise ValueError(f"an id or a hash that is not {ID_BYTES} characters long")
    return np.frombuffer(b"".join(texts), np.uint8).reshape(len(texts), ID_BYTES)
