"""Stories of articles in a cluster: looked up when asked, by the sketches that are kept of their texts.

The rules are those of `searchapp/backends/stories.py`: a story is an article, its copies, their copies, and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indexer.codec.kernels.sketching import SKETCH_WORDS
from indexer.codec.sketching import U64
from indexer.codec.stories import find_plainly
from searchapp.backends.cluster.asking import Cluster
from searchapp.backends.cluster.bodies import MOST_AT_ONCE
from searchapp.backends.cluster.places import Json
from searchapp.backends.stories import MOST_ARTICLES
from searchapp.search.port import Story

_LAST: Final = 1 << 62
_HEX_DIGITS: Final = 16
#: Sketches whose copies are looked for by one question.
_AT_ONCE: Final = 64
_COLUMNS: Final = ["sketch", "sketch_keys", "last_day", "instant"]


@dataclass(frozen=True, slots=True)
class _Sketched:
    """An article as a story sees it; `published` sorts by publication. `sketch` is "" where it has none."""

    id: str
    sketch: str
    keys: tuple[str, ...]
    published: tuple[str, int, str]


def find_stories(ids: tuple[str, ...], cluster: Cluster) -> tuple[Story | None, ...]:
    """None for an article without a copy, and for one that is not there."""
    there = _look_up(cluster, {"ids": {"values": list(dict.fromkeys(ids))}}) if ids else {}
    copies = _find_copies(there.values(), cluster)
    known: dict[str, Story] = {}
    found: list[Story | None] = []
    for article_id in ids:
        article = there.get(article_id)
        if article is not None and article_id not in known and len(copies[article_id]) > 1:
            members = _follow(article, copies[article_id], cluster)
            story = Story(tuple(each.id for each in sorted(members, key=lambda each: each.published)))
            known[article_id] = story
            if len(story.ids) < MOST_ARTICLES:
                known.update(dict.fromkeys(story.ids, story))
        found.append(known.get(article_id))
    return tuple(found)


def _follow(article: _Sketched, copies: Mapping[str, _Sketched], cluster: Cluster) -> list[_Sketched]:
    """The article, its copies, and the copies of these."""
    members = {article.id: article, **copies}
    asked = {article.sketch}
    frontier = [each for each in members.values() if each.id != article.id]
    while frontier and len(members) < MOST_ARTICLES:
        asking = {each.sketch: each for each in frontier if each.sketch not in asked}
        asked |= asking.keys()
        found: dict[str, _Sketched] = {}
        for of_each in _find_copies(asking.values(), cluster).values():
            found.update(of_each)
        frontier = [copy for copy in found.values() if copy.id not in members]
        members.update((copy.id, copy) for copy in frontier)
    return list(members.values())[:MOST_ARTICLES]


def _find_copies(articles: Iterable[_Sketched], cluster: Cluster) -> dict[str, dict[str, _Sketched]]:
    """By id the copies of each article, itself among them where it has a sketch."""
    copies: dict[str, dict[str, _Sketched]] = {article.id: {} for article in articles}
    sketched = [article for article in articles if article.sketch]
    for first in range(0, len(sketched), _AT_ONCE):
        wanted = sketched[first : first + _AT_ONCE]
        keys = sorted({key for article in wanted for key in article.keys})
        holders = list(_look_up(cluster, {"terms": {"sketch_keys": keys}}).values())
        if not holders:
            continue
        sketches = _read_sketches(holders)
        of_wanted, places = find_plainly(sketches, _read_sketches(wanted), np.ones(len(holders), np.bool_))
        for want, place in zip(of_wanted.tolist(), places.tolist(), strict=True):
            copies[wanted[want].id][holders[place].id] = holders[place]
    return copies


def _look_up(cluster: Cluster, query: Json) -> dict[str, _Sketched]:
    """By id, in the order of ids."""
    body = {
        "size": MOST_AT_ONCE,
        "_source": False,
        "docvalue_fields": _COLUMNS,
        "query": query,
        "sort": [{"id": "asc"}],
    }
    return {hit["_id"]: _read(hit["_id"], hit.get("fields", {})) for hit in cluster.search(body, None)["hits"]["hits"]}


def _read(article_id: str, fields: Mapping[str, Any]) -> _Sketched:
    """What was published first sorts first: by day, of a month or year that alone is known by its last; within a day by
    the instant, where it is known; then by id."""
    (sketch,) = fields.get("sketch", ("",))
    (day,) = fields.get("last_day", ("9999-12-31+",))
    (instant,) = fields.get("instant", (_LAST,))
    return _Sketched(article_id, sketch, tuple(fields.get("sketch_keys", ())), (day, int(instant), article_id))


def _read_sketches(articles: list[_Sketched]) -> U64:
    digits = range(0, SKETCH_WORDS * _HEX_DIGITS, _HEX_DIGITS)
    return np.array([[int(each.sketch[at : at + _HEX_DIGITS], 16) for at in digits] for each in articles], np.uint64)
