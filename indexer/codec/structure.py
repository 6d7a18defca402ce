"""What checksums cannot see: whether the arrays of a segment fit each other, as their formats say.

A checksum tells that bytes are those that were written; this tells that what was written makes sense. The checks go
from the outside in, and stop at the first array that others are measured by, so that nothing is read out of its
bounds. Reads no postings and no articles: `deep_structure.py` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

import numpy as np

from indexer.codec.columns import ID_BYTES, VALUE_COLUMNS, ValueColumn
from indexer.codec.dictionary import Dictionary
from indexer.codec.group import MOST_FORMS, NO_SURFACE, PostingGroup, invert_forms
from indexer.codec.kernels.numbers import GROUP
from indexer.codec.kernels.packing import BLOCK, I64
from indexer.codec.numbers import Numbers, Offsets, words_fit
from indexer.codec.segment import GROUPS, MappedSegment
from indexer.codec.segment_writer import text_gains
from indexer.codec.stories import story_faults

_UNFIT: Final = "its words are not what numbers are packed in"
_ALL_WIDTHS: Final = 0xFFFFFF
_DOCUMENTS_AT_ONCE: Final = 8192
_LAST_ASCII: Final = 0x7F
_TOKENS: Final = ("id", "content_hash")
_NUMBERS: Final = ("id_order", "title_length", "body_length", "first_day", "last_day", "instant")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be, and the section of the file where it lies."""

    section: str
    what: str


def structural_faults(segment: MappedSegment) -> Iterator[Fault]:
    """Whatever does not fit; nothing where all of it does."""
    try:
        yield from _column_faults(segment)
        yield from _frame_faults(segment)
        yield from _key_term_faults(segment)
        for name in GROUPS:
            yield from (Fault(f"{name}.{part}", what) for part, what in _group_faults(segment, segment.group(name)))
        yield from (Fault(part, what) for part, what in story_faults(segment.stories, segment.document_count))
    except (KeyError, IndexError, ValueError, TypeError, OverflowError) as error:
        # A section that is not there, or has another shape than every version of the format gives it.
        yield Fault("", f"sections do not fit together ({type(error).__name__}: {error})")


def dictionary_faults(dictionary: Dictionary, *, is_utf8: bool = True) -> Iterator[str]:
    """What is wrong with the texts of a dictionary: each is read."""
    before: bytes | None = None
    blob, offsets = dictionary.blob.tobytes(), dictionary.offsets.tolist()
    for first, last in pairwise(offsets):
        text = blob[first:last]
        if before is not None and text <= before:
            yield f"{text[:40]!r} does not sort behind {before[:40]!r}"
            return
        if is_utf8:
            try:
                text.decode()
            except UnicodeDecodeError:
                yield f"{text[:40]!r} is not UTF-8"
                return
        before = text


def _column_faults(segment: MappedSegment) -> Iterator[Fault]:
    columns, count = segment.columns, segment.document_count
    misshapen = [
        Fault(name, f"has the shape {array.shape} for {count} documents")
        for names, shape in ((_TOKENS, (count, ID_BYTES)), (_NUMBERS, (count,)))
        for name in names
        if (array := getattr(columns, name)).shape != shape
    ]
    if misshapen:
        yield from misshapen
        return
    yield from (Fault(name, "is not ASCII") for name in _TOKENS if (getattr(columns, name) > _LAST_ASCII).any())
    if not np.array_equal(np.sort(columns.id_order), np.arange(count)):
        yield Fault("id_order", "does not name each document once")
        return
    ids = np.ascontiguousarray(columns.id).view(f"S{ID_BYTES}").reshape(-1)[columns.id_order]
    if (ids[1:] <= ids[:-1]).any():
        yield Fault("id_order", "ids do not rise")
    if ((columns.first_day > columns.last_day) | ((columns.first_day == 0) != (columns.last_day == 0))).any():
        yield Fault("first_day", "a first day without a last, or after it")
    averages = text_gains(columns.title_length, columns.body_length)[1]
    if not np.allclose(averages, segment.written_averages, rtol=1e-9):
        yield Fault("title_length", f"average lengths {averages} are not those that were written")
    order, hashes = columns.external_order, columns.external_hash
    if len(order) != len(hashes) or (order >= count).any() or len(np.unique(order)) != len(order):
        yield Fault("external_order", "does not name documents once, or not as many as there are hashes")
    elif (hashes[1:] < hashes[:-1]).any() or (hashes == 0).any():
        yield Fault("external_hash", "hashes do not rise")
    for name in VALUE_COLUMNS:
        if problem := _value_fault(segment.values(name), count):
            yield Fault(f"{name}.{problem[0]}", problem[1])


