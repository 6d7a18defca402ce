"""Makes the queries of a corpus from the corpus: frequencies, headlines, neighbours in a sample of its articles.

The same corpus always gives the same queries. Words that Broadsheet leaves out of plain queries (stop words) are in
no query but the headlines, so that every engine searches for the same words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from benchmarks.speed.articles import BenchArticle, Corpus, read_line
from benchmarks.speed.queries import Form, Query, QueryClass
from indexer.analysis.stopwords import is_stop_word

PER_CLASS: Final = 60
SAMPLE: Final = 20_000
_SEED: Final = 1916
_TOKEN: Final = re.compile(r"[a-z0-9]+")
_WORD: Final = re.compile(r"[a-z]{3,20}")
#: Shares of the articles that hold a word.
_RARE: Final = (0.0001, 0.001)
_ORDINARY: Final = (0.001, 0.2)
_COMMON: Final = (0.05, 0.5)
_TRIES: Final = 200_000


@dataclass(slots=True)
class Sample:
    """Some articles of a corpus, and in how many of them each word stands."""

    articles: list[BenchArticle] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    holding: Counter[str] = field(default_factory=Counter)


def take_sample(corpus: Corpus, size: int = SAMPLE) -> Sample:
    """At most `size` articles, evenly spread."""
    step = max(1, corpus.articles // size)
    sample = Sample()
    with corpus.path.open("rb") as file:
        for key, line in enumerate(file):
            if key % step:
                continue
            article = read_line(key, line)
            words = _TOKEN.findall(article.body.lower())
            sample.articles.append(article)
            sample.texts.append(words)
            sample.holding.update(word for word in set(words) if _WORD.fullmatch(word))
    return sample


def make_classes(sample: Sample, per_class: int = PER_CLASS) -> tuple[QueryClass, ...]:
    """Every class that the corpus can fill; one without days has no date classes."""
    makers: tuple[tuple[str, Callable[[Random, Sample], Iterator[Query]]], ...] = (
        ("rare term", lambda random, known: _terms(random, known, _RARE)),
        ("common term", lambda random, known: _terms(random, known, _COMMON)),
        ("OR of 2", lambda random, known: _words(random, known, Form.ANY, 2)),
        ("OR of 3", lambda random, known: _words(random, known, Form.ANY, 3)),
        ("headline", _headlines),
        ("AND", lambda random, known: _words(random, known, Form.ALL, 2)),
        ("phrase", _phrases),
        ("prefix", _prefixes),
        ("fuzzy", _misspellings),
        ("date-filtered", _dated),
        ("newest first", _newest),
        ("facet page", _with_facets),
    )
    classes = []
    for name, make in makers:
        # A generator of its own for each class: a change to one leaves the others as they were.
        found = _first(make(Random(f"{_SEED} {name}"), sample), per_class)
        if found:
            classes.append(QueryClass(name, tuple(found)))
    return tuple(classes)


def _first(queries: Iterator[Query], count: int) -> list[Query]:
    found: dict[Query, None] = {}
    for query in queries:
        found[query] = None
        if len(found) == count:
            break
    return list(found)


def _terms(random: Random, sample: Sample, shares: tuple[float, float]) -> Iterator[Query]:
    fitting = sorted(word for word in sample.holding if _is_within(sample, word, shares))
    random.shuffle(fitting)
    for word in fitting:
        yield Query(Form.ANY, (word,))


def _words(random: Random, sample: Sample, form: Form, count: int) -> Iterator[Query]:
    """Words of one article, which therefore has them all."""
    for words in _related(random, sample, count):
        yield Query(form, words)


def _headlines(random: Random, sample: Sample) -> Iterator[Query]:
    for article in random.sample(sample.articles, len(sample.articles)):
        words = tuple(_TOKEN.findall(article.title.lower()))
        if 4 <= len(words) <= 20 and any(not is_stop_word(word, "en") for word in words):
            yield Query(Form.ANY, words, pasted=True)


def _phrases(random: Random, sample: Sample) -> Iterator[Query]:
    """Neighbours that stand together in at least two places of the sample: names and turns of phrase."""
    pairs: Counter[tuple[str, str]] = Counter()
    for words in sample.texts:
        pairs.update(pairwise(words))
    known = sorted(
        pair for pair, count in pairs.items() if count > 1 and all(_is_within(sample, word, _ORDINARY) for word in pair)
    )
    random.shuffle(known)
    for pair in known:
        yield Query(Form.PHRASE, pair)


def _prefixes(random: Random, sample: Sample) -> Iterator[Query]:
    for (word,) in _related(random, sample, 1):
        if len(word) >= 6:
            yield Query(Form.PREFIX, (word[: random.choice((4, 5))],))


def _misspellings(random: Random, sample: Sample) -> Iterator[Query]:
    """Every other word as it is spelled, the others with one letter wrong."""
    for number, (word,) in enumerate(each for each in _related(random, sample, 1) if len(each[0]) >= 6):
        place = random.randrange(2, len(word))
        letter = random.choice("abcdefghijklmnopqrstuvwxyz")
        yield Query(Form.FUZZY, (word if number % 2 else word[:place] + letter + word[place + 1 :],))


def _dated(random: Random, sample: Sample) -> Iterator[Query]:
    """Two words, and days around an article that has both: from a week to a fifth of all the time there is."""
    days = sorted(article.published.date() for article in sample.articles if article.published)
    if not days:
        return
    span = max(1, (days[-1] - days[0]).days)
    for words in _related(random, sample, 2):
        middle = days[random.randrange(len(days))]
        half = timedelta(days=max(3, int(span * random.choice((0.01, 0.03, 0.1)))))
        yield Query(Form.ANY, words, days=_clip(middle - half, middle + half, days))


def _newest(random: Random, sample: Sample) -> Iterator[Query]:
    if any(article.published for article in sample.articles):
        for words in _related(random, sample, 2):
            yield Query(Form.ANY, words, newest_first=True)


def _with_facets(random: Random, sample: Sample) -> Iterator[Query]:
    for words in _related(random, sample, 2):
        yield Query(Form.ANY, words, facets=True)


def _related(random: Random, sample: Sample, count: int) -> Iterator[tuple[str, ...]]:
    filled = [words for words in sample.texts if len(words) >= 20]
    for _ in range(_TRIES if filled else 0):
        words = random.choice(filled)
        picked = tuple(dict.fromkeys(random.choice(words) for _ in range(count)))
        if len(picked) == count and all(_is_within(sample, word, _ORDINARY) for word in picked):
            yield picked


def _is_within(sample: Sample, word: str, shares: tuple[float, float]) -> bool:
    least, most = (share * len(sample.texts) for share in shares)
    return max(2.0, least) <= sample.holding[word] <= max(most, 3.0) and not is_stop_word(word, "en")


def _clip(first: date, last: date, days: Sequence[date]) -> tuple[date, date]:
    return max(first, days[0]), min(last, days[-1])
