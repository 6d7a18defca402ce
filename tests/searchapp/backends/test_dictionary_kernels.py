"""What kernels find in a sorted dictionary is what looking at every word finds, in any script."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec.dictionary import build_dictionary
from searchapp.backends.kernels import fuzzy, merging_forms, patterns
from searchapp.search.spellings import CloseTo, Wildcard

#: Of one, two, three and four bytes, with what sorts before and after all of them.
LETTERS = "ab'жあ𐍈\U0010ffff"
surfaces = st.sets(
    st.builds(lambda mark, text: mark + text, st.sampled_from(["", "", "^"]), st.text(LETTERS, min_size=1, max_size=6)),
    max_size=40,
)


def codes(text: str) -> np.ndarray:
    return np.array([{"*": patterns.ANY, "?": patterns.ONE}.get(char, ord(char)) for char in text], np.int32)


@given(surfaces, st.text(LETTERS, min_size=1, max_size=6), st.integers(1, 2), st.integers(0, 5))
def test_close_spellings_are_those_of_looking_at_each(words: set[str], word: str, steps: int, first: int) -> None:
    dictionary = build_dictionary(sorted(each.encode() for each in words))
    numbers = np.empty(len(dictionary) + 1, np.int32)
    start = min(first, len(dictionary))
    count = fuzzy.find_close(dictionary.blob, dictionary.offsets, start, len(dictionary), codes(word), steps, numbers)
    close = CloseTo(word, steps)
    assert numbers[:count].tolist() == [
        number for number in range(start, len(dictionary)) if close.fits(dictionary[number])
    ]


@given(surfaces, st.text(LETTERS + "**??", min_size=1, max_size=6))
def test_pattern_fits_those_of_looking_at_each(words: set[str], pattern: str) -> None:
    dictionary = build_dictionary(sorted(each.encode() for each in words))
    numbers = np.empty(len(dictionary) + 1, np.int32)
    count = patterns.find_fitting(dictionary.blob, dictionary.offsets, 0, len(dictionary), codes(pattern), numbers)
    wildcard = Wildcard(pattern)
    assert numbers[:count].tolist() == [
        number for number in range(len(dictionary)) if wildcard.fits(dictionary[number])
    ]


@given(st.lists(surfaces, min_size=1, max_size=4))
def test_surfaces_of_several_segments_are_numbered_once_each(lists: list[set[str]]) -> None:
    starts = np.cumsum([0, *map(len, lists)])
    texts = np.empty(sum(len(word.encode()) for words in lists for word in words), np.uint8)
    text_offsets = np.zeros(starts[-1] + 1, np.int64)
    for words, first in zip(lists, starts.tolist(), strict=False):
        dictionary = build_dictionary(sorted(word.encode() for word in words))
        numbers = np.arange(len(dictionary), dtype=np.int32)
        merging_forms.copy_texts(dictionary.blob, dictionary.offsets, numbers, texts, text_offsets, first)
    ranks = np.empty(starts[-1], np.int64)
    count = merging_forms.number_texts(texts, text_offsets, starts, ranks)
    different = sorted(set().union(*lists), key=str.encode)
    assert count == len(different)
    assert [different[rank] for rank in ranks] == [word for words in lists for word in sorted(words, key=str.encode)]
