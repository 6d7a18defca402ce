"""Writes one segment file: groups, columns and stored articles of n documents, in one pass, synced at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.codec.columns import Columns, write_columns
from indexer.codec.gains import BODY, FLAT, TITLE, document_gains
from indexer.codec.group import write_group
from indexer.codec.inverting import InvertedBatch
from indexer.codec.kernels.packing import F32, U32
from indexer.codec.key_terms import KeyTermChooser, pack_key_terms, write_key_terms
from indexer.codec.segment_file import SegmentFileWriter
from indexer.codec.stored import StoredFrames, write_stored
from indexer.codec.stories import order_sketches, write_stories


def write_segment(path: Path, words: InvertedBatch, columns: Columns, frames: StoredFrames) -> int:
    """Write the file, which must not be there yet, and sync it; returns its size in bytes.

    All three hold the same documents in the same order. Cut off or failing, no file is left under this name.
    """
    assert len(columns) == len(frames) == len(words.title_length)
    gains, averages = text_gains(words.title_length, words.body_length)
    flat = document_gains(FLAT, words.body_length, 0.0)
    with SegmentFileWriter(path) as writer:
        chooser = KeyTermChooser(len(columns), words.text.terms)
        write_group(writer, "text", replace(words.text, stretches=chooser.watch(words.text.stretches)), gains)
        for name, group in (("author", words.author), ("source", words.source), ("tag", words.tag)):
            write_group(writer, name, group, (flat, flat))
        write_key_terms(writer, pack_key_terms(chooser.choose()))
        write_columns(writer, columns)
        write_stored(writer, frames)
        write_stories(writer, order_sketches(words.sketches))
        return writer.finish(segment_facts(len(columns), averages))


def text_gains(title_length: U32, body_length: U32) -> tuple[tuple[F32, F32], tuple[float, float]]:
    """What an occurrence in title and body is worth in each document, and the averages that this goes by."""
    title_average = float(np.mean(title_length)) if len(title_length) else 0.0
    body_average = float(np.mean(body_length)) if len(body_length) else 0.0
    gains = (
        document_gains(TITLE, title_length, title_average),
        document_gains(BODY, body_length, body_average),
    )
    return gains, (title_average, body_average)


def segment_facts(documents: int, averages: tuple[float, float]) -> dict[str, object]:
    """What a segment file says of itself."""
    return {"documents": documents, "title_average": averages[0], "body_average": averages[1]}
