"""Searches to learn the language by: some made from the archive itself, and the whole table of examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from indexer.article import Article
from searchapp.query.examples import MEANS, SECTIONS
from searchapp.query.parser import parse_query
from searchapp.query.printing import understood
from searchapp.search.port import FacetCounts
from searchapp.search.request import SearchRequest
from searchapp.web.addresses import search_address

_WORD = re.compile(r"[^\W\d_]{4,}")
_NEIGHBOURS = re.compile(r"[^\W\d_]{4,} [^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Example:
    """A search that is sure to find something, since it was made from an article of the archive."""

    typed: str
    means: str
    address: str


@dataclass(frozen=True, slots=True)
class TaughtSection:
    """A part of the table of examples, as the page of help shows it."""

    title: str
    anchor: str
    examples: tuple[TaughtExample, ...]


@dataclass(frozen=True, slots=True)
class TaughtExample:
    """What may be typed; `understood` is what the parser makes of it today."""

    typed: str
    means: str
    understood: str
    address: str


def teach_language(today: date) -> tuple[TaughtSection, ...]:
    """The table of examples, whole: the one that docs and tests have."""
    return tuple(
        TaughtSection(
            section.title,
            "-".join(_WORD.findall(section.title.lower())),
            tuple(
                TaughtExample(
                    typed,
                    means,
                    understood(parse_query(typed, today).tree),
                    search_address(SearchRequest(q=typed)),
                )
                for typed, means in section.examples
            ),
        )
        for section in SECTIONS
    )


def make_examples(articles: tuple[Article, ...], facets: tuple[FacetCounts, ...]) -> tuple[Example, ...]:
    """Searches to begin with, each made from what the archive holds so that none comes back empty."""
    found = {counts.name: [counted.value for counted in counts.counts if counted.value] for counts in facets}
    examples: list[tuple[str, str]] = []
    # Most people who come know the language that most articles are in.
    articles = tuple(sorted(articles, key=lambda article: article.lang not in found.get("lang", ())[:1]))
    titles = [_WORD.findall(article.title) for article in articles]
    longest = [_pick_longest(words) for words in titles if len(words) > 1]
    if longest:
        examples.append((" ".join(longest[0]).lower(), MEANS["words"]))
    for article in (*articles[1:], *articles[:1]):
        neighbours = _NEIGHBOURS.search(article.title)
        if neighbours:
            examples.append((f'"{neighbours[0].lower()}"', MEANS["phrase"]))
            break
    if found.get("author"):
        examples.append((f'author:"{found["author"][0]}"', MEANS["author"]))
    if found.get("source"):
        examples.append((f'source:"{found["source"][0]}"', MEANS["source"]))
    if found.get("year"):
        examples.append((f"date:{max(found['year'])}", MEANS["year"]))
    if len(longest) > 1:
        first, second = longest[0][-1].lower(), longest[1][0].lower()
        examples.append((f"{first} OR {second}", MEANS["or"]))
    return tuple(
        Example(typed, means, search_address(SearchRequest(q=typed)))
        for typed, means in examples
        if typed.count('"') in {0, 2}
    )


def _pick_longest(words: list[str]) -> list[str]:
    """The two longest words, in the order they stand in: long words say most of what a headline is about."""
    picked = sorted(dict.fromkeys(words), key=len, reverse=True)[:2]
    return sorted(picked, key=words.index)
