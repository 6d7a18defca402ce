"""NLTK's English Snowball stemmer over bytes, for words of the letters a to z: form by form the same stems.

NLTK keeps the regions R1 and R2 as texts and changes them along with the word. Here they are lengths: all through the
algorithm a region is the end of the word. Where NLTK and Snowball differ (a region too short for a suffix becomes
empty, or an e), this follows NLTK.
"""

from __future__ import annotations

import numpy as np

from indexer.codec.compiled import kernel

#: A word may grow by one letter while it is stemmed.
SPARE = 1

_A, _B, _D, _E, _I, _L, _O, _S, _T, _U, _W, _X, _Y, _Z = (ord(letter) for letter in "abdeilostuwxyz")
#: A y that is a consonant.
_HARD_Y = ord("Y")

SPECIAL_WORDS = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe",
    "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes", "inning": "inning", "innings": "inning",
    "outing": "outing", "outings": "outing", "canning": "canning", "cannings": "canning", "herring": "herring",
    "herrings": "herring", "earring": "earring", "earrings": "earring", "proceed": "proceed", "proceeds": "proceed",
    "proceeded": "proceed", "proceeding": "proceed", "exceed": "exceed", "exceeds": "exceed", "exceeded": "exceed",
    "exceeding": "exceed", "succeed": "succeed", "succeeds": "succeed", "succeeded": "succeed",
    "succeeding": "succeed",
}  # fmt: skip
_LONGEST_SPECIAL = 10

# What a step does with a suffix that stands in R1, in steps 2 and 3 (in R2 in step 4):
#   CUT      take letters off the end
#   PUT      put others in place of the suffix; R2 becomes empty where it was shorter
#   PUT_E    the same, but R2 becomes one letter (an e) where it was shorter
#   LAST     put another last letter; regions stay
_CUT, _PUT, _PUT_E, _LAST = range(4)
_ANYWHERE, _AFTER_L, _AFTER_LI_ENDING, _IN_R2, _AFTER_S_OR_T = range(5)
_STEP_2 = (
    ("ization", _PUT, "ize"), ("ational", _PUT_E, "ate"), ("fulness", _CUT, 4), ("ousness", _PUT, "ous"),
    ("iveness", _PUT_E, "ive"), ("tional", _CUT, 2), ("biliti", _PUT, "ble"), ("lessli", _CUT, 2), ("entli", _CUT, 2),
    ("ation", _PUT_E, "ate"), ("alism", _PUT, "al"), ("aliti", _PUT, "al"), ("ousli", _PUT, "ous"),
    ("iviti", _PUT_E, "ive"), ("fulli", _CUT, 2), ("enci", _LAST, "e"), ("anci", _LAST, "e"), ("abli", _LAST, "e"),
    ("izer", _PUT, "ize"), ("ator", _PUT_E, "ate"), ("alli", _PUT, "al"), ("bli", _PUT, "ble"),
    ("ogi", _CUT, 1, _AFTER_L), ("li", _CUT, 2, _AFTER_LI_ENDING),
)  # fmt: skip
_STEP_3 = (
    ("ational", _PUT, "ate"), ("tional", _CUT, 2), ("alize", _CUT, 3), ("icate", _PUT, "ic"), ("iciti", _PUT, "ic"),
    ("ative", _CUT, 5, _IN_R2), ("ical", _PUT, "ic"), ("ness", _CUT, 4), ("ful", _CUT, 3),
)  # fmt: skip
_STEP_4 = tuple(
    (suffix, _CUT, len(suffix), _AFTER_S_OR_T if suffix == "ion" else _ANYWHERE)
    for suffix in (
        *("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize"),
        *("ion", "al", "er", "ic"),
    )
)


def _pack_letters(word):
    number = 0
    for letter in word:
        number = number << 5 | (ord(letter) & 31)
    return number


def _make_table(step):
    """Suffixes backwards, in columns of 8; then their lengths, what to do, how many letters to take off, which to put
    there, how many these are, and under which condition."""
    backwards = np.zeros((len(step), 8), np.uint8)
    numbers = np.zeros((len(step), 5), np.int64)
    letters = np.zeros((len(step), 4), np.uint8)
    for i, (suffix, action, change, *condition) in enumerate(step):
        backwards[i, : len(suffix)] = list(reversed(suffix.encode()))
        put = change.encode() if isinstance(change, str) else b""
        letters[i, : len(put)] = list(put)
        off = change if action == _CUT else 1 if action == _LAST else len(suffix)
        numbers[i] = (len(suffix), action, off, len(put), condition[0] if condition else _ANYWHERE)
    return backwards, numbers, letters


