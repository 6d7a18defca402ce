"""The bodies of searches: hits in an order, facet counts, buckets of time, and how many articles hold something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from searchapp.backends.cluster.places import Json
from searchapp.search.counting import Interval
from searchapp.search.plan import FacetRequest

#: What a cluster gives at once, by its own default.
MOST_AT_ONCE: Final = 10_000
#: Buckets of one answer, by its own default.
MOST_BUCKETS: Final = 65_535
#: So many values more than are wanted each shard tells, so that what is frequent in all and nowhere first is counted.
_SPARE_VALUES: Final = 1_000
HISTOGRAM: Final = "histogram"
COUNTED: Final = "counted"


def order_hits(sort: Literal["relevance", "newest", "oldest"]) -> list[Json]:
    """As `ordering.py` has it: by relevance score, later first day, id; by date first day, instant, id, what has none
    of these last."""
    if sort == "relevance":
        return [{"_score": "desc"}, _by("first_day", "desc"), {"id": "asc"}]
    direction: Literal["asc", "desc"] = "desc" if sort == "newest" else "asc"
    return [_by("first_day", direction), _by("instant", direction), {"id": "asc"}]


def narrow(query: Json, filters: Sequence[Json], without: Sequence[Json] = ()) -> Json:
    """The query among what the filters leave."""
    asked: dict[str, Any] = {"must": [query]}
    if filters:
        asked["filter"] = list(filters)
    if without:
        asked["must_not"] = list(without)
    return {"bool": asked} if len(asked) > 1 else query


def count_values(request: FacetRequest, shard_size: int = 0) -> Json:
    """The most frequent values, ties by value."""
    return {
        "terms": {
            "field": request.name,
            "size": request.size,
            "shard_size": min(max(shard_size, request.size + _SPARE_VALUES), MOST_BUCKETS),
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        }
    }


def count_buckets(interval: Interval) -> Json:
    """Every day, month or year that there is. An article known only to the year has no month."""
    return {"terms": {"field": interval, "size": MOST_BUCKETS, "shard_size": MOST_BUCKETS}}


def count_holding(queries: Sequence[Json], among: Json | None = None) -> Json:
    """How many articles of the whole index each query matches. Each article that is looked at is asked for each of the
    queries: `among` says which are, where all that match are known to be among them."""
    body: Json = {
        "size": 0,
        "track_total_hits": False,
        "aggs": {COUNTED: {"filters": {"filters": list(queries)}}},
    }
    return body if among is None else {**body, "query": {"bool": {"filter": [among]}}}


def list_hits(query: Json, sort: Sequence[Json], first: int, count: int, after: Sequence[object] | None = None) -> Json:
    """Ids, scores and places in the order alone; the articles are fetched by themselves."""
    body: Json = {
        "query": query,
        "size": count,
        "_source": False,
        "track_total_hits": True,
        "track_scores": True,
        "sort": list(sort),
    }
    if after is not None:
        body["search_after"] = list(after)
    elif first:
        body["from"] = first
    return body


def add_counts(body: Json, facets: Sequence[FacetRequest], interval: Interval | None) -> Json:
    aggregations: Json = {f"facet {number}": count_values(facet) for number, facet in enumerate(facets)}
    if interval is not None:
        aggregations[HISTOGRAM] = count_buckets(interval)
    return {**body, "aggs": aggregations} if aggregations else body


def _by(field: str, direction: Literal["asc", "desc"]) -> Json:
    return {field: {"order": direction, "missing": "_last"}}
