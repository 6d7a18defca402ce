"""Our segments under Whoosh's own writer and any schema, so that Whoosh's own tests can run over them.

The product writes one schema, in bulk, and its codec refuses to write through Whoosh's writer, a posting at a time.
Here the postings of a segment are gathered and then packed by the product's own functions: a group a field, each term
with one form that no surface leads to. They are read back by the product's own classes (`SegmentFile`, `FieldView`,
`SegmentTerms`, `SegmentCursor`, `ArrayMatcher`, `ArrayColumn`, `BroadsheetSegment`), told here where to find a field.

What the format does not hold is refused by name: weights that are no counts, character offsets, boosts. Term vectors
are left out.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh import formats
from whoosh.codec import base
from whoosh.system import pack_uint

from indexer.codec.columns import ValueColumn
from indexer.codec.dictionary import Dictionary, build_dictionary
from indexer.codec.field_views import FieldPostings, FieldView
from indexer.codec.group import NO_SURFACE, InvertedGroup, TermStretch, open_group, write_group
from indexer.codec.packing import FlatPostings
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter
from indexer.codec.stored import ArticleCompressor, ArticleDecompressor, join_frames, open_stored, write_stored
from indexer.codec.whoosh_codec import SEGMENT_SUFFIX, BroadsheetSegment
from indexer.codec.whoosh_columns import ArrayColumn
from indexer.codec.whoosh_terms import ArrayMatcher, SegmentTerms

#: Why a test cannot pass, as the failures say it; `run.py` counts them.
NO_WEIGHTS = "the format keeps counts, no weights or boosts"
NO_OFFSETS = "the format keeps positions, no character offsets and no boosts of positions"
NO_VECTORS = "the format keeps no term vectors"


class BridgeSegment(BroadsheetSegment):
    def codec(self, **_: object) -> BridgeCodec:
        return BridgeCodec()


class BridgeCodec(base.Codec):
    """One codec object serves one writer, or one reader."""

    def __init__(self, **_: object) -> None:
        self._drafts: dict[str, Draft] = {}

    def new_segment(self, _storage: Any, indexname: str) -> BridgeSegment:
        return BridgeSegment(indexname, 0)

    def per_document_writer(self, storage: Any, segment: BridgeSegment) -> DocumentWriter:
        return DocumentWriter(self._draft(storage, segment))

    def field_writer(self, storage: Any, segment: BridgeSegment) -> PostingWriter:
        return PostingWriter(self._draft(storage, segment))

    def postings_writer(self, _dbfile: Any, byteids: bool = False) -> Any:
        raise NotImplementedError("posting lists are packed a field at a time")

    def postings_reader(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("posting lists are read by the terms reader")

    def terms_reader(self, storage: Any, segment: BridgeSegment) -> BridgeTerms:
        return BridgeTerms(open_file(storage, segment))

    def per_document_reader(self, storage: Any, segment: BridgeSegment) -> Documents:
        return Documents(segment, open_file(storage, segment))

    def _draft(self, storage: Any, segment: BridgeSegment) -> Draft:
        return self._drafts.setdefault(segment.segment_id(), Draft(storage, segment.make_filename(SEGMENT_SUFFIX)))


# Writing


class Draft:
    """What Whoosh's writer has handed over of a segment. Its file is written when all documents are there, without
    postings, and again with them."""

    def __init__(self, storage: Any, file_name: str) -> None:
        self._storage, self._file_name = storage, file_name
        self.stored: list[dict[str, Any]] = []
        self.lengths: dict[str, dict[int, int]] = defaultdict(dict)
        self.columns: dict[str, dict[int, Any]] = defaultdict(dict)
        self.fields: dict[str, dict[bytes, list[tuple[int, list[int]]]]] = {}

    def write(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "segment"
            self._write_file(path)
            with self._storage.create_file(self._file_name) as file:
                file.write(path.read_bytes())

    def _write_file(self, path: Path) -> None:
        docs = {doc for terms in self.fields.values() for postings in terms.values() for doc, _ in postings}
        count = max([len(self.stored), *(doc + 1 for doc in docs)])
        flat = np.ones(count, np.float32)
        compress = ArticleCompressor(b"").compress
        numbers: list[str] = []
        with SegmentFileWriter(path) as writer:
            for number, terms in enumerate(self.fields.values()):
                write_group(writer, f"field{number}", invert(terms), (flat, flat))
            for number, lengths in enumerate(self.lengths.values()):
                writer.add(f"length{number}", np.array([lengths.get(doc, 0) for doc in range(count)], np.uint32))
            for number, (name, values) in enumerate(self.columns.items()):
                kinds = {type(value) for value in values.values()}
                if kinds <= {int} and all(-(2**63) <= value < 2**63 for value in values.values()):
                    numbers.append(name)
                    array = np.array([values.get(doc, 0) for doc in range(count)], np.int64)
                    writer.add(f"column{number}.has", np.array([doc in values for doc in range(count)], np.uint8))
                    writer.add(f"column{number}.numbers", array)
                    continue
                column = pack_values([pickle.dumps(values[doc]) if doc in values else None for doc in range(count)])
                writer.add(f"column{number}.codes", column.codes)
                writer.add(f"column{number}.offsets", column.offsets)
                writer.add(f"column{number}.values", column.values.blob)
                writer.add(f"column{number}.value_offsets", column.values.offsets)
            without = [{} for _ in range(count - len(self.stored))]
            frames = [(compress(pickle.dumps(stored)), b"") for stored in [*self.stored, *without]]
            write_stored(writer, join_frames(frames, b""))
            writer.finish(
                {
                    "documents": count,
                    "fields": list(self.fields),
                    "lengths": list(self.lengths),
                    "columns": list(self.columns),
                    "numbers": numbers,
                }
            )


class DocumentWriter(base.PerDocumentWriter):
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        assert docnum == len(self._draft.stored)
        self._doc = docnum
        self._draft.stored.append({})

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        if value is not None:
            self._draft.stored[self._doc][fieldname] = value
        if length:
            self._draft.lengths[fieldname][self._doc] = length

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        self._draft.columns[fieldname][self._doc] = value

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Any) -> None:
        """Vectors are left out: whoever reads one finds that there is none."""

    def cancel_doc(self) -> None:
        self._draft.stored.pop()
        for held in (self._draft.lengths, self._draft.columns):
            for values in held.values():
                values.pop(self._doc, None)

    def close(self) -> None:
        self.is_closed = True
        self._draft.write()


class PostingWriter(base.FieldWriter):
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.is_closed = False

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        self._format = fieldobj.format
        self._has_positions = self._format.supports("positions")
        if isinstance(self._format, formats.Characters | formats.PositionBoosts | formats.CharacterBoosts):
            raise NotImplementedError(NO_OFFSETS)
        self._terms = self._draft.fields.setdefault(fieldname, {})

    def start_term(self, text: bytes) -> None:
        self._postings = self._terms.setdefault(text, [])

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        positions = self._format.decode_positions(vbytes) if self._has_positions else []
        count = len(positions) or int(weight)
        if count != weight or count < 1:
            raise NotImplementedError(NO_WEIGHTS)
        self._postings.append((docnum, positions or list(range(count))))

    def finish_term(self) -> None:
        """A field of several values hands a document over several times; it has one posting."""
        held: dict[int, set[int]] = defaultdict(set)
        for doc, positions in self._postings:
            held[doc].update(positions)
        self._postings[:] = [(doc, sorted(positions)) for doc, positions in sorted(held.items())]

    def close(self) -> None:
        self.is_closed = True
        self._draft.write()


def pack_values(values: list[bytes | None]) -> ValueColumn:
    ordered = sorted({value for value in values if value is not None})
    code_of = {value: code for code, value in enumerate(ordered)}
    codes = np.array([code_of[value] for value in values if value is not None], np.int32)
    offsets = np.cumsum([0, *(value is not None for value in values)]).astype(np.uint32)
    return ValueColumn(codes, offsets, build_dictionary(ordered))


def invert(terms: dict[bytes, list[tuple[int, list[int]]]]) -> InvertedGroup:
    """A group whose terms have one form each, without a surface; everything stands in the body."""
    ordered = sorted(terms)
    postings = [posting for text in ordered for posting in terms[text]]
    counts = np.array([len(positions) for _, positions in postings], np.int64)
    postings_of_all = FlatPostings(
        term_start=np.cumsum([0, *(len(terms[text]) for text in ordered)]).astype(np.int64),
        docs=np.array([doc for doc, _ in postings], np.int32),
        title_freq=np.zeros(len(postings), np.uint32),
        body_freq=counts.astype(np.uint32),
        position_start=np.cumsum([0, *counts]).astype(np.int64),
        positions=np.array([each for _, positions in postings for each in positions], np.int32),
        forms=np.zeros(int(counts.sum()), np.uint16),
    )
    form_freq = np.array([sum(len(each) for _, each in terms[text]) for text in ordered], np.uint32)
    return InvertedGroup(
        terms=build_dictionary(ordered),
        surfaces=build_dictionary(()),
        form_start=np.arange(len(ordered) + 1, dtype=np.uint32),
        form_surface=np.full(len(ordered), NO_SURFACE, np.uint32),
        stretches=(TermStretch(postings_of_all, form_freq),),
    )


# Reading


def open_file(storage: Any, segment: BridgeSegment) -> SegmentFile:
    """From any storage: what Whoosh keeps in memory is written out once, to be mapped."""
    with storage.open_file(segment.make_filename(SEGMENT_SUFFIX)) as file:
        content = file.read()
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(content)
        copy.flush()
        opened = SegmentFile(Path(copy.name))
    assert list(opened.damaged_ranges()) == []
    return opened


class BridgeView(FieldView):
    def __init__(self, file: SegmentFile, name: str) -> None:
        self._is_surface, self._part, self._is_shared = False, "body", False
        self._group = open_group(file, name)
        self.dictionary: Dictionary = self._group.terms


class BridgeTerms(SegmentTerms):
    def __init__(self, file: SegmentFile) -> None:
        self._file = file
        self._views = {name: BridgeView(file, f"field{number}") for number, name in enumerate(file.facts["fields"])}
        self._all_lengths = {name: file.array(f"length{number}") for number, name in enumerate(file.facts["lengths"])}

    def indexed_field_names(self) -> tuple[str, ...]:
        return tuple(sorted(self._views))

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((field, text) for field in sorted(self._views) for text in self.texts_from(field, b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for field in sorted(self._views):
            if field >= fieldname:
                for text in self.texts_from(field, prefix if field == fieldname else b""):
                    yield field, text

    def texts_from(self, fieldname: str, first: bytes) -> Iterator[bytes]:
        return super().texts_from(fieldname, first) if fieldname in self._views else iter(())

    def field_lengths(self, fieldname: str) -> Any:
        nothing = np.zeros(self._file.facts["documents"], np.uint32)
        return self._all_lengths.get(fieldname, nothing)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> BridgeMatcher:
        found = super().matcher(fieldname, text, format_, scorer)
        return BridgeMatcher(found._postings, found._lengths, found._term, format_, scorer)

    def _postings(self, fieldname: str, text: bytes) -> FieldPostings | None:
        """As the product's, for terms that need not be UTF-8."""
        view = self._views.get(fieldname)
        if view is None:
            return None
        number = view.dictionary.lower_bound(text)
        is_there = number < len(view.dictionary) and view.dictionary.encoded(number) == text
        return view.postings_of(number) if is_there else None


