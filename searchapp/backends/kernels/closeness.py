"""How close a query's words stand in hits of a generation: `searchapp/search/closeness.py`, for all of them at once.

A question is a row of int64; `HEAD` numbers come first. Then for each word the address of its rows and how often it
was typed; for each pair of neighbours the numbers of the words and how often they were typed so. A word's rows are
written by segment: first where each begins, counted from the address on.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel
from searchapp.backends.kernels.memory import float32s, float64s, int64s
from searchapp.backends.kernels.positions import BODY, grow
from searchapp.backends.kernels.tables import BASE, BODY_GAIN, DOCUMENTS, SEGMENT_FIELDS, TITLE_GAIN
from searchapp.backends.kernels.word_places import read_word

#: The numbers that come first. `DOCS` is the address of the documents, int64, rising, and `PARTS` that of a row of four
#: float64 for each; `TABLE` has the rows of all segments; `FLOATS` are k1 of words, of pairs, and each word's rarity.
COUNT, DOCS, PARTS, FLOATS, TABLE, SEGMENTS, ROOM, WORD_COUNT, PAIR_COUNT, WITHIN_SIZE, NEAR_SIZE = range(11)
HEAD = 11

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_BEHIND_ALL = np.int64(1) << 40


@kernel
def weigh_held(held, worth):
    """The sum of what is worth of the words in a set, in the order of the words."""
    total = 0.0
    for word in range(len(worth)):
        if held >> np.uint64(word) & _ONE:
            total += worth[word]
    return total


@kernel
def weigh_best_window(places, begins, ends, worth, size, heads, last, ring_keys, ring_words):
    """The greatest worth of the words of which a place lies among so many positions that follow each other.

    places[begins[w] : ends[w]] are those of a word, rising; the rings have room for all of them.
    """
    count = len(worth)
    for word in range(count):
        heads[word] = begins[word]
        last[word] = -_BEHIND_ALL
    best = 0.0
    best_held = _ZERO
    held = _ZERO
    filled = 0
    tail = 0
    while True:
        key = _BEHIND_ALL
        chosen = -1
        for word in range(count):
            if heads[word] < ends[word] and places[heads[word]] >> 1 < key:
                key = places[heads[word]] >> 1
                chosen = word
        if chosen < 0:
            return best
        heads[chosen] += 1
        ring_keys[filled] = key
        ring_words[filled] = chosen
        filled += 1
        last[chosen] = key
        while key - ring_keys[tail] >= size:
            gone = ring_words[tail]
            if last[gone] == ring_keys[tail]:
                held &= ~(_ONE << np.uint64(gone))
            tail += 1
        bit = _ONE << np.uint64(chosen)
        if not held & bit:
            held |= bit
            if held & best_held != held:
                worth_of_held = weigh_held(held, worth)
                if worth_of_held > best:
                    best = worth_of_held
                    best_held = held


@kernel
def count_behind(places, first, stop, other, other_stop, reach, counts):
    """Pairs of a place and another word's that comes right behind it, and at most so many positions behind it: in
    titles, `counts[0]` and `counts[1]`, and in bodies, `counts[2]` and `counts[3]`."""
    counts[:] = 0
    for i in range(first, stop):
        key = places[i] >> 1
        field = 0 if key < BODY else 2
        while other < other_stop and places[other] >> 1 <= key:
            other += 1
        k = other
        while k < other_stop and (places[k] >> 1) - key <= reach:
            counts[field + 1] += 1
            if (places[k] >> 1) - key == 1:
                counts[field] += 1
            k += 1


@kernel
def read_words(segment, number, room, words, asked, starts):
    """The places of all words in one list; the words' parts of it are cut by document by the rows of `starts`."""
    places = np.empty(256, np.int64)
    filled = np.int64(0)
    for word in range(len(starts)):
        rows = words[2 * word]
        of_word, more = read_word(segment, room, rows + 8 * int64s(rows)[number], asked)
        size = of_word[len(asked)]
        places = grow(places, filled, size)
        for i in range(size):
            places[filled + i] = more[i]
        for c in range(len(asked) + 1):
            starts[word, c] = of_word[c] + filled
        filled += size
    return places


@kernel
def measure_closeness(question_at):
    """Fill the parts of every document: as typed, window, adjacent, near."""
    question = int64s(question_at)
    docs = int64s(question[DOCS])
    parts = float64s(question[PARTS])
    floats = float64s(question[FLOATS])
    count = question[WORD_COUNT]
    words = question[HEAD:]
    rarity = np.empty(count)
    worth = np.empty(count)
    for word in range(count):
        rarity[word] = floats[2 + word]
        worth[word] = words[2 * word + 1] * rarity[word]
    heads = np.empty((4, count), np.int64)
    done = 0
    for number in range(question[SEGMENTS]):
        segment = question[TABLE] + 8 * number * SEGMENT_FIELDS
        base = int64s(segment)[BASE]
        stop = done
        while stop < question[COUNT] and docs[stop] < base + int64s(segment)[DOCUMENTS]:
            stop += 1
        if stop == done:
            continue
        asked = np.empty(stop - done, np.int32)
        for c in range(stop - done):
            asked[c] = docs[done + c] - base
        starts = np.empty((count, stop - done + 1), np.int64)
        places = read_words(segment, number, question[ROOM], words, asked, starts)
        ring = np.empty((2, len(places)), np.int64)
        for c in range(stop - done):
            measure_document(question, segment, asked[c], c, starts, places, rarity, worth, heads, ring, parts, done)
        done = stop


@kernel
def measure_document(question, segment, doc, c, starts, places, rarity, worth, heads, ring, parts, done):
    """Fill one document's row."""
    in_title = np.float64(float32s(int64s(segment)[TITLE_GAIN])[doc])
    in_body = np.float64(float32s(int64s(segment)[BODY_GAIN])[doc])
    k1 = float64s(question[FLOATS])[0]
    pair_k1 = float64s(question[FLOATS])[1]
    count = len(worth)
    begins = heads[2]
    ends = heads[3]
    as_typed = 0.0
    for word in range(count):
        begins[word] = starts[word, c]
        ends[word] = starts[word, c + 1]
        titles = 0
        bodies = 0
        for i in range(begins[word], ends[word]):
            if places[i] >> 1 < BODY:
                titles += places[i] & 1
            else:
                bodies += places[i] & 1
        tf = titles * in_title + bodies * in_body
        as_typed += worth[word] * tf / (k1 + tf)
    adjacent = 0.0
    near = 0.0
    counts = np.empty(4, np.int64)
    for pair in range(question[PAIR_COUNT]):
        at = HEAD + 2 * count + 3 * pair
        left = question[at]
        right = question[at + 1]
        count_behind(places, begins[left], ends[left], begins[right], ends[right], question[NEAR_SIZE], counts)
        smaller = question[at + 2] * min(rarity[left], rarity[right])
        f = counts[0] * in_title + counts[2] * in_body
        adjacent += smaller * f / (pair_k1 + f)
        f = counts[1] * in_title + counts[3] * in_body
        near += smaller * f / (pair_k1 + f)
    row = 4 * (done + c)
    parts[row] = as_typed
    parts[row + 1] = weigh_best_window(
        places, begins, ends, worth, question[WITHIN_SIZE], heads[0], heads[1], ring[0], ring[1]
    )
    parts[row + 2] = adjacent
    parts[row + 3] = near
