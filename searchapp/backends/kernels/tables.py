"""Tables of int64 that say where everything lies: a segment, and the room that one thread searches in.

Sizes stand beside addresses, floats by their bits.

A segment's row has the eleven arrays of its posting group, in the order of `blocks.py`: of these WORDS and so on are
named here. Then `documents`, and the first document's number (`BASE`); columns `first_day` and `last_day` int32,
`instant` int64, `id` as two uint64 a document; `live` a bitset, and how many are `DELETED`; and FACTOR, by how much the
bounds of its blocks have to grow.

A room has scores of a window (float32), sums of frequencies in it (int64, those in the title << 32), bitsets of a
window, the hits (`best.py`), the cursors of terms (`flat_leaves.py`), rows of 128 to decode in, where leaves stand, and
what phrases are looked for in (`phrases.py`).
"""

from __future__ import annotations

(
    WORDS, WIDTHS, WORD_AT, LAST_DOC, BLOCK_START, DOC_FREQ, BOUNDS, POSITION_WORD_AT, POSITION_WORDS, TITLE_GAIN,
    BODY_GAIN, DOCUMENTS, BASE, FIRST_DAY, LAST_DAY, INSTANT, IDS, LIVE, DELETED, FACTOR,
) = range(20)  # fmt: skip
SEGMENT_FIELDS = 20

(
    SCORES, SUMS, BITS, FOUND_BITS, FIRST_KEYS, SECOND_KEYS, HITS_DOCS, HITS_SCORES, HALVES, BLOCKS, HEADS, FILLS, HELD,
    DOCS, ROWS, GAPS, EXTRAS, TITLES, SPARE_DOCS, SPARE_ROW, PLACES, STATE, CANDIDATE_BITS, ASKED, BEGINS, STARTS, KEYS,
    KEY_ROWS, LEAF_NUMBERS, ALLOWED_BITS, PHRASE_STATE, TITLE_ROWS,
    HITS_IDS,
) = range(33)  # fmt: skip
ROOM_FIELDS = 33
