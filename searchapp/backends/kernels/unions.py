"""Many surface forms at once, as one word: documents that hold any of them, and what they gain by all together.

The forms of a segment come as terms with what is wanted of each:

    terms      int32 (T)      each once
    form_at    int64 (T + 1)  cuts the next by term
    wanted     uint8 (F)      of each form of each term: 0 nothing, WEIGHED, or OTHER that only counts as one
    whole      bool (T)       whether all forms of the term are weighed: its postings then count as they stand

`sums` int64 (documents), `bits` and `others` uint64 bitsets take what is found, and are empty before and after: `sums`
frequencies in the title << 32 and in the body - frequencies and not gains, so that what stands as often scores alike,
by one form or by two -, `bits` the documents with a weighed form, `others` those with another one. `text` is as
`blocks.py` says; `surface_start` and its like are words of packed numbers.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import count_bits, kernel
from indexer.codec.kernels.numbers import number_at
from indexer.codec.kernels.packing import BLOCK, unpack_block, unpack_one, unpack_run, words_of_run
from searchapp.backends.kernels.blocks import TITLE, UNSCORED, block_size, decode_docs, decode_frequencies

WEIGHED = 1
OTHER = 2
#: Postings that could be read in the time that a block takes beside them.
_BLOCK_COST = 32

_ONE = np.uint64(1)
_ZERO = np.uint64(0)


@kernel
def gather_terms(surfaces, surface_start, surface_term, form_start, place, terms, form_at):
    """The terms that the surfaces stand for; returns how many. `place` int32 (all terms) comes in as zeros and gives
    for each of the terms its place among them, from 1 on."""
    found = 0
    form_at[0] = 0
    for surface in surfaces:
        for way in range(number_at(surface_start, surface), number_at(surface_start, surface + 1)):
            term = number_at(surface_term, way)
            if place[term] == 0:
                terms[found] = term
                forms = number_at(form_start, term + 1) - number_at(form_start, term)
                form_at[found + 1] = form_at[found] + forms
                found += 1
                place[term] = found
    return found


@kernel
def mark_forms(surfaces, marks, surface_start, surface_term, surface_form, place, form_at, wanted, whole):
    """Write down what is wanted; `marks` uint8 says it by surface."""
    for i in range(len(surfaces)):
        surface = surfaces[i]
        for way in range(number_at(surface_start, surface), number_at(surface_start, surface + 1)):
            first = form_at[place[number_at(surface_term, way)] - 1]
            wanted[first + number_at(surface_form, way)] = marks[i]
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
        for way in range(number_at(surface_start, surfaces[i]), number_at(surface_start, surfaces[i] + 1)):
            first = number_at(form_start, number_at(surface_term, way))
            total += number_at(form_freq, first + number_at(surface_form, way))
        totals[i] = total


@kernel
def count_live_forms(text, term, live, counts):
    """counts[form] grows by how often the term stands as this form in live documents."""
    docs = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.empty(BLOCK, np.uint32)
    for block in range(number_at(text[4], term), number_at(text[4], term + 1)):
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
    packed = number_at(text[1], block)
    held = np.int64(count)
    for i in range(count):
        held += np.int64(extras[i])
    position_width = np.int64((packed >> np.uint32(15)) & np.uint32(31))
    forms_at = number_at(text[7], block) + words_of_run(held, position_width)
    return forms_at, np.int64((packed >> np.uint32(20)) & np.uint32(15))


@kernel
def add_whole(docs, extras, titles, count, mode, sums, bits):
    """All postings of a decoded block. With `TITLE` only the documents whose title holds the term."""
    if mode == UNSCORED:
        for i in range(count):
            doc = np.uint64(docs[i])
            bits[doc >> np.uint64(6)] |= _ONE << (doc & np.uint64(63))
        return
    for i in range(count):
        doc = np.uint64(docs[i])
        if mode == TITLE and titles[i] == 0:
            continue
        sums[doc] += (np.int64(titles[i]) << 32) + np.int64(extras[i] + np.uint32(1) - titles[i])
        bits[doc >> np.uint64(6)] |= _ONE << (doc & np.uint64(63))


@kernel
def keep_forms(words, at, width, wanted, docs, extras, titles, count, mode, others):
    """Keep of a decoded block what stands as a weighed form: `extras` and `titles` become frequencies of these forms
    alone, and postings without any are taken out. Documents with another wanted form join `others`. Returns how many
    postings are kept. The block's forms are a run of bits in `words`."""
    mask = (_ONE << np.uint64(width)) - _ONE
    bit = np.uint64(at) << np.uint64(5)
    step = np.uint64(width)
    kept = 0
    for i in range(count):
        held = np.int64(extras[i]) + 1
        title = np.int64(titles[i])
        in_title = np.uint32(0)
        in_body = np.uint32(0)
        seen = np.uint8(0)
        for k in range(held):
            mark = wanted[0]
            if step != _ZERO:
                word = bit >> np.uint64(5)
                pair = np.uint64(words[word]) | (np.uint64(words[word + _ONE]) << np.uint64(32))
                mark = wanted[(pair >> (bit & np.uint64(31))) & mask]
                bit += step
            if k < title:
                in_title += np.uint32(mark == WEIGHED)
                seen |= mark
            else:
                in_body += np.uint32(mark == WEIGHED)
                if mode != TITLE:
                    seen |= mark
        doc = np.uint64(docs[i])
        if seen & OTHER:
            others[doc >> np.uint64(6)] |= _ONE << (doc & np.uint64(63))
        if seen & WEIGHED:
            docs[kept] = docs[i]
            titles[kept] = in_title
            extras[kept] = in_title + in_body - np.uint32(1)
            kept += 1
    return kept


