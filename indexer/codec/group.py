"""A posting group: the terms of one kind of field, their postings, and the surfaces that stood for them.

A segment has the groups `text` (title and body together: a posting carries both frequencies), `author`, `source` and
`tag` (frequencies in `body_freq`, none in the title). Sections of group g, T terms, S surfaces, F forms, B blocks:

    g.terms, g.term_offsets             dictionary of the terms: uint8, uint32 (T + 1); dictionary.py
    g.doc_freq                          uint32 (T)      documents that hold the term, deleted ones included
    g.block_start                       uint32 (T + 1)  cuts the blocks by term
    g.widths, g.bounds, g.last_doc      uint32, float32, int32 (B)
    g.word_at, g.position_word_at       uint32 (B)      so a group has at most 16 GB of either words
    g.words, g.position_words           uint32; packing.py says what they hold
    g.surfaces, g.surface_offsets       dictionary of the surfaces: uint8, uint32 (S + 1)
    g.form_start                        uint32 (T + 1)  cuts the forms by term; at most `MOST_FORMS` a term
    g.form_surface                      uint32 (F)      the surface of each form of each term, or NO_SURFACE
    g.form_freq                         uint32 (F)      how often a form stands in the segment
    g.surface_start                     uint32 (S + 1)  cuts the places of surfaces
    g.surface_term, g.surface_form      uint32, uint16  the terms that a surface stands for, and as which form

A form without a surface (NO_SURFACE) stands where a term is posted that its surface does not lead to: the second stem
of an accented word, whose surface leads to the first. A position may stand twice under a term, as different forms:
`run-runs` holds both words and `runruns` at its first position, and two of them may have one stem.

No stemmer of ours joins more surfaces in a term than a few thousand; what comes after `MOST_FORMS` is a form without a
surface, found as a word and not in quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.codec.dictionary import Dictionary
from indexer.codec.kernels.packing import F32, U16, U32
from indexer.codec.packing import FlatPostings, PackedPostings, pack_postings
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter

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
class InvertedGroup:
    """A group ready to be written: terms in the order of their bytes, postings flat."""

    terms: Dictionary
    postings: FlatPostings
    surfaces: Dictionary
    forms: Forms


@dataclass(frozen=True, slots=True)
class PostingGroup:
    """A group as it is read, over mapped arrays."""

    terms: Dictionary
    packed: PackedPostings
    surfaces: Dictionary
    forms: Forms


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
    packed = pack_postings(group.postings, *gains)
    forms = group.forms
    sections: Sequence[tuple[str, np.ndarray]] = (
        ("terms", group.terms.blob),
        ("term_offsets", group.terms.offsets),
        ("doc_freq", packed.doc_freq),
        ("block_start", packed.block_start.astype(np.uint32)),
        ("widths", packed.widths),
        ("bounds", packed.bounds),
        ("last_doc", packed.last_doc),
        ("word_at", packed.word_at.astype(np.uint32)),
        ("position_word_at", packed.position_word_at.astype(np.uint32)),
        ("words", packed.words),
        ("position_words", packed.position_words),
        ("surfaces", group.surfaces.blob),
        ("surface_offsets", group.surfaces.offsets),
        ("form_start", forms.form_start),
        ("form_surface", forms.form_surface),
        ("form_freq", forms.form_freq),
        ("surface_start", forms.surface_start),
        ("surface_term", forms.surface_term),
        ("surface_form", forms.surface_form),
    )
    for section, array in sections:
        writer.add(f"{name}.{section}", array)


def open_group(file: SegmentFile, name: str) -> PostingGroup:
    """The group of this name, over the file's map."""

    def section(part: str) -> np.ndarray:
        return file.array(f"{name}.{part}")

    return PostingGroup(
        Dictionary(section("terms"), section("term_offsets")),
        PackedPostings(
            doc_freq=section("doc_freq"),
            block_start=section("block_start"),
            widths=section("widths"),
            bounds=section("bounds"),
            last_doc=section("last_doc"),
            word_at=section("word_at"),
            position_word_at=section("position_word_at"),
            words=section("words"),
            position_words=section("position_words"),
        ),
        Dictionary(section("surfaces"), section("surface_offsets")),
        Forms(
            section("form_start"),
            section("form_surface"),
            section("form_freq"),
            section("surface_start"),
            section("surface_term"),
            section("surface_form"),
        ),
    )
