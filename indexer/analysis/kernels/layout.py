"""Lays the atoms of texts out: which pairs of a term and a surface stand at which position. `bulk.py` says what the
arrays mean; `texts.py` states the rules for chains, bigrams and lines in capitals.
"""

from __future__ import annotations

import numpy as np

from indexer.analysis.kernels.atoms import HYPHEN, LINE_BREAK, LINE_END_HYPHEN, LOWER, NOT_SHOWN, kind_of
from indexer.analysis.kernels.interning import key_of_run, number_of_run, slot_shift
from indexer.codec.compiled import kernel

#: How an atom was spelled, as in `readings.Spelled`; and one more, that nothing of it can be searched.
WORD, CAPITALS, DOTTED, ELISION, SIGN, UNSEARCHABLE = range(6)
#: How a sequence of atoms belongs together: the parts of a hyphenated word, two signs.
CHAIN, BIGRAM = range(2)
#: An atom stands for three pairs at most (two stems and an acronym), a sequence that starts there for two.
MOST_PAIRS = 5

_RETURN, _FEED, _SPACE, _TAB = 0x0D, 0x0A, 0x20, 0x09
_BLANKS_BEFORE_LINE_END, _BLANKS_AFTER_LINE_END = 8, 40


@kernel
def list_unread(numbers, atom_start, rows, tables, unread_rows, unread_numbers):
    """The row and the number of every spelling that its language has not read yet, each once; returns how many.

    They are marked 1 in the table for now, so that none is listed twice.
    """
    found = 0
    for t in range(len(rows)):
        row = rows[t]
        for i in range(atom_start[t], atom_start[t + 1]):
            if tables[row, numbers[i]] == 0:
                tables[row, numbers[i]] = 1
                unread_rows[found] = row
                unread_numbers[found] = numbers[i]
                found += 1
    return found


@kernel
def joins_words(text, end, start, pages, classes):
    """Whether what stands from the end of one word to the start of the next makes them one."""
    kind = kind_of(text, end, pages, classes)
    if start == end + 1:
        return kind & HYPHEN != 0
    if start <= end or not kind & LINE_END_HYPHEN:
        return False
    at = end + 1
    most = at + _BLANKS_BEFORE_LINE_END
    while at < start and at < most and text[at] in (_SPACE, _TAB):
        at += 1
    if at < start and text[at] == _RETURN:
        at += 1
    if at >= start or text[at] != _FEED:
        return False
    at += 1
    most = at + _BLANKS_AFTER_LINE_END
    while at < start and at < most and text[at] in (_SPACE, _TAB):
        at += 1
    return at == start


@kernel
def joins_signs(text, end, start, pages, classes):
    """Whether two signs stand side by side as far as a reader can see."""
    for at in range(end, start):
        if not kind_of(text, at, pages, classes) & NOT_SHOWN:
            return False
    return True


@kernel
def has_small_letter_before(text, at, first, pages, classes):
    """Whether the line has a small letter between its start and `at`; the text starts at `first`."""
    while at > first:
        at -= 1
        kind = kind_of(text, at, pages, classes)
        if kind & LINE_BREAK:
            return False
        if kind & LOWER:
            return True
    return False


@kernel
def small_letter_or_line_end(text, at, pages, classes):
    """Where the first small letter or the line's end comes."""
    while not kind_of(text, at, pages, classes) & (LOWER | LINE_BREAK):
        at += 1
    return at


