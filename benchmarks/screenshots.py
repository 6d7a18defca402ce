"""Pictures of the pages for the README and the manual, taken in a real browser from the sample articles.

Builds an index of `index_data/samples` in a temporary folder, serves it as `broadsheet serve` does, and writes
`docs/images/*.png`. Needs Chromium: BROADSHEET_CHROMIUM, or one on the path.

    .venv/bin/python benchmarks/screenshots.py
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
SAMPLES = PROJECT / "index_data" / "samples"
IMAGES = PROJECT / "docs" / "images"
RUN = [sys.executable, "-c", "from searchapp.cli import main; main()"]
START_WITHIN_S = 60
BROWSER_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@dataclass(frozen=True, slots=True)
class Picture:
    """`address` is below the site; with `follow`, the first hit on that page is opened before the picture is taken."""

    name: str
    address: str
    scheme: str = "light"
    width: int = 1280
    height: int = 860
    follow: bool = False


def plan_pictures() -> tuple[Picture, ...]:
    query = "/?" + urllib.parse.urlencode({"q": "harbour crane collapse"})
    filtered = "/?" + urllib.parse.urlencode({"q": "harbour", "lang": "en", "sort": "newest"})
    return (
        Picture("home-light", "/"),
        Picture("home-dark", "/", scheme="dark"),
        Picture("results-light", query),
        Picture("results-dark", query, scheme="dark"),
        Picture("results-phone", filtered, width=390, height=844),
        Picture("results-phone-dark", filtered, scheme="dark", width=390, height=844),
        Picture("article-light", query, follow=True),
        Picture("article-phone-dark", query, scheme="dark", width=390, height=844, follow=True),
        Picture("no-hits-light", "/?" + urllib.parse.urlencode({"q": "harbour zeppelin", "match": "all"}), height=560),
        Picture("error-light", "/?q=harbour&page=-1", height=480),
    )


@contextmanager
def serve_samples(folder: Path) -> Iterator[str]:
    """The address of a server over the samples, for as long as the block lasts."""
    index = ["--index-dir", str(folder / "index")]
    subprocess.run([*RUN, "index", str(SAMPLES), *index], check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*RUN, "serve", *index, "--port", str(port)])
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_until_ready(address: str) -> None:
    until = time.monotonic() + START_WITHIN_S
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def take_picture(browser: Browser, site: str, picture: Picture) -> Path:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        device_scale_factor=2 if picture.width < 600 else 1,
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(site + picture.address)
    if picture.follow:
        page.locator(".hit .headline a").first.click()
        page.wait_for_load_state()
    # A blinking cursor would make the same page a different picture each time.
    page.evaluate("document.activeElement.blur()")
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> int:
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = os.environ.get("BROADSHEET_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        print("no Chromium: install it (apt-get install chromium) or set BROADSHEET_CHROMIUM", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serve_samples(Path(folder)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        for picture in plan_pictures():
            print(take_picture(browser, site, picture).relative_to(PROJECT))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
