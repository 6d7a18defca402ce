"""What one piece of news says: the value that travels the corridor from reader to index.

Nothing here reads files, cleans text or knows an engine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

import orjson

from indexer.sent import Sent

DatePrecision = Literal["second", "minute", "day", "month", "year", "none"]
DateConfidence = Literal["sure", "likely", "none"]

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(first + second for second in _LETTERS for first in _LETTERS)


@dataclass(frozen=True, slots=True)
class Published(Sent):
    """When an outlet says that it published.

    `on` is the outlet's own calendar day as `YYYY-MM-DD`, `YYYY-MM`, `YYYY`, or None.
    `at` is an aware datetime, and None unless the outlet gave both a time and a zone: neither is ever
    invented. `raw` is the text that it was read from, `""` when there was none, `zone` the zone as it was printed in
    it (`ET`, `UTC+04:00`), understood or not.

    `confidence` is about dates that were looked for in a page: `sure` where two independent groups of sources agree
    (what the page tells machines, what it shows, its address), `likely` where one speaks alone or they do not agree.
    It is `none` where nothing was weighed: the date was given as a field, or there is none.
    """

    on: str | None = None
    at: datetime | None = None
    precision: DatePrecision = "none"
    raw: str = ""
    confidence: DateConfidence = "none"
    zone: str = ""


UNDATED = Published()


@dataclass(frozen=True, slots=True)
class OriginalLine(Sent):
    """One line of the visible text as it was given; `left_out` says why it is not in the article, "" if it is."""

    text: str
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Article(Sent):
    """One piece of news.

    `body` has its paragraphs separated by one empty line where the input told them apart.
    `lang` is a BCP 47 tag, `und` where nobody could tell. `original` is empty when the input was structured
    and nothing was left out. `extra_json` is a JSON object of every key that we have no field for.
    """

    title: str = ""
    body: str = ""
    author: tuple[str, ...] = ()
    source: str = ""
    url: str | None = None
    published: Published = UNDATED
    lang: str = "und"
    tag: tuple[str, ...] = ()
    external_id: str | None = None
    collection: str = "main"
    original: tuple[OriginalLine, ...] = ()
    extra_json: str = "{}"

    @property
    def id(self) -> str:
        """16 letters and digits derived from the collection and the best key the article has (see CONTRACT)."""
        if self.external_id is not None:
            key: tuple[str, ...] = ("external_id", self.external_id)
        elif self.url is not None:
            key = ("url", self.url)
        else:
            key = ("said", self.source, self.title, self.published.on or "")
        return _short_token(orjson.dumps([self.collection, *key]))

    @property
    def content_hash(self) -> str:
        """Equal for equal content: everything that the index keeps of the article, in one digest."""
        return hash_content(*encode_article(self))


def encode_article(article: Article) -> tuple[bytes, bytes]:
    """What is stored of an article: its fields as a JSON list, and its original as another, or nothing.

    What was added to `Published` later follows at the end, and only where it says something: articles without it are
    stored, and hashed, as they always were.

    Raises TypeError for text that no file can hold (a lone surrogate).
    """
    published = article.published
    at = published.at
    fields = orjson.dumps(
        [
            *(article.title, article.body, article.author, article.source, article.url),
            *(published.on, None if at is None else format_instant(at), published.precision, published.raw),
            *(article.lang, article.tag, article.external_id, article.collection, article.extra_json),
            *((published.confidence, published.zone) if published.confidence != "none" or published.zone else ()),
        ]
    )
    if not article.original:
        return fields, b""
    return fields, orjson.dumps([[line.text, line.left_out] for line in article.original])


def hash_content(fields: bytes, original: bytes) -> str:
    """The content hash of an article that `encode_article` made these of: a list, and perhaps a second one."""
    return _short_token(fields + original)


@dataclass(frozen=True, slots=True)
class Place(Sent):
    """Where an article was read: a file, the line or the number in it where there is more than one (1-based, else 0),
    and in an archive the member: `archive.zip!folder/page.html`, with one more `!` for an archive inside another."""

    path: str
    line: int = 0
    member: str = ""

    @property
    def file(self) -> str:
        """The file as it is shown, with the member in it."""
        return f"{self.path}!{self.member}" if self.member else self.path

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class ReadArticle(Sent):
    """A reader's good news. `notes` are short stable phrases that are counted: what was read but not understood
    ("date not understood"), which keys went to `extra` ("extra key dateline")."""

    place: Place
    article: Article
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped(Sent):
    """A reader's bad news: what was not read as an article and why.

    `reason` is a short stable phrase that is counted ("not JSON", "no text"); `detail` says what was seen.
    """

    place: Place
    reason: str
    detail: str = ""


@lru_cache(maxsize=4096)
def day_range(published_on: str | None) -> tuple[date, date] | None:
    """First and last day that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` covers; None for None."""
    if published_on is None:
        return None
    parts = [int(part) for part in published_on.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        first = date(parts[0], parts[1], 1)
        if parts == [9999, 12]:
            return first, date(9999, 12, 31)
        following = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
        return first, date.fromordinal(following.toordinal() - 1)
    day = date(parts[0], parts[1], parts[2])
    return day, day


def format_instant(instant: datetime) -> str:
    """RFC 3339 with the zone that was given: `2021-03-12T15:29:00+04:00`, and `Z` for UTC."""
    text = instant.isoformat()
    return text.removesuffix("+00:00") + "Z" if instant.utcoffset() == UTC.utcoffset(None) else text


def _short_token(content: bytes) -> str:
    """16 letters and digits: a 128-bit digest to the base of 36, its lowest place first, cut."""
    number = int.from_bytes(hashlib.blake2b(content, digest_size=16).digest())
    pairs: list[str] = []
    # Four places at a time, so that most of it is done on small numbers.
    for _ in range(4):
        number, four = divmod(number, 36**4)
        second, first = divmod(four, 36**2)
        pairs += (_PAIRS[first], _PAIRS[second])
    return "".join(pairs)
