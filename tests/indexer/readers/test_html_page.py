from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from news_pages import JSON_LD, PARAGRAPHS, news_page, read, read_outcome

from indexer.article import Place, ReadArticle, Skipped
from indexer.cleaning.pages.tree import MAX_BLOCKS
from indexer.readers.html_page import html_fragment_text
from indexer.rebuilding import clean_again

PLACE = Place("page.html")


def test_a_news_page_gives_its_article() -> None:
    article = read(news_page(), address="https://courier.example/2021/harbour")
    assert article.title == "Esker harbour to be dredged"
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert article.author == ("Maren Holt", "Tobias Renn")
    assert article.source == "The Esker Courier"
    assert article.url == "https://courier.example/2021/harbour"
    assert article.published.on == "2021-03-11"
    assert article.published.at is not None
    assert article.published.at.isoformat() == "2021-03-11T15:29:00+01:00"
    assert (article.published.confidence, article.published.zone) == ("sure", "+01:00")
    assert article.lang == "en"
    assert article.tag == ("harbours", "Esker")


def test_every_line_of_the_page_is_kept_or_left_out_for_a_reason() -> None:
    article = read(news_page())
    why = {line.text: line.left_out for line in article.original}
    for paragraph in (*PARAGRAPHS, "Esker harbour to be dredged", "By Maren Holt and Tobias Renn", "11 March 2021"):
        assert why[paragraph] == ""
    assert why["Weather"] == "navigation"
    assert why["Gull count begins on the northern cliffs"] == "related articles"
    assert why["About time too, my boat scraped the bottom twice last year!"] == "comments"
    assert why["© 2021 The Esker Courier. All rights reserved."] != ""
    assert why["The Esker Courier"] == "site name"


def test_a_title_repeated_in_the_text_is_left_out_by_name() -> None:
    article = read(news_page(paragraphs=("Esker harbour to be dredged", *PARAGRAPHS)))
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert [line.left_out for line in article.original if line.text == article.title] == ["", "repeated title"]


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ("Opinion | The harbour needs more than a dredger", "The harbour needs more than a dredger"),
        ("ESKER HARBOUR TO BE DREDGED", "Esker harbour to be dredged"),
        ("Esker harbour to be dredged | The Esker Courier", "Esker harbour to be dredged"),
        ("Esker harbour <em>to be</em> dredged", "Esker harbour to be dredged"),
    ],
)
def test_headlines_lose_sections_sites_and_capitals(headline: str, title: str) -> None:
    assert read(news_page(headline=headline)).title == title


def test_the_site_name_in_an_h1_is_no_headline() -> None:
    page = news_page().replace('<div class="logo">', '<div class="logo"><h1>The Esker Courier</h1>')
    assert read(page).title == "Esker harbour to be dredged"


def test_a_head_title_that_was_cut_gives_way_to_the_heading() -> None:
    cut = '<meta property="og:title" content="Esker harbour to be dredged after two freighters ...">'
    whole = "Esker harbour to be dredged after two freighters ran aground"
    assert read(news_page(head=cut, title="Esker harbour to be ...", headline=whole)).title == whole


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Maren Holt and Tobias Renn, Reuters", ("Maren Holt", "Tobias Renn", "Reuters")),
        ("By MAREN HOLT", ("Maren Holt",)),
        ('Written by <a rel="author" href="/authors/maren-holt">Maren Holt</a>', ("Maren Holt",)),
        ("Maren Holt, Staff Writer", ("Maren Holt",)),
    ],
)
def test_bylines_are_read_from_the_page_where_the_head_says_nothing(byline: str, names: tuple[str, ...]) -> None:
    assert read(news_page(head="", byline=byline)).author == names


def test_a_site_that_signs_for_its_writer_gives_way_to_the_byline() -> None:
    head = '<meta name="author" content="The Esker Courier"><meta property="og:site_name" content="The Esker Courier">'
    assert read(news_page(head=head, byline="By Maren Holt")).author == ("Maren Holt",)


@pytest.mark.parametrize(
    ("head", "address", "url"),
    [
        (
            '<link rel="canonical" href="https://courier.example/harbour">',
            "https://other.example/x",
            "https://courier.example/harbour",
        ),
        ('<link rel="canonical" href="/harbour">', "https://courier.example/x?y=1", "https://courier.example/harbour"),
        (
            '<link rel="canonical" href="https://courier.example/">',
            "https://courier.example/x",
            "https://courier.example/x",
        ),
        ('<meta property="og:url" content="https://courier.example/harbour">', "", "https://courier.example/harbour"),
        ('<link rel="canonical" href="javascript:alert(1)">', "", None),
        ("", "file:///archive/page.html", None),
        ("", "", None),
    ],
)
def test_a_page_has_the_web_address_that_it_names(head: str, address: str, url: str | None) -> None:
    assert read(news_page(head=head), address=address).url == url


