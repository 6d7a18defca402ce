"""What closeness adds to a score, by hand, and by the kernels where the arithmetic of places begins to matter."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.closeness import (
    Neighbours,
    PlacedWord,
    WeighedWords,
    count_behind,
    measure_closeness,
    weigh_best_window,
)
from searchapp.search.extras import tell_apart
from searchapp.search.plan import RankedWord


def ranked(word: str, *, follows: bool = True) -> RankedWord:
    return RankedWord(((f"en:{word.rstrip('s')}",),), ((word,),), follows)


def test_closeness_by_hand() -> None:
    # "mine maps" typed; the title says "maps of mines" (once as typed, once not), the body "mine maps ... mine".
    mine = PlacedWord(title=[2], body=[0, 20], typed_in_title=0, typed_in_body=2)
    maps = PlacedWord(title=[0], body=[1], typed_in_title=1, typed_in_body=1)
    weighed = WeighedWords(rarity=(2.0, 3.0), times=(1, 2), neighbours=(Neighbours(0, 1, 1),))
    parts = measure_closeness((mine, maps), weighed, gains=(2.5, 0.5), k1=1.4)
    # tf: mine 2 * 0.5, maps 2.5 + 0.5; maps was typed twice
    assert parts.as_typed == pytest.approx(2 * 1 / 2.4 + 2 * 3 * 3 / 4.4)
    assert parts.window == pytest.approx(2 + 2 * 3)
    # maps comes right behind mine once, in the body; in the title it stands before it
    assert parts.adjacent == pytest.approx(2 * 0.5 / 1.7)
    assert parts.near == parts.adjacent


def test_window_ends_before_the_eleventh_position() -> None:
    assert weigh_best_window([[0], [9]], [1.0, 2.0]) == 3
    assert weigh_best_window([[0], [10]], [1.0, 2.0]) == 2
    assert weigh_best_window([[], []], [1.0, 2.0]) == 0


places = st.lists(st.integers(0, 40), unique=True, max_size=8).map(sorted)


@given(places, places, st.integers(1, 4))
def test_pairs_behind_each_other_are_those_of_all_pairs(left, right, reach) -> None:
    assert count_behind(left, right, reach) == len([1 for a in left for b in right if 0 < b - a <= reach])


@given(st.lists(places, min_size=2, max_size=4), st.integers(0, 3))
def test_no_part_is_below_zero_and_more_places_never_add_less(words, reach) -> None:
    rarity = tuple(float(number) for number in range(len(words)))
    neighbours = tuple(Neighbours(number, number + 1, 1) for number in range(len(words) - 1))
    weighed = WeighedWords(rarity, (1,) * len(words), neighbours)
    fewer = [PlacedWord(each[: reach + 1], each[:reach], len(each[:reach]), 0) for each in words]
    more = [PlacedWord(each, each, len(each), len(each)) for each in words]
    for low, high in zip(
        measure_closeness(fewer, weighed, (2.0, 1.0), 1.4),
        measure_closeness(more, weighed, (2.0, 1.0), 1.4),
        strict=True,
    ):
        assert 0 <= low <= high < inf


def test_words_of_one_stem_are_one_word_typed_in_both_ways() -> None:
    told = tell_apart([ranked("mine", follows=False), ranked("mines"), ranked("map"), ranked("mine"), ranked("map")])
    assert [word.surfaces for word in told.words] == [(("mine",), ("mines",)), (("map",),)]
    assert told.times == (3, 2)
    assert told.neighbours == (Neighbours(0, 1, 2), Neighbours(1, 0, 1))
