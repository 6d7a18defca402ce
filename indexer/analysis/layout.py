"""Lays texts out, a batch at a time: which pairs of a term and a surface stand at which position, as `texts.py` and
`inverting.py` have it for one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis.atoms import AtomCutter, CutBatch
from indexer.analysis.interning import RunTable, make_larger
from indexer.analysis.inversion import Occurrences, make_occurrences
from indexer.analysis.kernels import layout as kernels
from indexer.analysis.pairing import Lexicon
from indexer.analysis.reading_tables import ReadingTables
from indexer.codec.kernels.packing import I32, I64

#: Numbers in a sequence: a head, and the parts of a hyphenated word.
LONGEST_SEQUENCE = 17


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Some texts: `langs` has a BCP 47 tag or SURFACES for each, `codes` is as in `Occurrences`. Texts of one code are
    values of one field, their positions follow each other with `gap` free between them; 0 says that there are none."""

    texts: Sequence[str]
    langs: Sequence[str]
    codes: I64
    gap: int


class TextLayout:
    """Remembers every spelling that it has met. Wants numba."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._cutter = AtomCutter()
        self._spellings = RunTable(np.uint32)
        self._readings = ReadingTables(lexicon, self._spellings)
        self._sequences = RunTable(np.uint32)
        self._sequence_pairs = np.full((0, 2), -1, np.int32)

    def lay_out(self, batch: TextBatch) -> tuple[Occurrences, I64]:
        """What stands where, and how many positions each text has."""
        cut = self._cutter.cut(batch.texts)
        numbers = self._spellings.number(cut.text, cut.starts, cut.ends, cut.keys)
        rows = np.fromiter(map(self._readings.row, batch.langs), np.int32, len(batch.langs))
        self._readings.read_spellings(cut, numbers, rows)
        return self._put_down(batch, cut, numbers, rows)

    def memory_bytes(self) -> int:
        tables = (self._spellings, self._sequences, self._readings)
        return self._sequence_pairs.nbytes + sum(each.memory_bytes() for each in tables)

    def _put_down(self, batch: TextBatch, cut: CutBatch, numbers: I32, rows: I32) -> tuple[Occurrences, I64]:
        atoms, texts = len(numbers), len(rows)
        pairs, positions = (np.empty(kernels.MOST_PAIRS * atoms, np.int32) for _ in range(2))
        stops, lengths, bases = (np.empty(texts, np.int64) for _ in range(3))
        hole_at, hole_sequence = np.empty(atoms, np.int64), np.empty(atoms, np.int32)
        classes, readings, sequences = self._cutter.classes, self._readings, self._sequences
        known_before = sequences.known
        text = used = holes = 0
        while True:
            self._sequence_pairs = make_larger(self._sequence_pairs, (len(sequences.pool_start), 2), fill=-1)
            text, used, holes, sequences.known = kernels.lay_out(
                *(cut.text, cut.text_starts, cut.starts, cut.ends, numbers, cut.atom_start),
                *(rows, batch.codes, batch.gap, text),
                *(readings.tables, readings.special_kind, readings.special_limits, readings.special_pairs),
                *(classes.pages, classes.classes),
                *(sequences.table, sequences.pool, sequences.pool_start, sequences.known, self._sequence_pairs),
                *(used, pairs, positions, stops, lengths, bases, holes, hole_at, hole_sequence),
            )
            if text == texts:
                break
            sequences.make_room(LONGEST_SEQUENCE)
        if sequences.known > known_before:
            readings.read_sequences(sequences, range(known_before, sequences.known), self._sequence_pairs)
        kernels.fill_holes(hole_at[:holes], hole_sequence[:holes], self._sequence_pairs, pairs)
        return make_occurrences(pairs[:used], positions[:used], batch.codes, stops), lengths
