"""Numbers, offsets and bounds that were packed are read as they were, one by one and together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.codec import numbers as packed
from indexer.codec.kernels.numbers import GROUP, SPARE, read_number
from indexer.codec.numbers import MOST, Numbers, Offsets, open_numbers, pack_numbers, words_fit
from indexer.codec.packing import round_bounds

#: Small ones and great ones in one group, and groups of one value.
VALUES = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 300), st.integers(0, MOST)), max_size=3 * GROUP + 5)


def numbers_of(values: list[int]) -> Numbers:
    return open_numbers(pack_numbers(np.array(values, np.int64)), len(values))


@given(VALUES)
def test_numbers_are_read_as_they_were_packed(values: list[int]) -> None:
    numbers = numbers_of(values)
    assert len(numbers) == len(values)
    assert numbers[:].tolist() == values
    assert [numbers[place] for place in range(len(values))] == values
    assert [read_number(numbers.words, place) for place in range(len(values))] == values
    assert [numbers.checked(place) for place in range(len(values))] == values
    assert words_fit(numbers)


@given(VALUES, st.data())
def test_a_stretch_and_a_choice_are_those_of_an_array(values: list[int], data: st.DataObject) -> None:
    numbers, array = numbers_of(values), np.array(values, np.int64)
    first, last = data.draw(st.integers(0, len(values))), data.draw(st.integers(0, len(values)))
    assert np.array_equal(numbers[first:last], array[first:last])
    assert np.array_equal(numbers[:-1], array[:-1])
    chosen = np.array(data.draw(st.lists(st.integers(0, len(values) - 1))) if values else [], np.int64)
    assert np.array_equal(numbers[chosen], array[chosen])
    assert np.array_equal(np.asarray(numbers), array)


@given(VALUES)
def test_both_paths_pack_to_the_same_words(values: list[int]) -> None:
    array = np.array(values, np.int64)
    words = pack_numbers(array)
    parts = [array[first : first + GROUP] for first in range(0, len(array), GROUP)]
    lowest = np.array([part.min() for part in parts], np.int64)
    widths = np.array([int(part.max() - part.min()).bit_length() for part in parts], np.int64)
    plain = np.zeros(len(words), np.uint32)
    packed._write_groups(array, lowest, widths, plain)
    assert np.array_equal(plain, words)


@given(VALUES.filter(len), st.data())
def test_a_flipped_bit_does_not_fit_or_is_another_number(values: list[int], data: st.DataObject) -> None:
    words = pack_numbers(np.array(values, np.int64))
    words[data.draw(st.integers(0, len(words) - 1))] ^= np.uint32(1 << data.draw(st.integers(0, 31)))
    numbers = open_numbers(words, len(values))
    assert not words_fit(numbers) or numbers[:].tolist() != values


def test_a_rare_great_number_costs_its_own_group_alone() -> None:
    values = np.ones(100 * GROUP, np.int64)
    values[5] = MOST
    assert len(pack_numbers(values)) == 2 * 100 + 32 + SPARE


def test_what_is_too_short_for_so_many_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        open_numbers(np.zeros(SPARE, np.uint32), 1)
    with pytest.raises(IndexError):
        numbers_of([1, 2])[2]


@given(st.lists(st.integers(0, 2**31), max_size=2 * GROUP + 5))
def test_pieces_are_cut_beyond_32_bits_too(sizes: list[int]) -> None:
    ends = np.cumsum(sizes, dtype=np.int64) if sizes else np.zeros(0, np.int64)
    begins = ends - np.array(sizes, np.int64)
    offsets = Offsets(numbers_of(sizes), begins[::GROUP].astype(np.uint64))
    assert [offsets.cut(piece) for piece in range(len(sizes))] == list(zip(begins.tolist(), ends.tolist(), strict=True))
    assert offsets.all().tolist() == [0, *ends.tolist()]
    assert len(offsets) == len(sizes) + 1


@given(st.lists(st.floats(0, 2.0**60, width=32)))
def test_a_rounded_bound_is_not_below_what_it_bounds_and_little_above(bounds: list[float]) -> None:
    exact = np.array(bounds, np.float32)
    kept = (round_bounds(exact).astype(np.uint32) << np.uint32(16)).view(np.float32)
    assert (kept >= exact).all()
    normal = exact >= np.finfo(np.float32).tiny
    assert (kept[normal] <= exact[normal] * (1 + 1 / 128)).all()
