"""A Broadsheet segment under Whoosh's own extension points: `whoosh.index.open_dir` reads and searches our index.

The table of contents stays Whoosh's, and holds a `BroadsheetSegment` for each segment file; what was deleted stands in
that object. Reading is whole. Writing is not done through here: Whoosh's writer hands over one posting at a time, which
is what this codec is there to avoid.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Final, NoReturn

from whoosh.codec import base

from indexer.article import Article, format_instant
from indexer.codec.segment import MappedSegment
from indexer.codec.whoosh_columns import COLUMN_FIELDS, ArrayColumn, open_column
from indexer.codec.whoosh_terms import SegmentTerms

SEGMENT_SUFFIX: Final = ".seg"
_NAME_LETTERS: Final = string.digits + string.ascii_lowercase
_NOT_HERE: Final = "a Broadsheet index is written by `broadsheet index`, not posting by posting through Whoosh's writer"


class BroadsheetSegment(base.Segment):  # type: ignore[misc]
    """What a table of contents says of one segment file: its name, how many documents, which are deleted."""

    def __init__(self, indexname: str, document_count: int) -> None:
        super().__init__(indexname)
        self._document_count = document_count
        self._deleted: set[int] = set()

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        """Whoosh draws names by a generator that whoever runs us may have set: then the name of a file comes again."""
        return "".join(secrets.choice(_NAME_LETTERS) for _ in range(size))

    @classmethod
    def of_name(cls, name: str, document_count: int) -> BroadsheetSegment:
        """The one whose `segment_id` this is."""
        indexname, _, segid = name.rpartition("_")
        segment = cls(indexname, document_count)
        segment.segid = segid
        return segment

    def without(self, docs: AbstractSet[int]) -> BroadsheetSegment:
        """The same with these documents deleted too; this one stays as it is."""
        segment = BroadsheetSegment.of_name(self.segment_id(), self._document_count)
        segment._deleted = self._deleted | docs  # noqa: SLF001 its own kind
        return segment

    def codec(self, **_: object) -> BroadsheetCodec:
        return BroadsheetCodec()

    @property
    def file_name(self) -> str:
        return str(self.make_filename(SEGMENT_SUFFIX))

    def set_doc_count(self, doccount: int) -> None:
        self._document_count = doccount

    def doc_count_all(self) -> int:
        return self._document_count

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(sorted(self._deleted))

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        return docnum in self._deleted

    def should_assemble(self) -> bool:
        return False


class BroadsheetCodec(base.Codec):  # type: ignore[misc]
    """Opens each segment file once for its terms and its documents."""

    def __init__(self) -> None:
        self._opened: dict[str, tuple[MappedSegment, SegmentTerms]] = {}

    def new_segment(self, _storage: Any, indexname: str) -> BroadsheetSegment:  # noqa: ANN401 Whoosh's storage
        return BroadsheetSegment(indexname, 0)

    def terms_reader(self, storage: Any, segment: BroadsheetSegment) -> SegmentTerms:  # noqa: ANN401 Whoosh's storage
        return self._open(storage, segment)[1]

    def per_document_reader(self, storage: Any, segment: BroadsheetSegment) -> SegmentDocuments:  # noqa: ANN401
        return SegmentDocuments(segment, *self._open(storage, segment))

    def per_document_writer(self, _storage: Any, _segment: Any) -> NoReturn:  # noqa: ANN401 Whoosh's
        raise NotImplementedError(_NOT_HERE)

    def field_writer(self, _storage: Any, _segment: Any) -> NoReturn:  # noqa: ANN401 Whoosh's
        raise NotImplementedError(_NOT_HERE)

    def postings_writer(self, _dbfile: Any, byteids: bool = False) -> NoReturn:  # noqa: ANN401 Whoosh's
        raise NotImplementedError(_NOT_HERE)

    def postings_reader(self, *_: Any, **__: Any) -> NoReturn:  # noqa: ANN401 Whoosh's
        raise NotImplementedError("posting lists are read by SegmentTerms.matcher")

    def _open(self, storage: Any, segment: BroadsheetSegment) -> tuple[MappedSegment, SegmentTerms]:  # noqa: ANN401
        name = segment.file_name
        if name not in self._opened:
            mapped = MappedSegment(Path(storage.folder) / name)
            self._opened[name] = (mapped, SegmentTerms(mapped))
        return self._opened[name]


class SegmentDocuments(base.PerDocumentReader):  # type: ignore[misc]
    """Documents of one segment: stored fields, columns, lengths, deletions."""

    def __init__(self, segment: BroadsheetSegment, mapped: MappedSegment, terms: SegmentTerms) -> None:
        self._segment = segment
        self._mapped = mapped
        self._terms = terms
        self._columns: dict[str, ArrayColumn] = {}

    def doc_count(self) -> int:
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname in COLUMN_FIELDS

    def list_columns(self) -> tuple[str, ...]:
        return COLUMN_FIELDS

    def column_reader(self, fieldname: str, _column: Any) -> ArrayColumn:  # noqa: ANN401 Whoosh's column type
        return open_column(self._mapped, fieldname)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._terms.field_lengths(fieldname)[docnum]) if self._has_lengths(fieldname) else default

    def field_length(self, fieldname: str) -> int:
        return int(self._terms.field_lengths(fieldname).sum()) if self._has_lengths(fieldname) else 0

    def min_field_length(self, fieldname: str) -> int:
        return int(self._terms.field_lengths(fieldname).min()) if self._has_lengths(fieldname) else 0

    def max_field_length(self, fieldname: str) -> int:
        return int(self._terms.field_lengths(fieldname).max()) if self._has_lengths(fieldname) else 0

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        return stored_fields(self._mapped.id_of(docnum), self._mapped.article(docnum))

    def _has_lengths(self, fieldname: str) -> bool:
        return fieldname in self._terms.indexed_field_names()


def stored_fields(article_id: str, article: Article) -> dict[str, Any]:
    """What the schema stores of an article, under Whoosh's names; a field that was not given is not there."""
    published = article.published
    fields: dict[str, Any] = {
        "id": article_id,
        "external_id": article.external_id,
        "title": article.title,
        "body": article.body,
        "author": list(article.author),
        "source": article.source,
        "tag": list(article.tag),
        "url": article.url,
        "published_on": published.on,
        "published_at": None if published.at is None else format_instant(published.at),
        "published_raw": published.raw,
        "date_precision": published.precision,
        "date_confidence": published.confidence,
        "published_zone": published.zone,
        "lang": article.lang,
        "collection": article.collection,
        "original": [[line.text, line.left_out] for line in article.original],
        "extra": article.extra_json,
    }
    return {name: value for name, value in fields.items() if value is not None}
