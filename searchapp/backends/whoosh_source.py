"""One generation of a Whoosh index as flat arrays: postings decoded when they are asked for, columns once.

Whoosh's readers keep a place in their files, so every look into one holds the lock; the arrays, once made, are
nobody's and are used without it. Decoded postings are kept up to a bound, the longest unused go first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from indexer.article import Article
from indexer.codec.failures import translated_errors
from indexer.schema import split_values, stored_article
from searchapp.search.postings import (
    NO_POSTINGS,
    DayColumns,
    Documents,
    FacetColumn,
    Flags,
    PostingField,
    Postings,
    TextField,
    ValueFacet,
)

CACHE_BYTES = 64 * 1024 * 1024
#: What one cached posting list takes beside its arrays.
_OVERHEAD_BYTES = 600
#: Up to so many ids are read one by one from what is stored; for more, all are read from the dictionary and kept.
_FEW_IDS = 64

_VALUE_COLUMNS: dict[ValueFacet, str] = {
    "source": "source_value",
    "author": "author_values",
    "tag": "tag_values",
    "lang": "lang",
    "collection": "collection",
}


class WhooshSource:
    """Implements `PostingSource`, and fetches stored articles. Owns its reader: `close` ends both."""

    def __init__(self, folder: Path, reader: Any, cache_bytes: int = CACHE_BYTES) -> None:  # noqa: ANN401 a Whoosh reader
        self._folder = folder
        self._reader = reader
        self._lock = threading.RLock()
        self._cache_bytes = cache_bytes
        self._cached_bytes = 0
        self._cache: OrderedDict[tuple[PostingField, str], Postings] = OrderedDict()
        self._facets: dict[ValueFacet, FacetColumn] = {}
        self._all_ids: NDArray[np.str_] | None = None
        self.generation = cast("int", reader.generation())
        self.document_count = cast("int", reader.doc_count_all())
        self._leaves: list[tuple[Any, int]] = reader.leaf_readers() if self.document_count else []
        with self._reading():
            self.live: Flags = np.zeros(self.document_count, np.bool_)
            for leaf, first in self._leaves:
                self.live[np.fromiter(leaf.all_doc_ids(), np.int64) + first] = True
            self.live_count = int(self.live.sum())
            self._lengths: dict[TextField, NDArray[np.int32]] = {
                "title": self._numbers("title_length").astype(np.int32),
                "body": self._numbers("body_length").astype(np.int32),
            }
            self.days = DayColumns(
                first=self._numbers("first_day").astype(np.int32),
                last=self._numbers("last_day").astype(np.int32),
                instant=self._numbers("instant"),
            )
        self._averages: dict[TextField, float] = {
            field: float(lengths[self.live].mean()) if self.live_count else 0.0
            for field, lengths in self._lengths.items()
        }

    def postings(self, field: PostingField, term: str, *, positions: bool) -> Postings:  # noqa: ARG002 decoded at once
        key = (field, term)
        with self._reading():
            known = self._cache.get(key)
            if known is not None:
                self._cache.move_to_end(key)
                return known
            found = self._decode(field, term)
            self._keep(key, found)
            return found

    def lengths(self, field: TextField) -> NDArray[np.int32]:
        return self._lengths[field]

    def average_length(self, field: TextField) -> float:
        return self._averages[field]

    def facet(self, name: ValueFacet) -> FacetColumn:
        with self._reading():
            if name not in self._facets:
                self._facets[name] = self._read_facet(name)
            return self._facets[name]

    def ids(self, docs: Documents) -> NDArray[np.str_]:
        with self._reading():
            if self._all_ids is None and len(docs) <= _FEW_IDS:
                return np.array([self._stored(int(doc))["id"] for doc in docs], np.str_)
            if self._all_ids is None:
                self._all_ids = self._read_ids()
            return self._all_ids[docs]

    def fetch(self, article_id: str) -> Article | None:
        with self._reading():
            found = self._find("id", article_id)
            return stored_article(self._stored(found[0])) if found else None

    def find_external_id(self, external_id: str) -> tuple[str, ...]:
        with self._reading():
            return tuple(self._stored(doc)["id"] for doc in self._find("external_id", external_id))

    def close(self) -> None:
        with self._lock:
            self._reader.close()

    def _reading(self) -> _Reading:
        return _Reading(self._lock, self._folder)

    def _decode(self, field: PostingField, term: str) -> Postings:
        docs: list[int] = []
        packed: list[bytes] = []
        # A lone surrogate stands in no index: "?" for it finds nothing, where encoding it would fail.
        raw = term.encode("utf-8", "replace")
        for leaf, first in self._leaves:
            if (field, raw) not in leaf:
                continue
            matcher = leaf.postings(field, raw)
            doc, value, step = matcher.id, matcher.value, matcher.next
            while matcher.is_active():
                docs.append(doc() + first)
                packed.append(value())
                step()
        if not docs:
            return NO_POSTINGS
        return Postings(
            docs=np.array(docs, np.int32),
            frequencies=np.fromiter((len(value) // 4 for value in packed), np.int32, len(packed)),
            positions=np.frombuffer(b"".join(packed), "<u4").astype(np.uint32, copy=False),
        )

    def _keep(self, key: tuple[PostingField, str], postings: Postings) -> None:
        self._cache[key] = postings
        self._cached_bytes += _size_bytes(postings)
        while self._cached_bytes > self._cache_bytes and self._cache:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= _size_bytes(dropped)

    def _numbers(self, name: str) -> NDArray[np.int64]:
        parts = [
            np.fromiter(iter(leaf.column_reader(name, translate=False)), np.int64, leaf.doc_count_all())
            for leaf, _ in self._leaves
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _read_facet(self, name: ValueFacet) -> FacetColumn:
        column = _VALUE_COLUMNS[name]
        each: list[tuple[str, ...]] = []
        known: dict[bytes, tuple[str, ...]] = {}
        for leaf, _ in self._leaves:
            for joined in leaf.column_reader(column, translate=False):
                if joined not in known:
                    # A name given twice in one byline is one value of the article.
                    known[joined] = tuple(dict.fromkeys(split_values(joined)))
                each.append(known[joined])
        values = tuple(sorted({value for of_document in known.values() for value in of_document}))
        codes = {value: code for code, value in enumerate(values)}
        offsets = np.zeros(len(each) + 1, np.int64)
        np.cumsum([len(of_document) for of_document in each], out=offsets[1:])
        flat = np.fromiter((codes[value] for of_document in each for value in of_document), np.int32, int(offsets[-1]))
        return FacetColumn(values, flat, offsets)

    def _read_ids(self) -> NDArray[np.str_]:
        ids = [""] * self.document_count
        for leaf, first in self._leaves:
            for doc in leaf.all_doc_ids():
                ids[first + doc] = leaf.stored_fields(doc)["id"]
        return np.array(ids, np.str_)

    def _find(self, field: str, text: str) -> list[int]:
        found: list[int] = []
        raw = text.encode("utf-8", "replace")
        for leaf, first in self._leaves:
            if (field, raw) in leaf:
                matcher = leaf.postings(field, raw)
                while matcher.is_active():
                    found.append(first + matcher.id())
                    matcher.next()
        return found

    def _stored(self, doc: int) -> dict[str, Any]:
        return cast("dict[str, Any]", self._reader.stored_fields(doc))


class _Reading:
    """Holds the lock while a reader is used, and gives its failures in our words."""

    def __init__(self, lock: threading.RLock, folder: Path) -> None:
        self._lock = lock
        self._failures = translated_errors(folder, "read")

    def __enter__(self) -> None:
        self._lock.acquire()
        self._failures.__enter__()

    def __exit__(self, *failure: Any) -> bool | None:  # noqa: ANN401, PYI036 passed on as they come
        try:
            return self._failures.__exit__(*failure)
        finally:
            self._lock.release()


def _size_bytes(postings: Postings) -> int:
    positions = 0 if postings.positions is None else postings.positions.nbytes
    return _OVERHEAD_BYTES + postings.docs.nbytes + postings.frequencies.nbytes + positions
