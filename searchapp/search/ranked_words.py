"""Which words of a query closeness looks at: the plain ones that are looked for in the text, in the order of typing.

Phrases, patterns, words in fields, and what is excluded have said for themselves where they are to stand. Words joined
by AND or OR count as words, but are nobody's neighbours; a stop word that was left out stands between no two others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from searchapp.query.nodes import PlainWord, Word
from searchapp.search.plan import RankedWord
from searchapp.search.reading import QueryReading

#: Of longer queries the first words are looked at: what is read of an article is bounded.
MOST_RANKED: Final = 24


def rank_row(reading: QueryReading, row: Sequence[PlainWord]) -> Iterator[RankedWord]:
    """The words of a row of plain words that count."""
    follows = False
    for node in row:
        if not isinstance(node, Word):
            follows = False
            continue
        counted = reading.plain_words(node)
        for word, written in zip(reading.typed_words(node), reading.typed_words(node, as_written=True), strict=True):
            if word in counted:
                yield RankedWord(word.alternatives, written.alternatives, follows)
                follows = True


def choose_ranked(words: Sequence[RankedWord]) -> tuple[RankedWord, ...]:
    """The words to look at; none where they are one word, which has nothing to be close to."""
    chosen = tuple(words[:MOST_RANKED])
    return chosen if len({word.stems for word in chosen}) > 1 else ()
