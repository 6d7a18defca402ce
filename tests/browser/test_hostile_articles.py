"""Nothing that an article says runs, moves a page or reaches anybody, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from payloads import MARK, PAYLOADS, RAN, write_payloads
from playwright.sync_api import Browser, Page, expect
from sites import serve_archive, watch_pages

OpenPage = Callable[..., Page]

SIZES = {"phone": (320, 640), "desktop": (1280, 900)}
LISTS = (
    *("/", f"/?q={MARK}&per_page=50&explain=1", f"/?q={MARK}&group=story&per_page=50", "/?sort=newest&per_page=100"),
    *(f"/?q=title:{MARK}+script&match=any", f"/?q={MARK}+zzzz&match=all", f"/?q=author:{MARK}", "/help"),
    "/?q=%3Cscript%3Ewindow.__ran%3D1%3C/script%3E&source=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
    *(
        "/articles/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/?page=%3Cscript%3Ealert(1)",
    ),
    "/api/v1/docs",
)
ANSWERS = (
    f"/api/v1/search?q={MARK}&per_page=100",
    f"/api/v1/suggest?q={MARK}",
    "/api/v1/search?q=a&x=<script>alert(1)</script>",
)


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "archive").mkdir()
    assert write_payloads(folder / "archive") > 30
    with serve_archive(folder / "archive", folder) as address:
        yield address


@pytest.fixture
def open_hostile(browser: Browser, hostile_site: str) -> Iterator[OpenPage]:
    with watch_pages(browser, hostile_site) as open_address:
        yield open_address


def watch(page: Page) -> list[str]:
    """What ran on the page in whatever way: dialogs, windows, and ways to other pages."""
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.on("popup", lambda popup: ran.append(popup.url))
    page.on("download", lambda download: ran.append(download.url))
    return ran


def check(page: Page, width: int) -> None:
    """Nothing has run, though everything was opened, pointed at and focused; and nothing stands out of the window."""
    page.evaluate(
        """() => {
            document.querySelectorAll("details").forEach((each) => { each.open = true; });
            document.querySelectorAll("*").forEach((each) => {
                for (const kind of ["mouseover", "focus", "toggle", "load", "error"]) {
                    each.dispatchEvent(new Event(kind));
                }
            });
        }"""
    )
    assert page.evaluate(f"window.{RAN}") is None, page.url
    planted = "main :is(img, script, iframe, style, base, meta, input[type=submit], form:not([action='/']))"
    assert page.locator(planted).count() == 0, page.url
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll("main *")].flatMap((each) => [...each.attributes])
            .filter((each) => each.name.startsWith("on") || /^\\s*(javascript|data|vbscript):/i.test(each.value))
            .map((each) => each.name + "=" + each.value)"""
        )
        == []
    ), page.url
    links = page.locator("a").evaluate_all("found => found.map((each) => each.protocol)")
    assert set(links) <= {"http:", "https:"}, page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_the_payloads_do_run_where_they_are_let(browser: Browser) -> None:
    page = browser.new_page()
    letting = (f'<input value="{PAYLOADS[0]}', f"<input title='{PAYLOADS[1]}'>", f"<textarea>{PAYLOADS[2]}")
    for content in letting:
        page.goto("about:blank")
        page.set_content(content)
        page.wait_for_function(f"window.{RAN} === 1")
    page.close()


@pytest.mark.parametrize("size", SIZES)
def test_nothing_of_an_article_runs_on_any_page(open_hostile: OpenPage, size: str) -> None:
    width, height = SIZES[size]
    page = open_hostile("/help", viewport={"width": width, "height": height})
    ran = watch(page)
    found: set[str] = set()
    for address in LISTS:
        # What is not found says so on the console of the browser, as it should.
        answer = page.context.request.get(address)
        if answer.status >= 400:
            page.set_content(answer.text())
        else:
            page.goto(address)
        found |= {
            link.partition("?")[0]
            for link in page.locator("a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
            if re.match("/articles/", link)
        }
        check(page, width)
    assert len(found) > 30
    for address in sorted(found):
        page.goto(f"{address}?q={MARK}")
        check(page, width)
    assert ran == []


def test_answers_for_programs_are_no_pages(open_hostile: OpenPage) -> None:
    page = open_hostile("/help")
    ids = [hit["id"] for hit in page.context.request.get(ANSWERS[0]).json()["results"]]
    assert len(ids) > 30
    addresses = [
        *ANSWERS,
        *(f"/api/v1/articles/{each}{more}" for each in ids[:6] for more in ("", "/similar", "/story")),
    ]
    for address in addresses:
        answer = page.context.request.get(address)
        assert re.fullmatch(r"application/(problem\+)?json(; charset=utf-8)?", answer.headers["content-type"]), address
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_suggestions_show_payloads_as_text(open_hostile: OpenPage) -> None:
    page = open_hostile("/")
    ran = watch(page)
    for typed in (MARK, "Title", "Again"):
        page.get_by_role("combobox").fill("")
        page.get_by_role("combobox").press_sequentially(typed, delay=5)
        expect(page.get_by_role("option").first).to_be_visible()
        assert page.locator("#suggestions img, #suggestions script, #suggestions svg").count() == 0
        check(page, 1280)
    assert ran == []