def _value_fault(column: ValueColumn, count: int) -> tuple[str, str] | None:
    codes, values = column.codes, column.values
    if not _cuts(column.offsets, len(codes), count):
        return "offsets", "do not cut the codes by document"
    if not _cuts(values.offsets, len(values.blob)):
        return "value_offsets", "do not cut the values"
    if len(codes) and (codes.min() < 0 or codes.max() >= len(values)):
        return "codes", "name a value that is not there"
    if len(np.unique(codes)) != len(values):
        return "codes", "leave out a value that is there"
    return None


def _frame_faults(segment: MappedSegment) -> Iterator[Fault]:
    frames = segment.frames
    for name in ("stored", "original"):
        offsets: Offsets = getattr(frames, f"{name}_offsets")
        if not words_fit(offsets.sizes):
            yield Fault(f"{name}_sizes", _UNFIT)
            return
        all_offsets = offsets.all()
        if not np.array_equal(all_offsets[:-1:GROUP], offsets.starts):
            yield Fault(f"{name}_starts", "is not where every 32nd frame begins")
        elif not _cuts(all_offsets, len(getattr(frames, name)), segment.document_count):
            yield Fault(f"{name}_sizes", "do not cut the frames by document")
    if (frames.stored_offsets.sizes[:] == 0).any():
        yield Fault("stored_sizes", "a document has nothing stored")


def _key_term_faults(segment: MappedSegment) -> Iterator[Fault]:
    key_terms = segment.key_terms
    ordinals = key_terms.ordinals.astype(np.int64)
    if (np.diff(ordinals) <= 0).any() or (len(ordinals) and ordinals[-1] >= len(segment.text.terms)):
        yield Fault("key_terms.ordinals", "do not rise, or name a term that is not there")
    if not _cuts(key_terms.offsets, len(key_terms.words) - 1, segment.document_count):
        yield Fault("key_terms.offsets", "do not cut the words by document")
        return
    for first in range(0, segment.document_count, _DOCUMENTS_AT_ONCE):
        unpacked = key_terms.unpack(first, min(first + _DOCUMENTS_AT_ONCE, segment.document_count))
        if (unpacked.terms >= len(ordinals)).any():
            yield Fault("key_terms.words", "name a term that is not there")
            return


def _group_faults(segment: MappedSegment, group: PostingGroup) -> Iterator[tuple[str, str]]:
    unfit = [
        (part, _UNFIT)
        for kept in (group.packed, group.forms)
        for part in (each.name for each in fields(kept))
        if isinstance(numbers := getattr(kept, part), Numbers) and not words_fit(numbers)
    ]
    if unfit:
        yield from unfit
        return
    uncut = [
        (f"{part}_offsets", f"do not cut the {part}s")
        for part, dictionary in (("term", group.terms), ("surface", group.surfaces))
        if not _cuts(dictionary.offsets, len(dictionary.blob))
    ]
    yield from uncut or (*_posting_faults(segment, group), *_form_faults(group))


