"""A posting group: the terms of one kind of field, their postings, and the surfaces that stood for them.

A segment has the groups `text` (title and body together: a posting carries both frequencies), `author`, `source` and
`tag` (frequencies in `body_freq`, none in the title). Sections of group g, T terms, S surfaces, F forms, B blocks:

    g.terms, g.term_offsets             dictionary of the terms: uint8, uint32 (T + 1); dictionary.py
    g.doc_freq                          numbers (T)      documents that hold the term, deleted ones included
    g.block_start                       numbers (T + 1)  cuts the blocks by term
    g.widths                            numbers (B)
    g.bounds                            uint16 (B)       rounded up; `round_bounds`
    g.last_doc                          int32 (B)
    g.word_at, g.position_word_at       numbers (B)      so a group has at most 16 GB of either words
    g.words, g.position_words           uint32; packing.py says what they hold
    g.surfaces, g.surface_offsets       dictionary of the surfaces: uint8, uint32 (S + 1)
    g.form_start                        numbers (T + 1)  cuts the forms by term; at most `MOST_FORMS` a term
    g.form_surface                      numbers (F)      the surface of each form of each term, or NO_SURFACE
    g.form_freq                         numbers (F)      how often a form stands in the segment
    g.surface_start                     numbers (S + 1)  cuts the places of surfaces
    g.surface_term, g.surface_form      numbers          the terms that a surface stands for, and as which form

"numbers" are uint32 words with so many packed numbers in them; numbers.py says how. Most terms of an archive stand in
one article, and all that is kept once a term or a block is smaller than these make it seem.

A form without a surface (NO_SURFACE) stands where a term is posted that its surface does not lead to: the second stem
of an accented word, whose surface leads to the first. A position may stand twice under a term, as different forms:
`run-runs` holds both words and `runruns` at its first position, and two of them may have one stem.

No stemmer of ours joins more surfaces in a term than a few thousand; what comes after `MOST_FORMS` is a form without a
surface, found as a word and not in quotes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from indexer.codec.dictionary import Dictionary
from indexer.codec.kernels.packing import F32, I32, U16, U32
from indexer.codec.numbers import Numbers, open_numbers, pack_numbers
from indexer.codec.packing import FlatPostings, pack_postings
from indexer.codec.segment_file import FORMAT_VERSION, SegmentFile, SegmentFileWriter
from indexer.codec.spool import PackedSpool
from indexer.errors import IndexVersionError

MOST_FORMS = 32767
NO_SURFACE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Forms:
    """Which surfaces stood for which terms; the arrays are as the module's table says."""

    form_start: U32
    form_surface: U32
    form_freq: U32
    surface_start: U32
    surface_term: U32
    surface_form: U16


@dataclass(frozen=True, slots=True)
class MappedForms:
    """The same as they are read."""

    form_start: Numbers
    form_surface: Numbers
    form_freq: Numbers
    surface_start: Numbers
    surface_term: Numbers
    surface_form: Numbers


@dataclass(frozen=True, slots=True)
class MappedPostings:
    """What `PackedPostings` is when it is read; `bounds` as they are rounded."""

    doc_freq: Numbers
    block_start: Numbers
    widths: Numbers
    bounds: U16
    last_doc: I32
    word_at: Numbers
    position_word_at: Numbers
    words: U32
    position_words: U32


@dataclass(frozen=True, slots=True)
class TermStretch:
    """Terms that follow each other, and what stands of them: `form_freq` goes on where the stretch before ended."""

    postings: FlatPostings
    form_freq: U32


@dataclass(frozen=True, slots=True)
class InvertedGroup:
    """A group ready to be written: terms in the order of their bytes, their postings in stretches, one after the other
    and each perhaps made when its turn comes."""

    terms: Dictionary
    surfaces: Dictionary
    form_start: U32
    form_surface: U32
    stretches: Iterable[TermStretch]


@dataclass(frozen=True, slots=True)
class PostingGroup:
    """A group as it is read, over mapped arrays."""

    terms: Dictionary
    packed: MappedPostings
    surfaces: Dictionary
    forms: MappedForms


