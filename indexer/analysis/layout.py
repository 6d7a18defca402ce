"""Lays texts out, a batch at a time: which pairs of a term and a surface stand at which position, as `texts.py` and
`inverting.py` have it for one text. Each spelling is read once in each language, each hyphenated word once.

What a spelling stands for in a language is one number of `tables[row, spelling]`:

    0         nobody has read it yet
    above     the pair that it stands for, wherever it stands
    below     -1 - n, where n has what it stands for in special_pairs[start : middle] of special_start[n], and between
              middle and end what it stands for in a line in capitals; special_kind[n] is how it is spelled
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexer.analysis.atoms import AtomCutter, CutBatch
from indexer.analysis.inversion import Occurrences
from indexer.analysis.interning import RunTable, make_larger
from indexer.analysis.kernels import layout as kernels
from indexer.analysis.pairing import NOTHING, Lexicon, Pair
from indexer.analysis.readings import Spelled
from indexer.analysis.stemmers import STEMMED_LANGS, primary_lang
from indexer.analysis.texts import Reading, Vocabulary
from indexer.analysis.token import MAX_TERM_CHARS, Token
from indexer.codec.inverting import pair_surfaces
from indexer.codec.kernels.packing import I32, I64

#: The language of fields that are looked for by their surfaces: names, tags.
SURFACES: Final = "surfaces"

_UNSTEMMED = "und"
_LONGEST_SEQUENCE = 17


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Some texts: `langs` has a BCP 47 tag or SURFACES for each, `codes` and `gap` are as `Occurrences` and
    `VALUE_GAP` say; a gap of 0 means that texts of one code are not put one after the other."""

    texts: Sequence[str]
    langs: Sequence[str]
    codes: I64
    gap: int


