"""What the cluster answered, as the port has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from searchapp.backends.cluster.bodies import COUNTED, HISTOGRAM
from searchapp.search.counting import MAX_FILLED_BUCKETS, Interval
from searchapp.search.plan import FacetRequest
from searchapp.search.port import Bucket, FacetCount, FacetCounts

_EPOCH: Final = date(1970, 1, 1)
_DAY_MS: Final = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class FoundHit:
    """`after` is its place in the order: what comes next comes after that. `names` has the score of each named query
    that it matches, 0 where none was asked for."""

    id: str
    score: float
    after: tuple[object, ...]
    names: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """`is_late`: the time was up, `is_whole`: every shard answered to the end."""

    hits: tuple[FoundHit, ...]
    total: int
    is_late: bool
    is_whole: bool
    aggregations: Mapping[str, Any]


NO_ANSWER: Final = Answer((), 0, is_late=True, is_whole=False, aggregations={})


def read_answer(body: Mapping[str, Any]) -> Answer:
    is_late = bool(body.get("timed_out"))
    hits = body.get("hits", {})
    return Answer(
        hits=tuple(_read_hit(hit) for hit in hits.get("hits", ())),
        total=int(hits.get("total", {}).get("value", 0)),
        is_late=is_late,
        is_whole=not is_late and have_all_answered(body),
        aggregations=body.get("aggregations", {}),
    )


def have_all_answered(body: Mapping[str, Any]) -> bool:
    """Whether no shard was left out. One that has no copy left has not failed, for nobody was there to be asked."""
    shards = body["_shards"]
    return not shards["failed"] and bool(shards["successful"] == shards["total"])


def read_counts(answer: Answer, asked: int) -> tuple[int, ...]:
    buckets = answer.aggregations.get(COUNTED, {}).get("buckets", ())
    return tuple(int(bucket["doc_count"]) for bucket in buckets) or (0,) * asked


def read_facets(answer: Answer, facets: Sequence[FacetRequest]) -> tuple[FacetCounts, ...]:
    return tuple(
        read_facet(facet, answer.aggregations.get(f"facet {number}", {})) for number, facet in enumerate(facets)
    )


def read_facet(facet: FacetRequest, aggregation: Mapping[str, Any]) -> FacetCounts:
    return FacetCounts(
        facet.name,
        tuple([FacetCount(bucket["key"], int(bucket["doc_count"])) for bucket in aggregation.get("buckets", ())]),
    )


def uncertain_facets(answer: Answer, facets: Sequence[FacetRequest]) -> tuple[int, ...]:
    """The numbers of those of which a shard may have kept a value back that counts."""
    return tuple(
        number
        for number in range(len(facets))
        if answer.aggregations.get(f"facet {number}", {}).get("doc_count_error_upper_bound", 0)
    )


def read_average(answer: Answer, name: str) -> float:
    """0 where nothing has a value."""
    return float(answer.aggregations.get(name, {}).get("value") or 0.0)


def read_buckets(aggregation: Mapping[str, Any], interval: Interval) -> dict[int, int]:
    """Articles by the number of the day, month or year since 1970-01."""
    return {
        _number_bucket(bucket["key"], interval): int(bucket["doc_count"]) for bucket in aggregation.get("buckets", ())
    }


def draw_histogram(answer: Answer, interval: Interval, whole: Mapping[int, int]) -> tuple[Bucket, ...]:
    """From the first match's bucket to the last's, empty ones filled in; `whole` counts the whole index."""
    counts = read_buckets(answer.aggregations.get(HISTOGRAM, {}), interval)
    if not counts:
        return ()
    low, high = min(counts), max(counts)
    shown = range(low, high + 1) if high - low < MAX_FILLED_BUCKETS else sorted(counts)
    return tuple(
        [Bucket(_name_bucket(number, interval), counts.get(number, 0), whole.get(number, 0)) for number in shown]
    )


def _number_bucket(key: int | str, interval: Interval) -> int:
    """Years come as they are written, months and days as the milliseconds since 1970 of their first."""
    if interval == "year":
        return int(key) - _EPOCH.year
    day = int(key) // _DAY_MS
    if interval == "day":
        return day
    first = date.fromordinal(_EPOCH.toordinal() + day)
    return (first.year - _EPOCH.year) * 12 + first.month - 1


def _name_bucket(number: int, interval: Interval) -> str:
    if interval == "year":
        return f"{_EPOCH.year + number:04d}"
    if interval == "month":
        return f"{_EPOCH.year + number // 12:04d}-{number % 12 + 1:02d}"
    return date.fromordinal(_EPOCH.toordinal() + number).isoformat()


def read_sources(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Ids of documents and what is stored of them."""
    for hit in body.get("hits", {}).get("hits", ()):
        yield hit["_id"], hit.get("_source", {})


def _read_hit(hit: Mapping[str, Any]) -> FoundHit:
    names = hit.get("matched_queries", ())
    return FoundHit(
        id=hit["_id"],
        score=float(hit.get("_score") or 0.0),
        after=tuple(hit.get("sort", ())),
        names=dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, 0.0),
    )
