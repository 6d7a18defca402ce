"""Which matches come first: selection of one page by several keys, without sorting what nobody will see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from searchapp.search.matching import Found
from searchapp.search.postings import UNKNOWN_INSTANT, DayColumns, Documents, PostingSource

_LAST = np.iinfo(np.int64).max

#: Gives one key of the matches at these indices; the smallest comes first.
Key = Callable[[NDArray[np.int64]], NDArray[Any]]


def select_page(
    found: Found,
    has_all_words: NDArray[np.bool_] | None,
    source: PostingSource,
    *,
    sort: Literal["relevance", "newest", "oldest"],
    first: int,
    count: int,
) -> NDArray[np.int64]:
    """Indices into `found` of the matches from `first` on, at most `count`, in order.

    By relevance: articles with all words (where `has_all_words` is given), score, later first day, id. By date: first
    day, instant, id; undated articles and, within a day, those without an instant come last either way.
    """
    ids: Key = lambda picks: source.ids(found.docs[picks])  # noqa: E731 beside its kin
    if sort == "relevance":
        keys = [*_relevance_keys(found, has_all_words, source.days), ids]
    else:
        keys = [*_date_keys(found.docs, source.days, newest=sort == "newest"), ids]
    return _smallest(len(found.docs), keys, first + count)[first:]


def order_picks(
    found: Found, picks: NDArray[np.int64], has_all_words: NDArray[np.bool_] | None, source: PostingSource
) -> NDArray[np.int64]:
    """These of the matches in order of relevance."""
    keys = [*_relevance_keys(found, has_all_words, source.days), lambda some: source.ids(found.docs[some])]
    return picks[np.lexsort([key(picks) for key in reversed(keys)])] if len(picks) else picks


def _relevance_keys(found: Found, has_all_words: NDArray[np.bool_] | None, days: DayColumns) -> Iterator[Key]:
    scores = found.scores
    if has_all_words is not None:
        yield lambda picks: ~has_all_words[picks]
    if scores is not None:
        yield lambda picks: -scores[picks]
    yield lambda picks: -days.first[found.docs[picks]]


def _date_keys(docs: Documents, days: DayColumns, *, newest: bool) -> Iterator[Key]:
    sign = -1 if newest else 1

    def day(picks: NDArray[np.int64]) -> NDArray[np.int64]:
        first = days.first[docs[picks]].astype(np.int64)
        return np.where(first == 0, _LAST, sign * first)

    def instant(picks: NDArray[np.int64]) -> NDArray[np.int64]:
        seconds = days.instant[docs[picks]]
        unknown = seconds == UNKNOWN_INSTANT
        return np.where(unknown, _LAST, sign * np.where(unknown, 0, seconds))

    yield day
    yield instant


def _smallest(size: int, keys: Iterable[Key], count: int) -> NDArray[np.int64]:
    """Indices of the `count` smallest of `size` matches, in order of the keys, the first key first.

    Each key is asked only about those that the keys before it could not tell apart at the cut, so most searches never
    compare an id.
    """
    keys = list(keys)
    sure: list[NDArray[np.int64]] = []
    open_picks = np.arange(size, dtype=np.int64)
    wanted = min(count, size)
    for key in keys:
        if wanted <= 0 or len(open_picks) <= wanted:
            break
        values = key(open_picks)
        cut = np.partition(values, wanted - 1)[wanted - 1]
        below = values < cut
        sure.append(open_picks[below])
        wanted -= int(below.sum())
        open_picks = open_picks[values == cut]
    picked = np.concatenate([*sure, open_picks[: max(wanted, 0)]]) if count > 0 else open_picks[:0]
    return picked[np.lexsort([key(picked) for key in reversed(keys)])] if len(picked) else picked