class TextLayout:
    """Remembers every spelling that it has met. Wants numba."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._cutter = AtomCutter()
        self._spellings = RunTable(np.uint32)
        self._rows: dict[str, int] = {}
        self._vocabularies: list[Vocabulary] = []
        self._tables = np.zeros((0, 0), np.int32)
        self._special_kind = np.zeros(1024, np.uint8)
        self._special_start = np.zeros((1024, 3), np.int32)
        self._special_pairs = np.zeros(1024, np.int32)
        self._specials = 0
        self._sequences = RunTable(np.uint32)
        self._sequence_pairs = np.full((0, 2), -1, np.int32)

    def lay_out(self, batch: TextBatch) -> tuple[Occurrences, I64]:
        """What stands where, and how many positions each text has."""
        cut = self._cutter.cut(batch.texts)
        numbers = self._spellings.number(cut.text, cut.starts, cut.ends, cut.keys)
        rows = np.fromiter(map(self._row, batch.langs), np.int32, len(batch.langs))
        self._read_spellings(cut, numbers, rows)
        return self._put_down(batch, cut, numbers, rows)

    def memory_bytes(self) -> int:
        tables = (self._tables, self._special_kind, self._special_start, self._special_pairs, self._sequence_pairs)
        return self._spellings.memory_bytes() + self._sequences.memory_bytes() + sum(each.nbytes for each in tables)

    def _row(self, lang: str) -> int:
        row = self._rows.get(lang)
        if row is None:
            primary = lang if lang == SURFACES else primary_lang(lang)
            # All languages without a stemmer are read alike, and a tag may be anything.
            key = primary if primary in STEMMED_LANGS or primary == SURFACES else _UNSTEMMED
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = len(self._vocabularies)
                self._vocabularies.append(Vocabulary(_UNSTEMMED if key == SURFACES else key))
            if len(lang) < MAX_TERM_CHARS and len(self._rows) < 1000:
                self._rows[lang] = row
        return row

    def _read_spellings(self, cut: CutBatch, numbers: I32, rows: I32) -> None:
        shape = (len(self._vocabularies), len(self._spellings.pool_start))
        if shape != self._tables.shape:
            self._tables = make_larger(self._tables, shape)
        unread_rows, unread = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int32)
        found = kernels.list_unread(numbers, cut.atom_start, rows, self._tables, unread_rows, unread)
        if not found:
            return
        read = [
            self._read(row, number)
            for row, number in zip(unread_rows[:found].tolist(), unread[:found].tolist(), strict=True)
        ]
        self._learn(unread_rows[:found], unread[:found], read)
        for vocabulary in self._vocabularies:
            vocabulary.known.clear()  # the tables remember, in a tenth of the room

    def _read(self, row: int, number: int) -> Reading:
        return self._vocabularies[row].read(self._spelling(number))

    def _spelling(self, number: int) -> str:
        return self._spellings.run(number).tobytes().decode("utf-32-le", "surrogatepass")

    def _learn(self, rows: I32, numbers: I32, readings: list[Reading]) -> None:
        """Put into the tables what each spelling stands for."""
        surfaces_row = self._rows.get(SURFACES, -1)
        pairs: list[Pair] = []
        kinds, middles, ends = [], [], []
        for row, reading in zip(rows.tolist(), readings, strict=True):
            kind = reading.form.spelled
            if not reading.form.surface:
                kind = kernels.UNSEARCHABLE
            else:
                by_surface = row == surfaces_row
                pairs += _pair(reading.terms, reading.surfaces, by_surface=by_surface)
            kinds.append(kind)
            middles.append(len(pairs))
            if kind == Spelled.CAPITALS:
                pairs += _pair(reading.terms_in_capitals, reading.surfaces_in_capitals, by_surface=by_surface)
            ends.append(len(pairs))
        numbered = self._lexicon.number(pairs)
        kind_of, end = np.array(kinds, np.uint8), np.array(ends, np.int64)
        start = np.concatenate([np.zeros(1, np.int64), end[:-1]])
        is_simple = (kind_of < Spelled.ELISION) & (end - start == 1) & (kind_of != Spelled.CAPITALS)
        self._tables[rows[is_simple], numbers[is_simple]] = numbered[start[is_simple]]
        special = np.flatnonzero(~is_simple)
        first = self._specials
        self._specials += len(special)
        self._special_kind = make_larger(self._special_kind, (self._specials,))
        self._special_start = make_larger(self._special_start, (self._specials, 3))
        pair_start = int(self._special_start[first - 1, 2]) if first else 0
        self._special_pairs = make_larger(self._special_pairs, (pair_start + len(numbered),))
        self._special_pairs[pair_start : pair_start + len(numbered)] = numbered
        self._special_kind[first : self._specials] = kind_of[special]
        limits = np.stack([start, np.array(middles, np.int64), end], axis=1)
        self._special_start[first : self._specials] = pair_start + limits[special]
        self._tables[rows[special], numbers[special]] = -1 - np.arange(first, self._specials)

    def _put_down(self, batch: TextBatch, cut: CutBatch, numbers: I32, rows: I32) -> tuple[Occurrences, I64]:
        atoms, texts = len(numbers), len(rows)
        pairs, positions = np.empty(kernels.MOST_PAIRS * atoms, np.int32), np.empty(kernels.MOST_PAIRS * atoms, np.int32)
        stops, lengths, bases = np.empty(texts, np.int64), np.empty(texts, np.int64), np.empty(texts, np.int64)
        hole_at, hole_sequence = np.empty(atoms, np.int64), np.empty(atoms, np.int32)
        classes = self._cutter.classes
        sequences = self._sequences
        known_before = sequences.known
        text = used = holes = 0
        while True:
            self._sequence_pairs = make_larger(self._sequence_pairs, (len(sequences.pool_start), 2), fill=-1)
            text, used, holes, sequences.known = kernels.lay_out(
                *(cut.text, cut.text_starts, cut.starts, cut.ends, numbers, cut.atom_start, rows, batch.codes, batch.gap),
                *(text, self._tables, self._special_kind, self._special_start, self._special_pairs),
                *(classes.pages, classes.classes),
                *(sequences.table, sequences.pool, sequences.pool_start, sequences.known, self._sequence_pairs),
                *(used, pairs, positions, stops, lengths, bases, holes, hole_at, hole_sequence),
            )
            if text == texts:
                break
            sequences.make_room(_LONGEST_SEQUENCE)
        if sequences.known > known_before:
            self._read_sequences(range(known_before, sequences.known))
        kernels.fill_holes(hole_at[:holes], hole_sequence[:holes], self._sequence_pairs, pairs)
        return Occurrences(pairs[:used].copy(), positions[:used].copy(), batch.codes, stops), lengths

    def _read_sequences(self, unread: range) -> None:
        """Read hyphenated words and bigrams: two pairs at most, filled up with what stands for nothing."""
        surfaces_row = self._rows.get(SURFACES, -1)
        pairs: list[Pair] = []
        counts = []
        for number in unread:
            head, *parts = self._sequences.run(number).tolist()
            row, shape = head >> 1, head & 1
            vocabulary = self._vocabularies[row]
            forms = [vocabulary.read(self._spelling(part)).form for part in parts]
            if shape == kernels.BIGRAM:
                bigram = (forms[0].surface + forms[1].surface)[:MAX_TERM_CHARS]
                read = [(bigram, bigram)]
            else:
                joined = vocabulary.read_joined(forms)
                read = _pair(joined.terms, joined.surfaces, by_surface=row == surfaces_row)
            pairs += read
            counts.append(len(read))
        starts = np.cumsum(counts) - counts
        numbered = np.append(self._lexicon.number(pairs), NOTHING)
        second = np.where(np.array(counts) > 1, starts + 1, len(pairs))
        self._sequence_pairs[unread.start : unread.stop, 0] = numbered[starts]
        self._sequence_pairs[unread.start : unread.stop, 1] = numbered[second]
        for vocabulary in self._vocabularies:
            vocabulary.known.clear()


def _pair(terms: Sequence[str], surfaces: Sequence[str], *, by_surface: bool) -> list[Pair]:
    if by_surface:
        return [(surface, surface) for surface in surfaces]
    return list(pair_surfaces(Token(0, 0, 0, 1, tuple(surfaces), tuple(terms))))