def _posting_faults(segment: MappedSegment, group: PostingGroup) -> Iterator[tuple[str, str]]:
    packed, terms = group.packed, len(group.terms)
    doc_freq = packed.doc_freq.astype(np.int64)
    if len(doc_freq) != terms or ((doc_freq < 1) | (doc_freq > segment.document_count)).any():
        yield "doc_freq", "not one number a term, from 1 to the number of documents"
        return
    block_start = np.zeros(terms + 1, np.int64)
    np.cumsum((doc_freq + BLOCK - 1) // BLOCK, out=block_start[1:])
    if not np.array_equal(packed.block_start[:], block_start):
        yield "block_start", f"does not cut the postings into blocks of {BLOCK}"
        return
    misshapen = [
        (part, "not one value a block")
        for part in ("widths", "bounds", "last_doc", "word_at", "position_word_at")
        if len(getattr(packed, part)) != block_start[-1]
    ]
    yield from misshapen or _block_faults(segment, group, block_sizes(doc_freq, block_start))


def _form_faults(group: PostingGroup) -> Iterator[tuple[str, str]]:
    forms = group.forms
    form_start, form_surface = forms.form_start.astype(np.uint32), forms.form_surface.astype(np.uint32)
    if not _cuts(form_start, len(forms.form_surface), len(group.terms)):
        yield "form_start", "does not cut the forms by term"
        return
    if len(forms.form_freq) != len(forms.form_surface) or (forms.form_freq[:] < 1).any():
        yield "form_freq", "not one number a form, or of one that stands nowhere"
        return
    counts = np.diff(forms.form_start[:])
    if ((counts < 1) | (counts > MOST_FORMS)).any():
        yield "form_start", f"a term without a form, or with more than {MOST_FORMS}"
    if ((form_surface >= len(group.surfaces)) & (form_surface != NO_SURFACE)).any():
        yield "form_surface", "names a surface that is not there"
        return
    inverted = invert_forms(form_start, form_surface, forms.form_freq.astype(np.uint32), len(group.surfaces))
    for part in ("surface_start", "surface_term", "surface_form"):
        if not np.array_equal(getattr(forms, part)[:], getattr(inverted, part)):
            yield part, "leads from surfaces elsewhere than the forms lead to them"
    if (np.diff(inverted.surface_start.astype(np.int64)) < 1).any():
        yield "form_surface", "leaves out a surface that is there"


def block_sizes(doc_freq: I64, block_start: I64) -> I64:
    """How many postings each block has: `BLOCK`, and what is left in the last of a term."""
    sizes = np.full(int(block_start[-1]), BLOCK, np.int64)
    sizes[block_start[1:] - 1] = doc_freq - (np.diff(block_start) - 1) * BLOCK
    return sizes


def _block_faults(segment: MappedSegment, group: PostingGroup, sizes: I64) -> Iterator[tuple[str, str]]:
    packed = group.packed
    widths = packed.widths.astype(np.int64)
    if (widths > _ALL_WIDTHS).any():
        yield "widths", "a block with bits that mean nothing"
        return
    per_run = [
        np.where(sizes == BLOCK, 4 * width, (sizes * width + 31) // 32)
        for width in (widths & 31, widths >> 5 & 31, widths >> 10 & 31)
    ]
    if not starts_fit(packed.word_at[:], sum(per_run, np.zeros(len(sizes), np.int64)), len(packed.words)):
        yield "word_at", "blocks do not lie one behind the other"
    at = packed.position_word_at.astype(np.int64)
    if (np.diff(at) < 0).any() or len(packed.position_words) < 1 or (at >= len(packed.position_words)).any():
        yield "position_word_at", "blocks do not lie one behind the other"
    first_of_term = np.zeros(len(sizes), np.bool_)
    first_of_term[packed.block_start[:-1]] = True
    last = packed.last_doc.astype(np.int64)
    rises = np.diff(last, prepend=-1) > 0
    if ((last < 0) | (last >= segment.document_count) | ~(rises | first_of_term)).any():
        yield "last_doc", "last documents of blocks do not rise, or are not there"


def starts_fit(starts: np.ndarray, sizes: I64, words: int) -> bool:
    """Whether runs of these sizes lie one behind the other, and one spare word behind them."""
    ends = np.cumsum(sizes)
    return np.array_equal(starts, ends - sizes) and words == (int(ends[-1]) if len(ends) else 0) + 1


def _cuts(offsets: np.ndarray, size: int, parts: int | None = None) -> bool:
    """Whether offsets start at 0, never fall and end at `size`; `parts` is how many pieces they make, where known."""
    if offsets.ndim != 1 or len(offsets) < 1 or (parts is not None and len(offsets) != parts + 1):
        return False
    return int(offsets[0]) == 0 and int(offsets[-1]) == size and bool((offsets[1:] >= offsets[:-1]).all())
