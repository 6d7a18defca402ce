"""The compiled English stemmer gives what NLTK's gives."""

from __future__ import annotations

import gzip
import re
from itertools import islice
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nltk.stem.snowball import SnowballStemmer

from indexer.analysis.kernels.english import SPECIAL_WORDS
from indexer.analysis.stemmers import stem, without_possessive
from indexer.codec.compiled import HAS_NUMBA

pytestmark = pytest.mark.skipif(not HAS_NUMBA, reason="without numba the stemmer is NLTK's own")
NLTKS = SnowballStemmer("english")
SUFFIXES = ("ization", "ational", "ly", "ing", "ed", "ies", "'s", "eed", "ement", "ion", "yer", "'ll", "li", "ll", "e")
words = st.one_of(
    st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=14),
    st.builds(str.__add__, st.text("aeiouybcdlnst'", max_size=6), st.sampled_from(SUFFIXES)),
)


def by_nltk(word: str) -> str:
    bare = without_possessive(word)
    return NLTKS.stem(bare) or bare


@given(words)
@example("o'connell")
@example("'ently")
@example("'")
@example("''''")
def test_any_word_has_nltks_stem(word: str) -> None:
    assert stem(word, "en") == by_nltk(word)


@pytest.mark.parametrize("word", sorted(SPECIAL_WORDS))
def test_words_that_are_known_by_heart_have_nltks_stem(word: str) -> None:
    for spelled in (word, word.replace("g", "'"), f"{word}'s", f"x{word}"):
        assert stem(spelled, "en") == by_nltk(spelled)


def test_words_of_the_news_have_nltks_stem(test_data: Path) -> None:
    with gzip.open(test_data / "news" / "reuters21578.jsonl.gz") as lines:
        found = {
            word for line in islice(lines, 2000) for word in re.findall(r"[a-z']+", orjson.loads(line)["body"].lower())
        }
    assert len(found) > 5000
    assert [word for word in found if stem(word, "en") != by_nltk(word)] == []
