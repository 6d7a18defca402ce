"""What patterns and close spellings fit, said a second time by what is slow and plain."""

from __future__ import annotations

from time import perf_counter

import pytest
from brute_force import count_steps, fits_pattern
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.wanted_forms import ANY
from searchapp.search.spellings import CloseTo, Wildcard, is_close

letters = st.text("abж", max_size=7)


@pytest.mark.parametrize(
    ("pattern", "surface", "does_fit"),
    [
        ("protest*", "protest", True),
        ("protest*", "protesters", True),
        ("protest*", "protes", False),
        ("gov*ment", "government", True),
        ("gov*ment", "govment", True),
        ("gov*ment", "governments", False),
        ("organi?ation", "organization", True),
        ("organi?ation", "organiation", False),
        ("nat*", "^nato", True),
        ("e?iyev", "eliyev", True),
        ("a.c*", "abc", False),
        ("a*b*a", "ababa", True),
        ("地?", "地雷", True),
    ],
)
def test_pattern_fits(pattern: str, surface: str, does_fit: bool) -> None:
    assert Wildcard(pattern).fits(surface) is does_fit


@pytest.mark.parametrize(
    ("word", "surface", "steps"),
    [
        ("aliev", "aliev", 0),
        ("aliev", "aliyev", 1),
        ("aliyev", "aliev", 1),
        ("aliev", "aleiv", 1),
        ("aliev", "oliev", 1),
        ("aliev", "liev", 1),
        ("aliev", "eliyev", 2),
        ("aliev", "alive", 1),
        ("ca", "abc", 3),
        ("us", "^us", 0),
        ("nato", "^nata", 1),
    ],
)
def test_steps_between_words(word: str, surface: str, steps: int) -> None:
    assert [CloseTo(word, most).fits(surface) for most in range(4)] == [steps <= most for most in range(4)]


@given(letters, letters, st.integers(0, 3))
def test_closeness_is_that_of_the_whole_table(left: str, right: str, steps: int) -> None:
    assert is_close(left, right, steps) is (count_steps(left, right) <= steps)


@given(st.text("ab*?", max_size=7), st.text("ab", max_size=8))
def test_pattern_is_that_of_trying_everything(pattern: str, text: str) -> None:
    assert Wildcard(pattern).fits(text) is fits_pattern(pattern, text)


@given(
    st.one_of(st.text("ab*?", max_size=5).map(Wildcard), st.builds(CloseTo, letters, st.integers(0, 2))),
    st.text("abж", min_size=1, max_size=7),
)
def test_what_fits_begins_with_one_of_the_heads(spelling: Wildcard | CloseTo, text: str) -> None:
    if spelling.fits(text):
        assert any(
            len(head) <= len(text) and all(sign in (ANY, char) for sign, char in zip(head, text, strict=False))
            for head in spelling.heads
        )


def test_pattern_of_many_stars_takes_time_linear_in_the_text() -> None:
    hostile = Wildcard("aa" + "*a" * 250 + "*b")
    started = perf_counter()
    assert not hostile.fits("a" * 100)
    assert not Wildcard("aa" + "*a" * 40 + "*b").fits("a" * 100)
    assert perf_counter() - started < 10  # tried in every way, it would take longer than the universe has
