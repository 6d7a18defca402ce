"""Spells the words of a made-up language, rank 0 the most frequent; below the function words no two are alike.

The most frequent ranks are the function words of English, so that stop lists have something to do. Below them, in
every sixteen ranks: eight new stems, five inflections of a more frequent stem (so that an English stemmer has something
to do), a name, a number, and a pair of words that always stand together (so that phrases have something to find).
"""

from __future__ import annotations

from typing import Final

FUNCTION_WORDS: Final = tuple(
    """the of to and a in for is on that by this with i you it not or be are from at as your all have new more an was we
    will can us about if my has but our one other do no they he up may what which their out any there only so his when
    here who also now how then its after into over such than these two just those between both under each same while
    where through during before because most being some against""".split()  # noqa: SIM905 read as a list of words
)
_ONSETS: Final = ("b", "br", "c", "cl", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu",
                  "r", "s", "sp", "st", "t", "th", "tr", "v", "w")  # fmt: skip
_VOWELS: Final = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
#: No stem ends like an inflection, so an inflected form is never another stem.
_CODAS: Final = ("n", "t", "l", "m", "k", "p", "nt", "ck", "lt")
_INFLECTIONS: Final = ("s", "ed", "ing", "er")
_STEMS, _INFLECTED = 8, 5
_BLOCK: Final = 16


def spell(rank: int) -> str:
    """The word of a rank, always the same; for pairs two words with a blank between."""
    if rank < len(FUNCTION_WORDS):
        return FUNCTION_WORDS[rank]
    block, place = divmod(rank - len(FUNCTION_WORDS), _BLOCK)
    if place < _STEMS:
        return _spell_stem(block * _STEMS + place)
    if place < _STEMS + _INFLECTED:
        number = block * _INFLECTED + place - _STEMS
        return _spell_stem(number // len(_INFLECTIONS)) + _INFLECTIONS[number % len(_INFLECTIONS)]
    if place == _STEMS + _INFLECTED:
        return _spell_stem(block).capitalize() + "o"
    if place == _STEMS + _INFLECTED + 1:
        return str(block + 1)
    return f"{_spell_stem(block * 3 + 1)} {_spell_stem(block * 5 + 2)}"


def _spell_stem(number: int) -> str:
    """Syllables are digits: one for the first few, then two, three; different numbers give different words."""
    syllables = len(_ONSETS) * len(_VOWELS)
    number, coda = divmod(number, len(_CODAS))
    spelled = _CODAS[coda]
    while True:
        number, syllable = divmod(number, syllables)
        # Neighbours in rank should not look alike: a step that shares no factor with the number of syllables.
        onset, vowel = divmod(syllable * 89 % syllables, len(_VOWELS))
        spelled = _ONSETS[onset] + _VOWELS[vowel] + spelled
        if number == 0:
            return spelled
        number -= 1
