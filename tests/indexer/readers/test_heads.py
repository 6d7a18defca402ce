"""Heads of news pages in flat text: what becomes title, author, date and source, and that the body holds none of it."""

from __future__ import annotations

from datetime import date

import pytest

from indexer.article import Article, Place, ReadArticle
from indexer.readers.scraped_text import DATE_TO_COME, read_scraped_text

PARAGRAPHS = [
    "The river rose above its banks in the night, and by the morning three streets of the old town stood under water.",
    "Nobody was hurt, the fire brigade said, but forty families had to leave their homes and were taken to a school.",
    "It will be days before the water goes down, according to the office that measures the river and its tributaries.",
    "The council meets on Thursday to decide how those who have lost their belongings in the flood will be helped.",
]


def read(*head: str, body: list[str] | None = None, today: date | None = None) -> ReadArticle:
    outcome = read_scraped_text("\n".join([*head, *(body or PARAGRAPHS)]) + "\n", Place("page.txt"), today=today)
    assert isinstance(outcome, ReadArticle)
    return outcome


def article_of(*head: str, body: list[str] | None = None) -> Article:
    return read(*head, body=body).article


HEADS = [
    # head lines, title, authors, published on
    (["River floods old town", "By Jane Doe", "March 12, 2021"], "River floods old town", ("Jane Doe",), "2021-03-12"),
    (
        ["River floods old town", "By Jane Doe and John Smith, Reuters", "March 12, 2021 3:29 PM EST"],
        "River floods old town",
        ("Jane Doe", "John Smith", "Reuters"),
        "2021-03-12",
    ),
    (["RIVER FLOODS OLD TOWN", "By JANE DOE", "March 12, 2021"], "RIVER FLOODS OLD TOWN", ("Jane Doe",), "2021-03-12"),
    (
        ["RIVER FLOODS OLD TOWN", "By JANE DOE and JOHN SMITH Associated Press", "March 12, 2021"],
        "RIVER FLOODS OLD TOWN",
        ("Jane Doe", "John Smith", "Associated Press"),
        "2021-03-12",
    ),
    (
        ["Opinion | The river will come again", "By Jane Doe", "12 March 2021"],
        "The river will come again",
        ("Jane Doe",),
        "2021-03-12",
    ),
    (
        ["The river will come again | Opinion", "By Jane Doe", "12 March 2021"],
        "The river will come again",
        ("Jane Doe",),
        "2021-03-12",
    ),
    (
        ["Analysis | What the river did to the old town", "Jane Doe", "12 March 2021"],
        "What the river did to the old town",
        ("Jane Doe",),
        "2021-03-12",
    ),
    (
        ["Nehir eski kenti bastı", "Yazan: Ayşe Yılmaz", "12 Mart 2021 Cuma 15:29"],
        "Nehir eski kenti bastı",
        ("Ayşe Yılmaz",),
        "2021-03-12",
    ),
    (
        ["Fluss überschwemmt die Altstadt", "Von Anna Schmidt und Karl Meyer", "12.03.21, 15:29 Uhr"],
        "Fluss überschwemmt die Altstadt",
        ("Anna Schmidt", "Karl Meyer"),
        "2021-03-12",
    ),
    (
        ["Le fleuve inonde la vieille ville", "Par Jean Dupont avec AFP", "Publié le 12/03/2021 à 15h29"],
        "Le fleuve inonde la vieille ville",
        ("Jean Dupont", "AFP"),
        "2021-03-12",
    ),
    (
        ["Река затопила старый город", "Автор: Иван Петров", "12 марта 2021, 15:29"],
        "Река затопила старый город",
        ("Иван Петров",),
        "2021-03-12",
    ),
    (
        ["River floods old town", "By Jane Doe", "03/12/2021 3:29 PM ET", "Updated 03/25/2021"],
        "River floods old town",
        ("Jane Doe",),
        "2021-03-12",
    ),
]


@pytest.mark.parametrize(("head", "title", "authors", "on"), HEADS, ids=[head[0] for head, *_ in HEADS])
def test_a_head_becomes_fields(head: list[str], title: str, authors: tuple[str, ...], on: str) -> None:
    article = article_of(*head)
    assert (article.title, article.author, article.published.on) == (title, authors, on)
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert all(not line.left_out or line.text.startswith("Updated") for line in article.original)


@pytest.mark.parametrize(
    ("title", "again"),
    [
        ("River floods old town", "River floods old town"),
        ("River floods old town", "RIVER FLOODS OLD TOWN"),
        ("Opinion | River floods old town", "River floods old town"),
    ],
)
def test_a_title_repeated_in_the_body_is_left_out_of_it(title: str, again: str) -> None:
    article = article_of(title, "By Jane Doe", "March 12, 2021", again)
    assert article.title.casefold() == "river floods old town"
    assert article.body == "\n\n".join(PARAGRAPHS)


def test_the_zone_and_the_wording_of_a_date_are_kept() -> None:
    published = article_of("River floods old town", "By Jane Doe", "12 March 2021 15:29 (UTC+04:00)").published
    assert (published.zone, published.raw) == ("UTC+04:00", "12 March 2021 15:29 (UTC+04:00)")
    assert published.confidence == "likely"


def test_a_date_to_come_is_refused_with_a_note() -> None:
    outcome = read("River floods old town", "By Jane Doe", "12 March 2031", today=date(2026, 1, 1))
    assert outcome.article.published.on is None
    assert outcome.notes == (DATE_TO_COME,)


def test_a_date_to_come_gives_way_to_the_day_of_publication() -> None:
    head = ("River floods old town", "By Jane Doe", "12 March 2021", "Next meeting: 12 March 2031")
    outcome = read(*head, today=date(2026, 1, 1))
    assert (outcome.article.published.on, outcome.notes) == ("2021-03-12", ())


def test_a_year_before_1600_is_no_date_of_publication() -> None:
    assert article_of("River floods old town", "By Jane Doe", "12 March 1599").published.on is None
