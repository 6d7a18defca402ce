"""The words of a query that a text was searched for, and which words of the index a person may have meant by one.

Looks at surfaces, never at stems. A candidate is weighed as a noisy channel is (Kernighan, Church and Gale 1990): how
often the archive writes it, against how many slips of the hand lie between.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.analysis.analyzer import Analyzer
from indexer.analysis.token import ACRONYM_MARK, TypedWord
from searchapp.query.nodes import And, InField, Near, Node, Or, Phrase, Query, Word, Words
from searchapp.search.plan import Scope
from searchapp.search.port import Form
from searchapp.search.reading import NAME_FIELDS
from searchapp.search.spellings import is_close

#: Shorter words are close to half of all short words; and two slips in four letters leave nothing of a word.
_LEAST_CHARS: Final = 3
_TWO_SLIPS_CHARS: Final = 7
#: A word that stands somewhere is only doubted for one that stands so many times as often.
_TIMES_AS_OFTEN: Final = 20
#: What a slip costs in powers of e of frequency, and what it costs more where it is the first letter: people rarely
#: miss that one. docs/suggestions.md says what these find.
_SLIP: Final = 4.0
_FIRST_LETTER: Final = 2.0


@dataclass(frozen=True, slots=True)
class SoughtWord:
    """A word of the query that is looked for: code points `start` to `end` of what was typed, and it folded.

    `alternatives` are what is looked up for it: surfaces where `by_surface`, else stems.
    """

    start: int
    end: int
    text: str
    surface: str
    scope: Scope
    alternatives: tuple[tuple[str, ...], ...]
    by_surface: bool

    @property
    def most_slips(self) -> int:
        return 2 if len(self.surface) >= _TWO_SLIPS_CHARS else 1


def find_sought_words(query: Query, analyzer: Analyzer, langs: tuple[str, ...]) -> tuple[SoughtWord, ...]:
    """The words that could be misspelt: not what is excluded, no pattern, number or stop word, none too short."""
    return tuple(
        word
        for node, scope in _texts(query.tree, "text")
        for word in _words_of(node, scope, query, analyzer, langs)
        if len(word.surface) >= _LEAST_CHARS and word.surface.isalpha()
    )


def outline(query: Query) -> tuple[tuple[type[Node], Scope], ...]:
    """What the query looks for, without its words: each chunk and phrase in order, and in which kind of field."""
    return tuple((type(node), scope) for node, scope in _texts(query.tree, "text"))


def weigh_forms(
    word: SoughtWord, articles: int, forms: Sequence[Form], is_found: Callable[[str], bool]
) -> Iterator[Form]:
    """What may have been meant, the likeliest first; `articles` is how many hold what was looked up for the word.

    `is_found` tells of a surface whether it is looked for already. That takes longer than all else here, so only those
    are asked about that count.
    """
    occurrences: dict[str, int] = {}
    for form in forms:
        surface = form.surface.removeprefix(ACRONYM_MARK)
        occurrences[surface] = occurrences.get(surface, 0) + form.occurrences
    own = occurrences.pop(word.surface, 0)
    least = max(1, _TIMES_AS_OFTEN * (articles if own <= articles or is_found(word.surface) else own))
    meant = [Form(surface, often) for surface, often in occurrences.items() if often >= least]
    meant.sort(key=lambda form: (-_likelihood(word.surface, *form), form.surface))
    return (form for form in meant if not is_found(form.surface))


def _likelihood(typed: str, meant: str, occurrences: int) -> float:
    slips = 1 if is_close(typed, meant, 1) else 2
    return math.log(occurrences) - _SLIP * slips - (_FIRST_LETTER if typed[0] != meant[0] else 0.0)


def _texts(node: Node, scope: Scope) -> Iterator[tuple[Word | Phrase, Scope]]:
    match node:
        case Word() | Phrase():
            yield node, scope
        case Words(children) | Near(children) | And(children) | Or(children):
            for child in children:
                yield from _texts(child, scope)
        case InField(name, child) if name != "lang":
            yield from _texts(child, name)
        case _:
            return


def _words_of(
    node: Word | Phrase, scope: Scope, query: Query, analyzer: Analyzer, langs: tuple[str, ...]
) -> Iterator[SoughtWord]:
    first = query.raw.find(node.text, node.start, node.end)
    if first < 0:  # read otherwise than it was typed, so that nobody can say where a word of it stands
        return
    by_surface = isinstance(node, Phrase) or scope in NAME_FIELDS
    written, looked_up = (
        analyzer.read_words(node.text, langs, quoted=quoted, pasted_headline=query.pasted_headline)
        for quoted in (True, by_surface)
    )
    for word, sought in zip(written, looked_up, strict=True):
        if word.is_stop_word and not isinstance(node, Phrase):
            continue
        yield SoughtWord(
            start=first + word.start,
            end=first + word.end,
            text=word.text,
            surface=one_surface(word),
            scope=scope,
            alternatives=sought.alternatives,
            by_surface=by_surface,
        )


def one_surface(word: TypedWord) -> str:
    """The word, read by surfaces, as one of them without its mark; "" where it is none."""
    return next((run[0].removeprefix(ACRONYM_MARK) for run in word.alternatives if len(run) == 1), "")