def invert_forms(form_start: U32, form_surface: U32, form_freq: U32, surface_count: int) -> Forms:
    """The way from surfaces to terms, made from the way from terms to surfaces."""
    terms = np.repeat(np.arange(len(form_start) - 1, dtype=np.uint32), np.diff(form_start))
    inside = np.arange(len(form_surface), dtype=np.int64) - np.repeat(form_start[:-1], np.diff(form_start))
    leading = np.flatnonzero(form_surface != NO_SURFACE)
    order = leading[np.argsort(form_surface[leading], kind="stable")]
    surface_start = np.zeros(surface_count + 1, np.uint32)
    np.cumsum(np.bincount(form_surface[leading], minlength=surface_count), out=surface_start[1:], dtype=np.uint32)
    return Forms(form_start, form_surface, form_freq, surface_start, terms[order], inside[order].astype(np.uint16))


def write_group(writer: SegmentFileWriter, name: str, group: InvertedGroup, gains: tuple[F32, F32]) -> None:
    """Pack the postings and add every section of the group; `gains` are the title's and the body's, per document."""
    form_freq: list[U32] = [np.empty(0, np.uint32)]
    with PackedSpool() as spool:
        for stretch in group.stretches:
            spool.add(pack_postings(stretch.postings, *gains))
            form_freq.append(stretch.form_freq)
        spool.write(writer, name)
    forms = invert_forms(group.form_start, group.form_surface, np.concatenate(form_freq), len(group.surfaces))
    write_vocabulary(writer, name, (group.terms, group.surfaces), forms)


def write_vocabulary(
    writer: SegmentFileWriter, name: str, dictionaries: tuple[Dictionary, Dictionary], forms: Forms
) -> None:
    """Terms, surfaces, and how they go together."""
    terms, surfaces = dictionaries
    writer.add(f"{name}.terms", terms.blob)
    writer.add(f"{name}.term_offsets", terms.offsets)
    writer.add(f"{name}.surfaces", surfaces.blob)
    writer.add(f"{name}.surface_offsets", surfaces.offsets)
    for section in ("form_start", "form_surface", "form_freq", "surface_start", "surface_term", "surface_form"):
        writer.add(f"{name}.{section}", pack_numbers(getattr(forms, section)))


def open_group(file: SegmentFile, name: str) -> PostingGroup:
    """The group of this name, over the file's map. Raises IndexVersionError where it is of an older format."""
    if file.version != FORMAT_VERSION:
        raise IndexVersionError(
            f"{file.path} has segment format {file.version}, this is {FORMAT_VERSION}; run: broadsheet rebuild"
        )

    def section(part: str) -> np.ndarray:
        return file.array(f"{name}.{part}")

    def numbers(part: str, count: int) -> Numbers:
        return open_numbers(section(part), count)

    terms = Dictionary(section("terms"), section("term_offsets"))
    surfaces = Dictionary(section("surfaces"), section("surface_offsets"))
    blocks = len(section("last_doc"))
    form_start = numbers("form_start", len(terms) + 1)
    surface_start = numbers("surface_start", len(surfaces) + 1)
    forms, ways = form_start.checked(len(terms)), surface_start.checked(len(surfaces))
    return PostingGroup(
        terms,
        MappedPostings(
            doc_freq=numbers("doc_freq", len(terms)),
            block_start=numbers("block_start", len(terms) + 1),
            widths=numbers("widths", blocks),
            bounds=section("bounds"),
            last_doc=section("last_doc"),
            word_at=numbers("word_at", blocks),
            position_word_at=numbers("position_word_at", blocks),
            words=section("words"),
            position_words=section("position_words"),
        ),
        surfaces,
        MappedForms(
            form_start,
            numbers("form_surface", forms),
            numbers("form_freq", forms),
            surface_start,
            numbers("surface_term", ways),
            numbers("surface_form", ways),
        ),
    )
