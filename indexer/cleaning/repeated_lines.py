"""A source's own furniture, learnt from its pages: the lines that many of them have.

What is never learnt: lines that name a writer (a correspondent who files every day is no furniture), lines without
words, and what only versions of one story have in common. A sentence is believed to be furniture later than a short
line: three reports of one speech hold the same quote.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from indexer.cleaning.bylines import reads_like_byline
from indexer.cleaning.page_lines import count_words, fold_line

#: Gives the digests of the lines that were learnt of a source, by its name as a page tells it ("" where it does not).
LinesOfSource = Callable[[str], frozenset[int]]

_MOST_LINES: Final = 1000
_SHORT_SHARE: Final = 0.3
_PROSE_SHARE: Final = 0.5
_PROSE_WORDS: Final = 9
_STOPS: Final = (".", "!", "?", "…", '."', ".”", "。", "！", "？", "।")
#: What so many pages have is not what makes two of them versions of one story.
_COMMON_SHARE: Final = 0.8
#: A source's learnt lines are some hundreds: that another line has the digest of one is a chance of one in 10^12.
_DIGEST_BYTES: Final = 6
_REMEMBERED_CHARS: Final = 200
_DIGITS: Final = re.compile(r"\d+")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class PagePrint:
    """The lines of one page that could be learnt, by their digests; `prose` are those that are sentences."""

    short: frozenset[int]
    prose: frozenset[int]


def take_print(texts: Iterable[str]) -> PagePrint:
    """The print of a page whose lines, or paragraphs where lines were wrapped, are these."""
    short: set[int] = set()
    prose: set[int] = set()
    for _, text in zip(range(_MOST_LINES), texts, strict=False):
        digest = digest_line(text)
        if digest is not None:
            (prose if _is_prose(text) else short).add(digest)
    return PagePrint(frozenset(short), frozenset(prose))


def digest_line(text: str) -> int | None:
    """The number by which a line is known, None for one that is never learnt.

    Numbers in short lines are all one number: "Comments (12)" is "Comments (3)" on another page.
    """
    return _digest_remembered(text) if len(text) <= _REMEMBERED_CHARS else _digest(text)


def _digest(text: str) -> int | None:
    if _LETTER.search(text) is None or reads_like_byline(text):
        return None
    folded = fold_line(text)
    if not _is_prose(text):
        folded = _DIGITS.sub("0", folded)
    return int.from_bytes(blake2b(folded.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest())


_digest_remembered = lru_cache(maxsize=8192)(_digest)


def learn_lines(prints: Sequence[PagePrint], least_pages: int) -> frozenset[int]:
    """The digests of the lines that enough of these pages have; the same whatever the order of the pages, save that of
    versions of one story the first is counted."""
    pages = _one_of_each_story(prints)
    if len(pages) < least_pages:
        return frozenset()
    short = Counter(digest for page in pages for digest in page.short)
    prose = Counter(digest for page in pages for digest in page.prose)
    learnt = _frequent(short, max(least_pages, math.ceil(_SHORT_SHARE * len(pages))))
    return frozenset(learnt | _frequent(prose, max(least_pages, math.ceil(_PROSE_SHARE * len(pages)))))


def _frequent(counts: Counter[int], least: int) -> set[int]:
    return {digest for digest, count in counts.items() if count >= least}


def _one_of_each_story(prints: Sequence[PagePrint]) -> list[PagePrint]:
    """Without the pages that share most of their sentences with one before: a report and its later versions."""
    counts = Counter(digest for page in prints for digest in page.prose)
    common = _frequent(counts, math.ceil(_COMMON_SHARE * len(prints)))
    kept: list[PagePrint] = []
    stories: list[frozenset[int]] = []
    for page in prints:
        own = page.prose - common
        if any(2 * len(own & other) > min(len(own), len(other)) for other in stories):
            continue
        kept.append(page)
        stories.append(own)
    return kept


def _is_prose(text: str) -> bool:
    return text.endswith(_STOPS) and count_words(text[:400]) >= _PROSE_WORDS
