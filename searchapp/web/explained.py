"""What a score is the sum of, as bars that can be compared between the hits of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.search.port import ClausePart, ExtraName
from searchapp.search.request import Clause, Hit

_EXTRAS: Final[dict[ExtraName, str]] = {
    "as_typed": "as typed",
    "window": "best stretch",
    "adjacent": "side by side",
    "near": "near each other",
    "feedback": "like the first hits",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` is in percent of the highest part on the page; `detail` says how a word's part comes about."""

    label: str
    score: str
    share: float
    detail: str
    is_extra: bool


def draw_bars(hits: Sequence[Hit], clauses: Sequence[Clause]) -> tuple[tuple[Bar, ...], ...]:
    """The bars of each hit, none where it has no explanation; parts that bring nothing are left out."""
    explained = [hit.explanation for hit in hits if hit.explanation is not None]
    words = max([word.score for each in explained for word in each.clauses], default=0.0)
    highest = max([words, *[extra.score for each in explained for extra in each.extras]])
    return tuple([tuple(_bars_of(hit, clauses, highest)) for hit in hits])


def _bars_of(hit: Hit, clauses: Sequence[Clause], highest: float) -> Iterator[Bar]:
    if hit.explanation is None or highest <= 0:
        return
    for word in hit.explanation.clauses:
        yield _bar(clauses[word.clause].text, word.score, highest, _tell(word), is_extra=False)
    for extra in hit.explanation.extras:
        if extra.score > 0:
            yield _bar(_EXTRAS[extra.name], extra.score, highest, "", is_extra=True)


def _bar(label: str, score: float, highest: float, detail: str, *, is_extra: bool) -> Bar:
    return Bar(label, f"{score:.2f}", round(100 * score / highest, 1), detail, is_extra)


def _tell(word: ClausePart) -> str:
    """`2 in title, 5 in body`."""
    places = [f"{field.frequency:g} in {field.field}" for field in word.fields if field.frequency]
    return ", ".join(places)
