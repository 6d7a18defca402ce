"""axe-core's rules for WCAG 2.2 AA over every state of the pages, light and dark, phone and desktop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
STATES = {
    "home": "/",
    "results": "/?q=ferries&source=Lindmere+Post&year=2019",
    "divider": "/?q=lantern+lighthouse",
    "no hits": "/?q=xyzzyq&lang=en",
    "notes": "/?q=%22open+lantern",
    "timeline": "/?q=the+ferries",
    "explained": "/?q=lantern+ferries+lighthouse+storm&explain=1",
    "changes": "/?q=the+ferries+source:xyz+date:1978-09",
    "help": "/help",
    "past the end": "/?q=ferries&page=900",
    "the endpoint, described": "/api/v1/docs",
}
LOOKS = {
    "light desktop": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
}


def complaints(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_nobody_is_shut_out_of_a_page(open_page: Callable[..., Page], state: str, look: str):
    page = open_page(STATES[state], **LOOKS[look])
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert complaints(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_nobody_is_shut_out_of_an_article(open_page: Callable[..., Page], look: str):
    page = open_page("/?q=tidal+barrier", **LOOKS[look])
    page.get_by_role("link", name="Tidal barrier at Quellport").click()
    page.get_by_text("Show what was left out").click()
    assert complaints(page) == []


def test_axe_does_find_what_is_wrong(open_page: Callable[..., Page]):
    page = open_page("/")
    page.evaluate("document.querySelector('.ears').style.color = 'rgb(200, 200, 200)'")
    assert any(complaint.startswith("color-contrast:") for complaint in complaints(page))


@pytest.mark.parametrize("look", LOOKS)
def test_focus_is_seen_on_everything_that_takes_it(open_page: Callable[..., Page], look: str):
    page = open_page("/?q=ferries&source=Lindmere+Post", **LOOKS[look])
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (width >= 2, style) == (True, "solid"), page.evaluate("document.activeElement.outerHTML")


def test_targets_are_large_enough_for_a_thumb(open_page: Callable[..., Page]):
    page = open_page("/?q=ferries&source=Lindmere+Post", **LOOKS["dark phone"])
    page.get_by_text("Narrow and sort").click()
    sizes = page.locator(".facet li a, .chips a, .pages a, button").evaluate_all(
        "found => found.map(target => target.getBoundingClientRect().height)"
    )
    assert sizes
    assert min(sizes) >= 24
