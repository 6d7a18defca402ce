"""Terms, posting lists and cursors of a segment, as Whoosh reads them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import numpy as np
from whoosh.codec import base
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from indexer.codec.field_views import TEXT_FIELDS, FieldPostings, FieldView
from indexer.codec.kernels.packing import U32
from indexer.codec.segment import MappedSegment

KEY_FIELDS: Final = ("id", "external_id")
INDEXED_FIELDS: Final = tuple(sorted((*TEXT_FIELDS, *KEY_FIELDS)))


class SegmentTerms(base.TermsReader):  # type: ignore[misc]
    """Every indexed field of a segment."""

    def __init__(self, segment: MappedSegment) -> None:
        self._segment = segment
        self._views = {field: FieldView(segment, field) for field in TEXT_FIELDS}

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._postings(*term) is not None

    def cursor(self, fieldname: str, fieldobj: Any) -> SegmentCursor:  # noqa: ANN401 a Whoosh field
        return SegmentCursor(self, fieldname, fieldobj)

    def texts_from(self, fieldname: str, first: bytes) -> Iterator[bytes]:
        """The terms of a field in the order of their bytes, from the first that does not sort before this one."""
        if fieldname in self._views:
            view = self._views[fieldname]
            return (view.dictionary.encoded(number) for number in view.terms_from(first))
        if fieldname == "id":
            columns = self._segment.columns
            ids = (columns.id[doc].tobytes() for doc in columns.id_order)
            return (each for each in ids if each >= first)
        if fieldname == "external_id":
            return iter(self._external_ids[bisect_left(self._external_ids, first) :])
        return iter(())

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, text) for field in INDEXED_FIELDS for text in self.texts_from(field, b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for text in self.texts_from(fieldname, prefix):
            yield fieldname, text
        for field in INDEXED_FIELDS:
            if field > fieldname:
                for text in self.texts_from(field, b""):
                    yield field, text

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        postings = self._postings(fieldname, text)
        if postings is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        frequencies = postings.frequencies
        lengths = self._lengths(fieldname, postings)
        return TermInfo(
            weight=float(frequencies.sum()),
            df=len(postings.docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(frequencies.max()),
            minid=int(postings.docs[0]),
            maxid=int(postings.docs[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        postings = self._postings(fieldname, text)
        return 0.0 if postings is None else float(postings.frequencies.sum())

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        postings = self._postings(fieldname, text)
        return 0 if postings is None else len(postings.docs)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ArrayMatcher:  # noqa: ANN401
        postings = self._postings(fieldname, text)
        if postings is None:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        return ArrayMatcher(postings, self._lengths(fieldname, postings), (fieldname, text), format_, scorer)

    def indexed_field_names(self) -> tuple[str, ...]:
        return INDEXED_FIELDS

    def field_lengths(self, fieldname: str) -> U32:
        """Of every document: positions in title and body, words in the other fields. 0 for keys, which have none."""
        return self._all_lengths[fieldname] if fieldname in self._all_lengths else self._count_words(fieldname)

    def _postings(self, fieldname: str, text: bytes) -> FieldPostings | None:
        try:
            decoded = text.decode()
        except UnicodeDecodeError:
            return None
        if fieldname in self._views:
            return self._views[fieldname].postings(decoded)
        if fieldname == "id":
            doc = self._segment.find(decoded)
            docs: tuple[int, ...] = () if doc is None else (doc,)
        elif fieldname == "external_id":
            docs = self._segment.find_external_id(decoded)
        else:
            docs = ()
        if not docs:
            return None
        count = len(docs)
        return FieldPostings(np.array(docs, np.int32), np.arange(count + 1), np.zeros(count, np.uint32))

    def _lengths(self, fieldname: str, postings: FieldPostings) -> U32:
        return self.field_lengths(fieldname)[postings.docs]

    @cached_property
    def _all_lengths(self) -> dict[str, U32]:
        columns = self._segment.columns
        lengths = {"title": columns.title_length, "title_surface": columns.title_length}
        lengths |= {"body": columns.body_length, "body_surface": columns.body_length}
        lengths |= dict.fromkeys(KEY_FIELDS, np.zeros(self._segment.document_count, np.uint32))
        return lengths

    def _count_words(self, fieldname: str) -> U32:
        counts = np.zeros(self._segment.document_count, np.uint32)
        view = self._views[fieldname]
        for number in range(len(view.dictionary)):
            postings = view.postings_of(number)
            assert postings is not None
            counts[postings.docs] += postings.frequencies.astype(np.uint32)
        self._all_lengths[fieldname] = counts
        return counts

    @cached_property
    def _external_ids(self) -> list[bytes]:
        docs = self._segment.columns.external_order
        found = {self._segment.article(int(doc), with_original=False).external_id or "" for doc in docs}
        return sorted(text.encode() for text in found)


class SegmentCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks the terms of one field; at the end its text is None."""

    def __init__(self, terms: SegmentTerms, fieldname: str, fieldobj: Any) -> None:  # noqa: ANN401 a Whoosh field
        self._terms = terms
        self._fieldname = fieldname
        self._fieldobj = fieldobj
        self.first()

    def first(self) -> Any:  # noqa: ANN401 a text as the field gives it, or None
        return self.find(b"")

    def find(self, term: Any) -> Any:  # noqa: ANN401 text or bytes in, as above out
        text = term if isinstance(term, bytes) else self._fieldobj.to_bytes(term)
        self._rest = self._terms.texts_from(self._fieldname, text)
        return self.next()

    def next(self) -> Any:  # noqa: ANN401 as above
        self._here: bytes | None = next(self._rest, None)
        return self.text()

    def text(self) -> Any:  # noqa: ANN401 as above
        return None if self._here is None else self._fieldobj.from_bytes(self._here)

    def term_info(self) -> TermInfo | None:
        return None if self._here is None else self._terms.term_info(self._fieldname, self._here)

    def is_valid(self) -> bool:
        return self._here is not None


