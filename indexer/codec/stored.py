"""Stored articles: a zstandard frame an article, made with a dictionary that was trained on the archive.

    stored                          uint8                   every field but `original`, as a JSON list
    stored_sizes, stored_starts     numbers (n), uint64     cut it by document (`Offsets` in numbers.py)
    original                        uint8                   the lines of `original`; nothing where it has none
    original_sizes, original_starts numbers (n), uint64
    stored_dictionary               uint8                   a frame of its own; may be empty; the same for both

`original` lies apart so that a page of hits does not read it. A frame carries a checksum, so that a flipped byte is an
error and never another text; it leaves out zstandard's four magic bytes, which say nothing here. In a segment of
`FORMAT_WITH_MAGIC` frames have them, the dictionary lies as it is, and `stored_offsets` and `original_offsets`, uint64
(n + 1), cut the frames: `rebuild` reads these. Decompressors keep a state and are not shared: each thread has its own.

A dictionary weighs against what it saves: with 256 KB of two thousand articles the frames of agency news are 7 %
smaller than with 64 KB of one thousand, compressed as fast; with 512 KB they are hardly smaller. A higher level takes
three times as long for 4 %, and several articles in a frame make each as slow to fetch as all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
import orjson
import zstandard

from indexer.article import Article, OriginalLine, Published
from indexer.codec.kernels.numbers import GROUP
from indexer.codec.kernels.packing import I64, U8
from indexer.codec.numbers import Numbers, Offsets, open_numbers, pack_numbers
from indexer.codec.segment_file import SegmentFile, SegmentFileWriter
from indexer.errors import IndexDamagedError

LEVEL: Final = 3
_DICTIONARY_LEVEL: Final = 9
DICTIONARY_BYTES: Final = 256 * 1024
#: One that is made of little text is smaller: an eighth of that text, but not below this.
_LEAST_DICTIONARY_BYTES: Final = 64 * 1024
_TEXT_A_BYTE: Final = 8
#: A dictionary made of fewer articles, or of less text, knows their words and not the archive's.
LEAST_SAMPLES: Final = 200
MOST_SAMPLES: Final = 2000
_MOST_SAMPLE_BYTES: Final = 4 * 1024 * 1024
_MOST_OF_A_SAMPLE: Final = 32 * 1024
#: What the trainer would settle for itself in four times as long, with frames of the same size to a hundredth.
_SEGMENT_BYTES: Final = 200
_OVERLAP_BYTES: Final = 8
#: Segments of a format up to this have magic bytes in their frames.
FORMAT_WITH_MAGIC: Final = 1
#: Dictionaries that are kept ready; an archive has one for as long as it grows.
_KEPT_READY: Final = 8


@dataclass(frozen=True, slots=True)
class StoredFrames:
    """The frames of n articles; `dictionary` is what they were made with."""

    stored: U8
    stored_offsets: Offsets
    original: U8
    original_offsets: Offsets
    dictionary: bytes

    def __len__(self) -> int:
        return len(self.stored_offsets) - 1


def decode_article(fields: bytes, original: bytes) -> Article:
    """The article that `encode_article` was given; without its original when `original` is empty."""
    said: list[Any] = orjson.loads(fields)
    title, body, author, source, url, on, at, precision, raw, lang, tag, external_id, collection, extra, *later = said
    published = Published(on, None if at is None else datetime.fromisoformat(at), precision, raw, *later)
    lines = tuple([OriginalLine(text, left_out) for text, left_out in orjson.loads(original)]) if original else ()
    # In the order of its fields, which takes a third less time than by their names.
    return Article(
        *(title, body, tuple(author), source, url, published, lang, tuple(tag)),
        *(external_id, collection, lines, extra),
    )


def train_dictionary(samples: Sequence[bytes]) -> bytes:
    """A dictionary for articles like these; empty where they are too few to learn from."""
    if len(samples) < LEAST_SAMPLES:
        return b""
    step = max(1, len(samples) // MOST_SAMPLES)
    chosen: list[bytes | bytearray | memoryview[int]] = []
    size = 0
    for sample in samples[::step]:
        cut = sample[:_MOST_OF_A_SAMPLE]
        size += len(cut)
        if size > _MOST_SAMPLE_BYTES:
            break
        chosen.append(cut)
    wanted = min(max(size // _TEXT_A_BYTE, _LEAST_DICTIONARY_BYTES), DICTIONARY_BYTES)
    try:
        return zstandard.train_dictionary(wanted, chosen, k=_SEGMENT_BYTES, d=_OVERLAP_BYTES).as_bytes()
    except zstandard.ZstdError:  # too much alike, or too little of them: nothing to be learned
        return b""


class ArticleCompressor:
    """Compresses with one dictionary, always to the same bytes. For one thread."""

    def __init__(self, dictionary: bytes) -> None:
        self.dictionary = dictionary
        options: dict[str, Any] = {}
        if dictionary:
            options["dict_data"] = zstandard.ZstdCompressionDict(dictionary)
            options["dict_data"].precompute_compress(level=LEVEL)
        chosen = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_checksum=True, write_dict_id=False
        )
        self._compressor = zstandard.ZstdCompressor(compression_params=chosen, **options)

    def compress(self, plain: bytes) -> bytes:
        return self._compressor.compress(plain) if plain else b""


class ArticleDecompressor:
    """Safe to share between threads: each gets a decompressor of its own."""

    def __init__(self, dictionary: bytes, *, has_magic: bool = False) -> None:
        self.dictionary = dictionary
        self._prepared = _prepare(dictionary) if dictionary else None
        self._format = zstandard.FORMAT_ZSTD1 if has_magic else zstandard.FORMAT_ZSTD1_MAGICLESS
        self._threads = threading.local()

    def decompress(self, frame: bytes | memoryview) -> bytes:
        """Raises IndexDamagedError where the frame is not what was written."""
        if not len(frame):
            return b""
        mine: zstandard.ZstdDecompressor | None = getattr(self._threads, "decompressor", None)
        try:
            if mine is None:
                mine = self._threads.decompressor = zstandard.ZstdDecompressor(
                    dict_data=self._prepared, format=self._format
                )
            return mine.decompress(frame)
        except zstandard.ZstdError as error:
            raise IndexDamagedError(f"a stored article cannot be read ({error}); run: broadsheet verify") from error


def join_frames(frames: Sequence[tuple[bytes, bytes]], dictionary: bytes) -> StoredFrames:
    """`frames` are the compressed fields and originals of each article."""
    stored, stored_offsets = _join([fields for fields, _ in frames])
    original, original_offsets = _join([original for _, original in frames])
    return StoredFrames(stored, stored_offsets, original, original_offsets, dictionary)


def write_stored(writer: SegmentFileWriter, frames: StoredFrames) -> None:
    for name in ("stored", "original"):
        writer.add(name, getattr(frames, name))
        write_sizes(writer, name, getattr(frames, f"{name}_offsets").sizes[:])
    write_dictionary(writer, frames.dictionary)


def write_sizes(writer: SegmentFileWriter, name: str, sizes: I64) -> None:
    """How frames are cut: of `stored`, or of `original`."""
    offsets = _offsets_of(sizes)
    writer.add(f"{name}_sizes", offsets.sizes.words)
    writer.add(f"{name}_starts", offsets.starts)


def write_dictionary(writer: SegmentFileWriter, dictionary: bytes) -> None:
    writer.add("stored_dictionary", np.frombuffer(_packed(dictionary) if dictionary else b"", np.uint8))


def open_stored(file: SegmentFile) -> StoredFrames:
    """Raises IndexDamagedError where the dictionary is not what was written."""
    dictionary = file.array("stored_dictionary").tobytes()
    if dictionary and file.version > FORMAT_WITH_MAGIC:
        try:
            dictionary = _unpacked(dictionary)
        except zstandard.ZstdError as error:
            raise IndexDamagedError(
                f"the dictionary of stored articles cannot be read ({error}); run: broadsheet verify"
            ) from error
    return StoredFrames(
        file.array("stored"),
        _open_offsets(file, "stored"),
        file.array("original"),
        _open_offsets(file, "original"),
        dictionary,
    )


@lru_cache(_KEPT_READY)
def _packed(dictionary: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_DICTIONARY_LEVEL, write_checksum=True).compress(dictionary)


@lru_cache(_KEPT_READY)
def _unpacked(packed: bytes) -> bytes:
    """The same bytes for every segment that has them, so that they are held once."""
    return zstandard.ZstdDecompressor().decompress(packed)


@lru_cache(_KEPT_READY)
def _prepare(dictionary: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(dictionary)


def _join(parts: list[bytes]) -> tuple[U8, Offsets]:
    sizes = np.fromiter(map(len, parts), np.int64, len(parts))
    return np.frombuffer(b"".join(parts), np.uint8), _offsets_of(sizes)


def _offsets_of(sizes: I64) -> Offsets:
    return Offsets(Numbers(pack_numbers(sizes), len(sizes)), (np.cumsum(sizes) - sizes)[::GROUP].astype(np.uint64))


def _open_offsets(file: SegmentFile, name: str) -> Offsets:
    if file.version <= FORMAT_WITH_MAGIC:
        cuts: I64 = file.array(f"{name}_offsets").astype(np.int64)
        return _offsets_of(cuts[1:] - cuts[:-1])
    documents = cast("int", file.facts["documents"])
    return Offsets(open_numbers(file.array(f"{name}_sizes"), documents), file.array(f"{name}_starts"))
