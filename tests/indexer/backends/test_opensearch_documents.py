"""Documents for OpenSearch: lanes hold every word of the analyzer at its position, and columns what an article says."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.analyzer import Analyzer
from indexer.article import Article, OriginalLine, Published, encode_article
from indexer.backends.opensearch_documents import (
    PreparedDocument,
    lay_lane,
    prepare_document,
    read_origin,
    spell_origin,
    write_documents,
)
from indexer.backends.opensearch_fields import LANES, READINGS, STORED, Reading, index_mappings, lanes
from indexer.backends.words import PlainCollector, WordCollector, choose_collector
from indexer.codec.sketching import sketch_text
from indexer.codec.stored import decode_article
from indexer.document import make_document
from indexer.errors import ArticleError

ANALYZER = Analyzer()
WORDS = (
    *("well-known", "résumé", "RÉSUMÉ", "NATO", "U.S.", "ÉTATS-UNIS", "run-runs", "東京都", "mine-\nfield", "AT&T"),
    *("the", "ships", "3.5", "\n\n", "ice-cream-van", "Erdoğan", "ΑΘΗΝΑ", "l'État", "US-led", "a-" * 20 + "b"),
)
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=20).map(" ".join)
NAMES = st.text(st.characters(codec="utf-8"), max_size=20) | st.binary(max_size=20).map(os.fsdecode)


def prepare(article: Article, origin: str = "/archive/a.txt") -> PreparedDocument:
    return prepare_document(article, article.id, article.content_hash, origin, encode_article(article))


def documents_of(articles: list[Article], collector: WordCollector | None = None) -> list[dict[str, Any]]:
    words = collector or choose_collector(1 << 20)
    for article in articles:
        words.add(article)
    return [orjson.loads(each) for each in write_documents([prepare(each) for each in articles], words.invert())]


def positions_of_lane(texts: list[str]) -> dict[str, list[int]]:
    """What Lucene makes of a field of several values, split on white space, with a gap of 1 between two of them."""
    found: dict[str, list[int]] = defaultdict(list)
    position = -1
    for text in texts:
        for word in text.split():
            position += 1
            found[word].append(position)
        position += 1
    return found


def positions_of(document: dict[str, Any], field: str, reading: Reading) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for lane in lanes(field, reading):  # type: ignore[arg-type]
        for word, positions in positions_of_lane(document.get(lane, [])).items():
            found[word] += positions
    return {word: sorted(positions) for word, positions in found.items()}


def positions_by_analyzer(analysed: Any, reading: Reading) -> dict[str, list[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for token in analysed.tokens:
        for word in token.terms if reading == "terms" else token.surfaces:
            found[word].add(token.position)
    return {word: sorted(positions) for word, positions in found.items()}


@given(
    title=TEXTS, body=TEXTS, lang=st.sampled_from(["en", "fr", "de", "und", "ru"]), author=st.lists(TEXTS, max_size=3)
)
def test_lanes_hold_what_the_analyzer_gives(title: str, body: str, lang: str, author: list[str]) -> None:
    article = Article(title, body, tuple(author), "Harbour Post", lang=lang, tag=("ice-cream", "NATO"))
    (document,) = documents_of([article])
    analysed = make_document(article, "", ANALYZER)
    for field, readings in READINGS.items():
        for reading in readings:
            wanted = positions_by_analyzer(getattr(analysed, field), reading)
            assert positions_of(document, field, reading) == wanted, (field, reading)
    assert (document["title_length"], document["body_length"]) == (analysed.title.length, analysed.body.length)


@given(body=TEXTS)
def test_the_first_lane_has_every_position_once(body: str) -> None:
    (document,) = documents_of([Article("", body, lang="fr")])
    held = chain.from_iterable(positions_of_lane(document.get("body_terms_0", [])).values())
    assert sorted(held) == list(range(document["body_length"]))


@given(bodies=st.lists(TEXTS, max_size=4))
def test_compiled_and_plain_analysis_give_the_same_documents(bodies: list[str]) -> None:
    articles = [Article(f"Title {number}", body, ("A. B.",), lang="fr") for number, body in enumerate(bodies)]
    assert documents_of(articles) == documents_of(articles, PlainCollector(Analyzer()))


def test_a_position_has_never_more_words_than_there_are_lanes() -> None:
    (document,) = documents_of([Article("", "RÉSUMÉ-CAFÉS", lang="en")])
    deepest = {reading: max(n for n in range(LANES[reading]) if f"body_{reading}_{n}" in document) for reading in LANES}
    assert deepest == {"terms": 4, "surfaces": 2}


def test_gaps_of_a_lane_are_empty_texts() -> None:
    assert lay_lane([2, 3, 6], ["resum", "^us", "x"]) == ["", "", "resum ^us", "", "x"]
    assert lay_lane([], []) == []


def test_every_field_of_a_document_is_mapped() -> None:
    article = Article(
        *("RÉSUMÉ-CAFÉS of it", " ".join(f"word{n}" for n in range(40)), ("A", "B"), "Post", "https://a.test/1"),
        Published("2021-03-12", datetime(2021, 3, 12, 15, tzinfo=UTC), "minute", "12 March"),
        *("en", ("sea",), "x1", "news", (OriginalLine("Menu", "furniture"),), '{"a":1}'),
    )
    (document,) = documents_of([article])
    assert set(document) <= set(index_mappings()["properties"])
    assert set(STORED) <= set(document)


def test_what_is_stored_gives_the_article_back() -> None:
    article = Article("Title", "Body", published=Published("2021"), original=(OriginalLine("Body", ""),), tag=("x",))
    (document,) = documents_of([article])
    kept = decode_article(orjson.dumps(document["article"]), orjson.dumps(document["original"]))
    assert kept == article
    assert document["content_hash"] == kept.content_hash


DAYS = ("first_day", "last_day", "month", "day", "year")


@pytest.mark.parametrize(
    ("on", "known"),
    [
        ("2020-02-29", ("2020-02-29", "2020-02-29", "2020-02-01", "2020-02-29", "2020")),
        ("2020-02", ("2020-02-01", "2020-02-29", "2020-02-01", None, "2020")),
        ("2020", ("2020-01-01", "2020-12-31", None, None, "2020")),
        (None, (None, None, None, None, None)),
    ],
)
def test_days_are_as_exact_as_they_are_known(on: str | None, known: tuple[str | None, ...]) -> None:
    (document,) = documents_of([Article("t", "b", published=Published(on))])
    assert tuple(document.get(name) for name in DAYS) == known


def test_values_stand_once_and_none_is_empty() -> None:
    (document,) = documents_of([Article("t", "b", ("Ann", "", "Ann", "Bo\x1fb"), "")])
    assert document["author"] == ["Ann", "Bo b"]
    assert document["source"] == []


def test_sketch_is_that_of_the_embedded_index() -> None:
    body = " ".join(f"word{number}" for number in range(100))
    (long, short) = documents_of([Article("t", body), Article("t", "too short")])
    sketch = sketch_text(ANALYZER.analyse(body, "und"))
    assert long["sketch"] == "".join(f"{word:016x}" for word in sketch)
    assert long["sketch_keys"] == [f"{key}-{sketch[3] >> 20 * key & 0xFFFFF:05x}" for key in range(3)]
    assert "sketch" not in short
    assert "sketch_keys" not in short


def test_a_value_that_no_keyword_can_hold_is_refused_by_name() -> None:
    with pytest.raises(ArticleError, match="40,000 characters is longer than OpenSearch can hold"):
        prepare(Article("t", "b", tag=("x" * 40_000,)))


@given(NAMES)
def test_every_origin_is_text_and_comes_back(origin: str) -> None:
    assert read_origin(spell_origin(origin).encode().decode()) == origin
