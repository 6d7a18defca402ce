"""The pages of the test data, and how sites are split so that nothing is measured on a page that was trained on."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FOLDS = 6
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Page:
    """One page with what is known about it; "" or () where nothing is."""

    page_id: str
    url: str
    text: str
    html_path: Path
    gold_body: str
    gold_title: str
    gold_authors: tuple[str, ...]
    gold_date: str
    must_contain: tuple[str, ...]
    must_not_contain: tuple[str, ...]

    def read_html(self) -> bytes:
        return gzip.decompress(self.html_path.read_bytes())


def read_pages(folder: Path) -> list[Page]:
    """Every page of one collection, in the order of its gold file."""
    texts = {page["id"]: page["rawtext"] for page in _read_lines(folder / "rawtext.jsonl.gz")}
    return [
        Page(
            page_id=gold["id"],
            url=gold.get("url") or "",
            text=texts[gold["id"]],
            html_path=folder / gold["html"],
            gold_body=gold.get("body") or "",
            gold_title=gold.get("title") or "",
            gold_authors=_as_names(gold.get("author")),
            gold_date=gold.get("date") or "",
            must_contain=tuple(gold.get("must_contain") or ()),
            must_not_contain=tuple(gold.get("must_not_contain") or ()),
        )
        for gold in _read_lines(folder / "gold.jsonl.gz")
        if gold["id"] in texts
    ]


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def fold_of(host: str) -> int:
    """Which fold of the cross-validation a site is in, 0 to FOLDS - 1."""
    return _hash(host) % FOLDS


def half_of(host: str) -> int:
    """Which half of the sites: rules are chosen looking at half 0 alone, and reported on both."""
    return _hash("half " + host) % 2


def split_names(author: str) -> tuple[str, ...]:
    """The names in one string, parted by semicolons, commas, bars and the words for "and"."""
    parts = re.split(r"[;\n,|/]|\s(?:und|and|et|y|&)\s", author)
    return tuple(name.strip() for name in parts if name.strip())


def _as_names(author: str | list[str] | None) -> tuple[str, ...]:
    listed = author if isinstance(author, list) else [author or ""]
    return tuple(name for each in listed for name in split_names(each))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest())


def _read_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
