"""One whole page of news as text becomes one article: what is read, what is left out, and what must never be lost."""

# ruff: noqa: E501 - paragraphs as they stand in a page

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.article import Article, Place, Published, ReadArticle, Skipped, format_instant
from indexer.readers.scraped_text import read_scraped_text

PLACE = Place("page.txt")

PARAGRAPHS = (
    "The ferry Ada Lorne was late again on Monday, and for the third week running nobody on the quay could say why.",
    "Passengers who had waited since dawn were given tea and a promise, the harbour office said in a statement.",
    "“We are as puzzled as anyone,” said Hester Quill, who has sold tickets there since 1991.",
    "The company blamed a pump that was ordered in March and has been travelling ever since.",
    "A new timetable is to be printed when the pump arrives, on paper that can be wiped.",
)
TITLE = "Ferry late for the third week, and nobody knows why"


def read(text: str) -> Article:
    outcome = read_scraped_text(text, PLACE)
    assert isinstance(outcome, ReadArticle)
    return outcome.article


def paragraphs_of(article: Article) -> list[str]:
    return article.body.split("\n\n")


def marks_of(article: Article) -> dict[str, str]:
    return {line.text: line.left_out for line in article.original if line.text.strip()}


def test_seed_page_is_read_exactly(test_data: Path) -> None:
    text = (test_data / "seed" / "azernews-2021-03-12.txt").read_text(encoding="utf-8")
    article = read(text)
    assert article.source == "Azernews.Az"
    assert article.title == "Azerbaijan urges EU to put pressure on Armenia over minefield maps"
    assert article.author == ("Vafa Ismayilova",)
    assert article.published.at is not None
    assert format_instant(article.published.at) == "2021-03-12T15:29:00+04:00"
    assert (article.published.on, article.published.precision) == ("2021-03-12", "minute")
    assert article.lang == "en"
    body = paragraphs_of(article)
    assert len(body) == 9
    assert body[0].startswith("Human Rights Commissioner Sabina Aliyeva has urged")
    assert body[-1].endswith("since the early 1990s.")
    assert body == [line.strip() for line in text.splitlines() if line.strip() in body]
    assert not any(words in article.body for words in ("Follow us on Twitter", "Subscribe", "Loading...", "--"))
    assert marks_of(article)["Thursday July 10 2025"] == "date of scraping"


def test_each_line_is_marked_with_why_it_was_left_out() -> None:
    page = "\n".join(
        [
            "Skip to main content",
            "The Kettlesand Mercury",
            "Home | News | Sport",
            "Tuesday July 8 2025",
            TITLE,
            "4 May 2021 09:15",
            TITLE,
            "By Marit Oyelaran",
            *PARAGRAPHS,
            "--",
            "Follow us on Twitter @Mercury",
            "Share on Facebook",
            "Related articles",
            "Comments (4)",
            "This site uses cookies",
            "© 2021 The Kettlesand Mercury. All rights reserved.",
        ]
    )
    article = read(page)
    assert (article.title, article.source, article.author) == (TITLE, "The Kettlesand Mercury", ("Marit Oyelaran",))
    assert paragraphs_of(article) == list(PARAGRAPHS)
    marks = [(line.text, line.left_out) for line in article.original]
    assert marks == [
        ("Skip to main content", "navigation"),
        ("The Kettlesand Mercury", ""),
        ("Home | News | Sport", "navigation"),
        ("Tuesday July 8 2025", "date of scraping"),
        (TITLE, ""),
        ("4 May 2021 09:15", ""),
        (TITLE, "repeated title"),
        ("By Marit Oyelaran", ""),
        *((paragraph, "") for paragraph in PARAGRAPHS),
        ("--", "separator"),
        ("Follow us on Twitter @Mercury", "promotion"),
        ("Share on Facebook", "share line"),
        ("Related articles", "related articles"),
        ("Comments (4)", "comments"),
        ("This site uses cookies", "privacy notice"),
        ("© 2021 The Kettlesand Mercury. All rights reserved.", "copyright notice"),
    ]


def test_original_keeps_every_line_as_it_came() -> None:
    text = f"  {TITLE}\t\r\n\r\n" + "\r\n\r\n".join(PARAGRAPHS) + "\n\n\n Loading...  "
    lines = [line.text for line in read(text).original]
    assert "\n".join(lines) == text.replace("\r\n", "\n")


@pytest.mark.parametrize("text", ["", " \n\t\n", "--\n* * *\n…", "\u200b\ufeff\n", "\x00"])
def test_text_without_a_word_is_skipped(text: str) -> None:
    assert read_scraped_text(text, PLACE) == Skipped(PLACE, "no text", "there is no word in it")


def test_prose_alone_is_kept_whole() -> None:
    assert read("\n\n".join(PARAGRAPHS)).body == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_one_paragraph_alone_is_the_body(paragraph: str) -> None:
    article = read(paragraph)
    assert (article.title, article.body) == ("", paragraph)


