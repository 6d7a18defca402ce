"""Any page like the ones we know, with lines of its head and furniture absent, repeated or in another order, and any
text at all: the body survives, nothing raises, nothing is lost."""

# ruff: noqa: E501 - paragraphs as they stand in a page

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.article import Article, Place, ReadArticle, Skipped
from indexer.readers.scraped_text import read_scraped_text

PLACE = Place("page.txt")


@dataclass(frozen=True, slots=True)
class Invented:
    """A page: the lines of its head, its paragraphs, what stands below."""

    head: tuple[str, ...]
    body: tuple[str, ...]
    tail: tuple[str, ...]


ENGLISH = Invented(
    (
        "Halvermouth Gazette",
        "Wednesday September 4 2024",
        "Crane collapses at Pelican Quay, two people hurt",
        "3 September 2019 14:52 (UTC+01:00)",
        "Crane collapses at Pelican Quay, two people hurt",
        "By Marit Oyelaran",
    ),
    (
        "A container crane collapsed at Pelican Quay in Halvermouth on Tuesday shortly after noon. Two people were hurt.",
        (
            "The crane, one of two that were put into service in 2017, fell across the deck of a container ship as its boom "
            "was being lowered. Witnesses heard “a noise like a bell being torn”."
        ),
        "Wind speeds were moderate.",
        (
            "Firefighters brought down the operator, who had been caught in his cab at a height of 38 metres, and took him "
            "to the county hospital, where he was said to be talking."
        ),
        "The ports authority closed the quay and stopped the second crane until it has been looked at.",
    ),
    ("--", "Follow us on Twitter @HalvGazette", "Subscribe", "Thank you!", "Loading...", "Latest See more"),
)
GERMAN = Invented(
    (
        "Brackenauer Bote",
        "Sonntag, 23. November 2014",
        "Sturm „Ottilie“: Die Ilve tritt über die Ufer",
        "23. November 2014 09:15",
        "Sturm „Ottilie“: Die Ilve tritt über die Ufer",
        "Von Jörn Tappert",
    ),
    (
        (
            "Nach dem Sturm kommt das Wasser. Zwei Tage, nachdem der Sturm über die Küste gezogen ist, hat die Ilve in "
            "Brackenau einen Pegel von 8,62 Metern erreicht, so viel wie seit 1926 nicht mehr."
        ),
        "Rund 1.900 Menschen mussten ihre Häuser verlassen. Verletzt wurde niemand, vermisst wird ein Klavier.",
        "Die neue Brücke blieb als einzige Verbindung zwischen Nord- und Südstadt offen, und auch die alte Fähre fuhr.",
        "Der Scheitel der Flut soll die Stadt am Montag gegen Mittag passieren.",
    ),
    ("Folgen Sie uns auf Twitter", "Jetzt abonnieren", "Artikel teilen", "Mehr zum Thema"),
)
RUSSIAN = Invented(
    (
        "Туманогорский вестник",
        "Четверг, 10 июля 2025",
        "Ледовую дорогу через озеро открыли на месяц позже",
        "5 февраля 2020, 14:20",
        "Ледовую дорогу через озеро открыли на месяц позже",
        "Автор: Глеб Охотников",
    ),
    (
        "Ледовую дорогу через озеро открыли во вторник, на месяц позже обычного, сообщили в дорожной службе района.",
        "Первым по льду проехал грузовик с почтой, которую на другом берегу ждали с декабря прошлого года.",
        "По словам водителя, лёд держит хорошо, но в середине озера он на всякий случай снял шапку и ехал молча.",
        "Дорогу закроют, когда температура поднимется выше нуля, то есть, вероятно, в начале апреля.",
    ),
    ("Поделиться", "Подписывайтесь на наш канал", "Читайте также", "Комментарии"),
)


def read(text: str) -> Article:
    outcome = read_scraped_text(text, PLACE)
    assert isinstance(outcome, ReadArticle)
    return outcome.article


