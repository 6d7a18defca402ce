"""Servers over archives of a test's own, and pages that are watched while they are open."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

START_WITHIN_S = 60


@contextmanager
def serve_archive(archive: Path, folder: Path) -> Iterator[str]:
    """The address of a server over these files; `folder` takes its index and its log."""
    run = [sys.executable, "-c", "from searchapp.cli import main; main()"]
    index = ["--index-dir", str(folder / "index")]
    subprocess.run([*run, "index", str(archive), *index], check=True, capture_output=True, timeout=120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "serve.log").open("w") as log:
        server = subprocess.Popen([*run, "serve", *index, "--port", str(port)], stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_ready(address, server, folder / "serve.log")
            yield address
        finally:
            server.terminate()
            assert server.wait(timeout=60) == 0, (folder / "serve.log").read_text()


def wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=30) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()}")


@contextmanager
def watch_pages(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """At the end: nothing may have been said on the console, no script thrown, and nothing asked of any other host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_address(address: str, **options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(site) else complaints.append(asked.url))
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert complaints == []
