"""Finds in texts the atoms that stand for a wanted term or surface. `finding.py` beside this folder says what for.

Of most atoms only the end is looked for: whatever an atom of ASCII characters stands for begins as it does, so it
matters only where something wanted begins so. (NLTK makes Cyrillic of Russian words in both scripts.) The others are
candidates, and so is every atom before or behind a hyphen, of which joined forms are made. In most languages what an
atom begins with is its head, two letters or digits.
"""

from __future__ import annotations

import numpy as np

from indexer.analysis.kernels.atoms import (
    ASCII_DIGIT,
    ASCII_LETTER,
    ASKED_FOR,
    BLANK,
    LINE_END_HYPHEN,
    LOWER,
    atom_end,
    is_over,
    kind_of,
)
from indexer.analysis.kernels.interning import key_of_atom, key_of_run, number_of_run, slot_shift
from indexer.analysis.kernels.layout import (
    BIGRAM,
    CAPITALS,
    CHAIN,
    ELISION,
    SIGN,
    UNSEARCHABLE,
    WORD,
    has_small_letter_before,
    joins_signs,
    joins_words,
    small_letter_or_line_end,
)
from indexer.codec.compiled import kernel

#: No slot, and a slot that nobody has asked for yet.
NO_SLOT, UNASKED = -1, -2

#: Columns of a hit: which form, at which position, from which code point to which.
FORM, POSITION, START, END = range(4)

_HYPHEN = 0x2D
_MOST_PARTS = 16


@kernel
def is_ascii(text, start, end):
    """Whether a stretch has no other characters."""
    for at in range(start, end):
        if text[at] > 127:
            return False
    return True


@kernel
def list_candidates(
    text,
    text_starts,
    text_stops,
    by_head,
    initials,
    heads,
    ascii_kinds,
    pages,
    classes,
    elisions,
    starts,
    ends,
    ordinals,
    keys,
    first_candidate,
    atom_counts,
):
    """Spans of the candidates of every text, how many atoms of the text come before each, and the keys of their
    spellings; returns how many there are.

    initials (128,) says with which ASCII character something wanted begins, heads (128, 128) with which two; these
    count in the texts that are read `by_head`. `first_candidate` (one more than texts) cuts the candidates by text. All
    pages are there.
    """
    found = 0
    for t in range(len(text_starts)):
        first_candidate[t] = found
        at = np.int64(text_starts[t])
        stop = np.int64(text_stops[t])
        ordinal = 0
        behind_hyphen = False
        while at < stop:
            cp = text[at]
            kind = ascii_kinds[cp] if cp < 128 else ASKED_FOR
            if kind == BLANK:
                at += 1
                continue
            end = np.int64(-1)
            is_candidate = cp > 127 or initials[cp]
            if kind != ASKED_FOR:
                end = at
                while kind in (ASCII_LETTER, ASCII_DIGIT):
                    end += 1
                    after = text[end]
                    kind = ascii_kinds[after] if after < 128 else ASKED_FOR
                if kind != BLANK and not is_over(text, at, end, ascii_kinds, pages, classes):
                    end = np.int64(-1)
            if end < 0:
                end = atom_end(text, at, pages, classes, elisions)
                if end < 0:
                    at += 1
                    continue
                is_candidate = is_candidate or not is_ascii(text, at, end)
            if by_head[t] and is_candidate and end - at > 1 and is_ascii(text, at, end):
                second = text[at + 1]
                is_candidate = ascii_kinds[second] not in (ASCII_LETTER, ASCII_DIGIT) or heads[cp, second]
            before_hyphen = text[end] == _HYPHEN or (
                text[end] > 127 and kind_of(text, end, pages, classes) & LINE_END_HYPHEN != 0
            )
            if is_candidate or before_hyphen or behind_hyphen:
                starts[found] = at
                ends[found] = end
                ordinals[found] = ordinal
                keys[found] = key_of_atom(text, at, end)
                found += 1
            behind_hyphen = before_hyphen
            ordinal += 1
            at = end
        atom_counts[t] = ordinal
    first_candidate[len(text_starts)] = found
    return found


@kernel
def put_hits(
    pair, position, start, end, pair_columns, term_slots, surface_slots, slot_start, slot_forms, unasked, hits, used
):  # fmt: skip
    """Put down every wanted form that a pair of a term and a surface has."""
    if pair <= 0:
        return used
    for column in range(2):
        number = np.int64(pair_columns[2 * pair + column])
        if column == 0:
            slot = term_slots[number]
        elif number == 0:
            continue
        else:
            slot = surface_slots[number - 1]
            if slot == UNASKED:
                unasked[0] += 1
                unasked[unasked[0]] = number - 1
                surface_slots[number - 1] = NO_SLOT
        if slot < 0:
            continue
        for k in range(slot_start[slot], slot_start[slot + 1]):
            if used < len(hits):
                hits[used, FORM] = slot_forms[k]
                hits[used, POSITION] = position
                hits[used, START] = start
                hits[used, END] = end
            used += 1
    return used


