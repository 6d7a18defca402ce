"""Sketches: both paths make the same, they depend on the text alone, and are as alike as texts are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.bulk import BulkAnalyzer
from indexer.article import Article
from indexer.backends.words import PlainCollector, WordCollector
from indexer.codec.compiled import HAS_NUMBA
from indexer.codec.kernels.sketching import KEY_BITS, KEYS, LEAST_WORDS, NEIGHBOURS, SHORT_WORDS, SMALL_VALUES
from indexer.codec.sketching import NO_SKETCH, U64, hash_word, sketch_words
from indexer.codec.stories import LEAST_SAME, LEAST_SAME_SHORT, find_plainly
from tests.indexer.codec.golden_copies import COPIES, OTHERS, PIECE, ROUTINE, SHORT

WORDS = (
    *("mine", "well-being", "run-runs", "US", "U.S.", "U.S.'s", "NATO", "AT&T", "1,000", "naïve", "résumé", "Əliyev"),
    *("the", "of", "O’Brien", "日本", "กา", "G7", "\n\n", "A LINE IN CAPITALS", "-", "covid-19", "a-b-c", "é"),
)
bodies = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
articles = st.builds(Article, title=bodies, body=bodies, lang=st.sampled_from(["en", "de", "fr", "az", "und"]))


def sketch(*taken: Article, collector: WordCollector | None = None) -> U64:
    words = collector or PlainCollector(Analyzer())
    for article in taken:
        words.add(article)
    sketches: U64 = words.invert().sketches
    return sketches


def are_copies(one: str, other: str) -> bool:
    sketches = sketch(Article(body=one, lang="en"), Article(body=other, lang="en"))
    return len(find_plainly(sketches[1:], sketches[:1], np.ones(1, np.bool_))[0]) > 0


@pytest.mark.skipif(not HAS_NUMBA, reason="without numba there is no other path: install numba")
@given(st.lists(articles, min_size=1, max_size=4))
def test_both_paths_make_the_same_sketches(taken: list[Article]) -> None:
    assert np.array_equal(sketch(*taken, collector=BulkAnalyzer()), sketch(*taken))


@pytest.mark.skipif(not HAS_NUMBA, reason="without numba there is no other path: install numba")
@given(st.lists(articles, min_size=1, max_size=3), st.lists(articles, min_size=1, max_size=3))
def test_a_sketch_depends_on_no_other_article(before: list[Article], taken: list[Article]) -> None:
    words = BulkAnalyzer()
    together = sketch(*before, *taken, collector=words)
    assert np.array_equal(sketch(*taken, collector=words), together[len(before) :])
    assert np.array_equal(sketch(*taken[::-1], collector=BulkAnalyzer()), together[len(before) :][::-1])


def test_title_and_language_take_no_part() -> None:
    one, other = sketch(Article(body=PIECE, title="Strike", lang="en"), Article(body=PIECE, title="Streik", lang="de"))
    assert one.tolist() == other.tolist()
    assert one[-1] >> np.uint64(63) == 1


def test_short_and_empty_texts_have_no_sketch() -> None:
    assert sketch(Article(), Article(title=PIECE), Article(body=SHORT)).tolist() == [list(NO_SKETCH)] * 3
    words = [hash_word(str(number)) for number in range(LEAST_WORDS)]
    assert sketch_words(words[1:]) == NO_SKETCH
    assert sketch_words(words) != NO_SKETCH


def test_an_acronym_is_its_letters() -> None:
    assert hash_word("^us") == hash_word("us") != hash_word("u")


@given(st.lists(st.integers(0, 2**63 - 1), min_size=LEAST_WORDS, max_size=200))
def test_a_sketch_has_three_keys_and_says_that_it_is_one_and_whether_of_a_short_text(words: list[int]) -> None:
    made = sketch_words(words)
    assert all(0 <= word < 1 << 64 for word in made)
    assert made[-1] >> KEYS * KEY_BITS == (0b1100 if len(words) < SHORT_WORDS else 0b1000)


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_sketches_are_as_alike_as_texts(share: float) -> None:
    # Estimates of one pair scatter by .06; the mean of fifty by .01.
    found = []
    for trial in range(50):
        words = [hash_word(f"{trial} {number}") for number in range(300)]
        runs = len(words) - NEIGHBOURS + 1
        changed = round(runs * (1 - share) / (1 + share))
        other = [*words[:-changed], *(hash_word(f"{trial} {number} other") for number in range(changed))]
        same = runs - changed
        pairs = zip(nibbles(sketch_words(words)), nibbles(sketch_words(other)), strict=True)
        equal = sum(one == two for one, two in pairs) / SMALL_VALUES
        found.append((equal - 1 / 16) / (15 / 16) - same / (2 * runs - same))
    assert abs(sum(found) / len(found)) < 0.04


def nibbles(made: tuple[int, ...]) -> list[int]:
    return [word >> shift & 15 for word in made[:-1] for shift in range(0, 64, 4)]


@pytest.mark.parametrize("done", COPIES)
def test_what_papers_do_to_a_piece_leaves_it_a_copy(done: str) -> None:
    assert are_copies(PIECE, COPIES[done])


@pytest.mark.parametrize("pair", OTHERS)
def test_what_only_looks_alike_is_no_copy(pair: str) -> None:
    assert not are_copies(*OTHERS[pair])


def test_a_short_text_printed_twice_is_a_copy() -> None:
    assert are_copies(ROUTINE.format("Quellport", 120), ROUTINE.format("Quellport", 120).upper())


def test_the_least_that_is_the_same_is_far_from_chance() -> None:
    assert SMALL_VALUES / 16 < LEAST_SAME / 4 < LEAST_SAME < LEAST_SAME_SHORT < SMALL_VALUES