class ArrayMatcher(LeafMatcher):  # type: ignore[misc]
    """One posting list, unpacked; for the block-quality interface it is a single block."""

    def __init__(
        self,
        postings: FieldPostings,
        lengths: U32,
        term: tuple[str, bytes],
        format_: Any,  # noqa: ANN401 Whoosh's format
        scorer: Any,  # noqa: ANN401 Whoosh's scorer
    ) -> None:
        self._postings = postings
        self._docs = postings.docs.tolist()
        self._frequencies = postings.frequencies.tolist()
        self._lengths = lengths
        self._term = term
        self.format = format_
        self.scorer = scorer
        self._at = 0

    def copy(self) -> ArrayMatcher:
        twin = ArrayMatcher(self._postings, self._lengths, self._term, self.format, self.scorer)
        twin._at = self._at
        return twin

    def is_active(self) -> bool:
        return self._at < len(self._docs)

    def id(self) -> int:
        return int(self._docs[self._at])

    def weight(self) -> float:
        return float(self._frequencies[self._at])

    def value(self) -> bytes:
        if self._term[0] in KEY_FIELDS:
            return b""
        first, last = self._postings.position_start[self._at : self._at + 2].tolist()
        return self._postings.positions[first:last].astype("<u4").tobytes()

    def next(self) -> bool:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return not self.is_active()

    def skip_to(self, targetid: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._docs, targetid, self._at)

    def skip_to_quality(self, minquality: float) -> int:
        if not self.is_active() or self.block_quality() > minquality:
            return 0
        self._at = len(self._docs)
        return 1

    def reset(self) -> None:
        self._at = 0

    def block_min_id(self) -> int:
        return int(self._docs[0])

    def block_max_id(self) -> int:
        return int(self._docs[-1])

    def block_min_length(self) -> int:
        return int(self._lengths.min())

    def block_max_length(self) -> int:
        return int(self._lengths.max())

    def block_max_weight(self) -> float:
        return float(max(self._frequencies))
