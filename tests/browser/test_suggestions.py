"""The search box as a combobox (WAI-ARIA 1.2, editable, with a listbox): keys, roles, and what stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import LOOKS, complaints

OpenPage = Callable[..., Page]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


def type_slowly(page: Page, text: str) -> None:
    page.get_by_role("combobox", name="Search the archive").press_sequentially(text, delay=20)


def test_typing_offers_and_the_typed_text_stays(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    box = page.get_by_role("combobox", name="Search the archive")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_be_hidden()
    type_slowly(page, "varg")
    option = page.get_by_role("option", name=re.compile("Ilse Varga.*author"))
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-controls", page.get_by_role("listbox").get_attribute("id") or "?")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d suggestion"))
    assert option.locator("mark").all_inner_texts() == ["Varga"]
    expect(box).to_have_value("varg")


def test_arrows_go_round_and_enter_opens_what_is_active(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    box = page.get_by_role("combobox", name="Search the archive")
    type_slowly(page, "varg")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    count = options.count()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect(options.nth(count - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_value("varg")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?author=Ilse\+Varga$"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text("No articles")


def test_enter_searches_what_was_typed_when_nothing_is_active(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    type_slowly(page, "ferries")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=ferries$"))


def test_escape_closes_first_and_keeps_what_was_typed(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    box = page.get_by_role("combobox", name="Search the archive")
    type_slowly(page, "harb")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("harb")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()


def test_leaving_the_box_closes(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    type_slowly(page, "harb")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_click_opens_an_article(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    type_slowly(page, "keepers light")
    page.get_by_role("option", name=re.compile("Keepers of the lighthouse")).click()
    expect(page).to_have_url(re.compile(r"/articles/\w{16}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Keepers of the lighthouse find a lantern")


def test_nothing_moves_when_suggestions_come(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    where = "document.querySelector('main').getBoundingClientRect().top"
    before = page.evaluate(where), page.evaluate("document.documentElement.scrollHeight")
    type_slowly(page, "harb")
    expect(page.get_by_role("option").first).to_be_visible()
    assert (page.evaluate(where), page.evaluate("document.documentElement.scrollHeight")) == before


def test_quick_typing_asks_once(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)
    # The page's own clock stands still: 40 ms pass between two keys, however slow the machine is.
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    for key in "harbour":
        page.get_by_role("combobox", name="Search the archive").press_sequentially(key)
        page.clock.run_for(40)
    assert asked == []
    page.clock.run_for(1000)
    expect(page.get_by_role("option").first).to_be_visible()
    assert [address.rpartition("=")[2] for address in asked] == ["harbour"]


def test_markup_in_an_archive_is_shown_as_text(open_page: OpenPage):
    page = open_page("/", **DESKTOP)
    page.route(
        "**/api/v1/suggest?*",
        lambda route: route.fulfill(
            json={"suggestions": [{"kind": "headline", "text": "😀 <img src=x> & ok", "spans": [[0, 1]], "articles": 1,
                                   "id": "0", "page": "/"}]}
        ),
    )  # fmt: skip
    type_slowly(page, "ok")
    expect(page.get_by_role("option")).to_have_text("😀 <img src=x> & ok article")
    assert page.get_by_role("option").locator("mark").all_inner_texts() == ["😀"]
    assert page.locator("#suggestions img").count() == 0


def test_without_javascript_the_box_is_a_plain_one(open_page: OpenPage):
    page = open_page("/", java_script_enabled=False, **DESKTOP)
    box = page.get_by_role("searchbox", name="Search the archive")
    box.fill("lighthouse")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 article for lighthouse")


@pytest.mark.parametrize("look", LOOKS)
def test_nobody_is_shut_out_of_suggestions(open_page: OpenPage, look: str):
    page = open_page("/", **LOOKS[look])
    type_slowly(page, "harb")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert complaints(page) == []
    heights = page.get_by_role("option").evaluate_all("found => found.map(each => each.getBoundingClientRect().height)")
    assert min(heights) >= 24
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("address", ["/?q=feries+habrour", "/?q=hrabour"])
def test_nobody_is_shut_out_of_what_was_meant(open_page: OpenPage, look: str, address: str):
    page = open_page(address, **LOOKS[look])
    assert complaints(page) == []
    page.get_by_text("Did you mean").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("articles for .*harbour"))


def test_more_like_this_leads_on(open_page: OpenPage):
    page = open_page("/?q=harbour+report", **DESKTOP)
    page.get_by_role("article").first.get_by_role("link").click()
    alike = page.get_by_role("region", name="More like this")
    expect(alike.get_by_role("article")).to_have_count(5)
    here = page.url
    alike.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/articles/\w{16}$"))
    assert page.url != here
