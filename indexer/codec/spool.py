"""Packed postings that come a stretch of terms at a time: the long arrays wait in temporary files, since a segment file
takes one section after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Final, Self

import numpy as np

from indexer.codec.numbers import pack_numbers
from indexer.codec.packing import PackedPostings, round_bounds
from indexer.codec.segment_file import SegmentFileWriter

_READ_BYTES: Final = 8 * 1024 * 1024
_NUMBERS: Final = ("doc_freq", "block_start", "widths", "word_at", "position_word_at")
_BLOCK_SECTIONS: Final = (*_NUMBERS, "bounds", "last_doc")


class PackedSpool:
    """Packed stretches one after the other; the long arrays wait in temporary files."""

    def __init__(self) -> None:
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by __exit__
        self._position_words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed by __exit__
        self._sections: dict[str, list[np.ndarray]] = {name: [] for name in _BLOCK_SECTIONS}
        self._blocks = self._word_count = self._position_word_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._words.close()
        self._position_words.close()

    def add(self, packed: PackedPostings) -> None:
        # The spare word at the end of each stretch is left out; the last one's comes from `words`.
        self._words.write(packed.words[:-1].tobytes())
        self._position_words.write(packed.position_words[:-1].tobytes())
        for name in ("doc_freq", "widths", "bounds", "last_doc"):
            self._sections[name].append(getattr(packed, name))
        self._sections["block_start"].append(packed.block_start[:-1] + self._blocks)
        self._sections["word_at"].append(packed.word_at + self._word_count)
        self._sections["position_word_at"].append(packed.position_word_at + self._position_word_count)
        self._blocks += len(packed.widths)
        self._word_count += len(packed.words) - 1
        self._position_word_count += len(packed.position_words) - 1

    def write(self, writer: SegmentFileWriter, name: str) -> None:
        """Add the sections of a group's postings, as `group.py` lists them."""
        writer.add_parts(f"{name}.words", np.uint32, _read_back(self._words))
        writer.add_parts(f"{name}.position_words", np.uint32, _read_back(self._position_words))
        self._sections["block_start"].append(np.array([self._blocks]))
        for section in _NUMBERS:
            parts = [each.astype(np.int64) for each in self._sections[section]] or [np.empty(0, np.int64)]
            writer.add(f"{name}.{section}", pack_numbers(np.concatenate(parts)))
        bounds = np.concatenate([np.empty(0, np.float32), *self._sections["bounds"]])
        writer.add(f"{name}.bounds", round_bounds(bounds))
        writer.add(f"{name}.last_doc", np.concatenate([np.empty(0, np.int32), *self._sections["last_doc"]]))


def _read_back(file: IO[bytes]) -> Iterator[np.ndarray]:
    file.seek(0)
    while raw := file.read(_READ_BYTES):
        yield np.frombuffer(raw, np.uint32)
    yield np.zeros(1, np.uint32)