@kernel
def unite_forms(text, terms, form_at, wanted, whole, mode, place, budget, sums, bits, others):
    """Add up postings from place[0], a number of a term, and place[1], a block of it counted from 0, on; goes on until
    about `budget` postings are read, and leaves in `place` where to go on. Returns whether all are read."""
    words, widths, word_at, last_doc, block_start, doc_freq = text[0], text[1], text[2], text[3], text[4], text[5]
    position_word_at, position_words = text[7], text[8]
    docs = np.empty(BLOCK, np.int32)
    gaps = np.empty(BLOCK, np.uint32)
    extras = np.empty(BLOCK, np.uint32)
    titles = np.zeros(BLOCK, np.uint32)
    while place[0] < len(terms):
        number = place[0]
        term = terms[number]
        first = number_at(block_start, term)
        forms = wanted[form_at[number] : form_at[number + 1]]
        needs_forms = not whole[number]
        for block in range(first + place[1], number_at(block_start, term + 1)):
            if budget <= 0:
                place[1] = block - first
                return False
            packed = number_at(widths, block)
            form_width = np.int64((packed >> np.uint32(20)) & np.uint32(15))
            if needs_forms and form_width == 0 and forms[0] == 0:
                continue
            count = min(np.int64(BLOCK), number_at(doc_freq, term) - (block - first) * BLOCK)
            budget -= count + _BLOCK_COST
            gap_width = np.int64(packed & np.uint32(31))
            extra_width = np.int64((packed >> np.uint32(5)) & np.uint32(31))
            title_width = np.int64((packed >> np.uint32(10)) & np.uint32(31))
            at = number_at(word_at, block)
            scored = mode != UNSCORED or needs_forms
            if count == BLOCK:
                unpack_block(words, at, gap_width, gaps)
                if scored:
                    unpack_block(words, at + 4 * gap_width, extra_width, extras)
                    unpack_block(words, at + 4 * (gap_width + extra_width), title_width, titles)
            else:
                unpack_run(words, at, count, gap_width, gaps)
                if scored:
                    at += words_of_run(count, gap_width)
                    unpack_run(words, at, count, extra_width, extras)
                    at += words_of_run(count, extra_width)
                    unpack_run(words, at, count, title_width, titles)
            doc = last_doc[block - 1] if block > first else np.int32(-1)
            for i in range(count):
                doc += np.int32(gaps[i]) + np.int32(1)
                docs[i] = doc
            if needs_forms:
                held = count
                for i in range(count):
                    held += np.int64(extras[i])
                forms_at = number_at(position_word_at, block) + words_of_run(
                    held, np.int64((packed >> np.uint32(15)) & np.uint32(31))
                )
                budget -= held
                count = keep_forms(
                    position_words, forms_at, form_width, forms, docs, extras, titles, count, mode, others
                )
            add_whole(docs, extras, titles, count, mode, sums, bits)
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
def take_united(text, mode, title_scale, live, sums, bits, others, docs, gains):
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
            in_title = np.float32(sums[doc] >> 32)
            in_body = np.float32(sums[doc] & 0xFFFFFFFF)
            sums[doc] = 0
            if not alive & low:
                continue
            if not weighed & low:
                in_title = np.float32(mode == TITLE)
                in_body = np.float32(mode != TITLE)
            docs[found] = doc
            if mode == TITLE:
                gains[found] = in_title * text[9][doc] * title_scale
            else:
                gains[found] = in_title * text[9][doc] + in_body * text[10][doc]
            found += 1


@kernel
def take_set(live, bits, others, row):
    """The live documents of both sets as one; leaves these empty."""
    for word in range(len(bits)):
        row[word] = (bits[word] | others[word]) & live[word]
        bits[word] = _ZERO
        others[word] = _ZERO
