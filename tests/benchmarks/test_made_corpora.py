"""The made-up corpora and their queries: the same everywhere, and like text in what matters to an index."""

from __future__ import annotations

import gzip
import re
from itertools import islice
from pathlib import Path

import orjson
import pytest

from benchmarks.speed.articles import Corpus, read_corpus, read_instant
from benchmarks.speed.corpora import PIECE_WORDS, made_corpus, newspapers, other_corpus
from benchmarks.speed.generator import generate_articles
from benchmarks.speed.made_queries import make_classes, take_sample
from benchmarks.speed.queries import CLASSES, load_queries, save_queries
from benchmarks.speed.spelling import FUNCTION_WORDS, spell
from indexer.analysis.stemmers import stem
from indexer.analysis.stopwords import is_stop_word


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return made_corpus(tmp_path_factory.mktemp("corpora"), 1500)


def words_of(lines: list[bytes]) -> list[str]:
    return [word for line in lines for word in re.findall(r"\w+", orjson.loads(line)["body"].lower())]


def test_articles_are_the_same_every_time_and_fewer_are_the_beginning_of_more() -> None:
    assert list(generate_articles(30)) == list(islice(generate_articles(1010), 30))
    assert len(list(generate_articles(1010))) == 1010


def test_vocabulary_grows_more_slowly_than_the_text_and_does_not_stop() -> None:
    lines = list(generate_articles(2000))
    few, many = words_of(lines[:250]), words_of(lines)
    assert len(many) / len(lines) == pytest.approx(320, rel=0.1)
    grown, lengthened = len(set(many)) / len(set(few)), len(many) / len(few)
    assert lengthened**0.4 < grown < lengthened**0.9


def test_every_rank_below_the_function_words_has_a_spelling_of_its_own() -> None:
    spelled = [spell(rank) for rank in range(len(FUNCTION_WORDS), 60_000)]
    assert len(set(spelled)) == len(spelled)


def test_most_inflections_share_a_stem_with_a_more_frequent_word() -> None:
    spelled = [spell(rank) for rank in range(20_000)]
    stems = {stem(word, "en") for word in spelled if not word.endswith(("s", "ed", "ing", "er"))}
    inflected = [word for word in spelled[10_000:] if word.endswith(("s", "ed", "ing", "er"))]
    assert len(inflected) > 2000
    assert sum(stem(word, "en") in stems for word in inflected) > len(inflected) / 2


def test_queries_are_the_same_every_time_and_there_are_enough(corpus: Corpus) -> None:
    classes = make_classes(take_sample(corpus))
    assert classes == make_classes(take_sample(corpus))
    assert [each.name for each in classes] == list(CLASSES)
    assert min(len(each.queries) for each in classes) >= 50


def test_queries_find_something_where_they_were_made(corpus: Corpus) -> None:
    bodies = [re.findall(r"[a-z]+", article.body.lower()) for article in read_corpus(corpus)]
    by_name = {each.name: each.queries for each in make_classes(take_sample(corpus))}
    assert all(any(set(query.words) <= set(body) for body in bodies) for query in by_name["AND"])
    texts = [f" {' '.join(body)} " for body in bodies]
    assert all(sum(f" {' '.join(query.words)} " in text for text in texts) for query in by_name["phrase"])
    assert all(query.days and query.days[0] <= query.days[1] for query in by_name["date-filtered"])


def test_stop_words_are_asked_for_in_headlines_alone(corpus: Corpus) -> None:
    for each in make_classes(take_sample(corpus)):
        common = [word for query in each.queries for word in query.words if is_stop_word(word, "en")]
        assert bool(common) == (each.name == "headline"), each.name


def test_queries_come_back_from_their_file(corpus: Corpus, tmp_path: Path) -> None:
    classes = make_classes(take_sample(corpus), per_class=3)
    save_queries(tmp_path / "queries.json", classes)
    assert load_queries(tmp_path / "queries.json") == tuple(query for each in classes for query in each.queries)


def test_corpus_without_dates_has_no_date_classes(tmp_path: Path) -> None:
    path = tmp_path / "undated.jsonl"
    path.write_bytes(b"".join(_without_date(line) for line in generate_articles(300)))
    names = {each.name for each in make_classes(take_sample(other_corpus(tmp_path / "work", path)))}
    assert "OR of 2" in names
    assert not {"date-filtered", "newest first"} & names


def _without_date(line: bytes) -> bytes:
    return orjson.dumps({**orjson.loads(line), "date": None}, option=orjson.OPT_APPEND_NEWLINE)


def test_pages_are_cut_into_pieces_that_are_the_page_again(tmp_path: Path) -> None:
    body = "\n".join(f"word{number} and more," for number in range(500))
    (tmp_path / "news").mkdir()
    page = orjson.dumps({"id": "p", "title": "Paper", "body": body, "date": "1916-01-02", "url": "https://a.b/c"})
    (tmp_path / "news" / "newspapers1916.jsonl.gz").write_bytes(gzip.compress(page + b"\n"))
    pieces = list(read_corpus(newspapers(tmp_path / "work", tmp_path)))
    assert [len(piece.body.split()) for piece in pieces] == [PIECE_WORDS, PIECE_WORDS, PIECE_WORDS, 300]
    assert [word for piece in pieces for word in piece.body.split()] == body.split()
    assert len({piece.id for piece in pieces}) == len(pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1987-02-26T15:02:20", "1987-02-26T15:02:20"),
        ("1916-01-01", "1916-01-01T00:00:00"),
        ("2015-01-11T03:58:49Z", "2015-01-11T03:58:49"),
        ("2015-01-11 some day", "2015-01-11T00:00:00"),
        ("", None),
    ],
)
def test_instants_keep_the_outlets_own_day(text: str, expected: str | None) -> None:
    found = read_instant(text)
    assert (found.isoformat() if found else None) == expected
