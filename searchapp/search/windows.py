"""Words and phrases near each other: where a window of positions holds all of them. Plain, over lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence


def find_windows(starts: Sequence[Sequence[int]], widths: Sequence[int], distance: int) -> Iterator[tuple[int, ...]]:
    """For each position where a window begins with one of its units: where each unit starts in it.

    `starts[u]` are the positions where unit u stands, rising; it is `widths[u]` positions wide. A window is at most
    `distance` positions longer than its units are together, and no two of them start at one position.
    """
    if not all(starts):
        return
    reach = distance + sum(widths)
    for first in sorted(set().union(*starts)):
        options = [
            # Of as many places as there are units one is always left over: no more need to be looked at.
            places[bisect_left(places, first) : bisect_right(places, first + reach - width)][: len(starts)]
            for places, width in zip(starts, widths, strict=True)
        ]
        taken = _place_apart(options)
        if taken is not None:
            yield taken


def _place_apart(options: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
    """A place for each unit out of its options, no place twice; None where there is no such choice.

    Units move on to make room for others (Kuhn's augmenting paths), and a place once taken stays taken: what is an
    option of any unit and comes first in its list is among the places.
    """
    holder: dict[int, int] = {}

    def place(unit: int, tried: set[int]) -> bool:
        for at in options[unit]:
            if at not in tried:
                tried.add(at)
                if at not in holder or place(holder[at], tried):
                    holder[at] = unit
                    return True
        return False

    if not all(place(unit, set()) for unit in range(len(options))):
        return None
    taken = {unit: at for at, unit in holder.items()}
    return tuple(taken[unit] for unit in range(len(options)))
