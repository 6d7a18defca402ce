"""Reads everything in a segment once more and holds it to itself: every text, every posting, every stored article.

Only for a segment without `structural_faults`. Postings are held to their blocks, to the counts of their forms and to
the lengths of their documents; what is stored of an article is held to the columns that were made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from indexer.article import Article
from indexer.codec.columns import VALUE_COLUMNS, ColumnValues, column_values, hash_external_id
from indexer.codec.gains import FLAT, document_gains
from indexer.codec.kernels.packing import F32, I64
from indexer.codec.packing import FlatPostings, round_bounds
from indexer.codec.segment import GROUPS, MappedSegment
from indexer.codec.segment_writer import text_gains
from indexer.codec.structure import Fault, block_sizes, dictionary_faults, starts_fit
from indexer.codec.unpacking import unpack_terms
from indexer.errors import IndexDamagedError

_POSTINGS_AT_ONCE: Final = 500_000


def deep_faults(segment: MappedSegment) -> Iterator[Fault]:
    """Whatever does not agree; nothing where all of it does. Takes about as long as writing the segment did."""
    for name in VALUE_COLUMNS:
        for what in dictionary_faults(segment.values(name).values, is_utf8=name != "origin"):
            yield Fault(f"{name}.values", what)
    for name in GROUPS:
        group = segment.group(name)
        broken = [Fault(f"{name}.terms", what) for what in dictionary_faults(group.terms)]
        broken += [Fault(f"{name}.surfaces", what) for what in dictionary_faults(group.surfaces)]
        yield from broken or _PostingCheck(segment, name).faults()
    yield from _article_faults(segment)


class _PostingCheck:
    """The postings of one group, some terms at a time."""

    def __init__(self, segment: MappedSegment, name: str) -> None:
        self._segment = segment
        self._name = name
        self._group = segment.group(name)
        self._packed = self._group.packed
        doc_freq = self._packed.doc_freq.astype(np.int64)
        self._block_start = self._packed.block_start.astype(np.int64)
        self._sizes = block_sizes(doc_freq, self._block_start)
        columns = segment.columns
        lengths = (columns.title_length, columns.body_length)
        if name == "text":
            self._gains: tuple[F32, F32] = text_gains(*lengths)[0]
        else:
            self._gains = (document_gains(FLAT, columns.body_length, 0.0),) * 2
        self._reached = [np.zeros(segment.document_count, np.int64) for _ in lengths]
        self._form_freq = np.zeros(len(self._group.forms.form_freq), np.int64)
        limits = np.searchsorted(np.cumsum(doc_freq), np.arange(0, doc_freq.sum(), _POSTINGS_AT_ONCE), side="right")
        self._cuts = [*dict.fromkeys([0, *limits.tolist()]), len(doc_freq)] if len(doc_freq) else [0]

    def faults(self) -> Iterator[Fault]:
        yield from (Fault(f"{self._name}.{part}", what) for part, what in self._first_faults())

    def _first_faults(self) -> Iterator[tuple[str, str]]:
        ranges = list(zip(self._cuts, self._cuts[1:], strict=False))
        occurrences: list[I64] = []
        for first, last in ranges:
            flat = unpack_terms(self._packed, first, last, positions=False)
            if problem := self._frequency_fault(flat, first, last):
                yield problem
                return
            held = flat.title_freq.astype(np.int64) + flat.body_freq
            starts = np.cumsum(self._sizes_of(first, last)) - self._sizes_of(first, last)
            occurrences.append(np.add.reduceat(held, starts) if len(held) else held)
        widths = self._packed.widths.astype(np.int64)
        held = np.concatenate([np.zeros(0, np.int64), *occurrences])
        words = (held * (widths >> 15 & 31) + 31) // 32 + (held * (widths >> 20 & 15) + 31) // 32
        if not starts_fit(self._packed.position_word_at[:], words, len(self._packed.position_words)):
            yield "position_word_at", "blocks do not lie one behind the other"
            return
        for first, last in ranges:
            if problem := self._position_fault(unpack_terms(self._packed, first, last), first):
                yield problem
                return
        if not np.array_equal(self._form_freq, self._group.forms.form_freq[:]):
            yield "form_freq", "is not how often each form stands"
        lengths = (self._segment.columns.title_length, self._segment.columns.body_length)
        if self._name == "text" and not all(map(np.array_equal, self._reached, lengths)):
            yield "position_words", "positions do not end where titles and bodies do"

    def _sizes_of(self, first: int, last: int) -> I64:
        return self._sizes[self._block_start[first] : self._block_start[last]]

    def _frequency_fault(self, flat: FlatPostings, first: int, last: int) -> tuple[str, str] | None:
        blocks = slice(self._block_start[first], self._block_start[last])
        ends = np.cumsum(self._sizes_of(first, last))
        total = flat.title_freq.astype(np.int64) + flat.body_freq
        if not np.array_equal(flat.docs[ends - 1], self._packed.last_doc[blocks]):
            return "words", "blocks do not end in their last document"
        # A title's frequency above the whole one leaves a body's that wraps around.
        if len(total) and (total.max() >= 2**31 or flat.docs.min() < 0):
            return "words", "frequencies or documents that cannot be"
        if self._name != "text" and flat.title_freq.any():
            return "words", "a frequency in the title of what has none"
        title_gain, body_gain = self._gains
        gains = flat.title_freq.astype(np.float32) * title_gain[flat.docs]
        gains += flat.body_freq.astype(np.float32) * body_gain[flat.docs]
        highest = np.maximum.reduceat(gains, ends - self._sizes_of(first, last)) if len(gains) else gains
        # Sums may differ in their last bit, and then what they are rounded up to by one.
        rounded = round_bounds(highest).astype(np.int64)
        if (np.abs(rounded - self._packed.bounds[blocks]) > 1).any():
            return "bounds", "is not the highest gain of its block"
        return None

    def _position_fault(self, flat: FlatPostings, first: int) -> tuple[str, str] | None:
        counts = np.diff(self._group.forms.form_start.astype(np.int64))
        term = np.repeat(np.arange(flat.term_count), np.diff(flat.term_start)) + first
        posting = np.repeat(np.arange(len(flat.docs)), np.diff(flat.position_start))
        inside = np.arange(len(posting)) - flat.position_start[posting]
        in_title = inside < flat.title_freq[posting]
        forms = flat.forms.astype(np.int64)
        if (forms >= counts[term[posting]]).any():
            return "position_words", "a form that its term does not have"
        starts = (inside == 0) | (inside == flat.title_freq[posting])
        step = np.diff(flat.positions.astype(np.int64), prepend=-1)
        rises = (step > 0) | ((step == 0) & (np.diff(forms, prepend=-1) > 0))
        if (flat.positions < 0).any() or not (rises | starts).all():
            return "position_words", "positions do not rise"
        offsets = self._group.forms.form_start[term[posting]].astype(np.int64) + forms
        self._form_freq += np.bincount(offsets, minlength=len(self._form_freq))
        docs = flat.docs[posting]
        for reached, part in zip(self._reached, (in_title, ~in_title), strict=True):
            np.maximum.at(reached, docs[part], flat.positions[part].astype(np.int64) + 1)
        return None


def _article_faults(segment: MappedSegment) -> Iterator[Fault]:
    hash_of = dict(zip(segment.columns.external_order.tolist(), segment.columns.external_hash.tolist(), strict=True))
    for doc in range(segment.document_count):
        try:
            article = segment.article(doc)
        except (IndexDamagedError, ValueError, TypeError) as error:
            yield Fault("stored", f"document {doc} ({segment.id_of(doc)}) cannot be read: {error}")
            return
        known = segment.known(doc)
        try:
            expected = column_values(article.id, article.content_hash, known.origin, article)
        except (ValueError, OverflowError) as error:
            yield Fault("stored", f"document {doc} ({known.id}) is no article: {error}")
            return
        if (section := _differing_column(segment, doc, expected)) is not None:
            yield Fault(section, f"document {doc} ({known.id}) has another article stored than its columns say")
            return
        if hash_of.get(doc) != _external_hash(article):
            yield Fault("external_hash", f"document {doc} ({known.id}) is not found by its external id")
            return


def _external_hash(article: Article) -> int | None:
    return None if article.external_id is None else hash_external_id(article.external_id)


def _differing_column(segment: MappedSegment, doc: int, expected: ColumnValues) -> str | None:
    columns = segment.columns
    for name in ("id", "content_hash"):
        if getattr(columns, name)[doc].tobytes() != getattr(expected, name):
            return name
    for name in ("first_day", "last_day", "instant"):
        if int(getattr(columns, name)[doc]) != getattr(expected, name):
            return name
    for name, values in zip(VALUE_COLUMNS, expected.values, strict=True):
        if segment.values(name).of(doc) != values:
            return f"{name}.codes"
    return None
