"""The compiled tokenizer cuts any text exactly where the NLTK tokenizer that it stands for does, span for span."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis.atoms import AtomCutter, cut_spans
from indexer.analysis.tokenizer import AMPERSANDS, APOSTROPHES, ELISIONS, JOINERS, NewsTokenizer
from indexer.article import ReadArticle
from indexer.codec.compiled import HAS_NUMBA
from indexer.readers.read import ReadOptions, read_articles

pytestmark = pytest.mark.skipif(not HAS_NUMBA, reason="nothing is compiled here; install numba")

EXAMPLES = 100_000
TOKENIZER = NewsTokenizer()

#: Pieces that a rule of the tokenizer looks at, of every class that it knows.
PIECES = (
    *"aAbcdDlLnNqsStuUzZéÉßİıəЖжאبन ᄀ0159",
    *("\u0664", "\u00bd", "\u2167", "\U0001d538", "\U00010428"),
    *("\u0301", "\u0306", "\u093e", "\u05b8", "\uff9e", "\uff9f", "\u20dd", "\ufe0f"),
    *(APOSTROPHES + AMPERSANDS + JOINERS),
    *("·", ".", ",", ":", ";", "-", "\u2010", "\u2011", "\u00ac", "_", "/", "@", " ", "\n", "\r", "\t", "\u2028"),
    *("\u00a0", "\u200b", "\x00", "\u115f", "\u3164", "\ufffd", "\ud800", "\udfff"),
    *"日本のカｶー゛ไยขລខ္ကㄅ々〇",
    *(f"{prefix}'" for prefix in ELISIONS),
    *("U.S.", "e.g.", "A.B.C.D.E.F.G.H.I.J.K.L.M.N.O.P.Q.R", "1,000", "3.5", "AT&T", "O'Brien", "col·lecció", "'s"),
)
mixed = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
anything = st.text(st.characters(), max_size=24)
texts = st.one_of(mixed, mixed, anything, st.tuples(mixed, anything, mixed).map("".join))


@pytest.fixture(scope="module")
def cutter() -> AtomCutter:
    return AtomCutter()


def expected_spans(text: str) -> list[tuple[int, int]]:
    return list(TOKENIZER.spans(text))


@given(batch=st.lists(texts, min_size=1, max_size=4))
def test_texts_of_a_batch_are_cut_as_by_nltk(cutter: AtomCutter, batch: list[str]) -> None:
    assert cut_spans(batch, cutter) == [expected_spans(text) for text in batch]


@pytest.mark.slow
def test_a_hundred_thousand_texts_are_cut_as_by_nltk(cutter: AtomCutter) -> None:
    cut = 0

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def compare(text: str) -> None:
        nonlocal cut
        assert cut_spans([text], cutter) == [expected_spans(text)]
        cut += 1

    compare()
    assert cut >= EXAMPLES


def test_every_code_point_is_cut_as_by_nltk_alone_and_beside_letters_digits_and_signs(cutter: AtomCutter) -> None:
    for first in range(0, 0x110000, 0x4000):
        # Of the planes that hold one script or nothing, a sample.
        batch = [
            f"{char} a{char}b l'{char} U.{char} 1{char}2"
            for char in map(chr, range(first, first + 0x4000, 61 if first >= 0x20000 else 1))
        ]
        for text, spans in zip(batch, cut_spans(batch, cutter), strict=True):
            assert spans == expected_spans(text), ascii(text)


@pytest.mark.parametrize(("file", "count"), [("news/reuters21578.jsonl.gz", 300), ("news/newspapers1916.jsonl.gz", 6)])
def test_real_articles_are_cut_as_by_nltk(test_data: Path, cutter: AtomCutter, file: str, count: int) -> None:
    events = itertools.islice(read_articles([test_data / file], ReadOptions()), count)
    bodies = [event.article.body for event in events if isinstance(event, ReadArticle)]
    assert cut_spans(bodies, cutter) == [expected_spans(body) for body in bodies]