@st.composite
def variants(draw: st.DrawFn) -> tuple[Invented, list[str], list[str]]:
    page = draw(st.sampled_from([ENGLISH, GERMAN, RUSSIAN]))
    head = draw(st.lists(st.sampled_from(page.head), max_size=9))
    tail = draw(st.lists(st.sampled_from(page.tail), max_size=8))
    return page, head, tail


@settings(max_examples=300)
@given(variants(), st.sampled_from(["\n", "\n\n", "\r\n", "\n \n\n"]))
def test_body_survives_whatever_stands_around_it(variant: tuple[Invented, list[str], list[str]], gap: str) -> None:
    page, head, tail = variant
    article = read(gap.join([*head, *page.body, *tail]))
    kept = article.body.split("\n\n")
    assert [paragraph for paragraph in kept if paragraph in page.body] == list(page.body)
    furniture = set(kept) - set(page.body)
    assert not furniture & set(page.tail)


@settings(max_examples=150)
@given(st.sampled_from([ENGLISH, GERMAN, RUSSIAN]), st.data())
def test_head_in_order_is_read_however_often_its_lines_come(page: Invented, data: st.DataObject) -> None:
    outlet, clock, title, day, _, byline = page.head
    times = {line: data.draw(st.integers(1, 2)) for line in (outlet, title, byline)}
    head = [outlet] * times[outlet] + [clock] + [title] * times[title] + [day, title] + [byline] * times[byline]
    article = read("\n".join([*head, *page.body, *page.tail]))
    assert (article.source, article.title) == (outlet, title)
    assert article.published.on == {ENGLISH: "2019-09-03", GERMAN: "2014-11-23", RUSSIAN: "2020-02-05"}[page]
    assert len(article.author) == 1
    assert article.author[0] in byline
    assert article.body == "\n\n".join(page.body)


@pytest.mark.parametrize("page", [ENGLISH, GERMAN, RUSSIAN], ids=["en", "de", "ru"])
@pytest.mark.parametrize("absent", range(6))
def test_each_line_of_the_head_may_lack(page: Invented, absent: int) -> None:
    article = read("\n".join([*page.head[:absent], *page.head[absent + 1 :], *page.body, *page.tail]))
    assert article.title == page.head[2]
    assert article.source == ("" if absent == 0 else page.head[0])
    assert bool(article.author) == (absent != 5)
    assert article.body == "\n\n".join(page.body)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_no_text_raises_and_no_line_is_lost(text: str) -> None:
    outcome = read_scraped_text(text, PLACE)
    if isinstance(outcome, Skipped):
        assert not any(map(str.isalnum, text))
    else:
        assert len(outcome.article.content_hash) == 16


SNIPPETS = st.sampled_from(
    [
        *ENGLISH.head, *ENGLISH.body, *ENGLISH.tail, *RUSSIAN.head, *GERMAN.tail, "", " ", "\t", "...", "©", "By", "by x",
        "By ", "|", " | ", "12", "1.1.2020", "© 2021", "Von", "作者：", "年", "a" * 300, "Aa " * 200, "1 " * 100,
        "@", "#", "https://x.example", "\u200b", "\u0301", "\ufeff", "“", "—", "31 February 2021", "Tags:", "By By By",
        "© © © ©", "Copyright", "| | | |", "A - B - C | D", "0000-00-00", "99 May 9999",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(SNIPPETS, min_size=1, max_size=40))
def test_reading_again_what_was_kept_of_the_original_gives_the_same_article(lines: list[str]) -> None:
    outcome = read_scraped_text("\n".join(lines), PLACE)
    if isinstance(outcome, ReadArticle):
        again = read_scraped_text("\n".join(line.text for line in outcome.article.original), PLACE)
        assert again == outcome
        kept = [line.text for line in outcome.article.original if not line.left_out]
        said = outcome.article.title + outcome.article.body + outcome.article.source
        assert said == "" or kept
        assert outcome.article.body