@kernel
def lay_out(
    text,
    text_starts,
    starts,
    ends,
    numbers,
    atom_start,
    rows,
    codes,
    gap,
    first,
    tables,
    special_kind,
    special_start,
    special_pairs,
    pages,
    classes,
    sequence_table,
    sequence_pool,
    sequence_start,
    sequence_known,
    sequence_pairs,
    used,
    pairs,
    positions,
    stops,
    lengths,
    bases,
    holes,
    hole_at,
    hole_sequence,
):
    """Lay out texts from `first` on; returns the text to go on with, `used`, `holes` and `sequence_known` as they are
    then. Stops early where the table of sequences has no room for one of `most_parts` numbers more."""
    shift = slot_shift(sequence_table)
    most_parts = 16
    run = np.empty(most_parts + 1, np.uint32)
    for t in range(first, len(rows)):
        table = tables[rows[t]]
        used_before = used
        holes_before = holes
        base = np.int64(0)
        if gap > 0 and t > 0 and codes[t] == codes[t - 1]:
            base = bases[t - 1] + lengths[t - 1] + gap
        bases[t] = base
        position = base - 1
        before = np.int64(-1)
        before_kind = ELISION
        chain_until = np.int64(0)
        line_known = np.int64(0)
        in_capitals = False
        last = atom_start[t + 1]
        for i in range(atom_start[t], last):
            reading = table[numbers[i]]
            kind = WORD
            special = np.int64(0)
            if reading < 0:
                special = np.int64(-1 - reading)
                kind = np.int64(special_kind[special])
                if kind == UNSEARCHABLE:
                    continue
            position += 1
            if kind == SIGN and before_kind == SIGN and joins_signs(text, ends[before], starts[i], pages, classes):
                run[0] = rows[t] << 1 | BIGRAM
                run[1] = numbers[before]
                run[2] = numbers[i]
                sequence = number_of_run(
                    run, 0, 3, key_of_run(run, 0, 3), sequence_table, shift,
                    sequence_pool, sequence_start, sequence_known,
                )  # fmt: skip
                if sequence < 0:
                    return t, used_before, holes_before, sequence_known
                if sequence == sequence_known:
                    sequence_known += 1
                used, holes = put_sequence(
                    sequence, position - 1, sequence_pairs, used, pairs, positions, holes, hole_at, hole_sequence
                )
            if reading > 0:
                pairs[used] = reading
                positions[used] = position
                used += 1
            else:
                low = special_start[special, 0]
                high = special_start[special, 1]
                if kind == CAPITALS:
                    at = np.int64(starts[i])
                    if at >= line_known:
                        line_known = small_letter_or_line_end(text, at, pages, classes)
                        in_capitals = not (
                            kind_of(text, line_known, pages, classes) & LOWER
                            or has_small_letter_before(text, at, text_starts[t], pages, classes)
                        )
                    if in_capitals:
                        low = high
                        high = special_start[special, 2]
                for k in range(low, high):
                    pairs[used] = special_pairs[k]
                    positions[used] = position
                    used += 1
            if kind < ELISION and i >= chain_until and kind_of(text, ends[i], pages, classes) & LINE_END_HYPHEN:
                parts = 1
                run[1] = numbers[i]
                end = np.int64(ends[i])
                j = i + 1
                while j < last and joins_words(text, end, np.int64(starts[j]), pages, classes):
                    following = table[numbers[j]]
                    if following < 0 and special_kind[-1 - following] >= ELISION:
                        break
                    parts += 1
                    if parts <= most_parts:
                        run[parts] = numbers[j]
                    end = np.int64(ends[j])
                    j += 1
                chain_until = j
                if 1 < parts <= most_parts:
                    run[0] = rows[t] << 1 | CHAIN
                    sequence = number_of_run(
                        run, 0, parts + 1, key_of_run(run, 0, parts + 1), sequence_table, shift,
                        sequence_pool, sequence_start, sequence_known,
                    )  # fmt: skip
                    if sequence < 0:
                        return t, used_before, holes_before, sequence_known
                    if sequence == sequence_known:
                        sequence_known += 1
                    used, holes = put_sequence(
                        sequence, position, sequence_pairs, used, pairs, positions, holes, hole_at, hole_sequence
                    )
            before = np.int64(i)
            before_kind = kind
        stops[t] = used
        lengths[t] = position + 1 - base
    return len(rows), used, holes, sequence_known


@kernel
def put_sequence(sequence, position, sequence_pairs, used, pairs, positions, holes, hole_at, hole_sequence):
    """Put down the pairs of a sequence; where nobody has read it yet, a hole for the two that it may have."""
    if sequence_pairs[sequence, 0] < 0:
        hole_at[holes] = used
        hole_sequence[holes] = sequence
        holes += 1
        for _ in range(2):
            pairs[used] = 0
            positions[used] = position
            used += 1
        return used, holes
    for k in range(2):
        if sequence_pairs[sequence, k] > 0:
            pairs[used] = sequence_pairs[sequence, k]
            positions[used] = position
            used += 1
    return used, holes


@kernel
def fill_holes(hole_at, hole_sequence, sequence_pairs, pairs):
    """Put the pairs of sequences that have been read by now where holes were left for them."""
    for i in range(len(hole_at)):
        for k in range(2):
            pairs[hole_at[i] + k] = sequence_pairs[hole_sequence[i], k]