_SUFFIXES_2, _NUMBERS_2, _LETTERS_2 = _make_table(_STEP_2)
_SUFFIXES_3, _NUMBERS_3, _LETTERS_3 = _make_table(_STEP_3)
_SUFFIXES_4, _NUMBERS_4, _LETTERS_4 = _make_table(_STEP_4)

_ORDERED = sorted(SPECIAL_WORDS, key=_pack_letters)
_SPECIAL_KEYS = np.array([_pack_letters(word) for word in _ORDERED], np.int64)
_SPECIAL_STEMS = np.zeros((len(_ORDERED), _LONGEST_SPECIAL), np.uint8)
for _i, _word in enumerate(_ORDERED):
    _SPECIAL_STEMS[_i, : len(SPECIAL_WORDS[_word])] = list(SPECIAL_WORDS[_word].encode())

_LI_ENDINGS = np.zeros(128, np.uint8)
_LI_ENDINGS[list(b"cdeghkmnrt")] = 1
_DOUBLES = np.zeros(128, np.uint8)
_DOUBLES[list(b"bdfgmnprt")] = 1
_GENER, _COMMUN, _ARSEN = (np.frombuffer(start, np.uint8) for start in (b"gener", b"commun", b"arsen"))


@kernel
def is_vowel(letter):
    return letter in (_A, _E, _I, _O, _U, _Y)


@kernel
def starts_with(word, at, size, start):
    if size < len(start):
        return False
    for i in range(len(start)):
        if word[at + i] != start[i]:
            return False
    return True


@kernel
def region_start(word, first, end):
    """Behind the first consonant that follows a vowel in word[first:end]."""
    for i in range(first + 1, end):
        if not is_vowel(word[i]) and is_vowel(word[i - 1]):
            return i + 1
    return end


@kernel
def has_vowel(word, first, end):
    for i in range(first, end):
        if is_vowel(word[i]):
            return True
    return False


@kernel
def change_suffix(word, at, size, r1, r2, step, suffixes, numbers, letters):
    """One of the steps 2, 3 and 4: the first suffix that fits decides. Returns the new lengths of word, R1 and R2."""
    for row in range(len(numbers)):
        length = numbers[row, 0]
        if length > size:
            continue
        same = True
        for k in range(length):
            if word[at + size - 1 - k] != suffixes[row, k]:
                same = False
                break
        if not same:
            continue
        if (r2 if step == 4 else r1) < length:
            break
        condition = numbers[row, 4]
        before = word[at + size - length - 1] if size > length else 0
        if (
            (condition == _AFTER_L and before != _L)
            or (condition == _AFTER_LI_ENDING and not _LI_ENDINGS[before])
            or (condition == _IN_R2 and r2 < length)
            or (condition == _AFTER_S_OR_T and before not in (_S, _T))
        ):
            break
        action = numbers[row, 1]
        off = numbers[row, 2]
        put = numbers[row, 3]
        for k in range(put):
            word[at + size - off + k] = letters[row, k]
        size += put - off
        if action == _CUT:
            r1 = max(r1 - off, 0)
            r2 = max(r2 - off, 0)
        elif action != _LAST:
            r1 = r1 - off + put if r1 >= length else 0
            r2 = r2 - off + put if r2 >= length else (1 if action == _PUT_E else 0)
        break
    return size, r1, r2