def test_a_page_that_names_no_site_is_from_the_host_of_its_address() -> None:
    page = "<title>Gulls counted</title><article><h1>Gulls counted</h1>" + "".join(
        f"<p>{each}</p>" for each in PARAGRAPHS
    )
    assert read(page, address="https://www.courier.example/gulls").source == "courier.example"
    assert read(page).source == ""


RUSSIAN = (
    "Порт впервые за сорок лет углубят, сообщили в четверг власти города после того, как два судна сели на мель.",
    "Работы начнутся в мае и продлятся одиннадцать недель, рассказал журналистам капитан порта.",
    "Городской совет рассмотрит смету на следующем заседании в апреле, говорится в сообщении.",
)


@pytest.mark.parametrize(
    ("named", "charset", "encoding"),
    [
        ("windows-1251", "", "cp1251"),
        ("", "windows-1251", "cp1251"),
        ("koi8-r", "", "koi8-r"),
        ("iso-8859-1", "", "utf-8"),  # a page that is wrong about itself
        ("no-such-charset", "", "cp1251"),
        ("utf-8", "", "cp1251"),
        ("", "", "utf-16"),
    ],
)
def test_pages_are_read_in_the_encoding_that_they_are_in(named: str, charset: str, encoding: str) -> None:
    page = news_page(head="", paragraphs=RUSSIAN, title="Порт углубят", headline="Порт углубят").replace("utf-8", named)
    article = read(page.replace("©", "").replace("“", "").encode(encoding), charset=charset)
    assert article.body == "\n\n".join(RUSSIAN)
    assert (article.title, article.lang) == ("Порт углубят", "ru")


def test_nothing_is_fetched_and_no_script_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    head = (
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><meta http-equiv="refresh" content="0; url=http://x.example/">'
        '<base href="http://x.example/"><link rel="stylesheet" href="http://x.example/a.css">'
        "<script src='http://x.example/a.js'></script><script>document.write('<p>Written by a script.</p>')</script>"
    )
    article = read(
        news_page(head=head, paragraphs=(*PARAGRAPHS, "&x; stays as it is written, a name that nobody knows."))
    )
    shown = "\n".join(line.text for line in article.original)
    assert "root:" not in shown
    assert "Written by a script" not in shown + article.body


def test_the_text_in_the_data_of_a_page_that_shows_only_its_beginning_is_taken() -> None:
    whole = "\\n\\n".join(paragraph.replace("“", "").replace("”", "") for paragraph in PARAGRAPHS * 2)
    said = JSON_LD.replace('"headline"', f'"articleBody": "{whole}", "headline"')
    outcome = read_outcome(
        news_page(head=f'<script type="application/ld+json">{said}</script>', paragraphs=PARAGRAPHS[:2])
    )
    assert isinstance(outcome, ReadArticle)
    assert outcome.article.body.count("\n\n") == 7
    assert outcome.notes == ("text from the page's data",)
    kept = {line.text for line in outcome.article.original if not line.left_out}
    assert kept >= set(outcome.article.body.split("\n\n"))


@pytest.mark.parametrize(
    ("data", "tags"),
    [
        (JSON_LD, ("harbours", "Esker")),
        (JSON_LD.replace('"keywords"', '\n"keywords"').replace("}]", "},]"), ("harbours", "Esker")),
        ("<!--" + JSON_LD + "-->", ("harbours", "Esker")),
        (JSON_LD + ";", ("harbours", "Esker")),
        ("{" + JSON_LD, ()),
        ("[" * 200_000, ()),
        ('{"@type": "NewsArticle", "author": 7, "headline": {"a": []}, "datePublished": [null], "keywords": {}}', ()),
        ('{"@graph": [{"@type": "Person", "keywords": "no"}, {"@type": ["Article"], "keywords": "a, b"}]}', ("a", "b")),
    ],
)
def test_data_of_a_page_is_mended_or_passed_over(data: str, tags: tuple[str, ...]) -> None:
    article = read(news_page(head=f'<script type="application/ld+json">{data}</script>'))
    assert article.tag == tags
    assert article.author == ("Maren Holt", "Tobias Renn")