def test_headline_and_three_lines_are_kept_whole() -> None:
    article = read("\n".join([TITLE, *PARAGRAPHS[:3]]))
    assert (article.title, article.body) == (TITLE, "\n\n".join(PARAGRAPHS[:3]))


def test_short_lines_without_stops_are_kept() -> None:
    text = "Ferry late\nTea was served\nNobody complained"
    article = read(text)
    assert {line.left_out for line in article.original} == {""}
    assert all(line in f"{article.title}\n{article.body}" for line in text.split("\n"))


def test_sub_headings_lists_and_quotes_inside_the_body_survive() -> None:
    body = [
        *PARAGRAPHS[:2],
        "What is known so far",
        "• The pump left the works in March",
        "• It was seen in Orrin in April",
        PARAGRAPHS[2],
        "“It will come,” she said.",
        "* * *",
        *PARAGRAPHS[3:],
    ]
    article = read("\n\n".join([TITLE, "By Marit Oyelaran", "4 May 2021", *body, "Share this", "Loading..."]))
    kept = paragraphs_of(article)
    assert [line for line in body if line not in kept] in ([], ["* * *"])


@pytest.mark.parametrize(
    ("lang", "title", "byline", "author", "day", "body"),
    [
        (
            "ru",
            "Обсерватория открыла купол через двадцать два года",
            "Автор: Лидия Северцева",
            "Лидия Северцева",
            "17 сентября 2013, 14:20",
            (
                "В Туманогорске в понедельник впервые за двадцать два года открыли купол старой обсерватории.",
                "Механизм, который считали безнадежно заржавевшим, смазали и запустили школьники из кружка.",
                "«Мы просто спросили, можно ли попробовать», — рассказала руководитель кружка.",
            ),
        ),
        (
            "az",
            "Dənizdən çıxan xalça muzeyə qayıtdı",
            "Müəllif: Günəş Əlizadə",
            "Günəş Əlizadə",
            "21 aprel 2018 12:40",
            (
                "Gümüşdərə xalça muzeyində şənbə günü ən qədim eksponat yenidən divardan asıldı və qonaqlara göstərildi.",
                "Onu on bir gün sonra dənizdə, sahildən dörd kilometr aralıda bir balıqçı öz torunda tapmışdı.",
                "Bərpa işi iki il çəkdi və dörd toxucu itmiş ilmələri köhnə fotoşəkillərə baxaraq yenidən vurdu.",
            ),
        ),
        (
            "de",
            "Neue Brücke passt auf den Zentimeter",
            "Von Friederike Holzapfel",
            "Friederike Holzapfel",
            "30.08.2009, 12:00 Uhr",
            (
                "Das letzte Stück der neuen Brücke senkte sich am Sonntag zwischen die beiden Bogenhälften und passte.",
                "Zwölftausend Menschen sahen vom Ufer aus zu, und die Kapelle hatte nur Stücke in Moll geübt.",
                "„Eine Brücke ist erst fertig, wenn keiner mehr über sie spricht“, sagte die Bürgermeisterin.",
            ),
        ),
        (
            "zh",
            "老渡轮第三周晚点，无人知晓原因",
            "作者：林小舟",
            "林小舟",
            "2021年5月4日",
            (
                "周一，渡轮再次晚点。码头上没有人能够说明原因，乘客们从清晨开始一直在等待，港务局随后发表了一份声明。",
                "公司表示，问题出在一台三月份订购的水泵上，这台水泵至今仍在运输途中，新的时刻表将在水泵到达以后印刷。",
                "售票员说，她从一九九一年开始在这里工作，从来没有见过这样的情况，但是她相信一切都会好起来的。",
            ),
        ),
    ],
)
def test_pages_of_many_languages_are_read(
    lang: str, title: str, byline: str, author: str, day: str, body: tuple[str, ...]
) -> None:
    article = read("\n\n".join([title, byline, day, *body, "Facebook", "Twitter", "Loading..."]))
    assert (article.lang, article.title, article.author) == (lang, title, (author,))
    assert article.published.on is not None
    assert article.body == "\n\n".join(body)


def test_hard_wrapped_paragraphs_are_joined() -> None:
    wrapped = (
        "The ferry Ada Lorne was late again on Monday, and for the third week\n"
        "running nobody on the quay could say why. Passengers who had waited\n"
        "since dawn were given tea and a promise, the harbour office said.\n"
        "\n"
        "The company blamed a pump that was ordered in March and has been tra-\n"
        "velling ever since. A new timetable is to be printed when the pump\n"
        "arrives.\n"
    )
    first, second = paragraphs_of(read(wrapped))
    assert first == " ".join(wrapped.split("\n")[:3])
    assert second.startswith(
        "The company blamed a pump that was ordered in March and has been tra-\nvelling ever since."
    )


