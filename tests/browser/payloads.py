"""Articles that are written to do harm, in every form of input: whatever of them runs calls `ran` or a dialog.

The search page is not to be shut by them either: there are words as long as a page, and marks by the hundred.
"""

from __future__ import annotations

import csv
import html
import io
import json
from pathlib import Path
from typing import Final

#: Stands in front of each payload, and is what finds them.
MARK: Final = "payload"
#: What a page says on `window` when a payload has run.
RAN: Final = "__ran"

_RUN: Final = f"window.{RAN}=1"
PAYLOADS: Final = (
    f"\"><script>{_RUN}</script><img src=x onerror='{_RUN}'><svg onload='{_RUN}'>",
    f"' onmouseover='alert(1)' onfocus='{_RUN}' autofocus tabindex=0 style='position:fixed;inset:0' x='",
    f"</title></textarea></style></script><script src=/x></script><iframe srcdoc='<script>parent.{RAN}=1</script>'>",
    f"javascript:{_RUN}//<a href=\"javascript:{_RUN}\">x</a><form action='javascript:{_RUN}'><input type=submit>",
    f"</mark><details open ontoggle={_RUN}><base href=//evil.example><meta http-equiv=refresh content='0;//x'>",
    "{{7*7}} ${alert(1)} {% raw %} <%= 7*7 %> &lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;alert(1)",
    "\u202e\u2066\u2067 gnirts \x07\x1b]0;owned\x07\x1b[2J \x9b31m \ufeff \u2028alert(1)\u2029" + "\u0301" * 300,
    "unbroken" * 60 + "\u4e2d" * 200 + "_" * 200 + "&" * 100,
)
ADDRESSES: Final = (
    f"javascript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    f'https://news.example/" onclick="{_RUN}',
    f" \tjava\nscript:{_RUN}",
    f"https://news.example/' onmouseover='alert(1)?{'long' * 200}",
    "vbscript:alert(1)",
    "//evil.example/x",
    "https:javascript:alert(1)",
)


def write_payloads(folder: Path) -> int:
    """Writes the files; how many articles are in them."""
    structured = [_article(number, payload) for number, payload in enumerate(PAYLOADS)]
    again = [{**each, "id": f"again {each['id']}", "source": f"Again {each['source']}"} for each in structured]
    (folder / "lines.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in [*structured, *again]), "utf-8")
    table = io.StringIO()
    rows = csv.DictWriter(table, ["id", "title", "body", "author", "source", "url", "date", "tag", "lang", "more"])
    rows.writeheader()
    for number, payload in enumerate(PAYLOADS[:5]):
        cell = f"=HYPERLINK(1) {MARK} {payload}"
        rows.writerow({name: f"{name} {number} {cell}" for name in rows.fieldnames} | {"url": ADDRESSES[number]})
    (folder / "table.csv").write_text(table.getvalue(), "utf-8", newline="")
    for number, payload in enumerate(PAYLOADS[:5]):
        (folder / f"page{number}.html").write_text(_page(payload), "utf-8")
        (folder / f"scraped{number}.txt").write_text(_scraped(payload), "utf-8")
    (folder / "feed.xml").write_text(_feed(), "utf-8")
    return len(structured) * 2 + 5 + 5 + 5 + 5


def _article(number: int, payload: str) -> dict[str, object]:
    said = f"{MARK} {payload}"
    return {
        "id": f"{number} {said}", "title": f"Title {number} {said}", "author": [f"Author {said}", said[::-1]],
        "body": f"The body of {said}\n\nA second paragraph with {said} in its middle.\n\n{' '.join([said] * 5)}",
        "source": f"Source {said}", "url": ADDRESSES[number], "date": f"2021-03-1{number} {said}",
        "lang": f"en{payload}",
        "tags": [f"tag {said}"], f"key {said}": {said: [said]},
    }  # fmt: skip


def _page(payload: str) -> str:
    told, attribute = html.escape(f"{MARK} {payload}"), html.escape(payload, quote=True)
    paragraphs = "".join(
        f"<p>The minister said on Tuesday that the {told} was there, and so was {n}.</p>" for n in "abcdef"
    )
    return f"""<!doctype html><html lang="{attribute}"><head><title>Page {told}</title>
<meta name="author" content="Author {attribute}"><meta property="og:site_name" content="Site {attribute}">
<meta property="article:tag" content="{attribute}"><link rel="canonical" href="javascript:alert(1)//{attribute}">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "x</scr\\u0069pt>{attribute}"}}</script>
<script>{_RUN}</script></head><body onload="{_RUN}"><article><h1>Page {told}</h1>
<p class="byline">By <a href="javascript:alert(1)">{told}</a></p>{paragraphs}
{payload}</article><nav><a href="javascript:alert(1)">Subscribe {told}</a></nav></body></html>"""


def _scraped(payload: str) -> str:
    said = " ".join(f"{MARK} {payload}".split())
    head = f"Scraped {said}\nBy Author {said}\n12 March 2021\nShare {said}"
    return f"{head}\n\nHarbour. {said} said so.\n\nSubscribe to {said}\n"


def _feed() -> str:
    entries = "".join(
        f"<item><title>Feed {html.escape(f'{MARK} {payload}')}</title><link>{html.escape(ADDRESSES[number])}</link>"
        f"<guid>{number} {html.escape(payload)}</guid><author>{html.escape(payload)}</author>"
        f"<category>{html.escape(payload)}</category><pubDate>Fri, 12 Mar 2021 10:0{number}:00 GMT</pubDate>"
        f"<description>{html.escape(html.escape(f'{MARK} {payload} is what was said.'))}"
        f"{html.escape(payload)}</description></item>"
        for number, payload in enumerate(PAYLOADS[:5])
    )
    title = f"<title>Feed {html.escape(PAYLOADS[0])}</title>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{title}{entries}</channel></rss>"
