"""Windows: which stretches of positions hold all of some words."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.windows import find_windows


@pytest.mark.parametrize(
    ("starts", "widths", "distance", "windows"),
    [
        ([[0], [1]], [1, 1], 0, [(0, 1)]),
        ([[1], [0]], [1, 1], 0, [(1, 0)]),
        ([[0], [6]], [1, 1], 5, [(0, 6)]),
        ([[0], [7]], [1, 1], 5, []),
        ([[0, 4], [2]], [1, 1], 1, [(0, 2), (4, 2)]),
        ([[3], [3]], [1, 1], 5, []),
        ([[3, 8], [3, 8]], [1, 1], 5, [(8, 3)]),
        ([[0], [2]], [2, 3], 0, [(0, 2)]),
        ([[0], [1], [2]], [1, 1, 1], 0, [(0, 1, 2)]),
        ([[0], []], [1, 1], 9, []),
    ],
)
def test_window_holds_every_unit_at_a_place_of_its_own(starts, widths, distance, windows) -> None:
    assert list(find_windows(starts, widths, distance)) == windows


units = st.lists(
    st.tuples(st.sets(st.integers(0, 9), max_size=5).map(sorted), st.integers(1, 3)), min_size=1, max_size=4
)


@given(units, st.integers(0, 6))
def test_windows_begin_where_some_choice_of_places_does(drawn, distance: int) -> None:
    starts, widths = [list(each) for each in zip(*drawn, strict=True)]
    reach = distance + sum(widths)

    def is_window(chosen) -> bool:
        end = max(at + width for at, width in zip(chosen, widths, strict=True))
        return len(set(chosen)) == len(chosen) and end - min(chosen) <= reach

    found = list(find_windows(starts, widths, distance))
    assert [min(window) for window in found] == sorted({min(each) for each in product(*starts) if is_window(each)})
    assert all(is_window(window) for window in found)
    assert all(at in places for window in found for at, places in zip(window, starts, strict=True))
