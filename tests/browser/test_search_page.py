from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


def test_typing_a_query_finds_articles_with_the_words_marked(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    expect(page.get_by_label("Search the archive")).to_be_focused()
    page.keyboard.type("lighthouse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=lighthouse$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 article for lighthouse")
    hit = page.get_by_role("article").first
    expect(hit.get_by_role("heading")).to_have_text("Keepers of the lighthouse find a lantern")
    assert hit.locator("mark").all_inner_texts() == ["lighthouse", "lighthouse"]
    expect(page.get_by_label("Search the archive")).to_have_value("lighthouse")


def test_an_article_is_read_with_its_hits_marked_and_the_way_back_kept(open_page: OpenPage):
    page = open_page("/?q=lanterns+lighthouse", **DESKTOP)
    page.get_by_role("link", name="Keepers of the lighthouse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keepers of the lighthouse find a lantern")
    assert {text.lower() for text in page.locator(".text mark").all_inner_texts()} == {"lantern", "lighthouse"}
    page.get_by_role("link", name="Results for").click()
    expect(page).to_have_url(re.compile(r"/\?q=lanterns\+lighthouse$"))


def test_what_was_left_out_is_shown_on_demand(open_page: OpenPage):
    page = open_page("/?q=tidal+barrier", **DESKTOP)
    page.get_by_role("link", name="Tidal barrier at Quellport").click()
    line = page.locator(".original .line", has_text="Subscribe")
    expect(line).not_to_be_visible()
    page.get_by_text("Show what was left out").click()
    expect(line).to_be_visible()


def test_facets_narrow_and_chips_take_it_back(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    before = page.get_by_role("heading", level=1).inner_text()
    sources = page.get_by_role("region", name="Source")
    sources.get_by_role("link", name="Lindmere Post").click()
    narrowed = page.get_by_role("heading", level=1).inner_text()
    assert narrowed != before
    expect(sources.get_by_role("link", name=re.compile("Lindmere Post.*chosen"))).to_have_attribute(
        "aria-current", "true"
    )
    page.get_by_role("region", name="Year").get_by_role("link", name="2019").click()
    expect(page).to_have_url(re.compile(r"source=Lindmere\+Post.*|year=2019"))
    page.get_by_role("link", name=re.compile("Year 2019 ?: remove")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(narrowed)
    page.get_by_role("link", name=re.compile("Source Lindmere Post ?: remove")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(before)


def test_a_new_query_keeps_what_was_chosen(open_page: OpenPage):
    page = open_page("/?q=ferries&source=Lindmere+Post", **DESKTOP)
    page.get_by_label("Search the archive").fill("harbour")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name=re.compile("Source Lindmere Post ?: remove"))).to_be_visible()


def test_days_narrow(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    page.get_by_label("From").fill("2021-01-01")
    page.get_by_label("To", exact=True).fill("2021-12-31")
    page.get_by_role("button", name="Apply").click()
    days = page.locator(".hits time").evaluate_all("found => found.map(time => time.dateTime.slice(0, 4))")
    assert days
    assert set(days) == {"2021"}


def test_paging_goes_there_and_back(open_page: OpenPage):
    page = open_page("/?q=harbour+ferries&sort=oldest", **DESKTOP)
    first = page.locator(".headline").all_inner_texts()
    page.get_by_role("link", name="Next").click()
    second = page.locator(".headline").all_inner_texts()
    assert not set(first) & set(second)
    expect(page.locator('.pages [aria-current="page"]')).to_have_text("Page 2")
    page.get_by_role("link", name="Previous").click()
    assert page.locator(".headline").all_inner_texts() == first


def test_sorting_is_a_choice_beside_the_hits(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    page.get_by_role("link", name="Oldest").click()
    expect(page).to_have_url(re.compile("sort=oldest"))
    days = page.locator(".hits time").evaluate_all("found => found.map(time => time.dateTime)")
    assert len(days) == 10
    assert days == sorted(days)


def test_the_divider_parts_all_words_from_some(open_page: OpenPage):
    page = open_page("/?q=lantern+lighthouse", **DESKTOP)
    expect(page.get_by_role("heading", name="Articles with some of the words")).to_be_visible()
    page.get_by_role("link", name="Only those with all of them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 article for lantern lighthouse")


def test_bars_show_what_a_score_is_the_sum_of(open_page: OpenPage):
    page = open_page("/?q=harbour+ferries", java_script_enabled=False, **DESKTOP)
    expect(page.locator("table.parts")).to_have_count(0)
    page.get_by_role("link", name="Show how scores are made").click()
    hits = page.locator(".hits table.parts")
    expect(hits).to_have_count(10)
    for hit in hits.all():
        said = float(re.search(r"Score ([\d.]+)", hit.locator("caption").inner_text())[1])
        parts = [float(number) for number in hit.locator(".number").all_inner_texts()]
        assert abs(sum(parts) - said) <= 0.005 * (len(parts) + 1) + 1e-9
    expect(hits.first.get_by_role("rowheader", name=re.compile("^ferries .*in (title|body)"))).to_be_visible()
    bars = hits.first.locator("rect").evaluate_all("drawn => drawn.map(bar => bar.getBoundingClientRect().width)")
    assert max(bars) > 0
    page.get_by_role("link", name="Hide how scores are made").click()
    expect(page.locator("table.parts")).to_have_count(0)


def test_a_bar_of_the_timeline_narrows_to_its_days(open_page: OpenPage):
    page = open_page("/?q=ferries", java_script_enabled=False, **DESKTOP)
    bars = page.locator(".timeline svg.counts a")
    bars.first.click()
    expect(page).to_have_url(re.compile(r"from=2018-01-01&to=2018-01-31"))
    days = page.locator(".hits time").evaluate_all("found => found.map(time => time.dateTime)")
    assert days
    assert {day[:7] for day in days} == {"2018-01"}


def test_timeline_shows_counts_or_shares_without_javascript(open_page: OpenPage):
    page = open_page("/?q=ferries", java_script_enabled=False, **DESKTOP)
    counts, shares = page.locator(".timeline svg.counts"), page.locator(".timeline svg.share")
    expect(counts).to_be_visible()
    expect(shares).not_to_be_visible()
    page.get_by_label(re.compile("share of the archive")).check()
    expect(counts).not_to_be_visible()
    expect(shares).to_be_visible()


def test_timeline_can_be_used_by_the_keyboard_alone(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    page.get_by_label(re.compile("count, up to")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label(re.compile("share of the archive"))).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_text("As a table")).to_be_focused()
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name=re.compile("^February 2018"))
    expect(row).to_be_visible()
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"from=2018-02-01&to=2018-02-28"))


def test_understood_as_opens_to_stems_and_counts(open_page: OpenPage):
    page = open_page("/?q=the+ferries", **DESKTOP)
    expect(page.get_by_role("columnheader", name="Looked for")).not_to_be_visible()
    page.get_by_text("Understood as").click()
    expect(page.get_by_role("columnheader", name="Looked for")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^ferries ferri"))).to_be_visible()
    expect(page.get_by_text("Left out, since nearly every article has it")).to_be_visible()


def test_a_change_of_a_search_without_hits_finds_something(open_page: OpenPage):
    page = open_page("/?q=lantern+source:xyz", **DESKTOP)
    page.get_by_role("link", name="without source:xyz").click()
    expect(page.get_by_role("article").first).to_be_visible()


def test_slash_puts_the_cursor_into_the_box_and_types_itself_there(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    box = page.get_by_label("Search the archive")
    expect(box).not_to_be_focused()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("ferries")
    page.keyboard.type("and/or")
    expect(box).to_have_value("and/or")


def test_the_skip_link_is_the_first_stop_and_leads_to_the_results(open_page: OpenPage):
    page = open_page("/?q=ferries", **DESKTOP)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the results")
    expect(skip).to_be_focused()
    assert (skip.bounding_box() or {})["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_everything_works_without_javascript(open_page: OpenPage):
    page = open_page("/", java_script_enabled=False, **PHONE)
    page.get_by_label("Search the archive").fill("ferries")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Lindmere Post")).not_to_be_visible()
    page.get_by_text("Narrow and sort").click()
    page.get_by_role("link", name="Lindmere Post").click()
    expect(page.get_by_role("link", name=re.compile("Source Lindmere Post ?: remove"))).to_be_visible()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("article").first.get_by_role("link").click()
    expect(page.locator(".text mark").first).to_be_visible()


@pytest.mark.parametrize(
    "address", ["/", "/?q=ferries&source=Lindmere+Post", "/?q=payload", "/?q=lantern+lighthouse", "/?q=xyzzyq", "/help"]
)
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_is_wider_than_its_window(open_page: OpenPage, address: str, width: int):
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_choices_stand_open_beside_the_hits_and_folded_above_them_on_a_phone(open_page: OpenPage):
    expect(open_page("/?q=ferries", **DESKTOP).get_by_role("region", name="Source")).to_be_visible()
    page = open_page("/?q=ferries", **PHONE)
    expect(page.get_by_role("region", name="Source")).not_to_be_visible()
    page.get_by_text("Narrow and sort").click()
    expect(page.get_by_role("region", name="Source")).to_be_visible()


def test_payloads_of_articles_never_run(open_page: OpenPage):
    page = open_page("/?q=payload", **DESKTOP)
    links = page.get_by_role("article").get_by_role("link").evaluate_all("found => found.map(link => link.href)")
    assert len(links) == 2
    for address in ("/", "/?sort=newest&per_page=100", "/?q=payload&source=x", *links):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.title") != "ran"
        assert page.locator("main img, main script, main [onclick], main [onfocus], main [onload]").count() == 0
        assert page.locator('a[href^="javascript"]').count() == 0
