"""Bulk analysis gives exactly what the analyzer gives, article by article: terms, surfaces, positions, lengths."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.atoms import code_points, text_of
from indexer.analysis.bulk import BulkAnalyzer
from indexer.article import Article, ReadArticle
from indexer.backends.words import PlainCollector
from indexer.codec.inverting import InvertedBatch
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
        for part in ("terms", "surfaces", "postings", "forms"):
            ours, theirs = getattr(group, part), getattr(other, part)
            for array in ours.__slots__:
                assert np.array_equal(getattr(ours, array), getattr(theirs, array)), (name, part, array)


def invert_both(taken: list[Article]) -> tuple[InvertedBatch, InvertedBatch]:
    compiled, plain = BulkAnalyzer(), PlainCollector(Analyzer())
    for article in taken:
        compiled.add(article)
        plain.add(article)
    return compiled.invert(), plain.invert()


@given(st.lists(articles, min_size=1, max_size=5))
def test_any_articles_are_read_as_by_the_analyzer(taken: list[Article]) -> None:
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
