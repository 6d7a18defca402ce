"""The words that tell most of an article: what "more like this" looks for, and how it is explained.

Weighed by tf-idf, the frequencies saturated as BM25F saturates them; the index counts in how many articles a word
stands. Knows no engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.stopwords import is_stop_word
from indexer.analysis.token import ACRONYM_MARK, CAPITALS_MARK
from indexer.article import Article
from searchapp.search.plan import WordPlan
from searchapp.search.scoring import DEFAULT_PARAMETERS, inverse_frequency
from searchapp.search.written import choose_written

#: As many as other engines take ("more like this" of Lucene has 25); the tail says little.
MOST_WORDS: Final = 25
#: A book is known by its beginning.
_MOST_CHARS: Final = 20_000
_LEAST_CHARS: Final = 2


@dataclass(frozen=True, slots=True)
class WordOfArticle:
    """A word as the article mostly writes it, its term, and `strength`, the saturated frequency in it: 0 to 1."""

    text: str
    term: str
    strength: float


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A chosen word: how many articles hold it, and its weight, of all that were chosen 1 together."""

    text: str
    term: str
    articles: int
    weight: float
    strength: float


def read_words(article: Article, analyzer: Analyzer) -> tuple[WordOfArticle, ...]:
    """Every different word of the article that is no number and no stop word, in the order of their first places."""
    frequencies: dict[str, float] = {}
    written: dict[str, Counter[str]] = {}
    parameters = DEFAULT_PARAMETERS
    for text, weight in (
        (article.title, parameters.title.weight),
        (article.body[:_MOST_CHARS], parameters.body.weight),
    ):
        for token in analyzer.analyse(text, article.lang).tokens:
            # The plain reading of a line in capitals; the first stem of an accented word.
            term = next((term for term in token.terms if not term.startswith(CAPITALS_MARK)), "")
            word = text[token.start : token.end]
            if term and token.width == 1 and len(word) >= _LEAST_CHARS and not any(map(str.isdigit, word)):
                frequencies[term] = frequencies.get(term, 0.0) + weight
                written.setdefault(term, Counter())[word] += 1
    words = ((term, choose_written(written[term], ""), frequency) for term, frequency in frequencies.items())
    return tuple(
        WordOfArticle(text, term, frequency / (parameters.k1 + frequency))
        for term, text, frequency in words
        if term.startswith(ACRONYM_MARK) or not is_stop_word(text.casefold(), article.lang)
    )


def choose_words(words: Sequence[WordOfArticle], held: Sequence[int], articles: int) -> tuple[TellingWord, ...]:
    """The most telling words, heaviest first; `held[i]` of all `articles` hold word i. A word of one article alone
    leads to no other."""
    weighed = [
        (word.strength * inverse_frequency(articles, count), word, count)
        for word, count in zip(words, held, strict=True)
        if count > 1
    ]
    chosen = sorted(weighed, key=lambda each: (-each[0], each[1].term))[:MOST_WORDS]
    whole = sum(weight for weight, _, _ in chosen)
    return tuple(
        TellingWord(word.text, word.term, count, weight / whole, word.strength) for weight, word, count in chosen
    )


def as_clauses(words: Sequence[WordOfArticle | TellingWord]) -> tuple[WordPlan, ...]:
    """One clause for each word, as strong as it is in the article."""
    return tuple(
        WordPlan("text", ((word.term,),), surface=False, weight=word.strength, clause=number)
        for number, word in enumerate(words)
    )
