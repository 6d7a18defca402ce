from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from searchapp.query.examples import MEANS, SECTIONS

VOID = {"meta", "link", "input", "br", "hr", "img"}


class Outline(HTMLParser):
    """The tags of a page, and whether each is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in <{tag}>"
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.tags if found == tag]


def first_article(client: FlaskClient, q: str) -> str:
    found = client.get(f"/api/v1/search?q={quote(q)}").json["results"][0]["id"]
    return f"/articles/{found}?q={quote(q)}"


@pytest.fixture
def states(client: FlaskClient) -> dict[str, str]:
    return {
        "home": client.get("/").text,
        "results": client.get("/?q=ferries&source=Lindmere+Post&year=2019").text,
        "divider": client.get("/?q=lantern+lighthouse").text,
        "no hits": client.get("/?q=xyzzyq&lang=en").text,
        "notes": client.get("/?q=%22open+lantern").text,
        "changes": client.get("/?q=the+ferries+source:xyz").text,
        "help": client.get("/help").text,
        "past the end": client.get("/?q=ferries&page=900").text,
        "article": client.get(first_article(client, "barrier")).text,
        "payload": client.get("/?q=payload").text,
        "payload article": client.get(first_article(client, "payload headline")).text,
        "error": client.get("/?q=a&page=-1").text,
        "nothing here": client.get("/articles/none").text,
    }


def test_every_page_is_well_formed_with_one_h1_and_headings_in_order(states: dict[str, str]):
    for name, page in states.items():
        outline = Outline(page)
        assert outline.headings.count(1) == 1, name
        # The first page heading may follow the search box; after it no level is left out on the way down.
        steps = [after - before for before, after in zip(outline.headings, outline.headings[1:], strict=False)]
        assert outline.headings[0] == 1, name
        assert max(steps, default=0) <= 1, name


def test_every_page_has_landmarks_a_skip_link_and_labels(states: dict[str, str]):
    for name, page in states.items():
        outline = Outline(page)
        tags = [tag for tag, _ in outline.tags]
        assert [tags.count(tag) for tag in ("header", "main", "footer")][1] == 1, name
        assert outline.all("html")[0]["lang"] == "en"
        assert outline.all("a")[0]["href"] == "#main"
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        labelled = {attributes["for"] for attributes in outline.all("label")}
        shown = [attributes for attributes in outline.all("input") if attributes.get("type") != "hidden"]
        assert all(attributes["id"] in labelled for attributes in shown), name


def test_no_page_has_script_or_style_of_its_own(states: dict[str, str]):
    for name, page in states.items():
        outline = Outline(page)
        assert [attributes["src"].partition("?")[0] for attributes in outline.all("script") if attributes["src"]] == [
            "/static/broadsheet.js",
            "/static/suggestions.js",
        ], name
        assert not outline.all("style")
        for tag, attributes in outline.tags:
            assert not [attribute for attribute in attributes if attribute.startswith("on") or attribute == "style"], (
                name,
                tag,
            )


def test_archive_text_is_never_markup(states: dict[str, str]):
    for name in ("home", "payload", "payload article"):
        outline = Outline(states[name])
        assert not outline.all("img"), name
        for attributes in outline.all("a"):
            assert not (attributes["href"] or "").lower().startswith("javascript:"), name
    assert "&lt;script&gt;document.title=" in states["payload article"]
    assert "{{ 7*7 }}" in client_text(states["payload"])
    assert "<mark>payload</mark>" in states["payload"].lower()


def client_text(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


def test_only_web_addresses_become_links(client: FlaskClient):
    links = Outline(client.get(first_article(client, "harbour report")).text).all("a")
    outlet = [attributes for attributes in links if (attributes["href"] or "").startswith("https://news.example/")]
    assert outlet
    assert all({"noopener", "noreferrer"} <= set((attributes["rel"] or "").split()) for attributes in outlet)


def test_results_show_count_source_date_author_and_marked_words(client: FlaskClient):
    page = client.get("/?q=lighthouse").text
    assert "Keepers of the <mark>lighthouse</mark> find a lantern" in page
    assert '<time datetime="2021-05-04T09:30:00+02:00">4 May 2021, 09:30 UTC+2</time>' in page
    assert "By <bdi>Ilse Varga</bdi> and <bdi>Tomas Okoro</bdi>" in page
    assert "Lindmere Post" in page


def test_each_passage_says_which_paragraph_it_is(client: FlaskClient):
    page = client.get("/?q=ferries+berths").text
    shown = re.findall(r'<span class="paragraph"[^>]*>(.*?)</span>', page)
    snippets = [
        snippet
        for hit in client.get("/api/v1/search?q=ferries+berths").json["results"]
        for snippet in hit["snippets"]
        if snippet["paragraphs"] > 1
    ]
    assert shown == [f"paragraph {snippet['paragraph']} of {snippet['paragraphs']}" for snippet in snippets]
    assert shown


def test_the_divider_stands_before_articles_with_some_of_the_words(client: FlaskClient):
    page = client.get("/?q=lantern+lighthouse").text
    divider = page.index("Articles with some of the words")
    assert page.index("Keepers of the") < divider < page.index("Lantern</mark> parade")
    assert "Articles with some of the words" in client.get("/?q=lantern+lighthouse&page=2").text
    assert "Articles with some of the words" not in client.get("/?q=lantern+lighthouse&match=any").text
    assert "Articles with some of the words" not in client.get("/?q=lantern").text


def test_a_chosen_value_is_a_chip_that_takes_it_away(client: FlaskClient):
    page = client.get("/?q=ferries&source=Lindmere+Post&year=2019&sort=newest").text
    chips = re.findall(r'<li><a href="([^"]*)"><span class="kind">(\w+)</span>', page)
    assert chips == [
        ("/?q=ferries&amp;source=Lindmere+Post&amp;sort=newest", "Year"),
        ("/?q=ferries&amp;year=2019&amp;sort=newest", "Source"),
    ]


def test_the_search_box_keeps_what_was_chosen(client: FlaskClient):
    page = client.get("/?q=ferries&source=Lindmere+Post&sort=newest&page=2&per_page=5&utm_source=x").text
    form = page[page.index('<form class="searchbox"') : page.index("</form>")]
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("source", "Lindmere Post"),
        ("sort", "newest"),
        ("per_page", "5"),
    ]


def test_the_page_names_the_answer_that_says_the_same(client: FlaskClient):
    page = client.get("/?utm_source=x&page=2&q=ferries").text
    assert '<a href="/api/v1/search?q=ferries&amp;page=2">JSON</a>' in page


def test_a_refused_argument_can_be_left_out_with_one_click(client: FlaskClient):
    page = client.get("/?q=ferries&page=-1&utm_source=x").text
    assert '<a href="/?q=ferries">Search without <code>page</code></a>' in page


def test_pages_have_their_neighbours(client: FlaskClient):
    page = client.get("/?q=ferries&page=2").text
    assert '<link rel="prev" href="/?q=ferries">' in page
    assert '<link rel="next" href="/?q=ferries&amp;page=3">' in page
    assert 'aria-current="page"><span class="unseen">Page </span>2</a>' in page


def test_a_page_past_the_end_leads_back(client: FlaskClient):
    response = client.get("/?q=ferries&page=900")
    assert response.status_code == 200
    assert "is past the last hit" in response.text


def test_no_hits_says_which_word_is_missing_and_how_to_go_on(client: FlaskClient):
    page = client.get("/?q=xyzzyq&lang=en").text
    assert "No articles" in page
    assert re.search(r"No article has\s+<strong[^>]*>xyzzyq</strong>", page)


@pytest.mark.parametrize(
    "address",
    [
        "/?q=ferries&lang=de",
        "/?q=ferries+source:xyz",
        "/?q=%22lantern+harbour%22",
        "/?q=ferries+date:1978-09",
        "/?q=ferries+lanterns+xyzzyq&match=all&per_page=5",
    ],
)
def test_no_hits_leads_to_searches_that_find_as_much_as_they_say(client: FlaskClient, address: str):
    page = client.get(address).text
    changes = page[page.index('id="changes"') :]
    links = re.findall(r'<li><a href="/\?([^"]*)" dir="auto">[^<]+</a><span class="count">.*?>([\d,]+)<', changes)
    assert links
    for arguments, count in links:
        found = client.get(f"/api/v1/search?{html.unescape(arguments)}").json
        assert f"{found['total']:,}" == count


def test_no_hits_of_days_without_an_article_says_so(client: FlaskClient):
    assert "The archive holds no articles of September 1978." in client.get("/?q=ferries+date:1978-09").text
    assert "The archive holds no articles" not in client.get("/?q=xyzzyq+date:2019").text


def test_understood_as_shows_stems_dropped_words_and_articles_of_each_clause(client: FlaskClient):
    page = client.get("/?q=the+ferries+source:lindmere").text
    understood = page[page.index('<details class="understood">') : page.index("</details>")]
    rows = re.findall(r'<tr><th scope="row"[^>]*>(.*?)</th><td[^>]*>(.*?)</td><td class="count">(.*?)</td>', understood)
    assert [row[0] for row in rows] == ["ferries", "source: lindmere"]
    assert "ferri" in rows[0][1].split(", ")
    total = client.get("/api/v1/search?q=source:lindmere").json["total"]
    assert rows[1][2] == f"{total:,}"
    assert '<i dir="auto">the</i>' in understood
    assert "Left out" not in client.get("/?q=ferries").text


def test_a_note_shows_the_place_it_is_about(client: FlaskClient):
    page = client.get("/?q=lantern+foo%3Abar").text
    assert re.search(r'<span class="place">· at 8: <span dir="auto">foo:bar</span>', page)


def test_timeline_has_a_bar_and_a_line_of_the_table_for_every_period(client: FlaskClient):
    page = client.get("/?q=ferries&from=2019-01-01&to=2019-12-31").text
    timeline = page[page.index('class="timeline"') : page.index('<details class="narrow">')]
    assert "Articles by month" in timeline
    rows = re.findall(
        r'<tr><th scope="row">(?:<a href="/\?([^"]*)"[^>]*>)?([^<]+)(?:</a>)?</th><td>(.*?)</td><td>(.*?)</td>',
        timeline,
    )
    assert [row[1] for row in rows[:4]] == ["February 2019", "March 2019", "April 2019", "May 2019"]
    assert ("", "April 2019", "0", "0") in rows
    linked = [row for row in rows if row[0]]
    bars = re.findall(r'<svg class="counts".*?</svg>', timeline, re.DOTALL)[0]
    assert re.findall(r'<a href="/\?([^"]*)"', bars) == [row[0] for row in linked]
    for arguments, _, count, _ in linked:
        assert str(client.get(f"/api/v1/search?{html.unescape(arguments)}").json["total"]) == count


@pytest.mark.parametrize("address", ["/?q=lighthouse", "/?q=xyzzyq", "/?q=ferries&page=900"])
def test_timeline_stands_only_where_there_is_something_to_compare(client: FlaskClient, address: str):
    page = client.get(address).text
    assert ('class="timeline"' in page) is ("page=900" in address)


def test_timeline_of_one_month_is_by_day(client: FlaskClient):
    page = client.get("/?q=&from=2021-05-01&to=2021-06-30").text
    assert "Articles by day" in page


def test_help_shows_the_whole_table_of_examples(client: FlaskClient):
    page = html.unescape(client.get("/help").text)
    for section in SECTIONS:
        assert f">{section.title}</h2>" in page
        for typed, means in section.examples:
            assert f">{typed}</a>" in page
            assert means in page
    anchors = re.findall(r'<h2 id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors)) == len(SECTIONS)
    assert re.findall(r'<li><a href="#([^"]+)"', page) == anchors


def test_front_page_says_of_its_examples_what_the_table_says(client: FlaskClient):
    page = client.get("/").text
    examples = page[page.index('id="examples"') : page.index('id="contents"')]
    told = re.findall(r"</a> <span>([^<]+)</span>", examples)
    assert told
    assert set(told) <= set(MEANS.values())
    table = "\n".join(means for section in SECTIONS for _, means in section.examples)
    assert all(means in table for means in MEANS.values())


def test_a_note_is_shown_to_whoever_typed(client: FlaskClient):
    page = client.get("/?q=%22open+lantern").text
    note = client.get("/api/v1/search?q=%22open+lantern").json["query"]["notes"][0]["message"]
    assert note.split("'")[0].split('"')[0].strip() in page


def test_the_front_page_offers_searches_that_find_something(client: FlaskClient):
    page = client.get("/").text
    examples = page[page.index('id="examples"') : page.index('id="contents"')]
    links = re.findall(r'href="/\?([^"]*)"', examples)
    assert len(links) >= 4
    for arguments in links:
        assert client.get(f"/api/v1/search?{arguments.replace('&amp;', '&')}").json["total"] > 0, arguments


def test_facets_of_the_front_page_lead_to_as_many_articles_as_they_say(client: FlaskClient):
    page = client.get("/").text
    contents = page[page.index('id="contents"') :]
    choices = re.findall(r'<a href="/\?([^"]*)" rel="nofollow">.*?class="count"><[^>]*>, </span>([\d,]+)<', contents)
    assert len(choices) > 8
    for arguments, count in choices:
        found = client.get(f"/api/v1/search?{arguments.replace('&amp;', '&')}").json
        assert f"{found['total']:,}" == count, arguments


def test_an_article_page_shows_what_was_left_out_with_the_reason(client: FlaskClient):
    page = client.get(first_article(client, "tidal barrier")).text
    assert "Show what was left out" in page
    assert re.search(r'<li class="left-out"><span class="why">[^<]+</span><span class="line"[^>]*>Subscribe<', page)
    assert "18 November 2021 16:45 (UTC+00:00)" in page
    assert "<mark>barrier</mark>" in page


def test_text_says_its_language_and_finds_its_direction(client: FlaskClient):
    page = client.get(first_article(client, "lang:ar")).text
    assert '<h1 lang="ar" dir="auto">' in page
    assert '<div class="text" lang="ar" dir="auto">' in page
    assert 'lang="und"' not in client.get("/?sort=newest&per_page=100").text


def test_an_article_with_a_headline_only_says_so(client: FlaskClient):
    assert "has a headline only" in client.get(first_article(client, "title:fog")).text


@pytest.mark.parametrize("address", ["/?q=a&page=-1", "/?sort=foo", "/?from=2021-99", "/?q=a&q=b"])
def test_a_bad_argument_gets_a_page_that_says_what_would_be_right(client: FlaskClient, address: str):
    response = client.get(address)
    assert response.status_code == 400
    assert response.content_type == "text/html; charset=utf-8"
    assert "This search cannot be run as it stands" in response.text


def test_assets_are_kept_for_ever_under_an_address_of_their_own(client: FlaskClient):
    page = client.get("/").text
    css = re.search(r'href="(/static/broadsheet\.css\?v=\w+)"', page)
    assert css
    with client.get(css[1]) as response:
        assert response.status_code == 200
        assert "max-age=31536000" in response.headers["Cache-Control"]


def test_misspelt_query_is_answered_with_the_right_one(client: FlaskClient) -> None:
    text = client.get("/?q=feries+habrour&sort=newest").get_data(as_text=True)
    assert "Did you mean" in text
    assert 'href="/?q=ferries+harbour&amp;sort=newest"' in text
    assert "<mark>ferries</mark> <mark>harbour</mark>" in text
    assert "Did you mean" not in client.get("/?q=ferries").get_data(as_text=True)