class BridgeMatcher(ArrayMatcher):
    def value(self) -> bytes:
        """As the field's own format encodes it; the product's fields encode positions as they lie in the segment."""
        first, last = self._postings.position_start[self._at : self._at + 2].tolist()
        if self.format.supports("positions"):
            return bytes(self.format.encode(self._postings.positions[first:last].tolist()))
        return b"" if isinstance(self.format, formats.Existence) else pack_uint(last - first)


class Documents(base.PerDocumentReader):
    def __init__(self, segment: BridgeSegment, file: SegmentFile) -> None:
        self._segment, self._file = segment, file
        self._names: list[str] = file.facts["columns"]
        self._frames = open_stored(file)
        self._decompress = ArticleDecompressor(self._frames.dictionary).decompress
        self._lengths = {name: file.array(f"length{number}") for number, name in enumerate(file.facts["lengths"])}

    def doc_count(self) -> int:
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        return int(self._segment.doc_count_all())

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> Iterator[int]:
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        return True

    def has_column(self, fieldname: str) -> bool:
        return fieldname in self._names

    def list_columns(self) -> list[str]:
        return self._names

    def column_reader(self, fieldname: str, column: Any) -> ArrayColumn:
        number = self._names.index(fieldname)
        default = column.default_value()
        file = self._file
        if fieldname in file.facts["numbers"]:
            values = zip(
                file.array(f"column{number}.has").tolist(), file.array(f"column{number}.numbers").tolist(), strict=True
            )
            return NumberColumn([value if has else default for has, value in values])
        held = ValueColumn(
            file.array(f"column{number}.codes"),
            file.array(f"column{number}.offsets"),
            Dictionary(file.array(f"column{number}.values"), file.array(f"column{number}.value_offsets")),
        )
        values_of = (held.of(doc) for doc in range(file.facts["documents"]))
        return ArrayColumn([pickle.loads(found[0]) if found else default for found in values_of])

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        return int(self._lengths[fieldname][docnum]) if fieldname in self._lengths else default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths[fieldname].sum()) if fieldname in self._lengths else 0

    def min_field_length(self, fieldname: str) -> int:
        lengths = self._lengths.get(fieldname)
        held = [] if lengths is None else lengths[lengths > 0]
        return int(min(held, default=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(max(self._lengths.get(fieldname, ()), default=0))

    def vector(self, docnum: int, fieldname: str, format_: Any) -> Any:
        raise NotImplementedError(NO_VECTORS)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        first, last = self._frames.stored_offsets.cut(docnum)
        return pickle.loads(self._decompress(self._frames.stored[first:last].tobytes()))


class NumberColumn(ArrayColumn):
    """Numbers are sorted either way, as the product's are."""

    def set_reverse(self) -> None:
        self._is_reversed = True
