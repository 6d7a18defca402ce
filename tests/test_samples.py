"""The samples that `make demo` shows are read right: title, source, day, language, first and last words."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.article import Article, ReadArticle, Skipped, format_instant
from indexer.cleaning.language import identify_language
from indexer.readers.read import read_articles

SAMPLES = Path(__file__).resolve().parent.parent / "index_data" / "samples"

GOLDEN = Path(__file__).resolve().parent / "golden" / "samples.jsonl"


@dataclass(frozen=True, slots=True)
class Expected:
    """`line` is 0 for a file that is one article; `begins` and `ends` are the first and last words of the body."""

    file: str
    line: int
    source: str
    on: str
    lang: str
    author: tuple[str, ...]
    title: str
    begins: str
    ends: str


def read_expected() -> list[Expected]:
    lines = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    return [Expected(**{**line, "author": tuple(line["author"])}) for line in lines]


EXPECTED = read_expected()

#: What stands around the articles on their pages, in the words of each outlet.
FURNITURE = (
    "Share this",
    "Follow us",
    "Subscribe",
    "Loading...",
    "All rights reserved",
    "RELATED ARTICLES",
    "Related stories",
    "Comments (47)",
    "Most read",
    "cookies",
    "newsletter",
    "Advertisement",
    "READ MORE",
    "Reproduction without permission",
    "Report this comment",
    "You may also like",
    "Skip to main content",
    "Copy link",
    "Editor's picks",
    "appears in print",
    "Artikel teilen",
    "Lesen Sie auch",
    "Jetzt abonnieren",
    "Impressum",
    "Cookies",
    "Weiterempfehlen",
    "Partager",
    "LIRE AUSSI",
    "Abonnez-vous",
    "Chargement...",
    "Mentions légales",
    "Réagir à cet article",
    "Поделиться",
    "Подписывайтесь",
    "Читайте также",
    "Комментарии",
    "Paylaş",
    "Abunə ol",
    "Oxşar xəbərlər",
)


@pytest.fixture(scope="module")
def outcomes() -> list[object]:
    return list(read_articles([SAMPLES]))


@pytest.fixture(scope="module")
def articles(outcomes: list[object]) -> dict[tuple[str, int], Article]:
    """(path under the samples, line) -> article."""
    return {
        (Path(each.place.file).resolve().relative_to(SAMPLES).as_posix(), each.place.line): each.article
        for each in outcomes
        if isinstance(each, ReadArticle)
    }


def test_nothing_is_skipped(outcomes: list[object]) -> None:
    assert [each for each in outcomes if isinstance(each, Skipped)] == []


def test_every_sample_is_expected_and_every_expected_one_is_read(articles: dict[tuple[str, int], Article]) -> None:
    assert set(articles) == {(expected.file, expected.line) for expected in EXPECTED}
    assert len(articles) == 46


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: f"{expected.file}:{expected.line}")
def test_sample_is_read_as_its_page_meant_it(expected: Expected, articles: dict[tuple[str, int], Article]) -> None:
    article = articles[(expected.file, expected.line)]
    assert (article.title, article.source, article.published.on) == (expected.title, expected.source, expected.on)
    assert article.author == expected.author
    assert article.lang == expected.lang
    assert article.body.startswith(expected.begins)
    assert article.body.endswith(expected.ends)
    assert article.body.count("\n\n") >= 3


def test_no_furniture_is_left_in_any_body(articles: dict[tuple[str, int], Article]) -> None:
    left = {
        key: found
        for key, article in articles.items()
        if (found := [each for each in FURNITURE if each in article.body])
    }
    assert left == {}


def test_every_left_out_line_says_why(articles: dict[tuple[str, int], Article]) -> None:
    for (file, _), article in articles.items():
        if file.endswith(".txt"):
            kept = [line.text for line in article.original if not line.left_out]
            assert kept, file
            assert all(line.left_out.strip() == line.left_out for line in article.original), file


def test_language_is_identified_where_no_label_says_it(articles: dict[tuple[str, int], Article]) -> None:
    for expected in EXPECTED:
        body = articles[(expected.file, expected.line)].body
        assert identify_language(body) == expected.lang, expected.file


def test_instants_are_those_of_outlets_that_give_time_and_zone(articles: dict[tuple[str, int], Article]) -> None:
    def instant(file: str, line: int = 0) -> str | None:
        at = articles[(file, line)].published.at
        return None if at is None else format_instant(at)

    assert instant("halvermouth-gazette/2019-09-03-crane-collapse.txt") == "2019-09-03T14:52:00+01:00"
    assert instant("gumusdere-xeber/2018-04-21-xalca-muzeyi.txt") == "2018-04-21T12:40:00+04:00"
    assert instant("northern-science-letter.xml", 2) == "2016-04-12T08:00:00Z"
    assert instant("halvermouth-gazette/2001-10-25-pension-fund.txt") is None
    assert instant("tidewire.jsonl", 3) is None


def test_samples_have_something_to_narrow_and_to_explore(articles: dict[tuple[str, int], Article]) -> None:
    languages = Counter(article.lang for article in articles.values())
    sources = Counter(article.source for article in articles.values())
    years = {(article.published.on or "")[:4] for article in articles.values()}
    assert languages.keys() == {"en", "de", "fr", "ru", "az"}
    assert len(sources) == 9
    assert min(years) == "1998"
    assert max(years) == "2024"
    assert len(years) >= 16


def test_no_two_samples_share_an_id(articles: dict[tuple[str, int], Article]) -> None:
    assert len({article.id for article in articles.values()}) == len(articles)


def test_one_story_is_told_by_two_outlets_in_nearly_the_same_words(
    articles: dict[tuple[str, int], Article],
) -> None:
    wire = articles[("tidewire.jsonl", 7)]
    republished = articles[("kettlesand-mercury/2023-05-19-wreck-wire.txt", 0)]
    shared = set(wire.body.split("\n\n")) & set(republished.body.split("\n\n"))
    assert len(shared) >= 5
    assert wire.body != republished.body
    assert (wire.source, wire.title) != (republished.source, republished.title)


def test_every_outlet_writes_real_articles(articles: dict[tuple[str, int], Article]) -> None:
    for key, article in articles.items():
        assert 90 <= len(article.body.split()) <= 500, key
