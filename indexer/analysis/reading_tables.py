"""What every spelling stands for in every language, as numbers for the compiled loops. Each is read once.

`tables[row, spelling]` is, for the language of the row:

    0         nobody has read it yet
    above     the pair that it stands for, wherever it stands
    below     -1 - n, where n has what it stands for in special_pairs[start : middle] of special_limits[n], and between
              middle and end what it stands for in a line in capitals; special_kind[n] is how it is spelled

Most spellings are plain and are read by a kernel; the others by the very functions that read words one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.analysis.atoms import CutBatch
from indexer.analysis.interning import RunTable, make_larger
from indexer.analysis.kernels import layout as layout_kernels
from indexer.analysis.kernels import plain_words as kernels
from indexer.analysis.pairing import NOTHING, Lexicon, Pair
from indexer.analysis.readings import Spelled
from indexer.analysis.stemmers import STEMMED_LANGS, primary_lang
from indexer.analysis.texts import Reading, Vocabulary
from indexer.analysis.token import ACRONYM_MARK, CAPITALS_MARK, MAX_TERM_CHARS, Token
from indexer.codec.inverting import pair_surfaces
from indexer.codec.kernels.packing import I32, I64, U8

#: The language of fields that are looked for by their surfaces: names, tags.
SURFACES: Final = "surfaces"

_UNSTEMMED = "und"
_STYLES = {"en": kernels.ENGLISH, _UNSTEMMED: kernels.PLAIN, SURFACES: kernels.SURFACE}
#: Tags come from articles and may be anything.
_MOST_TAGS = 1000
_MOST_REMEMBERED = 8192


class ReadingTables:
    """Grows with every spelling. Wants numba."""

    def __init__(self, lexicon: Lexicon, spellings: RunTable) -> None:
        self._lexicon = lexicon
        self._spellings = spellings
        self._rows: dict[str, int] = {}
        self._vocabularies: list[Vocabulary] = []
        self._styles: U8 = np.zeros(0, np.uint8)
        self.tables: npt.NDArray[np.int32] = np.zeros((0, 0), np.int32)
        self.special_kind: U8 = np.zeros(1024, np.uint8)
        self.special_limits: npt.NDArray[np.int32] = np.zeros((1024, 3), np.int32)
        self.special_pairs: I32 = np.zeros(1024, np.int32)
        self._specials = 0

    def row(self, lang: str) -> int:
        """The row of a language (BCP 47 tag), or of SURFACES. Languages without a stemmer are all read alike."""
        row = self._rows.get(lang)
        if row is None:
            primary = lang if lang == SURFACES else primary_lang(lang)
            read_as = primary if primary in STEMMED_LANGS or primary == SURFACES else _UNSTEMMED
            row = self._rows.get(read_as)
            if row is None:
                row = self._rows[read_as] = len(self._vocabularies)
                self._vocabularies.append(Vocabulary(_UNSTEMMED if read_as == SURFACES else read_as))
                self._styles = np.append(self._styles, np.uint8(_STYLES.get(read_as, kernels.BY_PYTHON)))
            if len(self._rows) < _MOST_TAGS:
                self._rows[lang] = row
        return row

    def read_spellings(self, cut: CutBatch, numbers: I32, rows: I32) -> None:
        """Read what these texts have and their languages have not read yet."""
        self.tables = make_larger(self.tables, (len(self._vocabularies), len(self._spellings.pool_start)))
        unread_rows, unread = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int32)
        found = layout_kernels.list_unread(numbers, cut.atom_start, rows, self.tables, unread_rows, unread)
        if not found:
            return
        unread_rows, unread = unread_rows[:found], unread[:found]
        left = self._read_plain(unread_rows, unread)
        if len(left):
            self._read_others(unread_rows[left], unread[left])

    def read_sequences(self, sequences: RunTable, unread: range, sequence_pairs: npt.NDArray[np.int32]) -> None:
        """Read hyphenated words and bigrams: two pairs at most, filled up with what stands for nothing."""
        count = len(unread)
        is_read = np.empty(count, np.bool_)
        buffers = _Buffers(count)
        found = kernels.read_plain_chains(
            *(self._spellings.pool, self._spellings.pool_start, self._styles),
            *(sequences.pool, sequences.pool_start, unread.start, is_read, *buffers.all()),
        )
        read = unread.start + buffers.places[:found]
        sequence_pairs[read, 0] = buffers.number_pairs(self._lexicon, found)
        sequence_pairs[read, 1] = NOTHING
        left = unread.start + np.flatnonzero(~is_read)
        if not len(left):
            return
        pairs: list[Pair] = []
        counts = []
        for number in left.tolist():
            read_pairs = self._read_sequence(sequences.run(number).tolist())
            pairs += read_pairs
            counts.append(len(read_pairs))
        starts = np.cumsum(counts) - counts
        numbered = np.append(self._lexicon.number(pairs), NOTHING)
        sequence_pairs[left, 0] = numbered[starts]
        sequence_pairs[left, 1] = numbered[np.where(np.array(counts) > 1, starts + 1, len(pairs))]
        self._forget()

    def memory_bytes(self) -> int:
        arrays = (self.tables, self.special_kind, self.special_limits, self.special_pairs)
        return sum(each.nbytes for each in arrays)

    def _read_plain(self, rows: I32, numbers: I32) -> I64:
        """Read the plain ones; returns the places of the others."""
        whats = np.empty(len(numbers), np.uint8)
        buffers = _Buffers(len(numbers))
        found = kernels.read_plain(
            *(self._spellings.pool, self._spellings.pool_start, self._styles, rows, numbers, whats, *buffers.all())
        )
        pairs = buffers.number_pairs(self._lexicon, found)
        places = buffers.places[:found]
        self.tables[rows[places], numbers[places]] = pairs
        capitals = np.flatnonzero(whats[places] == kernels.CAPITALS)
        if len(capitals):
            acronyms, in_capitals = buffers.number_acronyms(self._lexicon, capitals)
            # Names are looked for by surfaces, of which an acronym has one wherever it stands.
            in_capitals = np.where(self._styles[rows[places[capitals]]] == kernels.SURFACE, acronyms, in_capitals)
            flat = np.stack([acronyms, pairs[capitals], in_capitals], axis=1).reshape(-1)
            start = 3 * np.arange(len(capitals))
            kinds = np.full(len(capitals), Spelled.CAPITALS, np.uint8)
            limits = np.stack([start, start + 1, start + 3], axis=1)
            self._add_specials(rows[places[capitals]], numbers[places[capitals]], kinds, limits, flat)
        return np.flatnonzero(whats == kernels.LEFT)

    def _read_others(self, rows: I32, numbers: I32) -> None:
        pairs: list[Pair] = []
        kinds, limits = [], []
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            reading = self._vocabularies[row].read(self._spelling(number))
            start = middle = len(pairs)
            if reading.form.surface:
                pairs += self._pair(row, reading.terms, reading.surfaces)
                middle = len(pairs)
            kind = int(reading.form.spelled) if reading.form.surface else layout_kernels.UNSEARCHABLE
            if kind == Spelled.CAPITALS:
                pairs += self._pair(row, reading.terms_in_capitals, reading.surfaces_in_capitals)
            kinds.append(kind)
            limits.append((start, middle, len(pairs)))
        numbered = self._lexicon.number(pairs)
        kind_of, limit_of = np.array(kinds, np.uint8), np.array(limits, np.int64)
        is_simple = (limit_of[:, 2] - limit_of[:, 0] == 1) & np.isin(kind_of, (Spelled.WORD, Spelled.DOTTED))
        self.tables[rows[is_simple], numbers[is_simple]] = numbered[limit_of[is_simple, 0]]
        others = ~is_simple
        self._add_specials(rows[others], numbers[others], kind_of[others], limit_of[others], numbered)
        self._forget()

    def _add_specials(self, rows: I32, numbers: I32, kinds: U8, limits: I64, pairs: I32) -> None:
        """`limits` are places in `pairs`."""
        if not len(rows):
            return
        first, self._specials = self._specials, self._specials + len(rows)
        pair_start = int(self.special_limits[first - 1, 2]) if first else 0
        self.special_kind = make_larger(self.special_kind, (self._specials,))
        self.special_limits = make_larger(self.special_limits, (self._specials, 3))
        self.special_pairs = make_larger(self.special_pairs, (pair_start + len(pairs),))
        self.special_kind[first : self._specials] = kinds
        self.special_limits[first : self._specials] = pair_start + limits
        self.special_pairs[pair_start : pair_start + len(pairs)] = pairs
        self.tables[rows, numbers] = -1 - np.arange(first, self._specials)

    def _read_sequence(self, run: list[int]) -> list[Pair]:
        head, *parts = run
        row, shape = head >> 1, head & 1
        vocabulary = self._vocabularies[row]
        readings: list[Reading] = []
        for part in parts:
            spelling = self._spelling(part)
            readings.append(vocabulary.known.get(spelling) or vocabulary.read(spelling))
        forms = [reading.form for reading in readings]
        if shape == layout_kernels.BIGRAM:
            bigram = (forms[0].surface + forms[1].surface)[:MAX_TERM_CHARS]
            return [(bigram, bigram)]
        joined = vocabulary.read_joined(forms)
        return self._pair(row, joined.terms, joined.surfaces)

    def _pair(self, row: int, terms: Sequence[str], surfaces: Sequence[str]) -> list[Pair]:
        if self._styles[row] == kernels.SURFACE:
            return [(surface, surface) for surface in surfaces]
        return list(pair_surfaces(Token(0, 0, 0, 1, tuple(surfaces), tuple(terms))))

    def _spelling(self, number: int) -> str:
        return self._spellings.run(number).tobytes().decode("utf-32-le", "surrogatepass")

    def _forget(self) -> None:
        """The tables remember in a tenth of the room; signs are kept for a while, since bigrams read them again."""
        for vocabulary in self._vocabularies:
            if len(vocabulary.known) > _MOST_REMEMBERED:
                vocabulary.known.clear()


class _Buffers:
    """Room for the surfaces and the terms of so many plain spellings."""

    def __init__(self, count: int) -> None:
        self.places = np.empty(count, np.int64)
        self._surfaces, self._terms = (np.empty(kernels.MOST_BYTES * (count + 1), np.uint8) for _ in range(2))
        self._surface_ends, self._term_ends = np.empty(count, np.int64), np.empty(count, np.int64)

    def all(self) -> tuple[npt.NDArray[np.int64] | U8, ...]:
        return self.places, self._surfaces, self._surface_ends, self._terms, self._term_ends

    def number_pairs(self, lexicon: Lexicon, count: int) -> I32:
        """The pairs of the first `count` terms and surfaces."""
        terms = lexicon.terms.number_encoded(self._terms, _offsets(self._term_ends[:count]))
        surfaces = lexicon.surfaces.number_encoded(self._surfaces, _offsets(self._surface_ends[:count]))
        return lexicon.number_pairs(terms, surfaces)

    def number_acronyms(self, lexicon: Lexicon, which: I64) -> tuple[I32, I32]:
        """The pairs of an acronym and itself, for the surfaces at these places; and of what may be one in a line of
        capitals, which has the same surface."""
        terms = lexicon.terms.number_encoded(*self._mark(which, len(ACRONYM_MARK)))
        maybe = lexicon.terms.number_encoded(*self._mark(which, len(CAPITALS_MARK)))
        surfaces = lexicon.surfaces.number_encoded(*self._mark(which, len(ACRONYM_MARK)))
        return lexicon.number_pairs(terms, surfaces), lexicon.number_pairs(maybe, surfaces)

    def _mark(self, which: I64, marks: int) -> tuple[U8, I64]:
        ends = np.empty(len(which), np.int64)
        marked = self._terms  # whose terms have their numbers by now
        kernels.mark_acronyms(self._surfaces, self._surface_ends, which, marks, marked, ends)
        return marked, _offsets(ends)


def _offsets(ends: I64) -> I64:
    return np.concatenate([np.zeros(1, np.int64), ends])