def test_a_writer_may_be_named_elsewhere_in_the_data() -> None:
    graph = """{"@graph": [{"@type": "Person", "@id": "#p", "name": "Tobias Renn"},
        {"@type": "Article", "headline": "x", "author": {"@id": "#p"}}]}"""
    page = news_page(head=f'<script type="application/ld+json">{graph}</script>', byline="")
    assert read(page).author == ("Tobias Renn",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (b"   \n ", "no text"),
        (b"<html><head><title>x</title></head><body></body></html>", "no text"),
        (b"<html><body><script>render()</script><div id=root></div></body></html>", "no text"),
        (b"<div>" * 100_000 + b"the deepest text", "page nested too deeply"),
        (b"<b><i><table>" * 50_000 + b"the deepest text", "page nested too deeply"),
        (b"<div>" * (50 * 2**20 // 5), "page too large"),
        (b"<p>a" * (MAX_BLOCKS + 2), "page too large"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, "binary file"),
        (b"%PDF-1.7 something", "binary file"),
    ],
)
def test_what_is_no_page_is_skipped_with_its_reason(content: bytes, reason: str) -> None:
    outcome = read_outcome(content)
    assert isinstance(outcome, Skipped)
    assert outcome.reason == reason


def test_a_page_made_by_a_script_says_so() -> None:
    outcome = read_outcome(b"<html><body><script>render()</script></body></html>")
    assert isinstance(outcome, Skipped)
    assert "made by a script" in outcome.detail


@pytest.mark.parametrize(
    "spoil",
    [
        lambda page: page.replace("<p>", "<p>\x00"),
        lambda page: page.replace("</p>", ""),
        lambda page: page.replace("</div>", "</span>"),
        lambda page: page[: page.index("</footer>")],
        lambda page: page.replace("<body>", "<body>" + "<div></div>" * 20_000),
        lambda page: page.replace("<p>", "<p><font>"),
        lambda page: '<?xml version="1.0" encoding="ascii"?>' + page,
    ],
)
def test_damaged_pages_give_what_is_in_them(spoil) -> None:
    body = read(spoil(news_page())).body
    assert all(paragraph in body for paragraph in PARAGRAPHS)


def test_a_page_of_very_many_lines_keeps_its_article_and_says_how_much_was_cut_off() -> None:
    menu = "".join(f"<li><a href='/{number}'>Section {number}</a></li>" for number in range(9000))
    article = read(news_page().replace("</aside>", f"</aside><nav><ul>{menu}</ul></nav>"))
    assert article.body == "\n\n".join(PARAGRAPHS)
    assert len(article.original) < 4100
    assert article.original[-1].left_out == "too many lines"
    assert "more lines" in article.original[-1].text


@given(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<h1>",
                "<div class='a'>",
                "</div>",
                "<a href=x>",
                "<time>",
                "&amp;",
                "<script>",
                "<br>",
                "<ul><li>",
                "<!--",
                "<table><td>",
            ]
        ),
        max_size=12,
    ),
)
def test_any_markup_gives_an_article_or_a_reason(text: str, tags: list[str]) -> None:
    page = "".join(f"{tag}{text[at * 7 : at * 7 + 40]}" for at, tag in enumerate(tags)) + text
    outcome = read_outcome(page.encode("utf-8", "surrogatepass"))
    assert outcome == read_outcome(page.encode("utf-8", "surrogatepass"))
    if isinstance(outcome, ReadArticle):
        assert outcome.article.body
        kept = "\n".join(line.text for line in outcome.article.original if not line.left_out)
        assert all(line in kept for line in outcome.article.body.split("\n"))
        assert isinstance(outcome.article.content_hash, str)


def test_cleaning_again_leaves_what_was_read_from_markup_as_it_is() -> None:
    article = replace(read(news_page()), collection="pages")
    assert clean_again(article) is article


def test_fragments_become_paragraphs() -> None:
    assert html_fragment_text("One <b>bold</b> word<p>Two<br>lines</p><script>no()</script><ul><li>a<li>b</ul>") == (
        "One bold word\n\nTwo\nlines\n\na\n\nb"
    )
    assert html_fragment_text("plain &amp; simple") == "plain & simple"
    assert html_fragment_text("") == html_fragment_text("<script>x</script>") == ""
    assert html_fragment_text("a<br><br>b") == "a\n\nb"