@kernel
def stem_word(word, at, size):
    """Stem word[at : at + size], lower-case letters, in place; returns its new length. There is room for one more."""
    if size <= 2:
        return size
    if size <= _LONGEST_SPECIAL:
        key = np.int64(0)
        for i in range(size):
            key = key << 5 | (np.int64(word[at + i]) & 31)
        place = np.searchsorted(_SPECIAL_KEYS, key)
        if place < len(_SPECIAL_KEYS) and _SPECIAL_KEYS[place] == key:
            size = 0
            while size < _LONGEST_SPECIAL and _SPECIAL_STEMS[place, size]:
                word[at + size] = _SPECIAL_STEMS[place, size]
                size += 1
            return size
    if word[at] == _Y:
        word[at] = _HARD_Y
    for i in range(at + 1, at + size):
        if word[i] == _Y and is_vowel(word[i - 1]):
            word[i] = _HARD_Y
    end = at + size
    if starts_with(word, at, size, _GENER) or starts_with(word, at, size, _ARSEN):
        first = at + 5
    elif starts_with(word, at, size, _COMMUN):
        first = at + 6
    else:
        first = region_start(word, at, end)
    r1 = end - first
    r2 = end - region_start(word, first, end)
    size, r1, r2 = take_plural(word, at, size, r1, r2)
    size, r1, r2 = take_past(word, at, size, r1, r2)
    last = at + size - 1
    if size > 2 and word[last] in (_Y, _HARD_Y) and not is_vowel(word[last - 1]):
        word[last] = _I
    size, r1, r2 = change_suffix(word, at, size, r1, r2, 2, _SUFFIXES_2, _NUMBERS_2, _LETTERS_2)
    size, r1, r2 = change_suffix(word, at, size, r1, r2, 3, _SUFFIXES_3, _NUMBERS_3, _LETTERS_3)
    size, r1, r2 = change_suffix(word, at, size, r1, r2, 4, _SUFFIXES_4, _NUMBERS_4, _LETTERS_4)
    last = at + size - 1
    if r2 and word[last] == _L and word[last - 1] == _L:
        size -= 1
    elif word[last] == _E and (
        r2
        or (
            r1
            and size >= 4
            and (
                is_vowel(word[last - 1])
                or word[last - 1] in (_W, _X, _HARD_Y)
                or not is_vowel(word[last - 2])
                or is_vowel(word[last - 3])
            )
        )
    ):
        size -= 1
    for i in range(at, at + size):
        if word[i] == _HARD_Y:
            word[i] = _Y
    return size


@kernel
def take_plural(word, at, size, r1, r2):
    """Step 1a: sses, ied, ies, us, ss, s."""
    last = at + size - 1
    off = 0
    if word[last] == _S:
        before = word[last - 1]
        if before == _E and size >= 4 and word[last - 2] == _S and word[last - 3] == _S:
            off = 2
        elif before == _E and word[last - 2] == _I:
            off = 2 if size - 3 > 1 else 1
        elif before not in (_S, _U) and has_vowel(word, at, last - 1):
            off = 1
    elif word[last] == _D and word[last - 1] == _E and word[last - 2] == _I:
        off = 2 if size - 3 > 1 else 1
    return size - off, max(r1 - off, 0), max(r2 - off, 0)


@kernel
def ends_with(word, at, size, suffix):
    if size < len(suffix):
        return False
    for i in range(len(suffix)):
        if word[at + size - len(suffix) + i] != suffix[i]:
            return False
    return True


_PAST = tuple(np.frombuffer(suffix, np.uint8) for suffix in (b"eedly", b"ingly", b"edly", b"eed", b"ing", b"ed"))
_EEDLY, _INGLY, _EDLY, _EED, _ING, _ED = _PAST


@kernel
def take_past(word, at, size, r1, r2):
    """Step 1b: eedly, ingly, edly, eed, ing, ed."""
    off = 0
    if ends_with(word, at, size, _EEDLY):
        off = 5
    elif ends_with(word, at, size, _INGLY):
        off = -5
    elif ends_with(word, at, size, _EDLY):
        off = -4
    elif ends_with(word, at, size, _EED):
        off = 3
    elif ends_with(word, at, size, _ING):
        off = -3
    elif ends_with(word, at, size, _ED):
        off = -2
    if off == 0:
        return size, r1, r2
    if off > 0:
        if r1 < off:
            return size, r1, r2
        return size - off + 2, r1 - off + 2, (r2 - off + 2 if r2 >= off else 0)
    off = -off
    if not has_vowel(word, at, at + size - off):
        return size, r1, r2
    size -= off
    r1 = max(r1 - off, 0)
    r2 = max(r2 - off, 0)
    last = at + size - 1
    final = word[last]
    before = word[last - 1] if size >= 2 else 0
    if (before == _A and final == _T) or (before == _B and final == _L) or (before == _I and final == _Z):
        word[last + 1] = _E
        size += 1
        r1 += 1
        if size > 5 or r1 >= 3:
            r2 += 1
    elif before == final and _DOUBLES[final]:
        size -= 1
        r1 = max(r1 - 1, 0)
        r2 = max(r2 - 1, 0)
    elif r1 == 0 and (
        (
            size >= 3
            and not is_vowel(final)
            and final not in (_W, _X, _HARD_Y)
            and is_vowel(before)
            and not is_vowel(word[last - 2])
        )
        or (size == 2 and is_vowel(before) and not is_vowel(final))
    ):
        word[last + 1] = _E
        size += 1
        if r2 > 0:
            r2 += 1
    return size, r1, r2
