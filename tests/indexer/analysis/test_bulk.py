"""Bulk analysis gives exactly what the analyzer gives, article by article: terms, surfaces, positions, lengths."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import inversion
from indexer.analysis.analyzer import Analyzer
from indexer.analysis.atoms import code_points, text_of
from indexer.analysis.bulk import BulkAnalyzer
from indexer.article import Article, ReadArticle
from indexer.backends.words import PlainCollector
from indexer.codec.group import TermStretch
from indexer.codec.inverting import InvertedBatch
from indexer.codec.packing import FlatPostings
from indexer.readers.read import ReadOptions, read_articles

PIECES = (
    *("mine", "fields", "well", "being", "US", "us", "U.S.", "U.S.'s", "NATO", "AT&T", "R&D", "G7", "1,000", "3.5"),
    *("l'état", "dell'arte", "O’Brien", "résumé", "naïve", "Əliyev", "İstanbul", "ß", "Ёлка", "educación", "日", "本"),
    *("の", "กา", "é", "-", "-\n", "‐", "\u00ad\n", "--", "\n", "\n\n", "\r\n", " ", " ", " ", ".", "'", "’s"),
    *("THE LINE IN CAPITALS", "covid-19", "run-runs", "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r", "\u200d", "\x00", "😀"),
)
mixed_texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
texts = st.one_of(mixed_texts, mixed_texts, st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
langs = st.sampled_from(["en", "de", "fr", "es", "ru", "az", "und", "pt-BR", "ar", "hu"])
articles = st.builds(
    Article,
    title=texts,
    body=texts,
    author=st.lists(texts, max_size=3).map(tuple),
    source=texts,
    lang=langs,
    tag=st.lists(texts, max_size=2).map(tuple),
)


def assert_same(found: InvertedBatch, expected: InvertedBatch) -> None:
    assert np.array_equal(found.title_length, expected.title_length)
    assert np.array_equal(found.body_length, expected.body_length)
    for name in ("text", "author", "source", "tag"):
        group, other = getattr(found, name), getattr(expected, name)
        for part in ("form_start", "form_surface"):
            assert np.array_equal(getattr(group, part), getattr(other, part)), (name, part)
        (whole,) = other.stretches
        joined, form_freq = join_stretches(group.stretches)
        assert np.array_equal(form_freq, whole.form_freq)
        for ours, theirs in (
            (group.terms, other.terms),
            (group.surfaces, other.surfaces),
            (joined, whole.postings),
        ):
            for array in ours.__slots__:
                assert np.array_equal(getattr(ours, array), getattr(theirs, array)), (name, array)


def join_stretches(stretches: Iterable[TermStretch]) -> tuple[FlatPostings, np.ndarray]:
    parts = list(stretches)

    def joined(name: str, dtype: type[np.generic]) -> np.ndarray:
        return np.concatenate([np.empty(0, dtype), *(getattr(each.postings, name) for each in parts)])

    def starts(name: str) -> np.ndarray:
        return np.concatenate(
            [
                [0],
                np.cumsum(
                    np.concatenate([np.empty(0, np.int64), *(np.diff(getattr(each.postings, name)) for each in parts)])
                ),
            ]
        )

    postings = FlatPostings(
        starts("term_start"),
        joined("docs", np.int32),
        joined("title_freq", np.uint32),
        joined("body_freq", np.uint32),
        starts("position_start"),
        joined("positions", np.int32),
        joined("forms", np.uint16),
    )
    return postings, np.concatenate([np.empty(0, np.uint32), *(each.form_freq for each in parts)])


def invert_both(taken: list[Article]) -> tuple[InvertedBatch, InvertedBatch]:
    compiled, plain = BulkAnalyzer(), PlainCollector(Analyzer())
    for article in taken:
        compiled.add(article)
        plain.add(article)
    return compiled.invert(), plain.invert()


@given(st.lists(articles, min_size=1, max_size=5))
def test_any_articles_are_read_as_by_the_analyzer(taken: list[Article]) -> None:
    assert_same(*invert_both(taken))


@pytest.mark.parametrize("stretch", [1, 3, 20])
@given(st.lists(articles, min_size=1, max_size=3))
def test_terms_may_be_taken_a_few_at_a_time(stretch: int, taken: list[Article]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inversion, "STRETCH", stretch)
        assert_same(*invert_both(taken))


@given(st.lists(articles, min_size=1, max_size=3), st.lists(articles, min_size=1, max_size=3))
def test_what_was_read_before_changes_nothing(before: list[Article], taken: list[Article]) -> None:
    compiled, plain = BulkAnalyzer(), PlainCollector(Analyzer())
    for article in before:
        compiled.add(article)
    compiled.invert()
    for article in taken:
        compiled.add(article)
        plain.add(article)
    assert_same(compiled.invert(), plain.invert())


@pytest.mark.parametrize(("file", "count"), [("news/reuters21578.jsonl.gz", 400), ("news/newspapers1916.jsonl.gz", 8)])
def test_real_articles_are_read_as_by_the_analyzer(test_data: Path, file: str, count: int) -> None:
    events = read_articles([test_data / file], ReadOptions())
    assert_same(
        *invert_both([event.article for event in itertools.islice(events, count) if isinstance(event, ReadArticle)])
    )


def test_positions_go_beyond_16_bits() -> None:
    body = " ".join(f"w{number % 1000}" for number in range(70_000))
    assert_same(*invert_both([Article(body=body, lang="en"), Article(title="w7", lang="en")]))


@given(st.text())
def test_code_points_are_those_of_the_text(text: str) -> None:
    assert "".join(map(chr, code_points(text))) == text
    assert text_of(code_points(text)) == text
