"""A web archive made of pages: as crawlers write them, each record packed by itself, with its request beside it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path


def write_web_archive(path: Path, pages: Sequence[bytes], count: int) -> None:
    """`count` answers, of these pages over and over again."""
    packed: dict[int, bytes] = {}
    with path.open("wb") as file:
        for number, page in enumerate(islice(cycle(pages), count)):
            at = number % len(pages)
            if at not in packed:
                address = f"https://site-{at}.example/page"
                asked = _record("request", address, b"GET /page HTTP/1.1\r\nHost: site.example\r\n\r\n")
                answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
                packed[at] = gzip.compress(asked, 6, mtime=0) + gzip.compress(
                    _record("response", address, answer), 6, mtime=0
                )
            file.write(packed[at])


def _record(kind: str, address: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2021-03-12T15:29:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{kind}>\r\nContent-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"
