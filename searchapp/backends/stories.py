"""The stories of a generation: articles joined by their sketches, whatever segments they lie in, looked up when asked.

An article's story is itself, its copies (`indexer/codec/stories.py` says what one is), their copies, and so on. Nothing
is kept of it in the index, so what is deleted, changed or arrives late needs no care: the newest generation alone says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, TypeAlias

import numpy as np

from searchapp.backends.generation import Generation
from searchapp.search.postings import UNKNOWN_INSTANT

#: Segment by number, and document in it.
Place: TypeAlias = tuple[int, int]

#: A story is followed so far: a press release that went out every week for years is not listed to its end.
MOST_ARTICLES: Final = 200
_LAST: Final = 1 << 62
#: Sketches that are looked for at a time, each with room for all that it may find.
_AT_ONCE: Final = 256


def find_stories(places: Sequence[Place], generation: Generation, *, compiled: bool) -> tuple[tuple[Place, ...], ...]:
    """The story of each live article, by publication; one that has no copy is alone in it."""
    known: dict[Place, tuple[Place, ...]] = {}
    stories = []
    for place, copies in zip(places, _find_copies(places, generation, compiled=compiled), strict=True):
        story = known.get(place)
        if story is None:
            members = _follow(place, copies, generation, compiled=compiled) if len(copies) > 1 else (place,)
            story = tuple(sorted(members, key=lambda member: _published(member, generation)))
            # One that was not followed to its end looks another from another article.
            if len(story) < MOST_ARTICLES:
                known.update(dict.fromkeys(story, story))
        stories.append(story)
    return tuple(stories)


def _follow(place: Place, copies: Sequence[Place], generation: Generation, *, compiled: bool) -> Iterable[Place]:
    """The article, its copies, and the copies of these."""
    members = dict.fromkeys((place, *copies))
    asked = {_sketch(place, generation).tobytes()}
    frontier = [each for each in members if each != place]
    while frontier and len(members) < MOST_ARTICLES:
        asking = []
        for each in frontier:
            # Who has the same sketch has the same copies.
            sketch = _sketch(each, generation).tobytes()
            if sketch not in asked:
                asked.add(sketch)
                asking.append(each)
        found = dict.fromkeys(
            copy for of_each in _find_copies(asking, generation, compiled=compiled) for copy in of_each
        )
        frontier = [copy for copy in found if copy not in members]
        members.update(dict.fromkeys(frontier))
    return islice(members, MOST_ARTICLES)


def _find_copies(places: Sequence[Place], generation: Generation, *, compiled: bool) -> list[list[Place]]:
    """The copies of each article, itself among them where it has a sketch."""
    copies: list[list[Place]] = [[] for _ in places]
    for first in range(0, len(places), _AT_ONCE):
        wanted = np.array([_sketch(place, generation) for place in places[first : first + _AT_ONCE]], np.uint64)
        for segment in generation.segments:
            of_wanted, docs = segment.mapped.stories.find(wanted, segment.live_flags, compiled=compiled)
            for want, doc in zip(of_wanted.tolist(), docs.tolist(), strict=True):
                copies[first + want].append((segment.number, doc))
    return copies


def _sketch(place: Place, generation: Generation) -> np.ndarray:
    sketch: np.ndarray = generation.segments[place[0]].mapped.stories.sketches[place[1]]
    return sketch


def _published(place: Place, generation: Generation) -> tuple[int, int, bytes]:
    """What was published first sorts first: by day, of a month or year that alone is known by its last; within a day by
    the instant, where it is known; then by id."""
    segment, doc = generation.segments[place[0]], place[1]
    day, instant = int(segment.last_day[doc]), int(segment.instant[doc])
    return (
        day or _LAST,
        _LAST if instant == UNKNOWN_INSTANT else instant,
        segment.mapped.columns.id[doc].tobytes(),
    )
