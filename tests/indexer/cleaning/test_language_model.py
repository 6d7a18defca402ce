"""The compiled model against py3langid's own reckoning, to the last digit; short ways against the expressions."""

from __future__ import annotations

import gzip
from functools import cache
from itertools import islice
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from indexer.cleaning import language
from indexer.cleaning.language_model import CompiledModel
from indexer.codec.compiled import HAS_NUMBA

pytestmark = pytest.mark.skipif(not HAS_NUMBA, reason="without numba the model is py3langid's own")
PIECES = (
    "the ",
    "der ",
    "la ",
    "och ",
    "ИЗ ",
    "и ",
    "U.S. ",
    "QUARTERLY ",
    "日本",
    "için ",
    "é",
    "\n",
    "\x00",
    "🎈",
    "x",
)


@cache
def models() -> tuple[LanguageIdentifier, CompiledModel]:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["de", "en", "es", "fr", "it", "ja", "ru", "sr", "sv", "tr", "uk"])
    return identifier, CompiledModel(identifier)


texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=200))


@given(texts)
def test_any_text_is_classified_as_by_py3langid(text: str) -> None:
    theirs, ours = models()
    assert ours.classify(text) == theirs.classify(text)


def test_real_articles_are_classified_as_by_py3langid(test_data: Path) -> None:
    theirs, ours = models()
    for file in ("reuters21578", "newspapers1916"):
        with gzip.open(test_data / "news" / f"{file}.jsonl.gz") as lines:
            for line in islice(lines, 100):
                text = orjson.loads(line).get("body", "")[:1000]
                assert ours.classify(text) == theirs.classify(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_capitals_and_words_of_ascii_are_counted_as_the_general_expression_has_them(text: str) -> None:
    words = language._WORD.findall(text)
    assert language._is_in_capitals(text) == (sum(map(str.isupper, words)) * 2 > len(words))
    assert all(language._has_words(text, count) == (len(words) >= count) for count in range(1, 8))
