"""Where wanted terms and surfaces stand in texts, by compiled loops: for highlighting, where a text is read for a few
words of it.

Gives what a walk over the tokens of `Analyzer.analyse` would find. A spelling is read once, by the same tables that
bulk analysis reads it by, and only when something wanted may begin as it does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from indexer.analysis.atoms import AtomCutter, CutBatch, JoinedTexts
from indexer.analysis.interning import U64, RunTable, TextTable, make_larger
from indexer.analysis.kernels import finding as kernels
from indexer.analysis.layout import LONGEST_SEQUENCE
from indexer.analysis.pairing import Lexicon
from indexer.analysis.reading_tables import ReadingTables
from indexer.analysis.wanted_forms import ANY, FittedSlots, Flags, WantedForms, ascii_heads, keeps_heads
from indexer.codec.kernels.packing import I32, I64

Number = TypeVar("Number", bound=np.generic)

#: What is remembered of spellings may take so much; then it is forgotten, and read again as it comes.
MOST_TABLE_BYTES: Final = 32 << 20
#: Room for the candidates of a page of hits stays with the thread that needed it.
_KEPT_CANDIDATES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class FormHits:
    """Row n of `hits` is a form, a position, and the code points from which to which it stands there (of all texts
    joined). Text t has the rows first_hit[t] to first_hit[t + 1], in the order of its tokens, and lengths[t] positions.
    """

    hits: I32
    first_hit: I64
    lengths: I64


@dataclass(frozen=True, slots=True)
class _Candidates:
    """`cut` has the candidates alone; `ordinals` counts the atoms of a text before each."""

    cut: CutBatch
    ordinals: I32
    atom_counts: I64
    initials: Flags


class _Room:
    """Where candidates are written to."""

    def __init__(self, size: int) -> None:
        self.starts, self.ends, self.ordinals = (np.empty(size, np.int32) for _ in range(3))
        self.keys: U64 = np.empty(size, np.uint64)


class FormFinder:
    """Safe to share between threads. Wants numba."""

    def __init__(self, most_table_bytes: int = MOST_TABLE_BYTES) -> None:
        self._most_table_bytes = most_table_bytes
        self._cutter = AtomCutter()
        self._threads = threading.local()
        self._lock = threading.Lock()
        self._tables = _Tables(self._cutter)

    def find(self, texts: JoinedTexts, langs: Sequence[str], wanted: WantedForms) -> FormHits:
        """The hits in each text; `langs` has a BCP 47 tag for each."""
        if not texts.is_ascii:
            with self._lock:
                self._cutter.classes.load(texts.text)
        candidates = self._list_candidates(texts, langs, *ascii_heads(wanted))
        with self._lock:
            known = len(self._tables)
            try:
                found = self._tables.find(texts, candidates, langs, wanted)
            except BaseException:
                # What was being read is half known.
                self._tables = _Tables(self._cutter)
                raise
            if len(self._tables) > known and self._tables.memory_bytes() > self._most_table_bytes:
                self._tables = _Tables(self._cutter)
            return found

    def _list_candidates(self, texts: JoinedTexts, langs: Sequence[str], initials: Flags, heads: Flags) -> _Candidates:
        room = self._room(len(texts.text))
        classes = self._cutter.classes
        count = len(texts.starts)
        first, atom_counts = np.empty(count + 1, np.int64), np.empty(count, np.int64)
        found = kernels.list_candidates(
            *(
                texts.text,
                texts.starts,
                texts.stops,
                _of_each(langs, keeps_heads, np.bool_),
                initials,
                heads,
            ),
            *(classes.ascii_kinds, classes.pages, classes.classes, self._cutter.elisions),
            *(room.starts, room.ends, room.ordinals, room.keys, first, atom_counts),
        )
        cut = CutBatch(texts.text, texts.starts, room.starts[:found], room.ends[:found], room.keys[:found], first)
        return _Candidates(cut, room.ordinals[:found], atom_counts, initials)

    def _room(self, size: int) -> _Room:
        kept: _Room | None = getattr(self._threads, "room", None)
        if kept is None or len(kept.keys) < size:
            kept = _Room(size)
            if size <= _KEPT_CANDIDATES:
                self._threads.room = kept
        return kept


class _Tables:
    """What is known of spellings. For one thread at a time."""

    def __init__(self, cutter: AtomCutter) -> None:
        self._cutter = cutter
        self._lexicon = Lexicon()
        self._spellings = RunTable(np.uint32)
        self._readings = ReadingTables(self._lexicon, self._spellings)
        self._sequences = RunTable(np.uint32)
        self._sequence_pairs = np.full((0, 2), -1, np.int32)
        self._term_slots, self._surface_slots = (np.full(1024, -1, np.int32) for _ in range(2))
        self._hits: I32 = np.empty((1024, 4), np.int32)
        self._term_numbers: dict[str, int] = {}
        self._surface_numbers: dict[str, int] = {}
        self._count_up = np.arange(1025)
        self._fitted: FittedSlots | None = None
        self._unasked = np.zeros(1, np.int32)

    def __len__(self) -> int:
        """How much is known: spellings, sequences, wanted forms."""
        return len(self._spellings) + len(self._sequences) + len(self._term_numbers) + len(self._surface_numbers)

    def memory_bytes(self) -> int:
        tables = (self._spellings, self._sequences, self._readings, self._lexicon)
        arrays = (self._sequence_pairs, self._term_slots, self._surface_slots, self._hits)
        fitted = self._fitted.memory_bytes() if self._fitted else 0
        return sum(each.memory_bytes() for each in tables) + sum(each.nbytes for each in arrays) + fitted

    def find(self, texts: JoinedTexts, candidates: _Candidates, langs: Sequence[str], wanted: WantedForms) -> FormHits:
        cut = candidates.cut
        numbers = self._spellings.number(cut.text, cut.starts, cut.ends, cut.keys)
        rows = _of_each(langs, self._readings.row, np.int32)
        self._readings.read_spellings(cut, numbers, rows)
        terms = _look_up(wanted.terms, self._term_numbers, self._lexicon.terms)
        surfaces = _look_up(wanted.surfaces, self._surface_numbers, self._lexicon.surfaces)
        self._make_slots()
        for form, number in enumerate(terms):
            self._term_slots[number] = form
        for form, number in enumerate(surfaces, start=len(terms)):
            self._surface_slots[number] = form
        try:
            return self._find_hits(texts, candidates, numbers, rows, wanted)
        finally:
            self._term_slots[terms] = kernels.NO_SLOT
            self._surface_slots[surfaces] = kernels.NO_SLOT

    def _find_hits(
        self, texts: JoinedTexts, candidates: _Candidates, numbers: I32, rows: I32, wanted: WantedForms
    ) -> FormHits:
        cut, classes = candidates.cut, self._cutter.classes
        readings, sequences = self._readings, self._sequences
        first_hit, lengths = np.empty(len(rows) + 1, np.int64), np.empty(len(rows), np.int64)
        if len(self._count_up) <= len(wanted):
            self._count_up = np.arange(2 * len(wanted))
        # A slot a form, where no rule is looked for.
        slots = self._count_up[: len(wanted) + 1], self._count_up[: len(wanted)], self._unasked
        fitted = self._fit(wanted) if wanted.fitting else None
        # No sign of a script without spaces becomes ASCII.
        wants_bigrams = any(head[:1] in {"", ANY} or not head[0].isascii() for head in wanted.heads)
        while True:
            known = sequences.known
            self._sequence_pairs = make_larger(self._sequence_pairs, (len(sequences.pool_start), 2), fill=-1)
            surface_slots = self._surface_slots
            if fitted is not None:
                fitted.make_room()
                surface_slots = fitted.surface_slots
                slots = fitted.slot_start, fitted.slot_forms, np.zeros(len(surface_slots) + 1, np.int32)
            used, sequences.known, is_full = kernels.find_hits(
                *(texts.text, texts.starts, rows),
                *(cut.atom_start, cut.starts, cut.ends, candidates.ordinals, numbers),
                *(candidates.initials, wants_bigrams),
                *(readings.tables, readings.special_kind, readings.special_limits, readings.special_pairs),
                *(classes.pages, classes.classes),
                *(sequences.table, sequences.pool, sequences.pool_start, known, self._sequence_pairs),
                *(self._lexicon.pair_columns, self._term_slots, surface_slots, *slots),
                *(self._hits, first_hit, candidates.atom_counts, lengths),
            )
            unasked = slots[2]
            if unasked[0] and fitted is not None:
                fitted.answer(unasked[1 : 1 + unasked[0]])
            if sequences.known > known:
                readings.read_sequences(sequences, range(known, sequences.known), self._sequence_pairs)
                self._make_slots()
            elif used > len(self._hits):
                self._hits = np.empty((2 * used, 4), np.int32)
            elif not is_full and not unasked[0]:
                return FormHits(self._hits[:used].copy(), first_hit, lengths)
            if is_full:
                sequences.make_room(LONGEST_SEQUENCE)

    def _fit(self, wanted: WantedForms) -> FittedSlots:
        """What was asked for the same forms before is known."""
        if self._fitted is None or self._fitted.wanted != wanted:
            self._fitted = FittedSlots(wanted, self._lexicon)
        return self._fitted

    def _make_slots(self) -> None:
        """Have a slot for every term and every surface."""
        fill = kernels.NO_SLOT
        self._term_slots = make_larger(self._term_slots, (len(self._lexicon.terms),), fill=fill)
        self._surface_slots = make_larger(self._surface_slots, (len(self._lexicon.surfaces),), fill=fill)


def _of_each(langs: Sequence[str], tell: Callable[[str], int], kind: type[Number]) -> npt.NDArray[Number]:
    """What is told of the language of each text; all texts of a page mostly have the same."""
    told = {lang: tell(lang) for lang in set(langs)}
    if len(told) == 1:
        return np.full(len(langs), told[langs[0]], kind)
    return np.array([told[lang] for lang in langs], kind)


def _look_up(forms: Sequence[str], known: dict[str, int], table: TextTable) -> list[int]:
    """The numbers of the forms; `known` remembers them."""
    unknown = [form for form in forms if form not in known]
    if unknown:
        known.update(zip(unknown, table.number(unknown).tolist(), strict=True))
    return [known[form] for form in forms]
