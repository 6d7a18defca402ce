"""Many surface forms at once, as one word: documents that hold any of them, and what they gain by all together.

The forms of a segment come as terms with what is wanted of each:

    terms      int32 (T)      each once
    form_at    int64 (T + 1)  cuts the next by term
    wanted     uint8 (F)      of each form of each term: 0 nothing, WEIGHED, or OTHER that only counts as one
    whole      bool (T)       whether all forms of the term are weighed: its postings then count as they stand

`gains` float32 (documents), `bits` and `others` uint64 bitsets take what is found, and are empty before and after:
`bits` the documents with a weighed form, `others` those with another one. `text` is as `blocks.py` says.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.packing import BLOCK, unpack_one, words_of_run
from searchapp.backends.kernels.blocks import TITLE, UNSCORED, block_size, decode_docs, decode_frequencies

WEIGHED = 1
OTHER = 2

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def gather_terms(surfaces, surface_start, surface_term, form_start, place, terms, form_at):
    """The terms that the surfaces stand for; returns how many. `place` int32 (all terms) comes in as zeros and gives
    for each of the terms its place among them, from 1 on."""
    found = 0
    form_at[0] = 0
    for surface in surfaces:
        for way in range(surface_start[surface], surface_start[surface + 1]):
            term = surface_term[way]
            if place[term] == 0:
                terms[found] = term
                forms = np.int64(form_start[term + 1]) - np.int64(form_start[term])
                form_at[found + 1] = form_at[found] + forms
                found += 1
                place[term] = found
    return found


@kernel
def mark_forms(surfaces, marks, surface_start, surface_term, surface_form, place, form_at, wanted, whole):
    """Write down what is wanted; `marks` uint8 says it by surface."""
    for i in range(len(surfaces)):
        surface = surfaces[i]
        for way in range(surface_start[surface], surface_start[surface + 1]):
            first = form_at[place[surface_term[way]] - 1]
            wanted[first + surface_form[way]] = marks[i]
    for number in range(len(whole)):
        whole[number] = True
        for form in range(form_at[number], form_at[number + 1]):
            if wanted[form] != WEIGHED:
                whole[number] = False
                break


@kernel
def sum_frequencies(surfaces, surface_start, surface_term, surface_form, form_start, form_freq, totals):
    """totals[i] becomes how often surface i stands in the segment."""
    for i in range(len(surfaces)):
        total = np.int64(0)
        for way in range(surface_start[surfaces[i]], surface_start[surfaces[i] + 1]):
            total += np.int64(form_freq[np.int64(form_start[surface_term[way]]) + np.int64(surface_form[way])])
        totals[i] = total


@kernel
def count_live_forms(text, term, live, counts):
    """counts[form] grows by how often the term stands as this form in live documents."""
    docs = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    for block in range(np.int64(text[4][term]), np.int64(text[4][term + 1])):
        count = block_size(text, term, block)
        decode_docs(text, term, block, count, docs, gaps)
        decode_frequencies(text, block, count, extras, titles)
        forms_at, width = find_forms(text, block, count, extras)
        k = np.int64(0)
        for i in range(count):
            held = np.int64(extras[i]) + 1
            if (live[docs[i] >> 6] >> np.uint64(docs[i] & 63)) & _ONE:
                for at in range(k, k + held):
                    counts[unpack_one(text[8], forms_at, width, at) if width else 0] += 1
            k += held


@kernel
def find_forms(text, block, count, extras):
    """Where the forms of a block begin among the position words, and their width."""
    packed = text[1][block]
    held = np.int64(count)
    for i in range(count):
        held += np.int64(extras[i])
    position_width = np.int64((packed >> np.uint32(15)) & np.uint32(31))
    return np.int64(text[7][block]) + words_of_run(held, position_width), np.int64(
        (packed >> np.uint32(20)) & np.uint32(15)
    )


@kernel
def add_gain(doc, in_title, in_body, mode, text, title_scale, gains, bits):
    if mode == TITLE:
        if in_title == 0:
            return
        gains[doc] += np.float32(in_title) * text[9][doc] * title_scale
    elif mode != UNSCORED:
        gains[doc] += np.float32(in_title) * text[9][doc] + np.float32(in_body) * text[10][doc]
    bits[doc >> 6] |= _ONE << np.uint64(doc & 63)


@kernel
def add_whole(text, term, block, mode, title_scale, gains, bits, docs, gaps, extras, titles):
    """All of a block."""
    count = block_size(text, term, block)
    decode_docs(text, term, block, count, docs, gaps)
    if mode == UNSCORED:
        for i in range(count):
            bits[docs[i] >> 6] |= _ONE << np.uint64(docs[i] & 63)
        return
    decode_frequencies(text, block, count, extras, titles)
    for i in range(count):
        in_title = np.int64(titles[i])
        add_gain(np.int64(docs[i]), in_title, np.int64(extras[i]) + 1 - in_title, mode, text, title_scale, gains, bits)


@kernel
def add_forms(text, term, block, first, wanted, mode, title_scale, gains, bits, others, docs, gaps, extras, titles):
    """Of a block what stands as a wanted form."""
    width = np.int64((text[1][block] >> np.uint32(20)) & np.uint32(15))
    if width == 0 and wanted[first] == 0:
        return
    count = block_size(text, term, block)
    decode_docs(text, term, block, count, docs, gaps)
    decode_frequencies(text, block, count, extras, titles)
    forms_at, width = find_forms(text, block, count, extras)
    k = np.int64(0)
    for i in range(count):
        title_end = k + np.int64(titles[i])
        end = k + np.int64(extras[i]) + 1
        in_title = np.int64(0)
        in_body = np.int64(0)
        other = False
        for at in range(k, title_end if mode == TITLE else end):
            mark = wanted[first + (unpack_one(text[8], forms_at, width, at) if width else 0)]
            if mark == WEIGHED:
                if at < title_end:
                    in_title += 1
                else:
                    in_body += 1
            elif mark == OTHER:
                other = True
        k = end
        doc = np.int64(docs[i])
        if in_title + in_body:
            add_gain(doc, in_title, in_body, mode, text, title_scale, gains, bits)
        if other:
            others[doc >> 6] |= _ONE << np.uint64(doc & 63)


@kernel
def unite_forms(text, terms, form_at, wanted, whole, mode, title_scale, place, budget, gains, bits, others):
    """Add up postings from place[0], a number of a term, and place[1], a block of it counted from 0, on; goes on until
    about `budget` postings are read, and leaves in `place` where to go on. Returns whether all are read."""
    docs = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    while place[0] < len(terms):
        number = place[0]
        term = np.int64(terms[number])
        first = np.int64(text[4][term])
        stop = np.int64(text[4][term + 1])
        for block in range(first + place[1], stop):
            if budget <= 0:
                place[1] = block - first
                return False
            if whole[number]:
                add_whole(text, term, block, mode, title_scale, gains, bits, docs, gaps, extras, titles)
            else:
                add_forms(
                    text, term, block, form_at[number], wanted, mode, title_scale, gains, bits, others,
                    docs, gaps, extras, titles,
                )  # fmt: skip
            budget -= BLOCK
        place[0] = number + 1
        place[1] = 0
    return True


@kernel
def count_united(bits, others, live):
    """How many live documents there are in the two sets."""
    found = 0
    for word in range(len(bits)):
        found += count_bits((bits[word] | others[word]) & live[word])
    return found


@kernel
def take_united(text, mode, title_scale, live, gains, bits, others, docs, found_gains):
    """Live documents, rising, with their gains; what holds no weighed form gains as much as by one occurrence. Leaves
    everything empty."""
    found = 0
    for word in range(len(bits)):
        left = bits[word] | others[word]
        if left == _ZERO:
            continue
        alive = live[word]
        weighed = bits[word]
        bits[word] = _ZERO
        others[word] = _ZERO
        while left != _ZERO:
            low = left & (~left + _ONE)
            left ^= low
            doc = (word << 6) + count_bits(low - _ONE)
            gain = gains[doc]
            gains[doc] = 0
            if not alive & low:
                continue
            if not weighed & low and mode != UNSCORED:
                gain = text[9][doc] * title_scale if mode == TITLE else text[10][doc]
            docs[found] = doc
            found_gains[found] = gain
            found += 1


@kernel
def take_set(live, bits, others, row):
    """The live documents of both sets as one; leaves these empty."""
    for word in range(len(bits)):
        row[word] = (bits[word] | others[word]) & live[word]
        bits[word] = _ZERO
        others[word] = _ZERO
