"""Queries and requests that are sent to do harm, by name. None is to be answered by anything but 200 or 400, and where
an article is asked for by an id that is none, 404."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final
from urllib.parse import quote_plus

#: In bytes. Longer ones are a 414 of the server, which can read no more; no limit of it can be raised.
LONGEST_ADDRESS: Final = 65_534
SEARCHED: Final = ("/api/v1/search", "/")
ASKED_FOR: Final = ("/articles/{}", "/api/v1/articles/{}", "/api/v1/articles/{}/similar", "/api/v1/articles/{}/story")

#: An article of the archive that this is sent to holds this word; a plain query that is to be answered all the same.
PLAIN: Final = "lighthouse"

QUERIES: Final[dict[str, str]] = {
    "star": "*",
    "two stars": "**",
    "stars around": "*a*",
    "question marks": "?????*",
    "one letter": "a*",
    "fifty patterns": " OR ".join(f"{first}{second}*" for first in "abcdefghij" for second in "aeiou"),
    "too many steps": "government~5",
    "half a range": "[TO]",
    "range": "[a TO z]",
    "regular expression": "/(a+)+$/",
    "letters without a space": "a" * 100_000,
    "ten thousand words": " ".join(f"word{number}" for number in range(10_000)),
    "twenty thousand alternatives": " OR ".join(f"w{number}" for number in range(20_000)),
    "long phrase": '"' + " ".join(f"p{number}" for number in range(5_000)) + '"',
    "wide window": '"a b"~99999999999',
    "near beyond numbers": "a NEAR/99999999999999999999 b",
    "opened": "(" * 3_000,
    "closed": ")" * 3_000,
    "opened and closed": "(" * 3_000 + "a" + ")" * 3_000,
    "nested": "(a OR " * 500 + "b" + ")" * 500,
    "quotes": '"' * 10_001,
    "operators alone": "AND AND OR NOT",
    "exclusions alone": "-a -b",
    "days that are none": "date:00000000..99999999",
    "number without end": "date:9999999999999999999",
    "after before": "after:tomorrow before:yesterday",
    "nul": "light\x00house",
    "lone surrogate": "light\ud800house",
    "combining marks": "a" + "\u0301" * 5_000,
    "right to left": "\u202elighthouse\u202c \u2066x\u2069",
    "script": "<script>alert(1)</script>",
    "attribute": '"onmouseover="alert(1)',
    "line ends": "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "format": "%s %n {0} {q} ${7*7} {{7*7}}",
    "fields of fields": "title:title:title:author:date:tag:",
    "colons": ":" * 2_000,
    "minus": "-" * 5_000,
    "tildes": "a" + "~" * 3_000,
    "slashes": "NEAR/" * 2_000,
    "spaces": " \u3000\u00a0" * 3_000,
    "emoji": "\U0001f9d1\u200d\U0001f692" * 1_000,
    "digits": "9" * 5_000,
    "bigrams": "\u4e2d" * 5_000,
    "not in not": "NOT " * 300 + "a",
    "fuzzy stars": "a*~2 *~ ~ ~2",
    "boost": "a^1e309 b^-1 c^nan",
}

#: Other arguments, as they stand in the address.
ARGUMENTS: Final[dict[str, str]] = {
    "far page": "q=a&page=1000000000000",
    "page before the first": "q=a&page=-1",
    "no number": "q=a&per_page=NaN",
    "number too large": "q=a&per_page=1e999",
    "five thousand times": "&".join(["source=a"] * 5_000),
    "five thousand queries": "&".join(["q=a"] * 5_000),
    "line ends in a name": "q=a&%0d%0aX-Y:z=1",
    "line ends": "q=a%0d%0aX-Y:z",
    "broken escapes": "q=%&x=%zz%",
    "no utf-8": "q=%ff%fe%c3%28",
    "nul in a filter": "q=a&source=%00",
    "cursor of somebody else": "q=a&cursor=" + "A" * 3_000,
    "facet of everything": "q=a&facets=" + ",".join(["source:99999999"] * 300),
    "histogram": "q=a&histogram=second",
    "year": "q=a&year=99999999999999999999&year=-1",
    "days": "q=a&from=0000-00-00&to=9999-99-99",
    "sort": "q=a&sort=../../etc/passwd",
    "strict": "q=%22&strict=maybe",
}

IDS: Final = (
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a" * 5_000,
    "%ff",
    "<script>",
    "a%0d%0ab",
    "'or'1'='1",
)

_PIECES: Final = (
    *(
        "lighthouse",
        "harbour",
        "a",
        "us",
        "U.S.",
        "AT&T",
        "well-being",
        "\u4e2d\u6587",
        "Erdo\u011fan",
        "1916",
        "\u0e01",
    ),
    *("AND", "OR", "NOT", "NEAR/3", "\u0418", "(", ")", "((", "))", '"', "'", "\u00ab", "\u00bb", "\u201c", "\u201d"),
    *("-", "+", "*", "?", "~", "~2", "/", "\\", ":", "^", "[", "]", "TO", "2021..", "..2022", "yesterday", "last week"),
    *("title:", "author:", "source:", "lang:", "tag:", "date:", "after:", "before:", "<b>", "&amp;", "%00", "{{"),
    *("\x00", "\ud83d", "\u202e", "\u0301" * 40, "\r\n", "\t", "\U0001f600", "a" * 300, " " * 50),
)


def made_queries(seed: int, count: int) -> Iterator[str]:
    """Queries put together at random of what the language is made of and of what breaks parsers."""
    random = Random(seed)
    for _ in range(count):
        pieces = random.choices(_PIECES, k=random.choice((1, 2, 3, 5, 8, 13, 40)))
        yield random.choice(("", " ", " ")).join(pieces)


def search_in(path: str, query: str) -> str:
    return f"{path}?q={quote_plus(query.encode('utf-8', 'surrogatepass'))}"


def all_addresses() -> Iterator[str]:
    """Everything that has a name here, for page and endpoint."""
    for path in SEARCHED:
        yield from (search_in(path, query) for query in QUERIES.values())
        yield from (f"{path}?{arguments}" for arguments in ARGUMENTS.values())
    for path in ASKED_FOR:
        yield from (path.format(each) for each in IDS)
    yield from (search_in("/api/v1/suggest", query) for query in QUERIES.values())
