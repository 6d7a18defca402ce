"""Feedback against its formula, written down a second time over whole tables of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from searchapp.search.feedback import CHOSEN, FEW_WORDS, TEACHERS, KeyTerm, TaughtArticle, measure_feedback
from searchapp.search.feedback import feedback_strength as strength_of

K1 = 1.2
SEGMENTS = 2
VOCABULARY = 60


@st.composite
def ranked_articles(draw) -> list[TaughtArticle]:
    """Articles of two segments, which know the same words with other rarities; no two rarities are nearly the same."""
    rarities = draw(st.permutations(range(SEGMENTS * VOCABULARY)))
    articles = []
    for _ in range(draw(st.integers(0, TEACHERS + 8))):
        segment = draw(st.integers(0, SEGMENTS - 1))
        held = draw(st.dictionaries(st.integers(0, VOCABULARY - 1), st.integers(1, 15), max_size=48))
        terms = tuple(
            KeyTerm(segment, f"t{term}", frequency, 0.5 + rarities[segment * VOCABULARY + term] / 17)
            for term, frequency in sorted(held.items())
        )
        articles.append(TaughtArticle(terms, draw(st.integers(0, 400)), draw(st.floats(0.25, 4))))
    return articles


def by_the_formula(articles: list[TaughtArticle], *, is_property: bool = False) -> np.ndarray:
    """A row for each article, a column for each term of each segment. Rounding must not say which terms are chosen."""
    frequency = np.zeros((len(articles), SEGMENTS, VOCABULARY))
    rarity = np.zeros((SEGMENTS, VOCABULARY))
    for row, article in enumerate(articles):
        for term in article.terms:
            frequency[row, term.segment, int(term.text[1:])] = term.frequency
            rarity[term.segment, int(term.text[1:])] = term.rarity
    lengths = np.array([max(article.length, 1) for article in articles])
    ranks = np.arange(1, TEACHERS + 1)
    weight = (frequency[:TEACHERS] / (ranks * lengths[:TEACHERS])[:, None, None]).sum(0)
    worth = (weight * rarity).ravel()
    if is_property:
        best = np.sort(worth)[::-1]
        assume(best[CHOSEN - 1] - best[CHOSEN] > 1e-9 or not best[CHOSEN])
    chosen = np.zeros(worth.size, bool)
    chosen[np.argsort(-worth, kind="stable")[:CHOSEN]] = True
    share = np.where(chosen & (worth > 0), weight.ravel() * np.sqrt(rarity.ravel()), 0)
    if not share.sum():
        return np.zeros(len(articles))
    taught = (share / share.sum() * rarity.ravel()).reshape(SEGMENTS, VOCABULARY).sum(0)
    tf = frequency.sum(1) * np.array([article.gain for article in articles])[:, None]
    return (taught * tf / (K1 + tf)).sum(1)


@given(ranked_articles())
def test_what_is_added_is_what_the_formula_says(articles) -> None:
    added = measure_feedback(articles, K1)
    if len(articles) <= TEACHERS:
        assert added == [0.0] * len(articles)
        return
    assert added == pytest.approx(by_the_formula(articles, is_property=True), rel=1e-9)


def test_forty_terms_are_chosen_and_those_that_follow_count_for_nothing() -> None:
    heavy = tuple(KeyTerm(0, f"t{number}", 9, 2.0 + number / 100) for number in range(CHOSEN))
    light = (KeyTerm(0, "t59", 1, 1.0),)
    teachers = [TaughtArticle(heavy + light, 100, 1.0) for _ in range(TEACHERS)]
    of_heavy, of_light = TaughtArticle(heavy[:1], 100, 1.0), TaughtArticle(light, 100, 1.0)
    added = measure_feedback([*teachers, of_heavy, of_light], K1)
    assert added[TEACHERS] > 0
    assert added[TEACHERS + 1] == 0
    assert added == pytest.approx(by_the_formula([*teachers, of_heavy, of_light]))


def test_few_words_learn_nothing() -> None:
    assert [strength_of(words) for words in range(FEW_WORDS + 1)] == [0.0] * (FEW_WORDS + 1)
    assert strength_of(FEW_WORDS + 1) > 0
