"""Several segments into one, without the documents that were deleted: nothing of them is left, not even a spelling.

Documents keep their order: the first segment's first. Stored frames are copied as they are where the segments were
compressed with one dictionary, which is the case in an archive that grew over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.codec.columns import VALUE_COLUMNS, Columns, ValueColumn, order_ids, write_columns
from indexer.codec.dictionary_merge import keep_texts, merge_dictionaries
from indexer.codec.gains import FLAT, document_gains
from indexer.codec.group_merge import merge_groups
from indexer.codec.kernels.packing import I32, I64, U8, U32
from indexer.codec.key_terms import merge_key_terms, write_key_terms
from indexer.codec.segment import GROUPS, MappedSegment
from indexer.codec.segment_file import SegmentFileWriter
from indexer.codec.segment_writer import segment_facts, text_gains
from indexer.codec.stored import (
    MOST_SAMPLES,
    ArticleCompressor,
    ArticleDecompressor,
    train_dictionary,
    write_dictionary,
    write_sizes,
)
from indexer.codec.stories import merge_sketches, write_stories

_COPIED_BYTES: Final = 8 * 1024 * 1024
_FRAMES_AT_ONCE: Final = 1024


@dataclass(frozen=True, slots=True)
class MergeSource:
    """A segment, and which of its documents go on; shape (document_count,)."""

    segment: MappedSegment
    live: npt.NDArray[np.bool_]


def merge_segments(path: Path, sources: Sequence[MergeSource]) -> int:
    """Write the live documents of all sources as one segment file and sync it; returns its size in bytes.

    There is at least one live document. Cut off or failing, no file is left under this name.
    """
    columns = _merge_columns(sources)
    gains, averages = text_gains(columns.title_length, columns.body_length)
    flat = document_gains(FLAT, columns.body_length, 0.0)
    new_docs = _number_documents(sources)

    def release() -> None:
        for source in sources:
            source.segment.file.release_pages()

    with SegmentFileWriter(path) as writer:
        new_terms: tuple[I32, ...] = ()
        for name in GROUPS:
            groups = [source.segment.group(name) for source in sources]
            merged = merge_groups(writer, name, groups, new_docs, gains if name == "text" else (flat, flat), release)
            new_terms = merged if name == "text" else new_terms
        key_terms = [source.segment.key_terms for source in sources]
        write_key_terms(writer, merge_key_terms(key_terms, [source.live for source in sources], new_terms))
        write_columns(writer, columns)
        _merge_frames(writer, sources)
        sketched = [source.segment.stories for source in sources]
        write_stories(writer, merge_sketches(sketched, [source.live for source in sources]))
        return writer.finish(segment_facts(len(columns), averages))


def _number_documents(sources: Sequence[MergeSource]) -> tuple[I32, ...]:
    numbered = []
    base = 0
    for source in sources:
        new = np.where(source.live, base + np.cumsum(source.live) - 1, -1).astype(np.int32)
        base += int(source.live.sum())
        numbered.append(new)
    return tuple(numbered)


def _merge_columns(sources: Sequence[MergeSource]) -> Columns:
    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(source.segment.columns, name)[source.live] for source in sources])

    external_hash, external_order = [], []
    for source, new in zip(sources, _number_documents(sources), strict=True):
        docs = new[source.segment.columns.external_order]
        external_order.append(docs[docs >= 0])
        external_hash.append(source.segment.columns.external_hash[docs >= 0])
    all_hashes, all_docs = np.concatenate(external_hash), np.concatenate(external_order).astype(np.uint32)
    # As a fresh segment has them: by hash, and by document where two share one.
    by_hash = np.lexsort((all_docs, all_hashes))
    ids = joined("id")
    return Columns(
        id=ids,
        id_order=order_ids(ids),
        content_hash=joined("content_hash"),
        title_length=joined("title_length"),
        body_length=joined("body_length"),
        first_day=joined("first_day"),
        last_day=joined("last_day"),
        instant=joined("instant"),
        external_order=all_docs[by_hash],
        external_hash=all_hashes[by_hash],
        values=tuple(
            _merge_values([source.segment.values(name) for source in sources], [source.live for source in sources])
            for name in VALUE_COLUMNS
        ),
    )


def _merge_values(columns: Sequence[ValueColumn], live: Sequence[npt.NDArray[np.bool_]]) -> ValueColumn:
    values, numbers = merge_dictionaries([column.values for column in columns])
    codes: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    for column, new, alive in zip(columns, numbers, live, strict=True):
        held = np.diff(column.offsets)
        codes.append(new[column.codes[np.repeat(alive, held)]])
        sizes.append(held[alive])
    all_codes = np.concatenate(codes)
    used = np.zeros(len(values), np.bool_)
    used[all_codes] = True
    all_sizes = np.concatenate(sizes)
    offsets: U32 = np.zeros(len(all_sizes) + 1, np.uint32)
    np.cumsum(all_sizes, out=offsets[1:], dtype=np.uint32)
    return ValueColumn((np.cumsum(used) - 1)[all_codes].astype(np.int32), offsets, keep_texts(values, used))


def _merge_frames(writer: SegmentFileWriter, sources: Sequence[MergeSource]) -> None:
    dictionary = _choose_dictionary(sources)
    compressor = ArticleCompressor(dictionary)
    for name in ("stored", "original"):
        lengths: list[np.ndarray] = []
        parts = (part for source in sources for part in _frames_of(source, name, compressor, lengths))
        writer.add_parts(name, np.uint8, parts)
        write_sizes(writer, name, np.concatenate(lengths))
    write_dictionary(writer, dictionary)


def _choose_dictionary(sources: Sequence[MergeSource]) -> bytes:
    """The one that most documents use; a new one where none has any and there are enough to learn from."""
    users: dict[bytes, int] = {}
    for source in sources:
        if known := source.segment.frames.dictionary:
            users[known] = users.get(known, 0) + int(source.live.sum())
    if users:
        return max(users, key=lambda each: (users[each], each))
    samples = []
    for source in sources:
        frames, decompressor = source.segment.frames, ArticleDecompressor(b"")
        for doc in np.flatnonzero(source.live)[:MOST_SAMPLES].tolist():
            first, last = frames.stored_offsets.cut(doc)
            samples.append(decompressor.decompress(frames.stored[first:last].tobytes()))
    return train_dictionary(samples)


def _frames_of(
    source: MergeSource, name: str, compressor: ArticleCompressor, lengths: list[np.ndarray]
) -> Iterator[U8]:
    frames = source.segment.frames
    blob: U8 = getattr(frames, name)
    offsets: I64 = getattr(frames, f"{name}_offsets").all()
    if frames.dictionary != compressor.dictionary:
        yield from _recompressed(source, blob, offsets, compressor, lengths)
        return
    sizes = np.diff(offsets)
    lengths.append(sizes[source.live])
    if source.live.all():
        for first in range(0, len(blob), _COPIED_BYTES):
            yield blob[first : first + _COPIED_BYTES]
            source.segment.file.release_pages()
        return
    for first in range(0, len(sizes), _FRAMES_AT_ONCE):
        last = min(first + _FRAMES_AT_ONCE, len(sizes))
        source.segment.file.release_pages()
        yield blob[offsets[first] : offsets[last]][np.repeat(source.live[first:last], sizes[first:last])]


def _recompressed(
    source: MergeSource, blob: U8, offsets: np.ndarray, compressor: ArticleCompressor, lengths: list[np.ndarray]
) -> Iterator[U8]:
    decompressor = ArticleDecompressor(source.segment.frames.dictionary)
    sizes = []
    for doc in np.flatnonzero(source.live).tolist():
        plain = decompressor.decompress(blob[offsets[doc] : offsets[doc + 1]].tobytes())
        frame = compressor.compress(plain)
        sizes.append(len(frame))
        yield np.frombuffer(frame, np.uint8)
        if doc % _FRAMES_AT_ONCE == 0:
            source.segment.file.release_pages()
    lengths.append(np.array(sizes, np.int64))