def test_date_beside_the_title_wins_over_the_clock_of_the_page() -> None:
    article = read("\n".join(["Thursday July 10 2025", TITLE, "4 May 2021 09:15", *PARAGRAPHS]))
    assert article.published.on == "2021-05-04"


def test_only_date_above_the_title_is_taken_and_called_unsure() -> None:
    article = read("\n".join(["The Mercury", "Thursday July 10 2025", TITLE, *PARAGRAPHS]))
    raw = article.published.raw
    assert article.published == Published(on="2025-07-10", precision="day", raw=raw, confidence="likely")
    assert marks_of(article)["Thursday July 10 2025"] == "only date of the page, perhaps the date of scraping"


def test_updated_loses_to_published() -> None:
    page = [TITLE, "Updated: 9 June 2021 10:00", "Published: 4 May 2021 09:15", *PARAGRAPHS]
    assert read("\n".join(page)).published.on == "2021-05-04"


def test_dates_that_the_prose_speaks_of_are_no_date_of_publication() -> None:
    prose = [PARAGRAPHS[0], "She was born on 3 May 1960.", *PARAGRAPHS[1:]]
    article = read("\n".join([TITLE, *prose]))
    assert article.published == Published()
    assert "She was born on 3 May 1960." in article.body


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By Marit Oyelaran", ("Marit Oyelaran",)),
        ("By Marit Oyelaran and Idris Pellow, Tidewire", ("Marit Oyelaran", "Idris Pellow", "Tidewire")),
        ("BY MARIT OYELARAN", ("Marit Oyelaran",)),
        ("Written by Marit Oyelaran | 4 May 2021", ("Marit Oyelaran",)),
        ("4 May 2021 by Marit Oyelaran", ("Marit Oyelaran",)),
        ("Marit Oyelaran, 4 May 2021", ("Marit Oyelaran",)),
        ("Marit Oyelaran\n4 May 2021", ("Marit Oyelaran",)),
        ("By Marit OyelaranStaff Writer", ("Marit Oyelaran",)),
        ("By Marit Oyelaran, Local Government Reporter", ("Marit Oyelaran",)),
        ("Von unserer Redakteurin Swantje Ollenhauer", ("Swantje Ollenhauer",)),
        ("Par Yann Kerdoncuff", ("Yann Kerdoncuff",)),
        ("Автор: Лидия Северцева", ("Лидия Северцева",)),
    ],
)
def test_bylines_of_many_forms_are_read(byline: str, author: tuple[str, ...]) -> None:
    article = read("\n".join(["The Mercury", TITLE, byline, *PARAGRAPHS, "Share this"]))
    assert article.author == author
    assert article.body == "\n\n".join(PARAGRAPHS)


def test_headline_that_begins_with_von_is_no_byline() -> None:
    body = (
        "Das letzte Stück der neuen Brücke senkte sich am Sonntag zwischen die beiden Bogenhälften und passte.",
        "Zwölftausend Menschen sahen vom Ufer aus zu, und die Kapelle hatte nur Stücke in Moll geübt.",
    )
    article = read("\n\n".join(["Von Brücken, Bögen und „ganz normalem Beton“", *body]))
    assert article.author == ()


def test_title_loses_the_name_of_its_site() -> None:
    page = ["The Mercury", f"{TITLE} | The Mercury", "4 May 2021", *PARAGRAPHS]
    article = read("\n".join(page))
    assert (article.title, article.source) == (TITLE, "The Mercury")


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        (["mercury.example", TITLE, "4 May 2021", *PARAGRAPHS], "mercury.example"),
        (
            [TITLE, "4 May 2021", *PARAGRAPHS, "© 2021 The Kettlesand Mercury. All rights reserved."],
            "The Kettlesand Mercury",
        ),
        ([TITLE, f"{TITLE} | Kettlesand Mercury", "4 May 2021", *PARAGRAPHS], "Kettlesand Mercury"),
        ([TITLE, "4 May 2021", *PARAGRAPHS], ""),
    ],
)
def test_source_is_read_where_pages_name_it(lines: list[str], source: str) -> None:
    article = read("\n".join(lines))
    assert (article.source, article.title) == (source, TITLE)


def test_readers_comments_are_left_out() -> None:
    comments = ["Comments", "oarsman62 wrote:", "I was there and it was a scandal, as it has been for thirty years."]
    assert read("\n".join([TITLE, *PARAGRAPHS, *comments, "Report this comment"])).body == "\n\n".join(PARAGRAPHS)


def test_text_longer_than_any_page_is_kept_whole() -> None:
    text = "\n".join(f"{number} Share this" for number in range(20_001))
    article = read(text)
    assert article.body.count("\n\n") == 20_000