@kernel
def find_hits(
    text,
    text_starts,
    rows,
    first_candidate,
    starts,
    ends,
    ordinals,
    numbers,
    initials,
    wants_bigrams,
    tables,
    special_kind,
    special_limits,
    special_pairs,
    pages,
    classes,
    sequence_table,
    sequence_pool,
    sequence_start,
    sequence_known,
    sequence_pairs,
    pair_columns,
    term_slots,
    surface_slots,
    slot_start,
    slot_forms,
    unasked,
    hits,
    first_hit,
    atom_counts,
    lengths,
):
    """Where the wanted forms stand, in the order of the tokens of each text (`texts.py`).

    `term_slots` and `surface_slots` have a slot or NO_SLOT for every term and surface, a slot's forms are
    slot_forms[slot_start[slot] : slot_start[slot + 1]]. Surfaces that are UNASKED have no hits, get NO_SLOT and are
    listed in `unasked`, behind how many they are. Writes `hits`, cuts them by text in `first_hit`, and counts the
    positions of each text in `lengths`. Returns how many hits there are, of which as many are written as there is
    room; how many sequences are known then, new ones unread and without hits; and whether it stopped early because
    there was no room for one more sequence.
    """
    shift = slot_shift(sequence_table)
    run = np.empty(_MOST_PARTS + 1, np.uint32)
    used = 0
    for t in range(len(rows)):
        first_hit[t] = used
        table = tables[rows[t]]
        unsearchable = 0
        before = np.int64(-1)
        before_kind = ELISION
        before_position = np.int64(-2)
        chain_until = np.int64(0)
        line_known = np.int64(0)
        in_capitals = False
        last = np.int64(first_candidate[t + 1])
        for i in range(first_candidate[t], last):
            reading = table[numbers[i]]
            kind = WORD
            special = np.int64(0)
            if reading < 0:
                special = np.int64(-1 - reading)
                kind = np.int64(special_kind[special])
                if kind == UNSEARCHABLE:
                    unsearchable += 1
                    continue
            position = np.int64(ordinals[i]) - unsearchable
            start = np.int64(starts[i])
            end = np.int64(ends[i])
            if (
                wants_bigrams
                and kind == SIGN
                and before_kind == SIGN
                and before_position == position - 1
                and joins_signs(text, np.int64(ends[before]), start, pages, classes)
            ):
                run[0] = rows[t] << 1 | BIGRAM
                run[1] = numbers[before]
                run[2] = numbers[i]
                sequence = number_of_run(
                    run, 0, 3, key_of_run(run, 0, 3), sequence_table, shift,
                    sequence_pool, sequence_start, sequence_known,
                )  # fmt: skip
                if sequence < 0:
                    return used, sequence_known, True
                if sequence == sequence_known:
                    sequence_known += 1
                else:
                    for k in range(2):
                        used = put_hits(
                            sequence_pairs[sequence, k], position - 1, np.int64(starts[before]), end,
                            pair_columns, term_slots, surface_slots, slot_start, slot_forms, unasked, hits, used,
                        )  # fmt: skip
            if reading > 0:
                used = put_hits(
                    reading, position, start, end,
                    pair_columns, term_slots, surface_slots, slot_start, slot_forms, unasked, hits, used,
                )  # fmt: skip
            else:
                low = special_limits[special, 0]
                high = special_limits[special, 1]
                if kind == CAPITALS:
                    if start >= line_known:
                        line_known = small_letter_or_line_end(text, start, pages, classes)
                        in_capitals = not (
                            kind_of(text, line_known, pages, classes) & LOWER
                            or has_small_letter_before(text, start, text_starts[t], pages, classes)
                        )
                    if in_capitals:
                        low = high
                        high = special_limits[special, 2]
                for k in range(low, high):
                    used = put_hits(
                        special_pairs[k], position, start, end,
                        pair_columns, term_slots, surface_slots, slot_start, slot_forms, unasked, hits, used,
                    )  # fmt: skip
            if kind < ELISION and i >= chain_until and kind_of(text, end, pages, classes) & LINE_END_HYPHEN:
                parts = 1
                run[1] = numbers[i]
                chain_end = end
                j = np.int64(i + 1)
                while j < last and joins_words(text, chain_end, np.int64(starts[j]), pages, classes):
                    following = table[numbers[j]]
                    if following < 0 and special_kind[-1 - following] >= ELISION:
                        break
                    parts += 1
                    if parts <= _MOST_PARTS:
                        run[parts] = numbers[j]
                    chain_end = np.int64(ends[j])
                    j += 1
                chain_until = j
                if 1 < parts <= _MOST_PARTS and (not is_ascii(text, start, chain_end) or initials[text[start]]):
                    run[0] = rows[t] << 1 | CHAIN
                    sequence = number_of_run(
                        run, 0, parts + 1, key_of_run(run, 0, parts + 1), sequence_table, shift,
                        sequence_pool, sequence_start, sequence_known,
                    )  # fmt: skip
                    if sequence < 0:
                        return used, sequence_known, True
                    if sequence == sequence_known:
                        sequence_known += 1
                    else:
                        for k in range(2):
                            used = put_hits(
                                sequence_pairs[sequence, k], position, start, chain_end,
                                pair_columns, term_slots, surface_slots, slot_start, slot_forms, unasked, hits, used,
                            )  # fmt: skip
            before = np.int64(i)
            before_kind = kind
            before_position = position
        lengths[t] = atom_counts[t] - unsearchable
    first_hit[len(rows)] = used
    return used, sequence_known, False
